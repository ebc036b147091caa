/** Indexes of partitioned tables (relkind I): their partitions' indexes, made, found or attached; validity of the whole. */
import type { IndexInfo, RelationInfo } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { insertConstraint } from './constraints.js';
import { address, recordDependency } from './depend.js';
import { createIndex, spreadIndex, type IndexColumn } from './index-create.js';
import { mapByName, mapVars } from './map-vars.js';
import { chooseName } from './raw.js';

interface Constraint { oid: Oid; conname: string; contype: string; condeferrable: boolean; condeferred: boolean; conkey: readonly number[] | null }

export function constraintOfIndex(u: UtilityContext, index: Oid): Constraint | undefined {
  return u.session.catalog().rows('pg_constraint', { conindid: index }).find((c) => c.contype === 'p' || c.contype === 'u' || c.contype === 'x');
}

/** IndexSetParentIndex */
export function setParentIndex(u: UtilityContext, child: Oid, parent: Oid, table: Oid): void {
  const w = u.session.catalogWriter();
  w.insert('pg_inherits', { inhrelid: child, inhparent: parent, inhseqno: 1, inhdetachpending: false });
  w.update('pg_class', { oid: child }, { relispartition: true });
  w.update('pg_class', { oid: parent }, { relhassubclass: true });
  const self = address(CLASS.relation, child);
  recordDependency(w, self, address(CLASS.relation, parent), 'P');
  recordDependency(w, self, address(CLASS.relation, table), 'S');
}

/** ConstraintSetParentConstraint */
export function setParentConstraint(u: UtilityContext, child: Oid, parent: Oid, table: Oid): void {
  const w = u.session.catalogWriter();
  const row = w.syscache('CONSTROID', child)!;
  w.update('pg_constraint', { oid: child }, { conparentid: parent, conislocal: false, coninhcount: row.coninhcount + 1 });
  const self = address(CLASS.constraint, child);
  recordDependency(w, self, address(CLASS.constraint, parent), 'P');
  recordDependency(w, self, address(CLASS.relation, table), 'S');
}

/** An index on a partition like that of its parent, with its constraint. */
export function* clonePartitionIndex(u: UtilityContext, parent: RelationInfo, index: IndexInfo, oid: Oid): Steps<void> {
  const { session } = u;
  const child = session.catalog().relation(oid)!;
  const map = mapByName(parent.attributes, child.attributes);
  const columns = session.catalog().rows('pg_attribute', { attrelid: index.oid }).filter((a) => a.attnum > 0).sort((a, b) => a.attnum - b.attnum);
  let next = 0;
  const all = index.attnums.map((n, k): IndexColumn => ({
    name: n === 0 ? columns[k]!.attname : child.attributes[map(n) - 1]!.attname, attnum: n === 0 ? 0 : map(n), expr: n === 0 ? mapVars(index.expressions[next++] as Expr, map) : undefined, type: index.keytypes[k]!,
    opclass: index.opclasses[k] ?? 0, collation: index.collations[k] ?? 0, descending: ((index.options[k] ?? 0) & 1) !== 0, nullsFirst: ((index.options[k] ?? 0) & 2) !== 0,
  }));
  const predicate = index.predicate === undefined ? undefined : mapVars((Array.isArray(index.predicate) ? index.predicate : [index.predicate]) as Expr[], map);
  const constraint = constraintOfIndex(u, index.oid);
  const c = session.catalog();
  const taken = (n: string): boolean => c.syscache('RELNAMENSP', n, child.relnamespace) !== undefined || (constraint !== undefined && c.rows('pg_constraint', { conname: n, connamespace: child.relnamespace }).length > 0);
  const label = constraint === undefined ? 'idx' : constraint.contype === 'p' ? 'pkey' : constraint.contype === 'x' ? 'excl' : 'key';
  const name = chooseName(child.relname, label === 'pkey' ? undefined : all.map((k) => k.name).join('_'), label, taken);
  if (constraint?.contype === 'p' && child.indexes.some((i) => i.primary)) throw new SqlError('42P16', `multiple primary keys for table "${child.relname}" are not allowed`);
  const made = yield* createIndex(session, {
    name, relation: oid, am: index.relam, keys: all.slice(0, index.nkeys), include: all.slice(index.nkeys), unique: index.unique, primary: index.primary, nullsNotDistinct: index.nullsNotDistinct, immediate: index.immediate,
    predicate, constraint: 0, options: index.reloptions.length > 0 ? [...index.reloptions] : null,
  });
  if (constraint !== undefined) {
    const k = insertConstraint(u, {
      name, namespace: child.relnamespace, type: constraint.contype, relation: oid, keys: all.slice(0, index.nkeys).map((x) => x.attnum), index: made,
      constraint: { kind: 'unique', name, columns: [], raw: {}, deferrable: constraint.condeferrable, deferred: constraint.condeferred, validate: true, enforced: true, noInherit: true },
    });
    const w = session.catalogWriter();
    w.remove('pg_depend', { classid: CLASS.relation, objid: made, refclassid: CLASS.relation, refobjid: oid });
    recordDependency(w, address(CLASS.relation, made), address(CLASS.constraint, k), 'i');
    setParentConstraint(u, k, constraint.oid, oid);
  }
  setParentIndex(u, made, index.oid, oid);
  yield* spreadIndex(u, oid, made);
}

