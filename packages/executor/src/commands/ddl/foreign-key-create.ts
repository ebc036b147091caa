/** FOREIGN KEY constraints: the referenced key, equality operators, the internal triggers, and a check of existing rows. */
import type { CatalogReader, CatalogWriter, IndexInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { columnNumbers, constraintName, insertConstraint, type TableConstraint } from './constraints.js';
import { address, recordDependency } from './depend.js';
import { spreadForeignKey } from './foreign-key-partition.js';
import { names, relationOid } from './raw.js';

export function* addForeignKey(u: UtilityContext, relation: Oid, c: TableConstraint, isNew: boolean): Steps<void> {
  const { session } = u;
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  const referenced = relationOid(session, c.raw.pktable);
  if (referenced !== relation) yield* lockRelation(session, referenced, 6);
  const pk = w.relation(referenced)!;
  if (pk.relkind !== 'r' && pk.relkind !== 'p') throw new SqlError('42809', `referenced relation "${pk.relname}" is not a table`);
  if (rel.relpersistence === 'p' && pk.relpersistence !== 'p') throw new SqlError('42P16', 'constraints on permanent tables may reference only permanent tables');
  if (rel.relpersistence === 't' && pk.relpersistence !== 't') throw new SqlError('42P16', 'constraints on temporary tables may reference only temporary tables');
  const missing = (n: string): string => `column "${n}" referenced in foreign key constraint does not exist`;
  const keys = columnNumbers(w, relation, c.columns, missing);
  const wanted = names(c.raw.pk_attrs);
  const index = wanted.length === 0 ? pk.indexes.find((i) => i.primary) : matchingIndex(pk.indexes, columnNumbers(w, referenced, wanted, missing));
  if (index === undefined) {
    throw wanted.length === 0 ? new SqlError('42704', `there is no primary key for referenced table "${pk.relname}"`)
      : new SqlError('42830', `there is no unique constraint matching given keys for referenced table "${pk.relname}"`);
  }
  const pkKeys = wanted.length === 0 ? index.attnums.slice(0, index.nkeys) : columnNumbers(w, referenced, wanted, missing);
  if (keys.length !== pkKeys.length) throw new SqlError('42830', 'number of referencing and referenced columns for foreign key disagree');
  const name = constraintName(w, relation, c.name, c.columns, 'fkey');
  const ops = pkKeys.map((p, k) => operatorsFor(w, name, rel.attributes[keys[k]! - 1]!, pk.attributes[p - 1]!, index, p));
  const setColumns = names(c.raw.fk_del_set_cols);
  const oid = insertConstraint(u, {
    name, namespace: rel.relnamespace, type: 'f', relation, constraint: c, keys, index: index.oid,
    foreign: {
      relation: referenced, keys: pkKeys, pfeqop: ops.map((o) => o.pf), ppeqop: ops.map((o) => o.pp), ffeqop: ops.map((o) => o.ff),
      onUpdate: c.raw.fk_upd_action ?? 'a', onDelete: c.raw.fk_del_action ?? 'a', match: c.raw.fk_matchtype ?? 's',
      setColumns: setColumns.length > 0 ? columnNumbers(w, relation, setColumns, missing) : null,
    },
  });
  for (const k of pkKeys) recordDependency(w, address(CLASS.constraint, oid), address(CLASS.relation, referenced, k), 'n');
  recordDependency(w, address(CLASS.constraint, oid), address(CLASS.relation, index.oid), 'n');
  const triggers: TriggerPlan = { constraint: oid, relation, referenced, index: index.oid, deferrable: c.deferrable, deferred: c.deferred, onDelete: c.raw.fk_del_action, onUpdate: c.raw.fk_upd_action };
  actionTriggers(w, triggers);
  checkTriggers(w, triggers);
  yield* spreadForeignKey(u, oid, isNew);
  if (!isNew && c.validate && c.enforced && rel.relkind !== 'p') yield* validateForeignKey(u, oid);
}

function matchingIndex(indexes: readonly IndexInfo[], attnums: readonly number[]): IndexInfo | undefined {
  const wanted = [...attnums].sort((a, b) => a - b).join();
  return indexes.find((i) => i.unique && i.predicate === undefined && i.expressions.length === 0 && [...i.attnums.slice(0, i.nkeys)].sort((a, b) => a - b).join() === wanted);
}

interface Attribute { attname: string; atttypid: Oid }
const EQUAL = 3;

function operatorsFor(w: CatalogReader, name: string, fk: Attribute, pk: Attribute, index: IndexInfo, pkAttnum: number): { pf: Oid; pp: Oid; ff: Oid } {
  const family = index.opfamilies[index.attnums.indexOf(pkAttnum)]!;
  const opclass = w.syscache('CLAOID', index.opclasses[index.attnums.indexOf(pkAttnum)]!)!;
  const operator = (left: Oid, right: Oid): Oid => w.syscache('AMOPSTRATEGY', family, left, right, EQUAL)?.amopopr ?? 0;
  const input = opclass.opcintype;
  const left = w.types.typeInfo(pk.atttypid);
  const right = w.types.typeInfo(fk.atttypid);
  const base = (t: typeof left): Oid => (t === undefined ? 0 : t.kind === 'd' ? t.baseOid : t.oid);
  const pp = operator(input, input);
  const exact = operator(input, base(right));
  const pf = exact || (base(left) === base(right) || coercible(base(right), input) ? pp : 0);
  if (pf === 0) {
    throw new SqlError('42804', `foreign key constraint "${name}" cannot be implemented`, {
      detail: `Key columns "${fk.attname}" of the referencing table and "${pk.attname}" of the referenced table are of incompatible types: ${w.types.formatType(fk.atttypid, -1)} and ${w.types.formatType(pk.atttypid, -1)}.`,
    });
  }
  return { pf, pp, ff: exact === 0 ? pp : operator(base(right), base(right)) || pp };
}
/** Types that are compared by another's operators. */
function coercible(type: Oid, input: Oid): boolean { return (input === 25 && (type === 1043 || type === 19)) || (input === 26 && type > 2200 && type < 2207) || input === 2249; }

const ACTION_FUNCTIONS: Record<string, { del: Oid; upd: Oid }> = {
  a: { del: 1654, upd: 1655 }, r: { del: 1648, upd: 1649 }, c: { del: 1646, upd: 1647 }, n: { del: 1650, upd: 1651 }, d: { del: 1652, upd: 1653 },
};
const CHECK_INSERT = 1644;
const CHECK_UPDATE = 1645;
const TYPE_ROW = 1;
const TYPE_INSERT = 4;
const TYPE_DELETE = 8;
const TYPE_UPDATE = 16;

export interface TriggerPlan { constraint: Oid; relation: Oid; referenced: Oid; index: Oid; deferrable: boolean; deferred: boolean; onDelete?: string; onUpdate?: string }

/** A row of pg_trigger such as PostgreSQL keeps for a foreign key; the executor itself enforces it. */
function insertTrigger(w: CatalogWriter, p: TriggerPlan, on: Oid, other: Oid, fn: Oid, type: number, letter: string): void {
  const oid = w.newOid();
  w.insert('pg_trigger', {
    oid, tgrelid: on, tgparentid: 0, tgname: `RI_ConstraintTrigger_${letter}_${oid}`, tgfoid: fn, tgtype: type, tgenabled: 'O', tgisinternal: true, tgconstrrelid: other,
    tgconstrindid: p.index, tgconstraint: p.constraint, tgdeferrable: p.deferrable, tginitdeferred: p.deferred, tgnargs: 0, tgattr: [], tgargs: new Uint8Array(0), tgqual: null, tgoldtable: null, tgnewtable: null,
  });
  recordDependency(w, address(CLASS.trigger, oid), address(CLASS.constraint, p.constraint), 'i');
  w.update('pg_class', { oid: on }, { relhastriggers: true });
}

/** Triggers on the referenced table: ON DELETE and ON UPDATE. */
export function actionTriggers(w: CatalogWriter, p: TriggerPlan): void {
  insertTrigger(w, p, p.referenced, p.relation, ACTION_FUNCTIONS[p.onDelete ?? 'a']!.del, TYPE_ROW | TYPE_DELETE, 'a');
  insertTrigger(w, p, p.referenced, p.relation, ACTION_FUNCTIONS[p.onUpdate ?? 'a']!.upd, TYPE_ROW | TYPE_UPDATE, 'a');
}
/** Triggers on the referencing table. */
export function checkTriggers(w: CatalogWriter, p: TriggerPlan): void {
  insertTrigger(w, p, p.relation, p.referenced, CHECK_INSERT, TYPE_ROW | TYPE_INSERT, 'c');
  insertTrigger(w, p, p.relation, p.referenced, CHECK_UPDATE, TYPE_ROW | TYPE_UPDATE, 'c');
}

const quote = (n: string): string => `"${n.replaceAll('"', '""')}"`;

const only = (rel: { relkind: string }): string => (rel.relkind === 'p' ? '' : 'ONLY ');

/** RI_Initial_Check: an existing row without its referenced one. */
export function* validateForeignKey(u: UtilityContext, constraint: Oid): Steps<void> {
  const { session } = u;
  const catalog = session.catalog();
  const c = catalog.syscache('CONSTROID', constraint)!;
  const fk = catalog.relation(c.conrelid)!;
  const pk = catalog.relation(c.confrelid)!;
  const fkNames = c.conkey!.map((a) => fk.attributes[a - 1]!.attname);
  const pkNames = c.confkey!.map((a) => pk.attributes[a - 1]!.attname);
  const on = fkNames.map((n, k) => `pk.${quote(pkNames[k]!)} OPERATOR(pg_catalog.${catalog.syscache('OPEROID', c.conpfeqop![k]!)!.oprname}) fk.${quote(n)}`).join(' AND ');
  const notNull = fkNames.map((n) => `fk.${quote(n)} IS NOT NULL`).join(c.confmatchtype === 'f' ? ' OR ' : ' AND ');
  session.commandCounterIncrement();
  const result = yield* session.prepare(
    `SELECT ${fkNames.map((n) => `fk.${quote(n)}::text`).join(', ')} FROM ${only(fk)}${quote(fk.nspname)}.${quote(fk.relname)} fk LEFT OUTER JOIN ${only(pk)}${quote(pk.nspname)}.${quote(pk.relname)} pk ON (${on}) WHERE pk.${quote(pkNames[0]!)} IS NULL AND (${notNull})`, [],
  ).run([], { maxRows: 1 });
  if (result.rows.length === 0) return;
  throw new SqlError('23503', `insert or update on table "${fk.relname}" violates foreign key constraint "${c.conname}"`, {
    detail: `Key (${fkNames.join(', ')})=(${result.rows[0]!.map((v) => v ?? 'null').join(', ')}) is not present in table "${pk.relname}".`, schema: fk.nspname, table: fk.relname, constraint: c.conname,
  });
}
