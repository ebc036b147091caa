/** PARTITION BY: columns and expressions of a partition key, their operator classes and collations (ComputePartitionAttrs). */
import { encodeNode, type CatalogReader, type RelationInfo } from '@pglitedb/catalog';
import { exprCollation, exprType, type Expr, type PartitionStrategy } from '@pglitedb/planner';
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { relationExpr } from './analysis.js';
import { AM, CLASS } from './catalog-ids.js';
import { varAttnums } from './constraints.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { defaultOpclass } from './index-create.js';
import { requireObject } from './object-lookup.js';
import { names, type Raw } from './raw.js';

const STRATEGIES: Readonly<Record<string, PartitionStrategy>> = { PARTITION_STRATEGY_LIST: 'l', PARTITION_STRATEGY_RANGE: 'r', PARTITION_STRATEGY_HASH: 'h' };
const COLUMNS_MAX = 32;
const SYSTEM_COLUMNS = ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid'];
const [RECORD, UNKNOWN] = [2249, 705];

interface Column { attnum: number; expr: Expr | undefined; opclass: Oid; collation: Oid }

export function partitionStrategy(spec: Raw): PartitionStrategy {
  const strategy = STRATEGIES[spec.strategy]!;
  if (strategy === 'l' && spec.partParams.length !== 1) throw new SqlError('42P17', 'cannot use "list" partition strategy with more than one column');
  if (spec.partParams.length > COLUMNS_MAX) throw new SqlError('54011', `cannot partition using more than ${COLUMNS_MAX} columns`);
  return strategy;
}

/** Stores the key of a partitioned table that is there now (StorePartitionKey). */
export function storePartitionKey(u: UtilityContext, relation: Oid, spec: Raw): void {
  const { session } = u;
  const strategy = partitionStrategy(spec);
  const rel = session.catalog().relation(relation)!;
  const columns = (spec.partParams as Raw[]).map((p, k) => column(u, rel, p.PartitionElem, k, strategy));
  const w = session.catalogWriter();
  const exprs = columns.flatMap((c) => (c.expr === undefined ? [] : [c.expr]));
  w.insert('pg_partitioned_table', {
    partrelid: relation, partstrat: strategy, partnatts: columns.length, partdefid: 0, partattrs: columns.map((c) => c.attnum), partclass: columns.map((c) => c.opclass), partcollation: columns.map((c) => c.collation),
    partexprs: exprs.length === 0 ? null : encodeNode(exprs, session.env),
  });
  const self = address(CLASS.relation, relation);
  for (const c of columns) {
    recordDependency(w, self, address(CLASS.opclass, c.opclass), 'n');
    if (c.collation !== 0) recordDependency(w, self, address(CLASS.collation, c.collation), 'n');
    if (c.attnum !== 0) recordDependency(w, address(CLASS.relation, relation, c.attnum), self, 'i');
  }
  if (exprs.length > 0) recordExpressionDependencies(w, self, exprs, relation, 'n', 'i');
  w.update('pg_class', { oid: relation }, {});
}

