/** ALTER TABLE ADD COLUMN, DROP COLUMN and what concerns one column's properties. */
import type { RelationAttribute, RelationInfo } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { baseType, PgArray, SqlError, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type SessionServices } from '../../context.js';
import { evalSteps, Frame } from '../../expr/index.js';
import { rowCompiler } from '../../index-keys.js';
import { lockRelation, openRelation, tableSpec } from '../../relation.js';
import { defineAlterActions, runAlter, type AlterTarget } from './alter-table.js';
import { CLASS } from './catalog-ids.js';
import { addConstraint, addDefault, checkNoNulls, varAttnums } from './constraints.js';
import { inPartitionKey } from './partition-key.js';
import { firstViolation } from './scan-check.js';
import { refuseTyped } from './typed-table.js';
import { finishColumn, planColumn } from './create-table.js';
import { address, recordDependency } from './depend.js';
import { performDeletion } from './dependency.js';
import { attributeRow } from './heap.js';
import type { Raw } from './raw.js';
import { rewriteTable } from './rewrite-table.js';

const SYSTEM = new Set(['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid']);

export const relationOf = (t: AlterTarget): RelationInfo => t.u.session.catalog().relation(t.oid)!;
export function findColumn(rel: RelationInfo, name: string): RelationAttribute | undefined { return rel.attributes.find((a) => a.attname === name && !a.attisdropped); }
export function requireColumn(rel: RelationInfo, name: string): RelationAttribute {
  const a = findColumn(rel, name);
  if (a !== undefined) return a;
  if (SYSTEM.has(name)) throw new SqlError('0A000', `cannot alter system column "${name}"`);
  throw new SqlError('42703', `column "${name}" of relation "${rel.relname}" does not exist`);
}

/** Direct children, locked. */
export function* lockedChildren(t: AlterTarget): Steps<readonly Oid[]> {
  const { children } = relationOf(t);
  for (const c of children) yield* lockRelation(t.u.session, c, 8);
  return children;
}

function* addColumn(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const def = t.cmd.def.ColumnDef;
  const rel = relationOf(t);
  refuseTyped(t, 'add column to');
  const existing = findColumn(rel, def.colname);
  if (t.recursing && existing !== undefined) return mergeIntoChild(t, rel, existing);
  if (existing !== undefined) {
    if (t.cmd.missing_ok !== true) throw new SqlError('42701', `column "${def.colname}" of relation "${rel.relname}" already exists`);
    session.notice('NOTICE', '42701', `column "${def.colname}" of relation "${rel.relname}" already exists, skipping`);
    return;
  }
  if (SYSTEM.has(def.colname) && rel.relkind !== 'c') throw new SqlError('42701', `column name "${def.colname}" conflicts with a system column name`);
  const children = yield* lockedChildren(t);
  if (children.length > 0 && !t.recurse) throw new SqlError('42P16', 'column must be added to child tables too');
  const plan = planColumn(def, t.u, rel.relname, rel.relnamespace);
  if (t.recursing) { plan.column.isLocal = false; plan.column.inheritCount = 1; }
  const w = session.catalogWriter();
  const attnum = rel.attributes.length + 1;
  if (attnum > 1600) throw new SqlError('54011', 'tables can have at most 1600 columns');
  const old = rel.relkind === 'r' ? openRelation(session, t.oid) : undefined;
  w.insert('pg_attribute', attributeRow(w, t.oid, attnum, plan.column));
  w.update('pg_class', { oid: t.oid }, { relnatts: attnum });
  recordDependency(w, address(CLASS.relation, t.oid, attnum), address(CLASS.type, plan.column.type), 'n');
  if (plan.column.collation >= 16384) recordDependency(w, address(CLASS.relation, t.oid, attnum), address(CLASS.collation, plan.column.collation), 'n');
  yield* finishColumn(plan, t.oid, t.u, rel.relname, rel.relnamespace, rel.relpersistence);
  if (old !== undefined) yield* fillColumn(t, attnum, plan.sequence?.identity === true);
  for (const c of plan.constraints) yield* addConstraint(t.u, t.oid, c, false);
  for (const child of children) yield* runAlter({ ...t, oid: child, recursing: true });
}

