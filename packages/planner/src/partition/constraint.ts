/** The condition that a partition's rows satisfy, as an expression over the parent's columns (get_qual_from_partbound). */
import type { CatalogReader, RelationInfo } from '@pglitedb/catalog';
import type { Datum, Oid } from '@pglitedb/types';
import { makeAnd, makeVar, type Const, type Expr } from '../nodes/index.js';
import { isPartitionBound, partitionDesc, type PartitionBoundSpec, type PartitionRangeDatum } from './bounds.js';
import { partitionKey, type CallFunction, type PartitionColumn, type PartitionKey } from './key.js';

const [BOOL, INT4, OID] = [16, 23, 26];
const SATISFIES_HASH_PARTITION = 5028;
type Strategy = 1 | 2 | 3 | 4 | 5;

const bool = (boolop: 'and' | 'or' | 'not', args: Expr[]): Expr => ({ kind: 'BoolExpr', boolop, args, location: -1 });
const constant = (type: Oid, value: Datum): Const => ({ kind: 'Const', consttype: type, consttypmod: -1, constcollid: 0, constvalue: value, location: -1 });
const nullTest = (arg: Expr, isNull: boolean): Expr => ({ kind: 'NullTest', arg, nulltesttype: isNull ? 'is_null' : 'is_not_null', argisrow: false, location: -1 });

export function keyExpression(rel: RelationInfo, c: PartitionColumn, varno = 1): Expr {
  if (c.attnum === 0) return c.expr!;
  const a = rel.attributes[c.attnum - 1]!;
  return makeVar(varno, c.attnum, a.atttypid, a.atttypmod, a.attcollation, 0);
}

/** make_partition_op_expr */
function compare(c: CatalogReader, column: PartitionColumn, key: Expr, strategy: Strategy, value: Expr): Expr {
  const opno = c.syscache('AMOPSTRATEGY', column.opfamily, column.opcintype, column.opcintype, strategy)!.amopopr;
  const left: Expr = column.type === column.opcintype || c.types.typeInfo(column.opcintype)?.kind === 'p' ? key
    : { kind: 'RelabelType', arg: key, resulttype: column.opcintype, resulttypmod: -1, resultcollid: column.collation, relabelformat: 'explicit', location: -1 };
  return { kind: 'OpExpr', opno, opfuncid: c.syscache('OPEROID', opno)!.oprcode, opresulttype: BOOL, opretset: false, opcollid: 0, inputcollid: column.collation, args: [left, value], location: -1 };
}

function listCondition(c: CatalogReader, rel: RelationInfo, key: PartitionKey, values: readonly Const[]): Expr | undefined {
  const column = key.columns[0]!;
  const expr = keyExpression(rel, column);
  const given = values.filter((v) => v.constvalue !== null);
  const hasNull = given.length < values.length;
  let test: Expr | undefined;
  if (given.length === 1 || c.types.typeInfo(column.type)?.kind === 'a') {
    const each = given.map((v) => compare(c, column, expr, 3, v));
    test = each.length > 1 ? bool('or', each) : each[0];
  } else if (given.length > 0) {
    const arrayType = c.syscache('TYPEOID', column.type)?.typarray ?? 0;
    const one = compare(c, column, expr, 3, given[0]!) as Extract<Expr, { kind: 'OpExpr' }>;
    const array: Expr = { kind: 'ArrayExpr', array_typeid: arrayType, array_collid: column.collation, element_typeid: column.type, elements: [...given], multidims: false, location: -1 };
    test = { kind: 'ScalarArrayOpExpr', opno: one.opno, opfuncid: one.opfuncid, useOr: true, inputcollid: column.collation, args: [one.args[0]!, array], location: -1 };
  }
  if (!hasNull) return test === undefined ? undefined : makeAnd([nullTest(expr, false), test]);
  return test === undefined ? nullTest(expr, true) : bool('or', [nullTest(expr, true), test]);
}

const sameValue = (a: Const, b: Const, column: PartitionColumn, call: CallFunction): boolean => Number(call(column.support, column.collation, [a.constvalue, b.constvalue]) ?? 1) === 0;

