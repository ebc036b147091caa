/** PRIMARY KEY and UNIQUE constraints with their indexes, and the CREATE INDEX command. */
import type { Expr } from '@pglitedb/planner';
import { exprCollation, exprType } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { relationExpr } from './analysis.js';
import { AM, CLASS } from './catalog-ids.js';
import { addConstraint, checkNoNulls, columnNumbers, insertConstraint, type TableConstraint } from './constraints.js';
import { address, recordDependency } from './depend.js';
import { createIndex, defaultOpclass, spreadIndex, type IndexColumn } from './index-create.js';
import { chooseName, names, options, rangeVarText, relationOid, type Raw } from './raw.js';

export function* addKeyConstraint(u: UtilityContext, relation: Oid, c: TableConstraint, isNew: boolean): Steps<void> {
  const { session } = u;
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  const primary = c.kind === 'primary';
  if (primary && rel.indexes.some((i) => i.primary)) throw new SqlError('42P16', `multiple primary keys for table "${rel.relname}" are not allowed`);
  const duplicate = c.columns.find((n, k) => c.columns.indexOf(n) !== k);
  if (duplicate !== undefined) throw new SqlError('42701', `column "${duplicate}" appears twice in ${primary ? 'primary key' : 'unique'} constraint`);
  const attnums = columnNumbers(w, relation, c.columns, (n) => `column "${n}" named in key does not exist`);
  const include = columnNumbers(w, relation, names(c.raw.including), (n) => `column "${n}" named in key does not exist`);
  if (primary) for (const a of attnums) {
    yield* addConstraint(u, relation, { ...c, kind: 'notnull', name: undefined, columns: [rel.attributes[a - 1]!.attname], deferrable: false, deferred: false, raw: {} }, true);
    if (!isNew) yield* checkNoNulls(u, relation, a);
  }
  const taken = (n: string): boolean => w.syscache('RELNAMENSP', n, rel.relnamespace) !== undefined || w.rows('pg_constraint', { conname: n, connamespace: rel.relnamespace }).length > 0;
  const name = c.name ?? (primary ? chooseName(rel.relname, undefined, 'pkey', taken) : chooseName(rel.relname, [...c.columns, ...names(c.raw.including)].join('_'), 'key', taken));
  if (w.syscache('RELNAMENSP', name, rel.relnamespace) !== undefined) throw new SqlError('42P07', `relation "${name}" already exists`);
  const column = (a: number): IndexColumn => plainColumn(u, relation, a, AM.btree);
  const index = yield* createIndex(session, {
    name, relation, am: AM.btree, keys: attnums.map(column), include: include.map((a) => ({ ...column(a), opclass: 0 })), unique: true, primary, nullsNotDistinct: c.raw.nulls_not_distinct === true,
    immediate: !c.deferrable, predicate: undefined, constraint: 0, options: null,
  });
  const oid = insertConstraint(u, { name, namespace: rel.relnamespace, type: primary ? 'p' : 'u', relation, constraint: c, keys: attnums, index });
  w.remove('pg_depend', { classid: CLASS.relation, objid: index, refclassid: CLASS.relation, refobjid: relation });
  recordDependency(w, address(CLASS.relation, index), address(CLASS.constraint, oid), 'i');
  yield* spreadIndex(u, relation, index);
}

function plainColumn(u: UtilityContext, relation: Oid, attnum: number, am: Oid): IndexColumn {
  const a = u.session.catalog().relation(relation)!.attributes[attnum - 1]!;
  const opclass = defaultOpclass(u.session.catalog(), a.atttypid, am);
  if (opclass === 0) throw noOpclass(u, a.atttypid, am);
  return { name: a.attname, attnum, expr: undefined, type: a.atttypid, opclass, collation: a.attcollation, descending: false, nullsFirst: false };
}
function noOpclass(u: UtilityContext, type: Oid, am: Oid): SqlError {
  const catalog = u.session.catalog();
  return new SqlError('42704', `data type ${catalog.types.formatType(type, -1)} has no default operator class for access method "${catalog.syscache('AMOID', am)?.amname}"`, {
    hint: 'You must specify an operator class for the index or define a default operator class for the data type.',
  });
}