function mergeIntoChild(t: AlterTarget, rel: RelationInfo, existing: RelationAttribute): void {
  const { session } = t.u;
  const plan = planColumn(t.cmd.def.ColumnDef, t.u, rel.relname, rel.relnamespace);
  if (existing.atttypid !== plan.column.type || existing.atttypmod !== plan.column.typmod) throw new SqlError('42804', `child table "${rel.relname}" has different type for column "${existing.attname}"`);
  if (existing.attcollation !== plan.column.collation) throw new SqlError('42P21', `child table "${rel.relname}" has different collation for column "${existing.attname}"`);
  session.catalogWriter().update('pg_attribute', { attrelid: t.oid, attnum: existing.attnum }, { attinhcount: existing.attinhcount + 1 });
  session.notice('NOTICE', '00000', `merging definition of column "${existing.attname}" for child "${rel.relname}"`);
}

/** Gives old rows the column's value: one for all (kept in the catalog) or, where it may differ from row to row, by a rewrite. */
function* fillColumn(t: AlterTarget, attnum: number, identity: boolean): Steps<void> {
  const { session } = t.u;
  const w = session.catalogWriter();
  const info = relationOf(t);
  const column = info.attributes[attnum - 1]!;
  const expr = info.defaults.get(attnum) as Expr | undefined;
  const extend = (): void => { session.txns.store.extendTable(session.transaction(), info.relfile, tableSpec(session, relationOf(t))); };
  if (column.attgenerated === 'v' || (expr === undefined && !identity)) { extend(); return; }
  const value = identity ? identityExpr(session, t.oid, attnum, column.atttypid) : expr!;
  if (column.attgenerated === '' && !identity && !isVolatile(session, value)) {
    const x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
    const frame = new Frame();
    frame.x = x;
    const datum = yield* evalSteps(rowCompiler(session).compile(value), frame);
    if (datum === null || storable(column.atttypid, datum)) {
      if (datum !== null) w.update('pg_attribute', { attrelid: t.oid, attnum }, { atthasmissing: true, attmissingval: PgArray.of(column.atttypid, [datum]) });
      extend();
      return;
    }
  }
  extend();
  const compiled = rowCompiler(session).compile(value);
  const frame = new Frame();
  yield* rewriteTable(session, openRelation(session, t.oid), function* fill(row, x): Steps<void> {
    frame.x = x;
    row.forEach((v, k) => { (frame.outer[k] ??= [])[0] = v; });
    frame.oi = 0;
    row[attnum - 1] = yield* evalSteps(compiled, frame);
  });
}

/** The next value of the identity column's sequence. */
function identityExpr(session: SessionServices, relation: Oid, attnum: number, type: Oid): Expr {
  const w = session.catalogWriter();
  const d = w.rows('pg_depend', { refclassid: CLASS.relation, refobjid: relation, refobjsubid: attnum }).find((x) => x.classid === CLASS.relation && x.deptype === 'i')!;
  return { kind: 'NextValueExpr', seqid: d.objid, typeId: type } as Expr;
}

/** attmissingval keeps values of base types, and others that are plain. */
function storable(type: Oid, value: Datum): boolean { return baseType(type) !== undefined || (typeof value !== 'object' && typeof value !== 'bigint'); }

/** contain_volatile_functions, over the tree's function and operator oids. */
export function isVolatile(session: SessionServices, expr: unknown): boolean {
  const c = session.catalog();
  const volatile = (oid: unknown): boolean => typeof oid === 'number' && oid !== 0 && c.syscache('PROCOID', oid)?.provolatile === 'v';
  const visit = (n: unknown): boolean => {
    if (n === null || typeof n !== 'object') return false;
    if (Array.isArray(n)) return n.some(visit);
    if (Object.getPrototypeOf(n) !== Object.prototype) return false;
    const node = n as Record<string, unknown>;
    if (node['kind'] === 'NextValueExpr' || volatile(node['funcid']) || volatile(node['opfuncid'])) return true;
    return Object.entries(node).some(([k, v]) => k !== 'constvalue' && visit(v));
  };
  return visit(expr);
}

