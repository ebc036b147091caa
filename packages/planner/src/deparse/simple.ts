/** isSimpleNode: which expressions need no parentheses as operands in pretty printing. */
import type { Expr } from '../nodes/expr.js';
import type { Deparser } from './context.js';

const ALWAYS: ReadonlySet<string> = new Set(('Var Const Param CoerceToDomainValue SetToDefault CurrentOfExpr SubscriptingRef ArrayExpr RowExpr CoalesceExpr MinMaxExpr ' +
  'SQLValueFunction XmlExpr NextValueExpr NullIfExpr Aggref GroupingFunc WindowFunc MergeSupportFunc FuncExpr JsonConstructorExpr JsonExpr CaseExpr').split(' '));
/** Parents that enclose their operands by themselves. */
const ENCLOSING: ReadonlySet<string> = new Set('SubscriptingRef ArrayExpr RowExpr CoalesceExpr MinMaxExpr XmlExpr NullIfExpr Aggref GroupingFunc WindowFunc CaseExpr JsonExpr'.split(' '));

const encloses = (parent: Expr): boolean => (parent.kind === 'FuncExpr' ? parent.funcformat === 'call' : ENCLOSING.has(parent.kind));

function simpleOperator(d: Deparser, e: Expr): string | undefined {
  if (e.kind !== 'OpExpr' || e.args.length !== 2) return undefined;
  const name = d.catalog.syscache('OPEROID', e.opno)?.oprname;
  return name !== undefined && name.length === 1 ? name : undefined;
}

export function isSimple(d: Deparser, node: Expr, parent: Expr): boolean {
  if (ALWAYS.has(node.kind)) return true;
  switch (node.kind) {
    case 'FieldSelect': return parent.kind !== 'FieldSelect';
    case 'FieldStore': return parent.kind !== 'FieldStore';
    case 'CoerceToDomain': case 'RelabelType': case 'CoerceViaIO': case 'ArrayCoerceExpr': case 'ConvertRowtypeExpr': return isSimple(d, node.arg, node);
    case 'ReturningExpr': return isSimple(d, node.retexpr, node);
    case 'OpExpr': return parent.kind === 'OpExpr' ? isSimpleOperand(d, node, parent) : encloses(parent) || parent.kind === 'BoolExpr';
    case 'SubLink': case 'NullTest': case 'BooleanTest': case 'DistinctExpr': case 'JsonIsPredicate': return encloses(parent) || parent.kind === 'BoolExpr';
    case 'BoolExpr':
      if (parent.kind === 'BoolExpr') return node.boolop === 'or' ? parent.boolop === 'or' : parent.boolop !== 'not';
      return encloses(parent);
    default: return false;
  }
}

/** Arithmetic by precedence; otherwise only the left operand of an operator of the same rank. */
function isSimpleOperand(d: Deparser, node: Expr, parent: Extract<Expr, { kind: 'OpExpr' }>): boolean {
  const rank = (e: Expr): number => {
    const op = simpleOperator(d, e);
    return op === undefined ? 0 : '+-'.includes(op) ? 1 : '*/%'.includes(op) ? 2 : 0;
  };
  const own = rank(node);
  const outer = rank(parent);
  if (own === 0 || outer === 0) return false;
  return own !== outer ? own > outer : node === parent.args[0];
}
