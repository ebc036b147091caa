/** Sequences: CREATE SEQUENCE's options, and the relation behind serial and identity columns. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { Steps } from '@pglitedb/txn';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { columnType } from './analysis.js';
import { address, recordDependency } from './depend.js';
import { classRow, checkRelationName, attributeRow } from './heap.js';
import { chooseName, creationNamespace, names, options, relationOid, type Raw } from './raw.js';
import { temporaryNamespace } from './temporary.js';

export interface SequenceOptions { type: Oid; raw?: Raw[] }
type Int8 = number | bigint;

export function sequenceNameFor(session: SessionServices, table: string, column: string, namespace: Oid): string {
  return chooseName(table, column, 'seq', (n) => session.catalog().syscache('RELNAMENSP', n, namespace) !== undefined);
}

export interface SequenceParameters { type: Oid; start: Int8; increment: Int8; min: Int8; max: Int8; cache: Int8; cycle: boolean; last: Int8 | undefined; called: boolean; ownedBy: Raw[] | undefined }

const LIMITS: Record<number, [bigint, bigint, string]> = { 21: [-32768n, 32767n, 'smallint'], 23: [-2147483648n, 2147483647n, 'integer'], 20: [-9223372036854775808n, 9223372036854775807n, 'bigint'] };
const canonical = (v: bigint): Int8 => (v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v);

/** init_params: options over what there was. */
export function sequenceParameters(u: UtilityContext | undefined, raw: Raw[] | undefined, type: Oid, old?: SequenceParameters): SequenceParameters {
  const given = new Map(options(raw).map((o) => [o.name, o]));
  const typeOption = given.get('as');
  const seqType = typeOption !== undefined && u !== undefined ? columnType(u, typeOption.raw.TypeName, undefined).oid : (old?.type ?? type);
  const limits = LIMITS[seqType];
  if (limits === undefined) throw new SqlError('22023', given.has('as') ? 'sequence type must be smallint, integer, or bigint' : 'identity column type must be smallint, integer, or bigint');
  const number = (name: string): bigint | undefined => { const v = given.get(name)?.value; return v === undefined ? undefined : BigInt(v.replace(/_/g, '')); };
  const increment = number('increment') ?? BigInt(old?.increment ?? 1);
  if (increment === 0n) throw new SqlError('22023', 'INCREMENT must not be zero');
  const up = increment > 0n;
  const max = number('maxvalue') ?? (old !== undefined && !given.has('maxvalue') && typeOption === undefined ? BigInt(old.max) : up ? limits[1] : -1n);
  const min = number('minvalue') ?? (old !== undefined && !given.has('minvalue') && typeOption === undefined ? BigInt(old.min) : up ? 1n : limits[0]);
  if (max > limits[1] || max < limits[0]) throw new SqlError('22023', `MAXVALUE (${max}) is out of range for sequence data type ${limits[2]}`);
  if (min < limits[0] || min > limits[1]) throw new SqlError('22023', `MINVALUE (${min}) is out of range for sequence data type ${limits[2]}`);
  if (min >= max) throw new SqlError('22023', `MINVALUE (${min}) must be less than MAXVALUE (${max})`);
  const start = number('start') ?? (old !== undefined ? BigInt(old.start) : up ? min : max);
  if (start < min) throw new SqlError('22023', `START value (${start}) cannot be less than MINVALUE (${min})`);
  if (start > max) throw new SqlError('22023', `START value (${start}) cannot be greater than MAXVALUE (${max})`);
  const restart = given.get('restart');
  const last = restart === undefined ? undefined : restart.value === undefined ? start : BigInt(restart.value);
  if (last !== undefined && last < min) throw new SqlError('22023', `RESTART value (${last}) cannot be less than MINVALUE (${min})`);
  if (last !== undefined && last > max) throw new SqlError('22023', `RESTART value (${last}) cannot be greater than MAXVALUE (${max})`);
  const cache = number('cache') ?? BigInt(old?.cache ?? 1);
  if (cache <= 0n) throw new SqlError('22023', `CACHE (${cache}) must be greater than zero`);
  const cycle = given.get('cycle');
  return {
    type: seqType, start: canonical(start), increment: canonical(increment), min: canonical(min), max: canonical(max), cache: canonical(cache),
    cycle: cycle === undefined ? (old?.cycle ?? false) : cycle.value !== 'false', last: last === undefined ? undefined : canonical(last), called: false,
    ownedBy: given.has('owned_by') ? given.get('owned_by')!.raw.List.items : undefined,
  };
}