function* dropColumn(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  refuseTyped(t, 'drop column from');
  const name = t.cmd.name as string;
  const a = findColumn(rel, name);
  if (a === undefined) {
    if (SYSTEM.has(name)) throw new SqlError('0A000', `cannot drop system column "${name}"`);
    const message = `column "${name}" of relation "${rel.relname}" does not exist`;
    if (t.cmd.missing_ok !== true) throw new SqlError('42703', message);
    session.notice('NOTICE', '00000', `${message}, skipping`);
    return;
  }
  if (a.attinhcount > 0 && !t.recursing) throw new SqlError('42P16', `cannot drop inherited column "${name}"`);
  if (inPartitionKey(rel, a.attnum)) throw new SqlError('42P16', `cannot drop column "${name}" because it is part of the partition key of relation "${rel.relname}"`);
  if (rel.relkind === 'p' && !t.recurse && rel.children.length > 0) throw new SqlError('42P16', 'cannot drop column from only the partitioned table when partitions exist', { hint: 'Do not specify the ONLY keyword.' });
  const w = session.catalogWriter();
  for (const child of yield* lockedChildren(t)) {
    const ca = findColumn(session.catalog().relation(child)!, name);
    if (ca === undefined) continue;
    if (!t.recurse) { w.update('pg_attribute', { attrelid: child, attnum: ca.attnum }, { attinhcount: ca.attinhcount - 1, attislocal: true }); continue; }
    if (ca.attinhcount === 1 && !ca.attislocal) yield* runAlter({ ...t, oid: child, recursing: true });
    else w.update('pg_attribute', { attrelid: child, attnum: ca.attnum }, { attinhcount: ca.attinhcount - 1 });
  }
  yield* performDeletion(session, address(CLASS.relation, t.oid, a.attnum), t.cascade ? 'cascade' : 'restrict');
}

function* columnDefault(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  if (a.attidentity !== '') throw new SqlError('42601', `column "${a.attname}" of relation "${rel.relname}" is an identity column`, t.cmd.def === undefined ? { hint: 'Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.' } : {});
  if (a.attgenerated !== '') throw new SqlError('42601', `column "${a.attname}" of relation "${rel.relname}" is a generated column`, t.cmd.def === undefined ? { hint: 'Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.' } : {});
  yield* dropDefault(session, t.oid, a.attnum);
  if (t.cmd.def !== undefined) addDefault(t.u, t.oid, a.attnum, { kind: 'raw', raw: t.cmd.def });
  if (t.recurse) for (const child of yield* lockedChildren(t)) yield* runAlter({ ...t, oid: child, recursing: true });
}
export function* dropDefault(session: SessionServices, relation: Oid, attnum: number): Steps<void> {
  const d = session.catalog().syscache('ATTRDEFNUM', relation, attnum);
  if (d !== undefined) yield* performDeletion(session, address(CLASS.attrdef, d.oid), 'restrict', { internal: true, quietly: true });
}

function* setNotNull(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  const w = session.catalogWriter();
  const known = w.rows('pg_constraint', { conrelid: t.oid, contype: 'n' }).find((c) => c.conkey?.[0] === a.attnum);
  if (known !== undefined) {
    if (t.recursing) w.update('pg_constraint', { oid: known.oid }, { coninhcount: known.coninhcount + 1 });
    else if (!known.conislocal) w.update('pg_constraint', { oid: known.oid }, { conislocal: true });
    if (!known.convalidated) { yield* checkNoNulls(t.u, t.oid, a.attnum); w.update('pg_constraint', { oid: known.oid }, { convalidated: true }); }
    if (a.attnotnull) return;
  }
  if (known === undefined) {
    yield* addConstraint(t.u, t.oid, {
      kind: 'notnull', name: t.recursing ? (t.cmd.parentName as string | undefined) : undefined, columns: [a.attname], raw: {}, deferrable: false, deferred: false, validate: true, enforced: true, noInherit: false,
      isLocal: !t.recursing, inheritCount: t.recursing ? 1 : 0,
    }, false);
  }
  if (!t.recurse) return;
  const made = w.rows('pg_constraint', { conrelid: t.oid, contype: 'n' }).find((c) => c.conkey?.[0] === a.attnum);
  for (const child of yield* lockedChildren(t)) yield* runAlter({ ...t, oid: child, recursing: true, cmd: { ...t.cmd, parentName: made?.conname } });
}

