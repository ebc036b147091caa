/** exprType, exprTypmod, exprCollation, exprInputCollation and exprLocation: what any expression yields and where it stood. */
import { assert, type Oid } from '@pglitedb/types';
import type { Expr, On, TargetEntry } from './expr.js';
import { someChild, type TreeNode } from './traverse.js';

const BOOL = 16, TEXT = 25, XML = 142, INT4 = 23, CSTRING = 2275, NAME = 19, RECORD = 2249;
const DEFAULT_COLLATION = 100, C_COLLATION = 950;

const firstColumn = (tlist: readonly TargetEntry[]): TargetEntry => {
  const tle = tlist[0];
  assert(tle && !tle.resjunk, 'subquery has a first column');
  return tle;
};
const bool = (): Oid => BOOL;

const TYPE: On<Expr, Oid> = {
  Var: (n) => n.vartype, Const: (n) => n.consttype, Param: (n) => n.paramtype, Aggref: (n) => n.aggtype, GroupingFunc: () => INT4,
  WindowFunc: (n) => n.wintype, MergeSupportFunc: (n) => n.msftype, SubscriptingRef: (n) => n.refrestype, FuncExpr: (n) => n.funcresulttype,
  NamedArgExpr: (n) => exprType(n.arg), OpExpr: (n) => n.opresulttype, DistinctExpr: (n) => n.opresulttype, NullIfExpr: (n) => n.opresulttype,
  ScalarArrayOpExpr: bool, BoolExpr: bool,
  SubLink: (n) => (n.subLinkType === 'expr' ? exprType(firstColumn(n.subselect.targetList).expr) : n.subLinkType === 'array' ? n.arrayType ?? 0 : n.subLinkType === 'multiexpr' ? RECORD : BOOL),
  SubPlan: (n) => (n.subLinkType === 'expr' ? n.firstColType : n.subLinkType === 'array' ? n.arrayType ?? 0 : n.subLinkType === 'multiexpr' ? RECORD : BOOL),
  AlternativeSubPlan: (n) => exprType(n.subplans[0]!),
  FieldSelect: (n) => n.resulttype, FieldStore: (n) => n.resulttype, RelabelType: (n) => n.resulttype, CoerceViaIO: (n) => n.resulttype,
  ArrayCoerceExpr: (n) => n.resulttype, ConvertRowtypeExpr: (n) => n.resulttype, CollateExpr: (n) => exprType(n.arg), CaseExpr: (n) => n.casetype,
  CaseTestExpr: (n) => n.typeId, ArrayExpr: (n) => n.array_typeid, RowExpr: (n) => n.row_typeid, RowCompareExpr: bool, CoalesceExpr: (n) => n.coalescetype,
  MinMaxExpr: (n) => n.minmaxtype, SQLValueFunction: (n) => n.type,
  XmlExpr: (n) => (n.op === 'document' ? BOOL : n.op === 'xmlserialize' ? TEXT : XML),
  JsonValueExpr: (n) => exprType(n.formatted_expr), JsonConstructorExpr: (n) => n.returning.typid, JsonIsPredicate: bool, JsonExpr: (n) => n.returning.typid,
  NullTest: bool, BooleanTest: bool, CoerceToDomain: (n) => n.resulttype, CoerceToDomainValue: (n) => n.typeId, SetToDefault: (n) => n.typeId,
  CurrentOfExpr: bool, NextValueExpr: (n) => n.typeId, ReturningExpr: (n) => exprType(n.retexpr), PlaceHolderVar: (n) => exprType(n.phexpr),
};

/** The type of an expression's value. */
export function exprType(expr: Expr): Oid {
  return (TYPE[expr.kind] as (n: Expr) => Oid)(expr);
}

/** exprIsLengthCoercion: the typmod that a length-coercion call applies, undefined for any other expression. */
export function lengthCoercionTypmod(expr: Expr): number | undefined {
  if (expr.kind === 'FuncExpr') {
    if (expr.funcformat !== 'explicit' && expr.funcformat !== 'implicit') return undefined;
    if (expr.args.length < 2 || expr.args.length > 3) return undefined;
    const second = expr.args[1]!;
    return second.kind === 'Const' && second.consttype === INT4 && second.constvalue !== null ? (second.constvalue as number) : undefined;
  }
  if (expr.kind === 'ArrayCoerceExpr') return expr.resulttypmod >= 0 ? expr.resulttypmod : undefined;
  return undefined;
}