const COLUMNS: [string, Oid][] = [['last_value', 20], ['log_cnt', 20], ['is_called', 16]];

export function createSequence(session: SessionServices, s: { name: string; namespace: Oid; persistence: string; owner: Oid; options: SequenceOptions }, u?: UtilityContext): Oid {
  const w = session.catalogWriter();
  checkRelationName(w, s.name, s.namespace);
  const p = sequenceParameters(u, s.options.raw, s.options.type);
  const oid = w.newOid();
  const relfile = session.txns.store.newRelfile();
  w.insert('pg_class', { ...classRow({ oid, name: s.name, namespace: s.namespace, owner: s.owner, kind: 'S', persistence: s.persistence, relfile }), relnatts: 3 });
  COLUMNS.forEach(([name, type], k) => w.insert('pg_attribute', attributeRow(w, oid, k + 1, {
    name, type, typmod: -1, collation: 0, notNull: true, ndims: 0, isLocal: true, inheritCount: 0, identity: '', generated: '',
  })));
  w.insert('pg_sequence', { seqrelid: oid, seqtypid: p.type, seqstart: p.start, seqincrement: p.increment, seqmax: p.max, seqmin: p.min, seqcache: p.cache, seqcycle: p.cycle });
  recordDependency(w, address(CLASS.relation, oid), address(CLASS.namespace, s.namespace), 'n');
  session.txns.store.setSequence(session.transaction(), relfile, { last: p.last ?? p.start, called: false });
  return oid;
}

function* createSequenceCommand(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const rv = node.sequence;
  const persistence = (rv.relpersistence as string | undefined) ?? 'p';
  const namespace = persistence === 't' ? temporaryNamespace(session) : creationNamespace(session, rv.schemaname);
  if (node.if_not_exists === true && session.catalog().syscache('RELNAMENSP', rv.relname, namespace) !== undefined) {
    session.notice('NOTICE', '42P07', `relation "${rv.relname}" already exists, skipping`);
    return 'CREATE SEQUENCE';
  }
  const oid = createSequence(session, { name: rv.relname, namespace, persistence, owner: session.userOid(), options: { type: 20, raw: node.options } }, u);
  const owned = options(node.options).find((o) => o.name === 'owned_by');
  if (owned !== undefined) ownSequence(session, oid, names(owned.raw.List.items));
  return 'CREATE SEQUENCE';
}

/** OWNED BY table.column, or NONE. */
export function ownSequence(session: SessionServices, sequence: Oid, parts: string[]): void {
  const w = session.catalogWriter();
  if (parts.length === 1) {
    if (parts[0]!.toLowerCase() !== 'none') throw new SqlError('42601', 'invalid OWNED BY option', { hint: 'Specify OWNED BY table.column or OWNED BY NONE.' });
    w.remove('pg_depend', { classid: CLASS.relation, objid: sequence, refclassid: CLASS.relation, deptype: 'a' });
    return;
  }
  const column = parts[parts.length - 1]!;
  const table = relationOid(session, { schemaname: parts.length > 2 ? parts[parts.length - 3] : undefined, relname: parts[parts.length - 2] });
  const attribute = session.catalog().relation(table)!.attributes.find((a) => a.attname === column && !a.attisdropped);
  if (attribute === undefined) throw new SqlError('42703', `column "${column}" of relation "${parts[parts.length - 2]}" does not exist`);
  w.remove('pg_depend', { classid: CLASS.relation, objid: sequence, refclassid: CLASS.relation, deptype: 'a' });
  recordDependency(w, address(CLASS.relation, sequence), address(CLASS.relation, table, attribute.attnum), 'a');
}

defineCommands({ CreateSeqStmt: createSequenceCommand });