function indexColumn(u: UtilityContext, relation: Oid, e: Raw, am: Oid): IndexColumn {
  const catalog = u.session.catalog();
  const rel = catalog.relation(relation)!;
  let column: IndexColumn;
  if (e.name !== undefined) {
    const a = rel.attributes.find((x) => x.attname === e.name && !x.attisdropped);
    if (a === undefined) throw new SqlError('42703', `column "${e.name}" does not exist`);
    column = { name: a.attname, attnum: a.attnum, expr: undefined, type: a.atttypid, opclass: 0, collation: a.attcollation, descending: false, nullsFirst: false };
  } else {
    const expr: Expr = relationExpr(u, relation, e.expr, 'index_expression');
    if (expr.kind === 'Var' && expr.varattno > 0) column = { ...plainColumn(u, relation, expr.varattno, am), opclass: 0 };
    else column = { name: expressionName(e.expr), attnum: 0, expr, type: exprType(expr), opclass: 0, collation: exprCollation(expr), descending: false, nullsFirst: false };
  }
  if (e.collation !== undefined) {
    const collation = names(e.collation).at(-1)!;
    const row = catalog.rows('pg_collation', { collname: collation })[0];
    if (row === undefined) throw new SqlError('42704', `collation "${collation}" for encoding "UTF8" does not exist`);
    column.collation = row.oid;
  }
  column.opclass = e.opclass === undefined ? defaultOpclass(catalog, column.type, am) : namedOpclass(u, names(e.opclass), am);
  if (column.opclass === 0) throw noOpclass(u, column.type, am);
  column.descending = e.ordering === 'SORTBY_DESC';
  column.nullsFirst = e.nulls_ordering === 'SORTBY_NULLS_FIRST' || (e.nulls_ordering !== 'SORTBY_NULLS_LAST' && column.descending);
  return column;
}
function namedOpclass(u: UtilityContext, parts: string[], am: Oid): Oid {
  const name = parts.at(-1)!;
  const catalog = u.session.catalog();
  const found = catalog.rows('pg_opclass', { opcmethod: am }).find((o) => o.opcname === name);
  if (found === undefined) throw new SqlError('42704', `operator class "${name}" does not exist for access method "${catalog.syscache('AMOID', am)?.amname}"`);
  return found.oid;
}
function expressionName(raw: Raw): string {
  if (raw.FuncCall) return names(raw.FuncCall.funcname).at(-1)!;
  if (raw.CoalesceExpr) return 'coalesce';
  if (raw.CaseExpr) return 'case';
  if (raw.TypeCast) return raw.TypeCast.arg.ColumnRef ? names(raw.TypeCast.arg.ColumnRef.fields).at(-1)! : names(raw.TypeCast.typeName.names).at(-1)!;
  return 'expr';
}

function* createIndexCommand(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const relation = relationOid(session, node.relation);
  yield* lockRelation(session, relation, 5);
  const catalog = session.catalog();
  const rel = catalog.relation(relation)!;
  if (!'rmp'.includes(rel.relkind)) throw new SqlError('42809', `cannot create index on relation "${rangeVarText(node.relation)}"`);
  const am = catalog.syscache('AMNAME', node.accessMethod ?? 'btree');
  if (am === undefined) throw new SqlError('42704', `access method "${node.accessMethod}" does not exist`);
  const keys = (node.indexParams as Raw[]).map((p) => indexColumn(u, relation, p.IndexElem, am.oid));
  const include = ((node.indexIncludingParams as Raw[] | undefined) ?? []).map((p) => {
    const a = rel.attributes.find((x) => x.attname === p.IndexElem.name && !x.attisdropped);
    if (a === undefined) throw new SqlError('42703', `column "${p.IndexElem.name}" does not exist`);
    return { name: a.attname, attnum: a.attnum, expr: undefined, type: a.atttypid, opclass: 0, collation: 0, descending: false, nullsFirst: false };
  });
  uniqueNames([...keys, ...include]);
  const taken = (n: string): boolean => session.catalog().syscache('RELNAMENSP', n, rel.relnamespace) !== undefined;
  const name = node.idxname ?? chooseName(rel.relname, [...keys, ...include].map((k) => k.name).join('_'), 'idx', taken);
  if (node.if_not_exists === true && taken(name)) {
    session.notice('NOTICE', '42P07', `relation "${name}" already exists, skipping`);
    return 'CREATE INDEX';
  }
  const predicate = node.whereClause === undefined ? undefined : [relationExpr(u, relation, node.whereClause, 'index_predicate')];
  const settings = options(node.options).map((o) => `${o.name}=${o.value ?? 'true'}`);
  if (rel.relkind === 'p' && node.concurrent === true) throw new SqlError('0A000', `cannot create index on partitioned table "${rel.relname}" concurrently`);
  const only = rel.relkind === 'p' && node.relation.inh !== true;
  const made = yield* createIndex(session, {
    name, relation, am: am.oid, keys, include, unique: node.unique === true, primary: false, nullsNotDistinct: node.nulls_not_distinct === true, immediate: true, predicate,
    constraint: 0, options: settings.length > 0 ? settings : null, only,
  });
  if (!only) yield* spreadIndex(u, relation, made);
  return 'CREATE INDEX';
}

/** ChooseIndexColumnNames: repeated names get numbers. */
function uniqueNames(columns: IndexColumn[]): void {
  const seen = new Set<string>();
  for (const c of columns) {
    const base = c.name;
    for (let n = 1; seen.has(c.name); n++) c.name = `${base}${n}`;
    seen.add(c.name);
  }
}

defineCommands({ IndexStmt: createIndexCommand });
