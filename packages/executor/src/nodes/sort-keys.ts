/** Comparisons and equality of rows by the operators that a plan names (Sort, Unique, Group, MergeJoin, SetOp …). */
import type { Plan } from '@pglitedb/planner';
import { exprType } from '@pglitedb/planner';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { ExprCompiler } from '../expr/index.js';

export type RowCompare = (a: Datum[][], i: number, b: Datum[][], j: number) => number;
export type RowEqual = (a: Datum[][], i: number, b: Datum[][], j: number) => boolean;

const BTREE_AM = 403;
const STRATEGY_GREATER = 5;

/** Comparison of one column by an ordering operator: < or >. */
export function columnCompare(c: ExprCompiler, type: Oid, sortop: Oid, collation: Oid): (a: Datum, b: Datum) => number {
  const amop = c.catalog.rows('pg_amop', { amopopr: sortop, amopmethod: BTREE_AM })[0];
  if (amop === undefined) throw new SqlError('42883', `operator ${sortop} is not a valid ordering operator`);
  const sign = amop.amopstrategy === STRATEGY_GREATER ? -1 : 1;
  const base = familyCompare(c, amop.amopfamily, amop.amoplefttype, amop.amoprighttype, type, collation);
  return sign === 1 ? base : (a, b) => -base(a, b);
}

/** The comparison that an operator family gives for two types. */
export function familyCompare(c: ExprCompiler, family: Oid, left: Oid, right: Oid, type: Oid, collation: Oid): (a: Datum, b: Datum) => number {
  const impl = c.catalog.types.typeImpl(type);
  const proc = c.catalog.syscache('AMPROCNUM', family, left, right, 1);
  const defaultOpclass = c.catalog.rows('pg_opclass', { opcmethod: BTREE_AM, opcintype: left, opcdefault: true })[0];
  const isDefault = left === right && defaultOpclass !== undefined && defaultOpclass.opcfamily === family;
  if (isDefault && impl.compare !== undefined && (collation === 0 || collation === 100 || collation === 950 || collation === 951)) return impl.compare.bind(impl);
  if (proc === undefined) {
    if (impl.compare !== undefined) return impl.compare.bind(impl);
    throw new SqlError('42883', `could not identify a comparison function for type ${c.catalog.types.formatType(type, -1)}`);
  }
  const fn = c.resolve(proc.amproc as Oid);
  if (fn.impl === undefined) throw new SqlError('0A000', `comparison function ${fn.name} in language ${fn.language} is not supported yet`);
  const cx = c.callContext(collation, [left, right], 23);
  const f = fn.impl.fn;
  return (a, b) => f(a, b, cx);
}

/** Row comparison over sort columns; NULLs as each column says. */
export function compareOf(c: ExprCompiler, input: Plan, columns: readonly number[], operators: readonly Oid[], collations: readonly Oid[], nullsFirst: readonly boolean[]): RowCompare {
  const keys = columns.map((col, k) => ({
    at: col - 1, nulls: nullsFirst[k] ? -1 : 1,
    compare: columnCompare(c, exprType(input.targetlist[col - 1]!.expr), operators[k]!, collations[k] ?? 0),
  }));
  const one = (k: (typeof keys)[number]): RowCompare => (a, i, b, j) => {
    const x = a[k.at]![i];
    const y = b[k.at]![j];
    if (x === null) return y === null ? 0 : k.nulls;
    if (y === null) return -k.nulls;
    return k.compare(x, y);
  };
  if (keys.length === 1) return one(keys[0]!);
  const each = keys.map(one);
  return (a, i, b, j) => {
    for (let k = 0; k < each.length; k++) {
      const order = each[k]!(a, i, b, j);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Equality of rows over columns by equality operators; NULLs are equal to each other (DISTINCT, GROUP BY). */
export function equalityOf(c: ExprCompiler, input: Plan, columns: readonly number[], operators: readonly Oid[], collations: readonly Oid[]): RowEqual {
  const keys = columns.map((col, k) => ({ at: col - 1, equal: columnEqual(c, exprType(input.targetlist[col - 1]!.expr), operators[k]!, collations[k] ?? 0) }));
  return (a, i, b, j) => {
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k]!;
      const x = a[key.at]![i];
      const y = b[key.at]![j];
      if (x === null || y === null) { if (x !== y) return false; } else if (!key.equal(x, y)) return false;
    }
    return true;
  };
}

export function columnEqual(c: ExprCompiler, type: Oid, eqop: Oid, collation: Oid): (a: Datum, b: Datum) => boolean {
  const op = c.catalog.syscache('OPEROID', eqop);
  if (op === undefined) throw new SqlError('42883', `cache lookup failed for operator ${eqop}`);
  const fn = c.resolve(op.oprcode as Oid);
  if (fn.impl === undefined) throw new SqlError('0A000', `equality function ${fn.name} in language ${fn.language} is not supported yet`);
  const cx = c.callContext(collation, [op.oprleft, op.oprright], 16);
  const f = fn.impl.fn;
  return (a, b) => f(a, b, cx) === true;
}

/** Map key of a column for hashing; equal keys exactly for equal values. NULL has a key of its own. */
export function hashKeyOf(c: ExprCompiler, type: Oid): (v: Datum) => unknown {
  const impl = c.catalog.types.typeImpl(type);
  if (impl.hashKey === undefined) throw new SqlError('42883', `could not identify a hash function for type ${c.catalog.types.formatType(type, -1)}`);
  const key = impl.hashKey.bind(impl);
  return (v) => (v === null ? null : key(v));
}