/** One typmod if all arguments have the same type and typmod, else -1. */
function commonTypmod(type: Oid, args: readonly Expr[]): number {
  let typmod = -1;
  for (const [i, arg] of args.entries()) {
    if (exprType(arg) !== type) return -1;
    const t = exprTypmod(arg);
    if (t < 0 || (i > 0 && t !== typmod)) return -1;
    typmod = t;
  }
  return typmod;
}

/** The type modifier of an expression's value, -1 where it has none. */
export function exprTypmod(expr: Expr): number {
  switch (expr.kind) {
    case 'Var': return expr.vartypmod;
    case 'Const': return expr.consttypmod;
    case 'Param': return expr.paramtypmod;
    case 'SubscriptingRef': return expr.reftypmod;
    case 'FuncExpr': return lengthCoercionTypmod(expr) ?? -1;
    case 'NamedArgExpr': case 'CollateExpr': return exprTypmod(expr.arg);
    case 'NullIfExpr': return exprTypmod(expr.args[0]!);
    case 'SubLink': return expr.subLinkType === 'expr' || expr.subLinkType === 'array' ? exprTypmod(firstColumn(expr.subselect.targetList).expr) : -1;
    case 'SubPlan': return expr.subLinkType === 'expr' || expr.subLinkType === 'array' ? expr.firstColTypmod : -1;
    case 'AlternativeSubPlan': return exprTypmod(expr.subplans[0]!);
    case 'FieldSelect': case 'RelabelType': case 'ArrayCoerceExpr': case 'CoerceToDomain': return expr.resulttypmod;
    case 'CaseExpr': return expr.defresult ? commonTypmod(expr.casetype, [expr.defresult, ...expr.args.map((w) => w.result)]) : -1;
    case 'CaseTestExpr': case 'CoerceToDomainValue': case 'SetToDefault': return expr.typeMod;
    case 'ArrayExpr': return expr.elements.length ? commonTypmod(expr.multidims ? expr.array_typeid : expr.element_typeid, expr.elements) : -1;
    case 'CoalesceExpr': return commonTypmod(expr.coalescetype, expr.args);
    case 'MinMaxExpr': return commonTypmod(expr.minmaxtype, expr.args);
    case 'SQLValueFunction': return expr.typmod;
    case 'JsonConstructorExpr': case 'JsonExpr': return expr.returning.typmod;
    case 'JsonValueExpr': return exprTypmod(expr.formatted_expr);
    case 'ReturningExpr': return exprTypmod(expr.retexpr);
    case 'PlaceHolderVar': return exprTypmod(expr.phexpr);
    default: return -1;
  }
}

const none = (): Oid => 0;
const COLLATION: On<Expr, Oid> = {
  Var: (n) => n.varcollid, Const: (n) => n.constcollid, Param: (n) => n.paramcollid, Aggref: (n) => n.aggcollid, GroupingFunc: none,
  WindowFunc: (n) => n.wincollid, MergeSupportFunc: (n) => n.msfcollid, SubscriptingRef: (n) => n.refcollid, FuncExpr: (n) => n.funccollid,
  NamedArgExpr: (n) => exprCollation(n.arg), OpExpr: (n) => n.opcollid, DistinctExpr: (n) => n.opcollid, NullIfExpr: (n) => n.opcollid,
  ScalarArrayOpExpr: none, BoolExpr: none,
  SubLink: (n) => (n.subLinkType === 'expr' || n.subLinkType === 'array' ? exprCollation(firstColumn(n.subselect.targetList).expr) : 0),
  SubPlan: (n) => (n.subLinkType === 'expr' || n.subLinkType === 'array' ? n.firstColCollation : 0),
  AlternativeSubPlan: (n) => exprCollation(n.subplans[0]!),
  FieldSelect: (n) => n.resultcollid, FieldStore: none, RelabelType: (n) => n.resultcollid, CoerceViaIO: (n) => n.resultcollid,
  ArrayCoerceExpr: (n) => n.resultcollid, ConvertRowtypeExpr: none, CollateExpr: (n) => n.collOid, CaseExpr: (n) => n.casecollid,
  CaseTestExpr: (n) => n.collation, ArrayExpr: (n) => n.array_collid, RowExpr: none, RowCompareExpr: none, CoalesceExpr: (n) => n.coalescecollid,
  MinMaxExpr: (n) => n.minmaxcollid, SQLValueFunction: (n) => (n.type === NAME ? C_COLLATION : 0),
  XmlExpr: (n) => (n.op === 'xmlserialize' ? DEFAULT_COLLATION : 0),
  JsonValueExpr: (n) => exprCollation(n.formatted_expr), JsonConstructorExpr: (n) => (n.coercion ? exprCollation(n.coercion) : 0), JsonIsPredicate: none, JsonExpr: (n) => n.collation,
  NullTest: none, BooleanTest: none, CoerceToDomain: (n) => n.resultcollid, CoerceToDomainValue: (n) => n.collation, SetToDefault: (n) => n.collation,
  CurrentOfExpr: none, NextValueExpr: none, ReturningExpr: (n) => exprCollation(n.retexpr), PlaceHolderVar: (n) => exprCollation(n.phexpr),
};

