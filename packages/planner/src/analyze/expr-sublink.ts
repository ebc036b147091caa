/** SubLinks and multi-assignment sources (transformSubLink, transformMultiAssignRef). */
import { exprCollation, exprType, exprTypmod, makeTargetEntry, type Expr, type Param, type SubLink, type SubLinkType } from '../nodes/index.js';
import { formatType, promotedArrayType, T } from './coerce-paths.js';
import { EXPR_KIND_NAMES, errorAt, type ParseState } from './context.js';
import { expression, expressionList } from './expr.js';
import { makeRowComparison } from './expr-ops.js';
import { bodyOf, locOf, rawLocation, strings, type Raw } from './raw.js';
import { analyzeSubquery } from './statement.js';

const FORBIDDEN: Readonly<Partial<Record<ParseState['exprKind'], string>>> = {
  check_constraint: 'cannot use subquery in check constraint', domain_check: 'cannot use subquery in check constraint', column_default: 'cannot use subquery in DEFAULT expression',
  function_default: 'cannot use subquery in DEFAULT expression', index_expression: 'cannot use subquery in index expression', index_predicate: 'cannot use subquery in index predicate',
  stats_expression: 'cannot use subquery in statistics expression', alter_col_transform: 'cannot use subquery in transform expression', execute_parameter: 'cannot use subquery in EXECUTE parameter',
  trigger_when: 'cannot use subquery in trigger WHEN condition', partition_bound: 'cannot use subquery in partition bound', partition_expression: 'cannot use subquery in partition key expression',
  call_argument: 'cannot use subquery in CALL argument', copy_where: 'cannot use subquery in COPY FROM WHERE condition', generated_column: 'cannot use subquery in column generation expression',
};
const TYPES: Readonly<Record<string, SubLinkType>> = {
  EXISTS_SUBLINK: 'exists', ALL_SUBLINK: 'all', ANY_SUBLINK: 'any', ROWCOMPARE_SUBLINK: 'rowcompare', EXPR_SUBLINK: 'expr', MULTIEXPR_SUBLINK: 'multiexpr', ARRAY_SUBLINK: 'array', CTE_SUBLINK: 'cte',
};

export function transformSubLink(ps: ParseState, raw: Raw): Expr {
  const location = locOf(raw);
  const forbidden = FORBIDDEN[ps.exprKind];
  if (forbidden) throw errorAt(ps, '0A000', forbidden, location);
  ps.hasSubLinks = true;
  const subselect = analyzeSubquery(ps, raw.subselect, undefined, false, true);
  const subLinkType = TYPES[raw.subLinkType as string]!;
  const link: SubLink = { kind: 'SubLink', subLinkType, subLinkId: 0, testexpr: undefined, operName: strings(raw.operName), subselect, location };
  const columns = subselect.targetList.filter((t) => !t.resjunk);
  if (subLinkType === 'expr' || subLinkType === 'array') {
    if (columns.length !== 1) throw errorAt(ps, '42601', 'subquery must return only one column', location);
    if (subLinkType === 'array') {
      const element = exprType(columns[0]!.expr);
      link.arrayType = promotedArrayType(ps.catalog, element);
      if (!link.arrayType) throw errorAt(ps, '42704', `could not find array type for data type ${formatType(ps.catalog, element)}`, location);
    }
  } else if (subLinkType === 'any' || subLinkType === 'all' || subLinkType === 'rowcompare') comparison(ps, raw, link, location);
  return link;
}

/** ANY, ALL and row comparisons: the left side against Params for the subquery's columns. */
function comparison(ps: ParseState, raw: Raw, link: SubLink, location: number): void {
  if (!link.operName.length) link.operName = ['='];
  const lefthand = expression(ps, raw.testexpr);
  const left = lefthand.kind === 'RowExpr' ? lefthand.args : [lefthand];
  const right: Expr[] = link.subselect.targetList.filter((t) => !t.resjunk).map((t): Param => ({
    kind: 'Param', paramkind: 'sublink', paramid: t.resno, paramtype: exprType(t.expr), paramtypmod: exprTypmod(t.expr), paramcollid: exprCollation(t.expr), location: -1,
  }));
  if (left.length < right.length) throw errorAt(ps, '42601', 'subquery has too many columns', location);
  if (left.length > right.length) throw errorAt(ps, '42601', 'subquery has too few columns', location);
  link.testexpr = makeRowComparison(ps, link.operName, left, right, location);
}

/** One column of UPDATE … SET (a, b) = source. */
export function transformMultiAssign(ps: ParseState, ref: Raw): Expr {
  const colno = ref.colno as number, ncolumns = ref.ncolumns as number;
  const kind = ref.source.SubLink ? 'SubLink' : ref.source.RowExpr ? 'RowExpr' : '';
  if (colno === 1) {
    if (kind === 'SubLink') {
      const link = transformSubLink(ps, { ...ref.source.SubLink, subLinkType: 'MULTIEXPR_SUBLINK' }) as SubLink;
      if (link.subselect.targetList.filter((t) => !t.resjunk).length !== ncolumns) {
        throw errorAt(ps, '42601', 'number of columns does not match number of values', link.location);
      }
      ps.multiassignExprs.push(makeTargetEntry(link, 0, undefined, true));
      link.subLinkId = ps.multiassignExprs.length;
    } else if (kind === 'RowExpr') {
      const row = bodyOf(ref.source);
      const args = expressionList(ps, row.args, true);
      if (args.length !== ncolumns) throw errorAt(ps, '42601', 'number of columns does not match number of values', locOf(row));
      ps.multiassignExprs.push(makeTargetEntry({ kind: 'RowExpr', args, row_typeid: T.RECORD, row_format: 'implicit', colnames: [], location: locOf(row) }, 0, undefined, true));
    } else {
      throw errorAt(ps, '0A000', 'source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression', rawLocation(ref.source));
    }
  }
  const source = ps.multiassignExprs[ps.multiassignExprs.length - 1]!.expr;
  if (source.kind === 'SubLink') {
    const tle = source.subselect.targetList.filter((t) => !t.resjunk)[colno - 1]!;
    return { kind: 'Param', paramkind: 'multiexpr', paramid: (source.subLinkId << 16) | colno, paramtype: exprType(tle.expr), paramtypmod: exprTypmod(tle.expr), paramcollid: exprCollation(tle.expr), location: -1 };
  }
  const row = source as Extract<Expr, { kind: 'RowExpr' }>;
  if (colno === ncolumns) ps.multiassignExprs.pop();
  return row.args[colno - 1]!;
}
export { EXPR_KIND_NAMES };
