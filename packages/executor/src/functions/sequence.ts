/**
 * Sequences: nextval, currval, lastval, setval. A sequence is its pg_sequence row and the state that the relation store
 * keeps outside of transactions; CACHE n reserves n values for the session at a time, as PostgreSQL does.
 */
import { ACL, aclMask, type CatalogReader } from '@pglitedb/catalog';
import type { RelationStore } from '@pglitedb/txn';
import { PgRecord, SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { ExecContext, SessionServices } from '../context.js';
import { defineSyncSessionFunctions } from './fmgr.js';

type Int8 = number | bigint;

/** What a session knows of a sequence it has used. */
interface SequenceUse {
  readonly name: string; readonly relfile: number; readonly owner: Oid; readonly temporary: boolean;
  readonly increment: Int8; readonly min: Int8; readonly max: Int8; readonly cache: number; readonly cycle: boolean;
  version: number; user: Oid; mayAdvance: boolean; mayUpdate: boolean;
  /** Values up to `reserved` belong to this session; `last` was given out latest. */
  last: Int8; reserved: Int8; used: boolean;
}
interface SequenceSession { readonly uses: Map<Oid, SequenceUse>; latest: Oid }

const sessions = new WeakMap<SessionServices, SequenceSession>();

function sessionState(session: SessionServices): SequenceSession {
  let state = sessions.get(session);
  if (state === undefined) sessions.set(session, (state = { uses: new Map(), latest: 0 }));
  return state;
}

/** DISCARD SEQUENCES. */
export function forgetSequences(session: SessionServices): void { sessions.delete(session); }

/** log_cnt as PostgreSQL would show it: how many values its log record covers beyond the last one given out. */
const VALUES_PER_LOG_RECORD = 32;
const logged = new WeakMap<RelationStore, Map<number, number>>();
function logCounts(store: RelationStore): Map<number, number> {
  let counts = logged.get(store);
  if (counts === undefined) logged.set(store, (counts = new Map()));
  return counts;
}
export function sequenceLogCount(store: RelationStore, relfile: number): number { return logCounts(store).get(relfile) ?? 0; }
function countLogged(store: RelationStore, use: SequenceUse, called: boolean): void {
  const counts = logCounts(store);
  const left = counts.get(use.relfile) ?? 0;
  const fetch = called ? use.cache : use.cache - 1;
  counts.set(use.relfile, !called || left < fetch ? VALUES_PER_LOG_RECORD : left - fetch);
}

const canonical = (v: bigint): Int8 => (v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v);

const NOUNS: Record<string, string> = {
  r: 'tables', i: 'indexes', t: 'TOAST tables', v: 'views', m: 'materialized views', c: 'composite types', f: 'foreign tables', p: 'partitioned tables', I: 'partitioned indexes',
};

/** Opens a sequence for this session; what it has reserved is lost when the sequence got another file. */
function openSequence(session: SessionServices, oid: Oid): SequenceUse {
  const state = sessionState(session);
  const known = state.uses.get(oid);
  const catalog = session.catalog();
  const version = catalog.version();
  const user = session.userOid();
  if (known !== undefined && known.version === version && known.user === user) return known;
  const info = catalog.relation(oid);
  if (info === undefined) throw new SqlError('XX000', `could not open relation with OID ${oid}`);
  if (info.relkind !== 'S') {
    throw new SqlError('42809', `cannot open relation "${info.relname}"`, { detail: `This operation is not supported for ${NOUNS[info.relkind] ?? 'relations'}.` });
  }
  const row = catalog.rows('pg_sequence', { seqrelid: oid })[0];
  if (row === undefined) throw new SqlError('XX000', `cache lookup failed for sequence ${oid}`);
  const may = (mask: number): boolean => aclMask(catalog, info.relacl, 's', info.relowner, user, mask) !== 0;
  const same = known !== undefined && known.relfile === info.relfile;
  const use: SequenceUse = {
    name: info.relname, relfile: info.relfile, owner: info.relowner, temporary: info.relpersistence === 't',
    increment: row.seqincrement as Int8, min: row.seqmin as Int8, max: row.seqmax as Int8, cache: Number(row.seqcache), cycle: row.seqcycle as boolean,
    version, user, mayAdvance: may(ACL.USAGE | ACL.UPDATE), mayUpdate: may(ACL.UPDATE),
    last: known?.last ?? 0, reserved: same ? known.reserved : (known?.last ?? 0), used: known?.used ?? false,
  };
  state.uses.set(oid, use);
  return use;
}

function denied(use: SequenceUse): SqlError { return new SqlError('42501', `permission denied for sequence ${use.name}`); }

function preventReadOnly(x: ExecContext, use: SequenceUse, command: string): void {
  if (x.session.transaction().readOnly && !use.temporary) throw new SqlError('25006', `cannot execute ${command} in a read-only transaction`);
}

export function nextval(x: ExecContext, oid: Oid, checkPermissions = true): Int8 {
  const { session } = x;
  const use = openSequence(session, oid);
  if (checkPermissions && !use.mayAdvance) throw denied(use);
  preventReadOnly(x, use, 'nextval()');
  const state = sessionState(session);
  state.latest = oid;
  if (use.last !== use.reserved && use.used) {
    use.last = add(use.last, use.increment);
    return use.last;
  }
  const { store } = session.txns;
  const stored = store.sequence(use.relfile);
  if (stored === undefined) throw new SqlError('XX000', `sequence "${use.name}" has no state`);
  let first = stored.called ? step(use, stored.last) : stored.last;
  if (first === undefined) first = wrap(use);
  let reserved = first;
  for (let n = 1; n < use.cache; n++) {
    const next = step(use, reserved);
    if (next === undefined) break;
    reserved = next;
  }
  countLogged(store, use, stored.called);
  store.setSequence(session.transaction(), use.relfile, { last: reserved, called: true });
  use.last = first;
  use.reserved = reserved;
  use.used = true;
  return first;
}

function add(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return canonical(BigInt(a) + BigInt(b));
}
/** The value after; undefined past the limit. */
function step(use: SequenceUse, value: Int8): Int8 | undefined {
  const next = add(value, use.increment);
  return next > use.max || next < use.min ? undefined : next;
}
/** Past the limit: starts over, or fails. */
function wrap(use: SequenceUse): Int8 {
  const up = use.increment > 0;
  if (use.cycle) return up ? use.min : use.max;
  throw new SqlError('2200H', up
    ? `nextval: reached maximum value of sequence "${use.name}" (${use.max})`
    : `nextval: reached minimum value of sequence "${use.name}" (${use.min})`);
}

function setval(x: ExecContext, oid: Oid, value: Int8, called: boolean): Int8 {
  const use = openSequence(x.session, oid);
  if (!use.mayUpdate) throw denied(use);
  preventReadOnly(x, use, 'setval()');
  if (value < use.min || value > use.max) {
    throw new SqlError('22003', `setval: value ${value} is out of bounds for sequence "${use.name}" (${use.min}..${use.max})`);
  }
  logCounts(x.session.txns.store).delete(use.relfile);
  x.session.txns.store.setSequence(x.session.transaction(), use.relfile, { last: value, called });
  if (called) {
    use.last = value;
    use.used = true;
  }
  use.reserved = use.last;
  return value;
}

function currval(x: ExecContext, oid: Oid): Int8 {
  const use = openSequence(x.session, oid);
  if (!use.mayAdvance && !mayRead(x.session.catalog(), oid, x.session.userOid())) throw denied(use);
  if (!use.used) throw new SqlError('55000', `currval of sequence "${use.name}" is not yet defined in this session`);
  return use.last;
}
function mayRead(catalog: CatalogReader, oid: Oid, user: Oid): boolean {
  const info = catalog.relation(oid)!;
  return aclMask(catalog, info.relacl, 's', info.relowner, user, ACL.SELECT | ACL.USAGE) !== 0;
}

function lastval(x: ExecContext): Int8 {
  const { latest } = sessionState(x.session);
  const undefinedYet = new SqlError('55000', 'lastval is not yet defined in this session');
  if (latest === 0 || x.session.catalog().relation(latest) === undefined) throw undefinedYet;
  const use = openSequence(x.session, latest);
  if (!use.mayAdvance && !mayRead(x.session.catalog(), latest, x.session.userOid())) throw denied(use);
  return use.last;
}

/** The stored state where the user may read it. */
function readable(x: ExecContext, oid: Oid): { last: Int8; called: boolean } | undefined {
  const use = openSequence(x.session, oid);
  if (!mayRead(x.session.catalog(), oid, x.session.userOid())) return undefined;
  return x.session.txns.store.sequence(use.relfile);
}

defineSyncSessionFunctions({
  nextval_oid: (x, [oid]) => nextval(x, oid),
  currval_oid: (x, [oid]) => currval(x, oid),
  lastval: (x) => lastval(x),
  setval_oid: (x, [oid, value]) => setval(x, oid, value, true),
  setval3_oid: (x, [oid, value, called]) => setval(x, oid, value, called),
  pg_sequence_last_value(x, [oid]): Datum {
    const state = readable(x, oid);
    return state?.called ? state.last : null;
  },
  pg_get_sequence_data(x, [oid]): Datum {
    const info = x.session.catalog().relation(oid);
    const state = info?.relkind === 'S' ? readable(x, oid) : undefined;
    return new PgRecord(2249, state === undefined ? [null, null] : [state.last, state.called], [20, 16], ['last_value', 'is_called']);
  },
});
