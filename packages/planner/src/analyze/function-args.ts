/** make_fn_arguments: coerces call arguments to the declared types, inside NamedArgExpr too. */
import type { Oid } from '@pglitedb/types';
import { exprLocation, type Expr } from '../nodes/index.js';
import { coerceType } from './coerce.js';
import type { ParseState } from './context.js';

export function makeFnArguments(ps: ParseState, args: readonly Expr[], actual: readonly Oid[], declared: readonly Oid[]): Expr[] {
  return args.map((arg, i) => {
    if (actual[i] === declared[i]) return arg;
    if (arg.kind === 'NamedArgExpr') {
      return { ...arg, arg: coerceType(ps, arg.arg, actual[i]!, declared[i]!, -1, 'implicit', 'implicit', exprLocation(arg.arg) >= 0 ? -1 : -1) };
    }
    return coerceType(ps, arg, actual[i]!, declared[i]!, -1, 'implicit', 'implicit', -1);
  });
}