function* dropNotNull(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  if (!a.attnotnull) return;
  if (a.attidentity !== '') throw new SqlError('42601', `column "${a.attname}" of relation "${rel.relname}" is an identity column`);
  if (rel.indexes.some((i) => i.primary && i.attnums.slice(0, i.nkeys).includes(a.attnum))) throw new SqlError('42P16', `column "${a.attname}" is in a primary key`);
  const c = session.catalog().rows('pg_constraint', { conrelid: t.oid, contype: 'n' }).find((x) => x.conkey?.[0] === a.attnum);
  if (c !== undefined) yield* runAlter({ ...t, cmd: { subtype: 'AT_DropConstraint', name: c.conname } });
  else session.catalogWriter().update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, { attnotnull: false });
}

function* dropExpression(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  if (a.attgenerated === '') {
    const message = `column "${a.attname}" of relation "${rel.relname}" is not a generated column`;
    if (t.cmd.missing_ok !== true) throw new SqlError('55000', message);
    session.notice('NOTICE', '00000', `${message}, skipping`);
    return;
  }
  if (a.attgenerated === 'v') throw new SqlError('0A000', 'ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns', { detail: `Column "${a.attname}" of relation "${rel.relname}" is a virtual generated column.` });
  if (a.attinhcount > 0 && !t.recursing) throw new SqlError('42P16', 'cannot drop generation expression from inherited column');
  session.catalogWriter().update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, { attgenerated: '' });
  yield* dropDefault(session, t.oid, a.attnum);
  if (t.recurse) for (const child of yield* lockedChildren(t)) yield* runAlter({ ...t, oid: child, recursing: true });
}

function* setExpression(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const rel = relationOf(t);
  const a = requireColumn(rel, t.cmd.name);
  if (a.attgenerated === '') throw new SqlError('55000', `column "${a.attname}" of relation "${rel.relname}" is not a generated column`);
  if (a.attgenerated === 'v' && rel.checks.length > 0) throw new SqlError('0A000', 'ALTER TABLE / SET EXPRESSION is not supported for virtual generated columns in tables with check constraints', { detail: `Column "${a.attname}" of relation "${rel.relname}" is a virtual generated column.` });
  const old = rel.relkind === 'r' && a.attgenerated === 's' ? openRelation(session, t.oid) : undefined;
  yield* dropDefault(session, t.oid, a.attnum);
  const expr = addDefault(t.u, t.oid, a.attnum, { kind: 'generated', raw: t.cmd.def });
  if (old !== undefined) {
    const compiled = rowCompiler(session).compile(expr);
    const frame = new Frame();
    yield* rewriteTable(session, old, function* fill(row, x): Steps<void> {
      frame.x = x;
      row.forEach((v, k) => { (frame.outer[k] ??= [])[0] = v; });
      frame.oi = 0;
      row[a.attnum - 1] = yield* evalSteps(compiled, frame);
    });
    for (const c of relationOf(t).checks) {
      if (c.enforced && varAttnums(c.expr).has(a.attnum) && (yield* firstViolation(session, t.oid, c.expr as Expr))) throw new SqlError('23514', `check constraint "${c.name}" of relation "${rel.relname}" is violated by some row`, { schema: rel.nspname, table: rel.relname, constraint: c.name });
    }
  }
  if (a.attnotnull && rel.relkind === 'r') yield* checkNoNulls(t.u, t.oid, a.attnum);
  if (t.recurse) for (const child of yield* lockedChildren(t)) yield* runAlter({ ...t, oid: child, recursing: true });
}

