/** Constructors for the nodes that many places make, with PostgreSQL's defaults. */
import type { Datum, Oid } from '@pglitedb/types';
import type { BoolExpr, Const, Expr, FuncExpr, OpExpr, RelabelType, CoercionForm, SortGroupClause, TargetEntry, Var } from './expr.js';
import type { Alias, FromExpr, JoinTreeNode, Query, RangeTblEntry, RTEKind } from './query.js';

const NO_RELS: readonly number[] = Object.freeze([]);

export function makeVar(varno: number, varattno: number, vartype: Oid, vartypmod: number, varcollid: Oid, varlevelsup: number, location = -1): Var {
  return { kind: 'Var', varno, varattno, vartype, vartypmod, varcollid, varlevelsup, varreturningtype: 'default', varnullingrels: NO_RELS, varnosyn: varno, varattnosyn: varattno, location };
}
export function makeConst(consttype: Oid, consttypmod: number, constcollid: Oid, constvalue: Datum, location = -1): Const {
  return { kind: 'Const', consttype, consttypmod, constcollid, constvalue, location };
}
export const makeBoolConst = (value: boolean | null): Const => makeConst(16, -1, 0, value);
export const makeNullConst = (type: Oid, typmod: number, collation: Oid): Const => makeConst(type, typmod, collation, null);
export function makeTargetEntry(expr: Expr, resno: number, resname: string | undefined, resjunk: boolean): TargetEntry {
  return { kind: 'TargetEntry', expr, resno, resname, ressortgroupref: 0, resorigtbl: 0, resorigcol: 0, resjunk };
}
export function makeBoolExpr(boolop: BoolExpr['boolop'], args: Expr[], location = -1): BoolExpr {
  return { kind: 'BoolExpr', boolop, args, location };
}
export function makeFuncExpr(funcid: Oid, funcresulttype: Oid, args: Expr[], funccollid: Oid, inputcollid: Oid, funcformat: CoercionForm): FuncExpr {
  return { kind: 'FuncExpr', funcid, funcresulttype, funcretset: false, funcvariadic: false, funcformat, funccollid, inputcollid, args, location: -1 };
}
export function makeRelabelType(arg: Expr, resulttype: Oid, resulttypmod: number, resultcollid: Oid, relabelformat: CoercionForm, location = -1): RelabelType {
  return { kind: 'RelabelType', arg, resulttype, resulttypmod, resultcollid, relabelformat, location };
}
export function makeOpExpr(opno: Oid, opfuncid: Oid, opresulttype: Oid, args: Expr[], opcollid: Oid, inputcollid: Oid, location = -1): OpExpr {
  return { kind: 'OpExpr', opno, opfuncid, opresulttype, opretset: false, opcollid, inputcollid, args, location };
}
/** The conjunction of conditions, undefined where there is none. */
export function makeAnd(conditions: readonly (Expr | undefined)[]): Expr | undefined {
  const present = conditions.filter((c): c is Expr => c !== undefined);
  if (present.length <= 1) return present[0];
  return makeBoolExpr('and', present.flatMap((c) => (c.kind === 'BoolExpr' && c.boolop === 'and' ? c.args : [c])));
}
export const makeFromExpr = (fromlist: JoinTreeNode[], quals: Expr | undefined): FromExpr => ({ kind: 'FromExpr', fromlist, quals });
export const makeSortGroupClause = (tleSortGroupRef: number, eqop: Oid, sortop: Oid, hashable: boolean): SortGroupClause =>
  ({ kind: 'SortGroupClause', tleSortGroupRef, eqop, sortop, reverse_sort: false, nulls_first: false, hashable });

export function makeRte(rtekind: RTEKind, eref: Alias, alias?: Alias): RangeTblEntry {
  return {
    kind: 'RangeTblEntry', rtekind, alias, eref, lateral: false, inFromCl: false, inh: false, securityQuals: [],
    relid: 0, relkind: '', rellockmode: 0, perminfoindex: 0, tablesample: undefined, subquery: undefined, security_barrier: false,
    jointype: 'inner', joinmergedcols: 0, joinaliasvars: [], joinleftcols: [], joinrightcols: [], join_using_alias: undefined,
    functions: [], funcordinality: false, tablefunc: undefined, values_lists: [], ctename: '', ctelevelsup: 0, self_reference: false,
    enrname: '', enrtuples: 0, groupexprs: [], coltypes: [], coltypmods: [], colcollations: [],
  };
}
export function makeQuery(commandType: Query['commandType']): Query {
  return {
    kind: 'Query', commandType, querySource: 'original', canSetTag: true, utilityStmt: undefined, resultRelation: 0,
    hasAggs: false, hasWindowFuncs: false, hasTargetSRFs: false, hasSubLinks: false, hasDistinctOn: false, hasRecursive: false,
    hasModifyingCTE: false, hasForUpdate: false, hasRowSecurity: false, hasGroupRTE: false, isReturn: false,
    cteList: [], rtable: [], rteperminfos: [], jointree: makeFromExpr([], undefined), mergeActionList: [], mergeTargetRelation: 0,
    mergeJoinCondition: undefined, targetList: [], override: 'not_set', onConflict: undefined, returningOldAlias: undefined,
    returningNewAlias: undefined, returningList: [], groupClause: [], groupDistinct: false, groupingSets: [], havingQual: undefined,
    windowClause: [], distinctClause: [], sortClause: [], limitOffset: undefined, limitCount: undefined, limitOption: 'count',
    rowMarks: [], setOperations: undefined, constraintDeps: [], withCheckOptions: [], stmt_location: 0, stmt_len: 0,
  };
}
