/**
 * ALTER TABLE … ALTER COLUMN … TYPE: rewrites the table through the conversion expression (or leaves the rows where the
 * types are binary compatible), then brings defaults, checks, keys and indexes over to the new type.
 */
import { encodeNode, objectDescription, type IndexInfo, type RelationAttribute, type RelationInfo } from '@pglitedb/catalog';
import { analyzeExpr, coerceToTarget, makeVar, type Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { evalSteps, Frame } from '../../expr/index.js';
import { rowCompiler } from '../../index-keys.js';
import { openRelation } from '../../relation.js';
import type { UtilityContext } from '../registry.js';
import { defineAlterActions, runAlter, type AlterTarget } from './alter-table.js';
import { lockedChildren, relationOf, requireColumn } from './alter-columns.js';
import { columnType, relationExpr, type ColumnType } from './analysis.js';
import { CLASS } from './catalog-ids.js';
import { addDefault, varAttnums } from './constraints.js';
import { checkColumnType } from './create-table.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { defaultOpclass } from './index-create.js';
import { refuseTyped } from './typed-table.js';
import { inPartitionKey } from './partition-key.js';
import { rawExpression } from './raw-expression.js';
import type { Raw } from './raw.js';
import { rebuildIndex, rewriteTable } from './rewrite-table.js';
import { checkNoNulls } from './constraints.js';
import { firstViolation } from './scan-check.js';

function* alterColumnType(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const def = t.cmd.def.ColumnDef;
  const rel = relationOf(t);
  refuseTyped(t, 'alter column type of');
  const a = requireColumn(rel, t.cmd.name);
  if (a.attinhcount > 0 && !t.recursing) throw new SqlError('42P16', `cannot alter inherited column "${a.attname}"`);
  if (inPartitionKey(rel, a.attnum)) throw new SqlError('42P16', `cannot alter column "${a.attname}" because it is part of the partition key of relation "${rel.relname}"`);
  const type = columnType(t.u, def.typeName, def.collClause?.CollateClause ?? def.collClause);
  checkColumnType(session, type.oid, a.attname);
  checkDependents(t.u, rel, a);
  const children = yield* lockedChildren(t);
  if (!t.recurse && children.length > 0) throw new SqlError('42P16', `type of inherited column "${a.attname}" must be changed in child tables too`);
  const conversion = rel.relkind === 'c' ? undefined : conversionExpr(t, rel, a, type, def.raw_default);
  const oldDefault = convertedDefault(t, rel, a, type);
  const reanalyse = dependentExpressions(t.u, rel, a);
  const old = rel.relkind === 'r' || rel.relkind === 'm' ? openRelation(session, t.oid) : undefined;
  const w = session.catalogWriter();
  const row = w.syscache('TYPEOID', type.oid)!;
  w.update('pg_attribute', { attrelid: t.oid, attnum: a.attnum }, {
    atttypid: type.oid, atttypmod: type.typmod, attcollation: type.collation, attlen: row.typlen, attbyval: row.typbyval, attalign: row.typalign, attstorage: row.typstorage, attcompression: '',
    attndims: def.typeName.arrayBounds?.length ?? 0, atthasmissing: false, attmissingval: null,
  });
  w.remove('pg_depend', { classid: CLASS.relation, objid: t.oid, objsubid: a.attnum, refclassid: CLASS.type });
  w.remove('pg_depend', { classid: CLASS.relation, objid: t.oid, objsubid: a.attnum, refclassid: CLASS.collation });
  recordDependency(w, address(CLASS.relation, t.oid, a.attnum), address(CLASS.type, type.oid), 'n');
  w.remove('pg_statistic', { starelid: t.oid, staattnum: a.attnum });
  if (oldDefault !== undefined) addDefault(t.u, t.oid, a.attnum, { kind: 'expr', expr: oldDefault });
  for (const apply of reanalyse) apply();
  for (const i of rel.indexes) if (usesColumn(i, a.attnum)) retypeIndex(t.u, i, a, type);
  if (old !== undefined && conversion !== undefined) yield* convertRows(t, old, a.attnum, conversion);
  if (a.attnotnull && old !== undefined) yield* checkNoNulls(t.u, t.oid, a.attnum);
  yield* recheck(t, a.attnum, conversion !== undefined);
  for (const child of children) yield* runAlter({ ...t, oid: child, recursing: true });
}

const usesColumn = (i: IndexInfo, attnum: number): boolean => i.attnums.includes(attnum) || varAttnums(i.expressions).has(attnum) || varAttnums(i.predicate ?? []).has(attnum);

/** Views, rules, triggers, policies and generated columns that read the column forbid the change. */
function checkDependents(u: UtilityContext, rel: RelationInfo, a: RelationAttribute): void {
  const c = u.session.catalog();
  for (const d of c.rows('pg_depend', { refclassid: CLASS.relation, refobjid: rel.oid, refobjsubid: a.attnum })) {
    const o = { classId: d.classid, objectId: d.objid, subId: d.objsubid };
    const detail = (): string => `${objectDescription(c, o)} depends on column "${a.attname}"`;
    if (d.classid === CLASS.rewrite) throw new SqlError('0A000', 'cannot alter type of a column used by a view or rule', { detail: detail() });
    if (d.classid === CLASS.trigger) throw new SqlError('0A000', 'cannot alter type of a column used in a trigger definition', { detail: detail() });
    if (d.classid === CLASS.policy) throw new SqlError('0A000', 'cannot alter type of a column used in a policy definition', { detail: detail() });
    if (d.classid === CLASS.proc) throw new SqlError('0A000', 'cannot alter type of a column used by a function or procedure', { detail: detail() });
    if (d.classid !== CLASS.attrdef) continue;
    const target = c.syscache('ATTRDEFOID', d.objid);
    if (target === undefined || target.adnum === a.attnum) continue;
    throw new SqlError('0A000', 'cannot alter type of a column used by a generated column', { detail: `Column "${a.attname}" is used by generated column "${rel.attributes[target.adnum - 1]!.attname}".` });
  }
}

/** The USING expression, or the column itself, as the new type. undefined: the rows can stay as they are. */
function conversionExpr(t: AlterTarget, rel: RelationInfo, a: RelationAttribute, type: ColumnType, using: Raw | undefined): Expr | undefined {
  const { session } = t.u;
  const context = { catalog: session.catalog(), env: session.env, sql: t.u.sql, paramTypes: [] };
  const source = using === undefined ? makeVar(1, a.attnum, a.atttypid, a.atttypmod, a.attcollation, 0) : analyzeExpr(using, 'alter_col_transform', rel, context);
  const cast = coerceToTarget(source, type.oid, type.typmod, 'assignment', context);
  const text = context.catalog.types.formatType(type.oid, type.typmod);
  if (cast === undefined) {
    if (using !== undefined) throw new SqlError('42804', `result of USING clause for column "${a.attname}" cannot be cast automatically to type ${text}`, { hint: 'You might need to add an explicit cast.' });
    throw new SqlError('42804', `column "${a.attname}" cannot be cast automatically to type ${text}`, { hint: `You might need to specify "USING ${quoted(a.attname)}::${text}".` });
  }
  return cast.kind === 'Var' ? undefined : cast;
}
const quoted = (n: string): string => (/^[a-z_][a-z0-9_]*$/.test(n) ? n : `"${n.replaceAll('"', '""')}"`);

function stripImplicit(e: Expr): Expr {
  if (e.kind === 'FuncExpr' && e.funcformat === 'implicit') return stripImplicit(e.args[0]!);
  if (e.kind === 'RelabelType' && e.relabelformat === 'implicit') return stripImplicit(e.arg);
  if ((e.kind === 'CoerceViaIO' || e.kind === 'ArrayCoerceExpr') && e.coerceformat === 'implicit') return stripImplicit(e.arg);
  if (e.kind === 'CoerceToDomain' && e.coercionformat === 'implicit') return stripImplicit(e.arg);
  return e;
}

function convertedDefault(t: AlterTarget, rel: RelationInfo, a: RelationAttribute, type: ColumnType): Expr | undefined {
  const expr = rel.defaults.get(a.attnum) as Expr | undefined;
  if (expr === undefined) return undefined;
  const { session } = t.u;
  const cast = coerceToTarget(stripImplicit(expr), type.oid, type.typmod, 'assignment', { catalog: session.catalog(), env: session.env, sql: t.u.sql, paramTypes: [] });
  if (cast !== undefined) return cast;
  const what = a.attgenerated !== '' ? 'generation expression' : 'default';
  throw new SqlError('42804', `${what} for column "${a.attname}" cannot be cast automatically to type ${session.catalog().types.formatType(type.oid, type.typmod)}`);
}

/** Checks and index expressions that read the column, turned to raw form now and analysed again when its type has changed. */
function dependentExpressions(u: UtilityContext, rel: RelationInfo, a: RelationAttribute): (() => void)[] {
  const { session } = u;
  const c = session.catalog();
  const raw = (e: Expr): Raw => rawExpression(c, session.env, e, (n) => rel.attributes[n - 1]!.attname);
  const list: (() => void)[] = [];
  for (const k of rel.checks) {
    if (!varAttnums(k.expr).has(a.attnum)) continue;
    const form = raw(k.expr as Expr);
    list.push(() => {
      const expr = relationExpr(u, rel.oid, form, 'check_constraint');
      session.catalogWriter().update('pg_constraint', { oid: k.oid }, { conbin: encodeNode(expr, session.env) });
      recordExpressionDependencies(session.catalogWriter(), address(CLASS.constraint, k.oid), expr, rel.oid);
    });
  }
  for (const i of rel.indexes) {
    if (varAttnums(i.expressions).has(a.attnum)) {
      const forms = (i.expressions as Expr[]).map(raw);
      list.push(() => session.catalogWriter().update('pg_index', { indexrelid: i.oid }, { indexprs: encodeNode(forms.map((f) => relationExpr(u, rel.oid, f, 'index_expression')), session.env) }));
    }
    if (i.predicate !== undefined && varAttnums(i.predicate).has(a.attnum)) {
      const forms = (Array.isArray(i.predicate) ? (i.predicate as Expr[]) : [i.predicate as Expr]).map(raw);
      list.push(() => session.catalogWriter().update('pg_index', { indexrelid: i.oid }, { indpred: encodeNode(forms.map((f) => relationExpr(u, rel.oid, f, 'index_predicate')), session.env) }));
    }
  }
  return list;
}

/** The index's own column rows and operator classes for the new type. */
function retypeIndex(u: UtilityContext, i: IndexInfo, a: RelationAttribute, type: ColumnType): void {
  const w = u.session.catalogWriter();
  const row = w.syscache('TYPEOID', type.oid)!;
  const classes = [...i.opclasses];
  i.attnums.forEach((n, k) => {
    if (n !== a.attnum) return;
    w.update('pg_attribute', { attrelid: i.oid, attnum: k + 1 }, { atttypid: type.oid, atttypmod: type.typmod, attcollation: type.collation, attlen: row.typlen, attbyval: row.typbyval, attalign: row.typalign, attstorage: row.typstorage });
    if (k >= i.nkeys) return;
    const opclass = defaultOpclass(w, type.oid, i.relam);
    if (opclass === 0) throw new SqlError('42704', `data type ${w.types.formatType(type.oid, -1)} has no default operator class for access method "${i.amname}"`, { hint: 'You must specify an operator class for the index or define a default operator class for the data type.' });
    if (classes[k] === defaultOpclass(w, a.atttypid, i.relam)) classes[k] = opclass;
  });
  w.update('pg_index', { indexrelid: i.oid }, { indclass: classes, indcollation: i.collations.map((x, k) => (i.attnums[k] === a.attnum ? type.collation : x)) });
}

function* convertRows(t: AlterTarget, old: ReturnType<typeof openRelation>, attnum: number, conversion: Expr): Steps<void> {
  const compiled = rowCompiler(t.u.session).compile(conversion);
  const frame = new Frame();
  yield* rewriteTable(t.u.session, old, function* convert(row, x): Steps<void> {
    frame.x = x;
    for (let k = 0; k < row.length; k++) (frame.outer[k] ??= [])[0] = row[k];
    frame.oi = 0;
    row[attnum - 1] = yield* evalSteps(compiled, frame);
  });
}

/** Checks of the rewritten rows; indexes where the rows stayed. */
function* recheck(t: AlterTarget, attnum: number, rewritten: boolean): Steps<void> {
  const rel = relationOf(t);
  if (rel.relkind === 'c') return;
  for (const k of rel.checks) {
    if (!k.enforced || !k.validated || !varAttnums(k.expr).has(attnum)) continue;
    if (yield* firstViolation(t.u.session, t.oid, k.expr as Expr)) throw new SqlError('23514', `check constraint "${k.name}" of relation "${rel.relname}" is violated by some row`, { schema: rel.nspname, table: rel.relname, constraint: k.name });
  }
  if (!rewritten) for (const i of rel.indexes) if (usesColumn(i, attnum)) yield* rebuildIndex(t.u.session, t.oid, i.oid);
}

defineAlterActions({ AT_AlterColumnType: alterColumnType });