const STORAGES: Readonly<Record<string, string>> = { plain: 'p', external: 'e', extended: 'x', main: 'm' };
function setColumn(change: (t: AlterTarget, a: RelationAttribute) => Record<string, unknown>): (t: AlterTarget) => Steps<void> {
  return function* set(t): Steps<void> {
    const rel = relationOf(t);
    const a = t.cmd.num !== undefined ? rel.attributes[t.cmd.num - 1] : requireColumn(rel, t.cmd.name);
    if (a === undefined) throw new SqlError('42703', `column number ${t.cmd.num} of relation "${rel.relname}" does not exist`);
    t.u.session.catalogWriter().update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, change(t, a));
    if (t.recurse) for (const child of yield* lockedChildren(t)) yield* runAlter({ ...t, oid: child, recursing: true });
  };
}
function storageOf(t: AlterTarget, a: RelationAttribute): Record<string, unknown> {
  const given = t.cmd.def.String.sval as string;
  const { session } = t.u;
  const typeStorage = session.catalog().syscache('TYPEOID', a.atttypid)!.typstorage;
  const storage = given.toLowerCase() === 'default' ? typeStorage : STORAGES[given.toLowerCase()];
  if (storage === undefined) throw new SqlError('22023', `invalid storage type "${given}"`);
  if (storage !== 'p' && typeStorage === 'p') throw new SqlError('0A000', `column data type ${session.catalog().types.formatType(a.atttypid, -1)} can only have storage PLAIN`);
  return { attstorage: storage };
}
function compressionOf(t: AlterTarget): Record<string, unknown> {
  const given = t.cmd.def.String.sval as string;
  const code = { pglz: 'p', lz4: 'l', default: '' }[given];
  if (code === undefined) throw new SqlError('22023', `invalid compression method "${given}"`);
  return { attcompression: code };
}
function statisticsOf(t: AlterTarget): Record<string, unknown> {
  const target = (t.cmd.def?.Integer?.ival as number | undefined) ?? (t.cmd.def === undefined ? -1 : 0);
  if (target < -1) throw new SqlError('22023', `statistics target ${target} is too low`);
  if (target > 10000) {
    t.u.session.notice('WARNING', '22023', 'lowering statistics target to 10000');
    return { attstattarget: 10000 };
  }
  return { attstattarget: target === -1 ? null : target };
}
function attributeOptions(t: AlterTarget, a: RelationAttribute): Record<string, unknown> {
  const row = t.u.session.catalog().syscache('ATTNUM', t.oid, a.attnum)!;
  return { attoptions: changedOptions(row.attoptions, t.cmd.def.List.items, t.cmd.subtype === 'AT_ResetOptions') };
}

/** reloptions and attoptions after SET or RESET; null when nothing is left. */
export function changedOptions(old: readonly string[] | null, defs: Raw[], reset: boolean): string[] | null {
  let list = [...(old ?? [])];
  for (const d of defs) {
    const { defname, arg, defnamespace } = d.DefElem;
    const name = defnamespace === undefined ? defname : `${defnamespace}.${defname}`;
    list = list.filter((x) => x.slice(0, x.indexOf('=')) !== name);
    if (reset && arg !== undefined) throw new SqlError('42601', 'RESET must not include values for parameters');
    if (reset) continue;
    list.push(`${name}=${optionValue(arg)}`);
  }
  return list.length > 0 ? list : null;
}
function optionValue(arg: Raw): string {
  if (arg === undefined) return 'true';
  if (arg.Integer) return String(arg.Integer.ival ?? 0);
  if (arg.Float) return arg.Float.fval;
  if (arg.Boolean) return arg.Boolean.boolval === true ? 'true' : 'false';
  if (arg.TypeName) return arg.TypeName.names.at(-1).String.sval;
  return arg.String?.sval ?? '';
}

defineAlterActions({
  AT_AddColumn: addColumn, AT_DropColumn: dropColumn, AT_ColumnDefault: columnDefault, AT_SetNotNull: setNotNull, AT_DropNotNull: dropNotNull, AT_DropExpression: dropExpression, AT_SetExpression: setExpression,
  AT_SetStatistics: setColumn(statisticsOf), AT_SetStorage: setColumn(storageOf), AT_SetCompression: setColumn(compressionOf), AT_SetOptions: setColumn(attributeOptions), AT_ResetOptions: setColumn(attributeOptions),
});
