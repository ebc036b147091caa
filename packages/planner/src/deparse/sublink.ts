/** SubLinks (get_sublink_expr): subqueries inside expressions, with the comparison that they are under. */
import { SqlError } from '@pglitedb/types';
import { exprType } from '../nodes/expr-type.js';
import type { Expr, SubLink } from '../nodes/expr.js';
import type { Deparser } from './context.js';
import { printExpr, printExprs } from './expr.js';
import { operatorName } from './names.js';
import { printQuery } from './query.js';

/** Prints the left side of the comparison and answers the operator's name. */
function printTest(d: Deparser, test: Expr): string {
  const name = (op: number, l: Expr, r: Expr): string => operatorName(d, op, exprType(l), exprType(r));
  if (test.kind === 'OpExpr') {
    printExpr(d, test.args[0]!, true);
    return name(test.opno, test.args[0]!, test.args[1]!);
  }
  if (test.kind === 'BoolExpr') {
    const ops = test.args.map((a) => a as Extract<Expr, { kind: 'OpExpr' }>);
    d.put('(');
    d.list(ops, (o) => printExpr(d, o.args[0]!, true));
    d.put(')');
    return name(ops[0]!.opno, ops[0]!.args[0]!, ops[0]!.args[1]!);
  }
  if (test.kind === 'RowCompareExpr') {
    d.put('(');
    printExprs(d, test.largs, true);
    d.put(')');
    return name(test.opnos[0]!, test.largs[0]!, test.rargs[0]!);
  }
  throw new SqlError('XX000', `unrecognized testexpr type: ${test.kind}`);
}

export function printSubLink(d: Deparser, n: SubLink): void {
  d.put(n.subLinkType === 'array' ? 'ARRAY(' : '(');
  const op = n.testexpr ? printTest(d, n.testexpr) : '';
  let paren = true;
  switch (n.subLinkType) {
    case 'exists': d.put('EXISTS '); break;
    case 'any': d.put(op === '=' ? ' IN ' : ` ${op} ANY `); break;
    case 'all': d.put(` ${op} ALL `); break;
    case 'rowcompare': d.put(` ${op} `); break;
    default: paren = false;
  }
  if (paren) d.put('(');
  printQuery(d, n.subselect, { colNamesVisible: false });
  d.put(paren ? '))' : ')');
}
