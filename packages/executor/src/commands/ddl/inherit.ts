/** Columns and constraints that a new table takes over: from parents (INHERITS), merged as MergeAttributes does. */
import type { RelationAttribute, RelationInfo } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import type { UtilityContext } from '../registry.js';
import { addConstraint, addDefault } from './constraints.js';
import type { NewColumn } from './heap.js';
import { mapByName, mapVars } from './map-vars.js';
import { checkRelationOwner } from './ownership.js';

export { likeColumns } from './like.js';

/** Puts something inherited on the new table, once it is there. */
export type Copier = (table: Oid, u: UtilityContext) => Steps<void>;

export function newColumnOf(a: RelationAttribute): NewColumn {
  return {
    name: a.attname, type: a.atttypid, typmod: a.atttypmod, collation: a.attcollation, notNull: a.attnotnull, ndims: 0, isLocal: true, inheritCount: 0,
    identity: '', generated: a.attgenerated, storage: a.attstorage,
  };
}

export function inheritedColumns(session: SessionServices, parents: readonly Oid[], own: NewColumn[], isPartition = false): { columns: NewColumn[]; inherited: Copier[] } {
  if (parents.length === 0) return { columns: own, inherited: [] };
  const columns: NewColumn[] = [];
  const infos = parents.map((p) => session.catalog().relation(p)!);
  for (const info of infos) {
    checkParent(session, info, isPartition);
    for (const a of info.attributes) if (!a.attisdropped) mergeParentColumn(session, columns, a);
  }
  if (isPartition) return { columns: partitionColumns(columns, own, infos[0]!), inherited: copiers(infos) };
  const merged = mergeOwnColumns(session, columns, own);
  return { columns: merged, inherited: copiers(infos) };
}

/** A partition has exactly its parent's columns; options may add NOT NULL. Identity comes with them. */
function partitionColumns(inherited: NewColumn[], own: readonly NewColumn[], parent: RelationInfo): NewColumn[] {
  return inherited.map((c) => ({
    ...c, identity: parent.attributes.find((a) => a.attname === c.name && !a.attisdropped)!.attidentity, notNull: c.notNull || own.some((o) => o.name === c.name && o.notNull),
  }));
}

function checkParent(session: SessionServices, info: RelationInfo, isPartition: boolean): void {
  if (info.relkind !== 'r' && info.relkind !== 'f' && info.relkind !== 'p') throw new SqlError('42809', `inherited relation "${info.relname}" is not a table or foreign table`);
  if (isPartition && info.relkind !== 'p') throw new SqlError('42809', `"${info.relname}" is not partitioned`);
  if (info.relkind === 'p' && !isPartition) throw new SqlError('42809', `cannot inherit from partitioned table "${info.relname}"`);
  if (info.relispartition && !isPartition) throw new SqlError('42809', `cannot inherit from partition "${info.relname}"`);
  checkRelationOwner(session, info.oid);
}

function checkSameType(session: SessionServices, prefix: string, a: NewColumn, b: NewColumn): void {
  const { types } = session.catalog();
  if (a.type !== b.type || a.typmod !== b.typmod) {
    throw new SqlError('42804', `${prefix} has a type conflict`, { detail: `${types.formatType(a.type, a.typmod)} versus ${types.formatType(b.type, b.typmod)}` });
  }
  if (a.collation === b.collation) return;
  const name = (oid: Oid): string => `"${session.catalog().syscache('COLLOID', oid)?.collname ?? oid}"`;
  throw new SqlError('42P21', `${prefix} has a collation conflict`, { detail: `${name(a.collation)} versus ${name(b.collation)}` });
}

function mergeParentColumn(session: SessionServices, columns: NewColumn[], a: RelationAttribute): void {
  const column = newColumnOf(a);
  const known = columns.find((c) => c.name === a.attname);
  if (known === undefined) { columns.push({ ...column, isLocal: false, inheritCount: 1 }); return; }
  session.notice('NOTICE', '00000', `merging multiple inherited definitions of column "${a.attname}"`);
  checkSameType(session, `inherited column "${a.attname}"`, known, column);
  if (known.generated !== column.generated) throw new SqlError('42P16', `inherited column "${a.attname}" has a generation conflict`);
  known.inheritCount++;
  known.notNull ||= column.notNull;
}