/** get_qual_for_range without its IS NOT NULL part. */
function rangeConditions(c: CatalogReader, rel: RelationInfo, key: PartitionKey, spec: PartitionBoundSpec, call: CallFunction): Expr[] {
  const out: Expr[] = [];
  const exprs = key.columns.map((col) => keyExpression(rel, col));
  const { lowerdatums: low, upperdatums: up } = spec;
  let k = 0;
  // Leading columns with one value.
  for (; k < key.columns.length; k++) {
    const [l, u] = [low[k]!, up[k]!];
    if (l.value === undefined || u.value === undefined || !sameValue(l.value, u.value, key.columns[k]!, call)) break;
    if (k === key.columns.length - 1) break;
    out.push(compare(c, key.columns[k]!, exprs[k]!, 3, l.value));
  }
  const side = (datums: readonly PartitionRangeDatum[], isLower: boolean): Expr | undefined => {
    const arms: Expr[] = [];
    for (let last = k; last < datums.length; last++) {
      const d = datums[last]!;
      const terms: Expr[] = [];
      for (let j = k; j < last; j++) terms.push(compare(c, key.columns[j]!, exprs[j]!, 3, datums[j]!.value!));
      const next = datums[last + 1];
      const final = last === datums.length - 1;
      if (d.value !== undefined) {
        const inclusive = isLower ? final || (next !== undefined && next.bound === -1) : !final && next !== undefined && next.bound === 1;
        terms.push(compare(c, key.columns[last]!, exprs[last]!, isLower ? (inclusive ? 4 : 5) : inclusive ? 2 : 1, d.value));
        arms.push(terms.length > 1 ? bool('and', terms) : terms[0]!);
        if (final || next!.bound !== 0) break;
        continue;
      }
      break;
    }
    if (arms.length === 0) return undefined;
    return arms.length > 1 ? bool('or', arms) : arms[0];
  };
  for (const e of [side(low, true), side(up, false)]) if (e !== undefined) out.push(e);
  return out;
}

function rangeCondition(c: CatalogReader, rel: RelationInfo, key: PartitionKey, spec: PartitionBoundSpec, call: CallFunction, forDefault: boolean): Expr | undefined {
  const tests = rangeConditions(c, rel, key, spec, call);
  const notNull = key.columns.map((col) => nullTest(keyExpression(rel, col), false));
  return makeAnd(forDefault ? tests : [...notNull, ...tests]);
}

/** The condition of one partition of `parent`, over the parent's columns; undefined: none (a default partition alone). */
export function partitionCondition(c: CatalogReader, parent: RelationInfo, spec: PartitionBoundSpec, call: CallFunction): Expr | undefined {
  const key = partitionKey(c, parent)!;
  if (spec.isDefault) return defaultCondition(c, parent, key, call);
  if (key.strategy === 'l') return listCondition(c, parent, key, spec.listdatums);
  if (key.strategy === 'r') return rangeCondition(c, parent, key, spec, call, false);
  return {
    kind: 'FuncExpr', funcid: SATISFIES_HASH_PARTITION, funcresulttype: BOOL, funcretset: false, funcvariadic: false, funcformat: 'call', funccollid: 0, inputcollid: 0,
    args: [constant(OID, parent.oid), constant(INT4, spec.modulus), constant(INT4, spec.remainder), ...key.columns.map((col) => keyExpression(parent, col))], location: -1,
  };
}

function defaultCondition(c: CatalogReader, parent: RelationInfo, key: PartitionKey, call: CallFunction): Expr | undefined {
  const desc = partitionDesc(c, parent, call)!;
  const others = desc.specs.filter((s) => !s.isDefault);
  if (others.length === 0) return undefined;
  if (key.strategy === 'l') {
    const test = listCondition(c, parent, key, sortedList(desc.listValues, others, desc.nullIndex >= 0));
    return test === undefined ? undefined : bool('not', [test]);
  }
  const notNull = key.columns.map((col) => nullTest(keyExpression(parent, col), false));
  const arms = others.flatMap((s) => { const e = rangeCondition(c, parent, key, s, call, true); return e === undefined ? [] : [e]; });
  const any = arms.length > 1 ? bool('or', arms) : arms[0];
  return bool('not', [makeAnd([...notNull, ...(any === undefined ? [] : [any])])!]);
}
function sortedList(values: readonly Datum[], specs: readonly PartitionBoundSpec[], hasNull: boolean): Const[] {
  const all = specs.flatMap((s) => s.listdatums);
  const sorted = values.map((v) => all.find((d) => d.constvalue === v)!);
  return hasNull ? [...sorted, all.find((d) => d.constvalue === null)!] : sorted;
}

/** RelationGetPartitionQual without the ancestors' part: undefined where the relation is no partition. */
export function ownPartitionCondition(c: CatalogReader, rel: RelationInfo, call: CallFunction): { parent: RelationInfo; expr: Expr } | undefined {
  const parent = rel.relispartition && rel.parents[0] !== undefined ? c.relation(rel.parents[0]) : undefined;
  if (parent === undefined || !isPartitionBound(rel.partitionBound)) return undefined;
  const expr = partitionCondition(c, parent, rel.partitionBound, call);
  return expr === undefined ? undefined : { parent, expr };
}