const textOf = (_k: string, v: unknown): unknown => (typeof v === 'bigint' ? `${v}n` : _k === 'location' ? undefined : v);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a, textOf) === JSON.stringify(b, textOf);
const listOf = (e: unknown): unknown[] => (e === undefined ? [] : Array.isArray(e) ? e : [e]);

/** CompareIndexInfo */
export function sameIndex(parent: RelationInfo, index: IndexInfo, child: RelationInfo, own: IndexInfo): boolean {
  if (own.unique !== index.unique || own.nullsNotDistinct !== index.nullsNotDistinct || own.relam !== index.relam || own.nkeys !== index.nkeys || own.attnums.length !== index.attnums.length || own.exclusion !== index.exclusion) return false;
  const map = mapByName(parent.attributes, child.attributes);
  for (let k = 0; k < index.attnums.length; k++) {
    const n = index.attnums[k]!;
    if ((n === 0) !== (own.attnums[k] === 0) || (n !== 0 && map(n) !== own.attnums[k])) return false;
    if (k < index.nkeys && (index.collations[k] !== own.collations[k] || index.opfamilies[k] !== own.opfamilies[k])) return false;
  }
  return same(mapVars(index.expressions as Expr[], map), own.expressions) && same(mapVars(listOf(index.predicate) as Expr[], map), listOf(own.predicate));
}

/** Uses an index that the attached table has already; false where none matches. */
export function* attachIndex(u: UtilityContext, parent: RelationInfo, index: IndexInfo, oid: Oid): Steps<boolean> {
  const c = u.session.catalog();
  const child = c.relation(oid)!;
  const wanted = constraintOfIndex(u, index.oid);
  for (const own of child.indexes) {
    if (c.syscache('RELOID', own.oid)!.relispartition || !sameIndex(parent, index, child, own)) continue;
    const has = constraintOfIndex(u, own.oid);
    if (wanted !== undefined && (has === undefined || has.contype !== wanted.contype || has.condeferrable !== wanted.condeferrable || has.condeferred !== wanted.condeferred)) continue;
    setParentIndex(u, own.oid, index.oid, oid);
    if (wanted !== undefined) setParentConstraint(u, has!.oid, wanted.oid, oid);
    validatePartitionedIndex(u, index.oid, parent.oid);
    return true;
  }
  return false;
}

/** validatePartitionedIndex: valid when every partition has its valid part; then perhaps its parent is too. */
export function validatePartitionedIndex(u: UtilityContext, index: Oid, table: Oid): void {
  const w = u.session.catalogWriter();
  if (w.syscache('INDEXRELID', index)!.indisvalid) return;
  const parts = w.rows('pg_inherits', { inhparent: index }).filter((i) => w.syscache('INDEXRELID', i.inhrelid)?.indisvalid === true);
  if (parts.length !== w.relation(table)!.children.length) return;
  w.update('pg_index', { indexrelid: index }, { indisvalid: true });
  const up = w.rows('pg_inherits', { inhrelid: index })[0]?.inhparent;
  if (up !== undefined) validatePartitionedIndex(u, up, w.syscache('INDEXRELID', up)!.indrelid);
}