function column(u: UtilityContext, rel: RelationInfo, e: Raw, k: number, strategy: PartitionStrategy): Column {
  const c = u.session.catalog();
  const at = (code: string, message: string): SqlError => new SqlError(code, message, { position: position(u, e.location) });
  let [attnum, type, collation]: [number, Oid, Oid] = [0, 0, 0];
  let expr: Expr | undefined;
  if (e.name !== undefined) {
    const a = rel.attributes.find((x) => x.attname === e.name && !x.attisdropped);
    if (a === undefined && SYSTEM_COLUMNS.includes(e.name)) throw at('42P17', `cannot use system column "${e.name}" in partition key`);
    if (a === undefined) throw at('42703', `column "${e.name}" named in partition key does not exist`);
    if (a.attgenerated !== '') throw new SqlError('42P17', 'cannot use generated column in partition key', { detail: `Column "${a.attname}" is a generated column.`, position: position(u, e.location) });
    [attnum, type, collation] = [a.attnum, a.atttypid, a.attcollation];
  } else {
    expr = withoutPosition(() => relationExpr(u, rel.oid, e.expr, 'partition_expression'));
    [type, collation] = [exprType(expr), exprCollation(expr)];
    if (expr.kind === 'Var' && expr.varattno > 0) { attnum = expr.varattno; expr = undefined; } else checkExpression(u, rel, expr, e);
  }
  const pseudo = c.types.typeInfo(type)?.kind === 'p' || type === RECORD || type === UNKNOWN;
  if (pseudo) throw new SqlError('42P16', `partition key column ${k + 1} has pseudo-type ${c.types.formatType(type, -1)}`);
  if (e.collation !== undefined) collation = requireObject(u.session, 'OBJECT_COLLATION', { List: { items: e.collation } }).objectId;
  const collatable = (c.syscache('TYPEOID', type)?.typcollation ?? 0) !== 0;
  if (collatable && collation === 0) throw new SqlError('42P22', 'could not determine which collation to use for partition expression', { hint: 'Use the COLLATE clause to set the collation explicitly.' });
  if (!collatable && collation !== 0) throw new SqlError('42804', `collations are not supported by type ${c.types.formatType(type, -1)}`);
  return { attnum, expr, opclass: opclassFor(c, e.opclass, type, strategy), collation };
}
const position = (u: UtilityContext, location: number | undefined): number | undefined => (location === undefined ? undefined : u.sql.slice(0, location).length + 1);

/** PostgreSQL analyses these without the statement's text at hand. */
function withoutPosition<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof SqlError) delete error.position;
    throw error;
  }
}

/** has_partition_attrs: does the key of a partitioned table use the column? */
export function inPartitionKey(rel: RelationInfo, attnum: number): boolean {
  const key = rel.partitionKey;
  return key !== undefined && (key.attnums.includes(attnum) || varAttnums(key.exprs).has(attnum));
}

function checkExpression(u: UtilityContext, rel: RelationInfo, expr: Expr, e: Raw): void {
  const c = u.session.catalog();
  let vars = 0;
  const visit = (n: unknown): void => {
    if (n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) { n.forEach(visit); return; }
    const node = n as { kind?: string; varattno?: number };
    if (node.kind === 'Var') {
      vars++;
      if (node.varattno! < 0) throw new SqlError('42P17', 'partition key expressions cannot contain system column references');
      const a = rel.attributes[node.varattno! - 1];
      if (a !== undefined && a.attgenerated !== '') throw new SqlError('42P17', 'cannot use generated column in partition key', { detail: `Column "${a.attname}" is a generated column.`, position: position(u, e.location) });
    }
    for (const f of ['funcid', 'opfuncid'] as const) {
      const fn = (n as Record<string, unknown>)[f];
      if (typeof fn === 'number' && fn !== 0 && c.syscache('PROCOID', fn)?.provolatile !== 'i') throw new SqlError('42P17', 'functions in partition key expression must be marked IMMUTABLE');
    }
    if (node.kind === 'Const') return;
    Object.values(n).forEach(visit);
  };
  visit(expr);
  if (vars === 0) throw new SqlError('42P17', 'cannot use constant expression as partition key');
}

function opclassFor(c: CatalogReader, given: Raw[] | undefined, type: Oid, strategy: PartitionStrategy): Oid {
  const am = strategy === 'h' ? AM.hash : AM.btree;
  const word = strategy === 'h' ? 'hash' : 'btree';
  if (given === undefined) {
    const found = defaultOpclass(c, type, am);
    if (found === 0) {
      throw new SqlError('42704', `data type ${c.types.formatType(type, -1)} has no default operator class for access method "${word}"`, { hint: `You must specify a ${word} operator class or define a default ${word} operator class for the data type.` });
    }
    return found;
  }
  const parts = names(given);
  const name = parts.at(-1)!;
  const spaces = parts.length > 1 ? [c.syscache('NAMESPACENAME', parts.at(-2)!)?.oid ?? 0] : c.searchPath();
  for (const ns of spaces) {
    const row = c.syscache('CLAAMNAMENSP', am, name, ns);
    if (row !== undefined) return row.oid;
  }
  throw new SqlError('42704', `operator class "${parts.join('.')}" does not exist for access method "${word}"`);
}