function mergeOwnColumns(session: SessionServices, inherited: NewColumn[], own: NewColumn[]): NewColumn[] {
  const columns = [...inherited];
  own.forEach((c, k) => {
    const at = inherited.findIndex((x) => x.name === c.name);
    if (at < 0) { columns.push(c); return; }
    const known = columns[at]!;
    if (at === k) session.notice('NOTICE', '00000', `merging column "${c.name}" with inherited definition`);
    else session.notice('NOTICE', '00000', `moving and merging column "${c.name}" with inherited definition`, { detail: 'User-specified column moved to the position of the inherited column.' });
    checkSameType(session, `column "${c.name}"`, known, c);
    if (known.isLocal) throw new SqlError('42701', `column "${c.name}" specified more than once`);
    if (known.generated !== '' && c.generated === '') c.generated = known.generated;
    columns[at] = { ...c, isLocal: true, inheritCount: known.inheritCount, notNull: known.notNull || c.notNull };
  });
  return columns;
}

function copiers(parents: readonly RelationInfo[]): Copier[] {
  return [function* copy(table, u): Steps<void> {
    inheritDefaults(table, u, parents);
    for (const p of parents) yield* inheritConstraints(table, u, p);
  }];
}

function inheritDefaults(table: Oid, u: UtilityContext, parents: readonly RelationInfo[]): void {
  const child = u.session.catalog().relation(table)!;
  for (const a of child.attributes) {
    if (a.atthasdef) continue;
    const found: Expr[] = [];
    for (const p of parents) {
      const from = p.attributes.find((x) => x.attname === a.attname && !x.attisdropped);
      const expr = from === undefined ? undefined : p.defaults.get(from.attnum);
      if (expr !== undefined) found.push(mapVars(expr as Expr, mapByName(p.attributes, child.attributes)));
    }
    if (found.length === 0) continue;
    if (found.some((e) => JSON.stringify(e, textOf) !== JSON.stringify(found[0], textOf))) {
      throw a.attgenerated !== ''
        ? new SqlError('42611', `column "${a.attname}" inherits conflicting generation expressions`, { hint: 'To resolve the conflict, specify a generation expression explicitly.' })
        : new SqlError('42611', `column "${a.attname}" inherits conflicting default values`, { hint: 'To resolve the conflict, specify a default explicitly.' });
    }
    addDefault(u, table, a.attnum, { kind: 'expr', expr: found[0]! });
  }
}
const textOf = (_key: string, v: unknown): unknown => (typeof v === 'bigint' ? `${v}n` : v);

function* inheritConstraints(table: Oid, u: UtilityContext, parent: RelationInfo): Steps<void> {
  const { session } = u;
  for (const c of session.catalog().rows('pg_constraint', { conrelid: parent.oid })) {
    if (c.connoinherit || (c.contype !== 'c' && c.contype !== 'n')) continue;
    const w = session.catalogWriter();
    const child = w.relation(table)!;
    const base = { deferrable: false, deferred: false, validate: c.convalidated, enforced: c.conenforced, noInherit: false, raw: {}, isLocal: false, inheritCount: 1 };
    if (c.contype === 'n') {
      const name = parent.attributes[c.conkey![0]! - 1]!.attname;
      const attnum = child.attributes.find((a) => a.attname === name && !a.attisdropped)!.attnum;
      const known = w.rows('pg_constraint', { conrelid: table, contype: 'n' }).find((k) => k.conkey?.[0] === attnum);
      if (known !== undefined) w.update('pg_constraint', { oid: known.oid }, { coninhcount: known.coninhcount + 1 });
      else yield* addConstraint(u, table, { ...base, kind: 'notnull', name: c.conname, columns: [name] }, true);
      continue;
    }
    const known = w.rows('pg_constraint', { conrelid: table, conname: c.conname })[0];
    if (known !== undefined) { w.update('pg_constraint', { oid: known.oid }, { coninhcount: known.coninhcount + 1 }); continue; }
    const expr = parent.checks.find((k) => k.oid === c.oid)!.expr as Expr;
    yield* addConstraint(u, table, { ...base, kind: 'check', name: c.conname, columns: [], expr: mapVars(expr, mapByName(parent.attributes, child.attributes)) }, true);
  }
}