/** The collation of an expression's value, 0 for none. */
export function exprCollation(expr: Expr): Oid {
  return (COLLATION[expr.kind] as (n: Expr) => Oid)(expr);
}

/** The collation that an expression's function or operator is given, 0 for none. */
export function exprInputCollation(expr: Expr): Oid {
  return 'inputcollid' in expr ? expr.inputcollid : 0;
}

/** leftmostLoc: the lesser of two locations, where known. */
export function leftmostLocation(a: number, b: number): number {
  if (a < 0) return b;
  if (b < 0) return a;
  return Math.min(a, b);
}

/** Where an expression starts in the text (its leftmost token), as a byte offset; -1 where unknown. */
export function exprLocation(expr: Expr | TargetEntry | undefined): number {
  if (!expr) return -1;
  switch (expr.kind) {
    case 'TargetEntry': return exprLocation(expr.expr);
    case 'SubscriptingRef': return exprLocation(expr.refexpr);
    case 'FuncExpr': case 'OpExpr': case 'DistinctExpr': case 'NullIfExpr': case 'ScalarArrayOpExpr': case 'BoolExpr': case 'XmlExpr':
      return leftmostLocation(expr.location, exprsLocation(expr.args));
    case 'NamedArgExpr': return expr.location;
    case 'SubLink': return leftmostLocation(exprLocation(expr.testexpr), expr.location);
    case 'FieldSelect': case 'FieldStore': case 'NullTest': case 'BooleanTest': return leftmostLocation('location' in expr ? expr.location : -1, exprLocation(expr.arg));
    case 'RelabelType': case 'CoerceViaIO': case 'ArrayCoerceExpr': case 'ConvertRowtypeExpr': case 'CollateExpr': case 'CoerceToDomain':
      return leftmostLocation(expr.location, exprLocation(expr.arg));
    case 'JsonValueExpr': return exprLocation(expr.raw_expr);
    case 'JsonExpr': return leftmostLocation(expr.location, exprLocation(expr.formatted_expr));
    case 'RowCompareExpr': return exprsLocation(expr.largs);
    case 'ReturningExpr': return exprLocation(expr.retexpr);
    case 'PlaceHolderVar': return exprLocation(expr.phexpr);
    default: return 'location' in expr ? expr.location : -1;
  }
}
/** The leftmost location among several expressions. */
export function exprsLocation(exprs: readonly Expr[]): number {
  for (const e of exprs) {
    const l = exprLocation(e);
    if (l >= 0) return l;
  }
  return -1;
}

/** Is the node, or anything below it (without entering sub-Queries), one that the predicate accepts? */
export function exprContains(node: TreeNode, accepts: (n: TreeNode) => boolean): boolean {
  if (accepts(node)) return true;
  return someChild(node, (c) => (c.kind === 'Query' ? false : exprContains(c, accepts)));
}
export const TYPE_OIDS = { BOOL, TEXT, XML, INT4, CSTRING, NAME, RECORD } as const;
