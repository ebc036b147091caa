/** transformExpr: raw expressions to Expr, by kind (parse_expr.c). The larger kinds live in expr-*.ts. */
import { exprLocation, exprType, makeBoolExpr, makeConst, type BoolExpr, type CaseWhen, type Expr, type Param, type SQLValueFunctionOp } from '../nodes/index.js';
import { coerceToBoolean, coerceToCommonType, coerceToTargetType } from './coerce.js';
import { arrayOf, baseTypeAndTypmod, collationOfType, elementTypeOf, formatType, isTypeComposite, T } from './coerce-paths.js';
import { selectCommonType } from './common-type.js';
import { errorAt, withExprKind, withPosition, type ExprKind, type ParseState } from './context.js';
import { kindOf, list, locOf, strings, type Raw } from './raw.js';
import { lookupCollation, typenameType } from './type-names.js';
import { transformAExpr } from './expr-ops.js';
import { transformColumnRef, transformIndirection } from './expr-column.js';
import { transformFuncCall } from './expr-call.js';
import { transformGroupingFunc } from './agg.js';
import { transformMultiAssign, transformSubLink } from './expr-sublink.js';
import { expandStar } from './target.js';
import { JSON_EXPRESSIONS } from './expr-json.js';
import { XML_EXPRESSIONS } from './expr-xml.js';

type Handler = (ps: ParseState, body: Raw) => Expr;

/** transformExpr with the expression's kind in force. */
export function transformExpr(ps: ParseState, node: Raw, kind: ExprKind): Expr {
  return withExprKind(ps, kind, () => expression(ps, node));
}

/** transformExprRecurse */
export function expression(ps: ParseState, node: Raw): Expr {
  const kind = kindOf(node);
  const handler = HANDLERS.get(kind);
  if (!handler) throw errorAt(ps, 'XX000', `unrecognized node type: ${kind}`, -1);
  return handler(ps, node[kind]);
}
export const expressions = (ps: ParseState, nodes: Raw): Expr[] => list(nodes).map((n) => expression(ps, n));

function constant(ps: ParseState, c: Raw): Expr {
  const location = locOf(c);
  if (c.isnull) return makeConst(T.UNKNOWN, -1, 0, null, location);
  if (c.ival) return makeConst(T.INT4, -1, 0, (c.ival.ival as number | undefined) ?? 0, location);
  if (c.sval) return makeConst(T.UNKNOWN, -1, 0, (c.sval.sval as string | undefined) ?? '', location);
  if (c.boolval) return makeConst(T.BOOL, -1, 0, (c.boolval.boolval as boolean | undefined) ?? false, location);
  if (c.bsval) return makeConst(T.BIT, -1, 0, withPosition(ps, location, () => ps.catalog.types.typeImpl(T.BIT).parse(c.bsval.bsval as string, -1, ps.ctx.env)), location);
  return numberConstant(ps, c.fval.fval as string, location);
}
function numberConstant(ps: ParseState, text: string, location: number): Expr {
  const integer = integerLiteral(text);
  if (integer !== undefined) {
    if (integer >= -2147483648n && integer <= 2147483647n) return makeConst(T.INT4, -1, 0, Number(integer), location);
    if (integer >= -(1n << 63n) && integer < 1n << 63n) {
      return makeConst(T.INT8, -1, 0, Number.isSafeInteger(Number(integer)) ? Number(integer) : integer, location);
    }
  }
  const value: unknown = withPosition(ps, location, () => ps.catalog.types.typeImpl(T.NUMERIC).parse(text, -1, ps.ctx.env));
  return makeConst(T.NUMERIC, -1, 0, value, location);
}
/** A number without point or exponent; hexadecimal, octal, binary and underscores included. */
function integerLiteral(text: string): bigint | undefined {
  const plain = text.replaceAll('_', '');
  const m = /^([+-]?)(\d+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.exec(plain);
  if (!m) return undefined;
  const value = BigInt(m[2]!);
  return m[1] === '-' ? -value : value;
}

function paramRef(ps: ParseState, p: Raw): Expr {
  const number = (p.number as number | undefined) ?? 0;
  const location = locOf(p);
  const hooked = ps.ctx.paramRef?.(number, location);
  if (hooked) return hooked;
  const types = ps.ctx.paramTypes;
  const missing = (): never => {
    throw errorAt(ps, '42P02', `there is no parameter $${number}`, location);
  };
  if (number < 1 || number > 65535) return missing();
  if (ps.ctx.variableParams) {
    while (types.length < number) types.push(0);
    if (!types[number - 1]) types[number - 1] = T.UNKNOWN;
    // UNKNOWN stays unresolved until a context gives it a type.
  } else if (number > types.length || !types[number - 1]) return missing();
  const type = types[number - 1]!;
  const param: Param = { kind: 'Param', paramkind: 'extern', paramid: number, paramtype: type, paramtypmod: -1, paramcollid: collationOfType(ps.catalog, type), location };
  return param;
}

function typeCast(ps: ParseState, tc: Raw): Expr {
  const { oid, typmod } = typenameType(ps, tc.typeName);
  let arg: Expr;
  if (tc.arg.A_ArrayExpr) {
    const base = baseTypeAndTypmod(ps.catalog, oid, typmod);
    const element = elementTypeOf(ps.catalog, base.oid);
    arg = element ? arrayExpr(ps, tc.arg.A_ArrayExpr, base.oid, element, base.typmod) : expression(ps, tc.arg);
  } else arg = expression(ps, tc.arg);
  const source = exprType(arg);
  let location = locOf(tc);
  if (location < 0) location = locOf(tc.typeName);
  const result = coerceToTargetType(ps, arg, source, oid, typmod, 'explicit', 'explicit', location);
  if (!result) {
    throw errorAt(ps, '42846', `cannot cast type ${formatType(ps.catalog, source)} to ${formatType(ps.catalog, oid)}`, location >= 0 ? location : exprLocation(arg));
  }
  return result;
}

function collateClause(ps: ParseState, cc: Raw): Expr {
  const arg = expression(ps, cc.arg);
  const type = exprType(arg);
  if (!collationOfType(ps.catalog, type) && type !== T.UNKNOWN) {
    throw errorAt(ps, '42804', `collations are not supported by type ${formatType(ps.catalog, type)}`, locOf(cc));
  }
  return { kind: 'CollateExpr', arg, collOid: lookupCollation(ps, strings(cc.collname), locOf(cc)), location: locOf(cc) };
}

function boolExpr(ps: ParseState, b: Raw): Expr {
  const boolop: BoolExpr['boolop'] = b.boolop === 'AND_EXPR' ? 'and' : b.boolop === 'OR_EXPR' ? 'or' : 'not';
  const args = list(b.args).map((a) => coerceToBoolean(ps, expression(ps, a), boolop.toUpperCase()));
  return makeBoolExpr(boolop, args, locOf(b));
}

/** A_ArrayExpr; with a target array type where a cast names it. */
export function arrayExpr(ps: ParseState, a: Raw, arrayType: number, elementType: number, typmod: number): Expr {
  const c = ps.catalog;
  const elements: Expr[] = [];
  let multidims = false;
  const raw = list(a.elements);
  for (const e of raw) {
    let element: Expr;
    if (e.A_ArrayExpr) {
      element = arrayExpr(ps, e.A_ArrayExpr, arrayType, elementType, typmod);
      multidims = true;
    } else {
      element = expression(ps, e);
      const t = exprType(element);
      if (t !== T.INT2VECTOR && t !== T.OIDVECTOR && elementTypeOf(c, t)) multidims = true;
    }
    elements.push(element);
  }
  let coerceTo: number, elementOid = elementType, hard = false, arrayOid = arrayType;
  if (arrayType) {
    coerceTo = multidims ? arrayType : elementType;
    hard = true;
  } else {
    if (!elements.length) {
      throw errorAt(ps, '42P18', 'cannot determine type of empty array', locOf(a), { hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].' });
    }
    coerceTo = selectCommonType(ps, elements, 'ARRAY');
    if (multidims) {
      arrayOid = coerceTo;
      elementOid = elementTypeOf(c, arrayOid);
      if (!elementOid) throw errorAt(ps, '42704', `could not find element type for data type ${formatType(c, arrayOid)}`, locOf(a));
    } else {
      elementOid = coerceTo;
      arrayOid = arrayOf(c, elementOid);
      if (!arrayOid) throw errorAt(ps, '42704', `could not find array type for data type ${formatType(c, elementOid)}`, locOf(a));
    }
  }
  const coerced = elements.map((e) => {
    if (!hard) return coerceToCommonType(ps, e, coerceTo, 'ARRAY');
    const cast = coerceToTargetType(ps, e, exprType(e), coerceTo, typmod, 'explicit', 'explicit', -1);
    if (!cast) throw errorAt(ps, '42846', `cannot cast type ${formatType(c, exprType(e))} to ${formatType(c, coerceTo)}`, exprLocation(e));
    return cast;
  });
  return { kind: 'ArrayExpr', array_typeid: arrayOid, array_collid: 0, element_typeid: elementOid, elements: coerced, multidims, location: locOf(a) };
}

function rowExpr(ps: ParseState, r: Raw): Expr {
  const args = expressionList(ps, r.args);
  if (args.length > 1664) throw errorAt(ps, '54011', 'ROW expressions can have at most 1664 entries', locOf(r));
  return { kind: 'RowExpr', args, row_typeid: T.RECORD, row_format: r.row_format === 'COERCE_IMPLICIT_CAST' ? 'implicit' : 'call', colnames: args.map((_, i) => `f${i + 1}`), location: locOf(r) };
}
/** transformExpressionList: with x.* expanded, and DEFAULT where allowed. */
export function expressionList(ps: ParseState, nodes: Raw, allowDefault = false): Expr[] {
  const out: Expr[] = [];
  for (const n of list(nodes)) {
    const star = expandStar(ps, n);
    if (star) out.push(...star.map((t) => t.expr));
    else if (allowDefault && n.SetToDefault) out.push({ kind: 'SetToDefault', typeId: 0, typeMod: -1, collation: 0, location: locOf(n.SetToDefault) });
    else out.push(expression(ps, n));
  }
  return out;
}
function caseExpr(ps: ParseState, c: Raw): Expr {
  let arg = c.arg ? expression(ps, c.arg) : undefined;
  let placeholder: Expr | undefined;
  if (arg) {
    if (exprType(arg) === T.UNKNOWN) arg = coerceToCommonType(ps, arg, T.TEXT, 'CASE');
    placeholder = { kind: 'CaseTestExpr', typeId: exprType(arg), typeMod: -1, collation: 0 };
  }
  const whens: CaseWhen[] = [];
  const results: Expr[] = [];
  for (const w of list(c.args)) {
    const raw = w.CaseWhen;
    const condition = placeholder ? transformAExpr(ps, { kind: 'AEXPR_OP', name: [{ String: { sval: '=' } }], lexpr: placeholderNode(placeholder), rexpr: raw.expr, location: locOf(raw) }) : expression(ps, raw.expr);
    const expr = coerceToBoolean(ps, condition, 'CASE/WHEN');
    const result = expression(ps, raw.result);
    whens.push({ kind: 'CaseWhen', expr, result, location: locOf(raw) });
    results.push(result);
  }
  const def = c.defresult ? expression(ps, c.defresult) : makeConst(T.UNKNOWN, -1, 0, null);
  const type = selectCommonType(ps, [def, ...results], 'CASE');
  const defresult = coerceToCommonType(ps, def, type, 'CASE/ELSE');
  for (const w of whens) w.result = coerceToCommonType(ps, w.result, type, 'CASE/WHEN');
  noSetReturning(ps, 'CASE', [arg, defresult, ...whens.flatMap((w) => [w.expr, w.result])]);
  return { kind: 'CaseExpr', casetype: type, casecollid: 0, arg, args: whens, defresult, location: locOf(c) };
}
/** An already analysed expression as a raw node: passes through unchanged. */
export const placeholderNode = (expr: Expr): Raw => ({ Analyzed: expr });

function noSetReturning(ps: ParseState, construct: string, exprs: readonly (Expr | undefined)[]): void {
  const srf = (e: Expr | undefined): Expr | undefined => (e?.kind === 'FuncExpr' && e.funcretset ? e : e && 'args' in e && Array.isArray(e.args) ? (e.args as Expr[]).map((x) => (x.kind as string) === 'TargetEntry' || (x.kind as string) === 'CaseWhen' ? undefined : srf(x)).find((x) => x) : undefined);
  for (const e of exprs) {
    const found = srf(e);
    if (found) {
      throw errorAt(ps, '0A000', `set-returning functions are not allowed in ${construct}`, exprLocation(found), { hint: 'You might be able to move the set-returning function into a LATERAL FROM item.' });
    }
  }
}

function coalesce(ps: ParseState, n: Raw): Expr {
  const args = expressions(ps, n.args);
  const type = selectCommonType(ps, args, 'COALESCE');
  const coerced = args.map((a) => coerceToCommonType(ps, a, type, 'COALESCE'));
  noSetReturning(ps, 'COALESCE', coerced);
  return { kind: 'CoalesceExpr', coalescetype: type, coalescecollid: 0, args: coerced, location: locOf(n) };
}
function minMax(ps: ParseState, n: Raw): Expr {
  const op = n.op === 'IS_LEAST' ? 'least' : 'greatest';
  const args = expressions(ps, n.args);
  const type = selectCommonType(ps, args, op.toUpperCase());
  return { kind: 'MinMaxExpr', minmaxtype: type, minmaxcollid: 0, inputcollid: 0, op, args: args.map((a) => coerceToCommonType(ps, a, type, op.toUpperCase())), location: locOf(n) };
}

const VALUE_FUNCTION_TYPES: Readonly<Record<string, number>> = {
  current_date: T.DATE, current_time: T.TIMETZ, current_time_n: T.TIMETZ, current_timestamp: T.TIMESTAMPTZ, current_timestamp_n: T.TIMESTAMPTZ, localtime: T.TIME, localtime_n: T.TIME,
  localtimestamp: T.TIMESTAMP, localtimestamp_n: T.TIMESTAMP,
};
function sqlValueFunction(ps: ParseState, n: Raw): Expr {
  const op = (n.op as string).replace('SVFOP_', '').toLowerCase() as SQLValueFunctionOp;
  let typmod = (n.typmod as number | undefined) ?? 0;
  if (!op.endsWith('_n')) typmod = -1;
  else if (typmod > 6) {
    const name = op.includes('timestamp') ? 'TIMESTAMP' : 'TIME';
    ps.ctx.env.notice('WARNING', '22023', `${name}(${typmod})${op.startsWith('current') ? ' WITH TIME ZONE' : ''} precision reduced to maximum allowed, 6`);
    typmod = 6;
  }
  return { kind: 'SQLValueFunction', op, type: VALUE_FUNCTION_TYPES[op] ?? T.NAME, typmod, location: locOf(n) };
}

const BOOL_TESTS: Readonly<Record<string, 'true' | 'not_true' | 'false' | 'not_false' | 'unknown' | 'not_unknown'>> = {
  IS_TRUE: 'true', IS_NOT_TRUE: 'not_true', IS_FALSE: 'false', IS_NOT_FALSE: 'not_false', IS_UNKNOWN: 'unknown', IS_NOT_UNKNOWN: 'not_unknown',
};
function booleanTest(ps: ParseState, n: Raw): Expr {
  const booltesttype = BOOL_TESTS[n.booltesttype as string]!;
  const arg = coerceToBoolean(ps, expression(ps, n.arg), `IS ${booltesttype.toUpperCase().replace('_', ' ')}`);
  return { kind: 'BooleanTest', arg, booltesttype, location: locOf(n) };
}
function nullTest(ps: ParseState, n: Raw): Expr {
  const arg = expression(ps, n.arg);
  return { kind: 'NullTest', arg, nulltesttype: n.nulltesttype === 'IS_NOT_NULL' ? 'is_not_null' : 'is_null', argisrow: isTypeComposite(ps.catalog, exprType(arg)), location: locOf(n) };
}
function currentOf(ps: ParseState, n: Raw): Expr {
  const item = ps.targetNsItem!;
  const hooked = n.cursor_name ? (ps.ctx.preColumnRef ?? ps.ctx.postColumnRef?.bind(undefined))?.([n.cursor_name as string], undefined as never, -1 as never, false as never) as Expr | undefined : undefined;
  if (hooked?.kind === 'Param' && hooked.paramtype === T.REFCURSOR) return { kind: 'CurrentOfExpr', cvarno: item.rtindex, cursor_name: undefined, cursor_param: hooked.paramid };
  return { kind: 'CurrentOfExpr', cvarno: item.rtindex, cursor_name: n.cursor_name as string | undefined, cursor_param: 0 };
}
function mergeSupport(ps: ParseState, n: Raw): Expr {
  if (ps.exprKind !== 'merge_returning') {
    let parent = ps.parent;
    while (parent && parent.exprKind !== 'merge_returning') parent = parent.parent;
    if (!parent) throw errorAt(ps, '42601', 'MERGE_ACTION() can only be used in the RETURNING list of a MERGE command', locOf(n));
  }
  return { kind: 'MergeSupportFunc', msftype: T.TEXT, msfcollid: 100, location: locOf(n) };
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['A_Const', constant], ['ColumnRef', transformColumnRef], ['ParamRef', paramRef], ['A_Indirection', transformIndirection],
  ['A_ArrayExpr', (ps, n) => arrayExpr(ps, n, 0, 0, -1)], ['TypeCast', typeCast], ['CollateClause', collateClause], ['A_Expr', transformAExpr],
  ['BoolExpr', boolExpr], ['FuncCall', transformFuncCall], ['SubLink', transformSubLink], ['CaseExpr', caseExpr], ['RowExpr', rowExpr],
  ['CoalesceExpr', coalesce], ['MinMaxExpr', minMax], ['SQLValueFunction', sqlValueFunction], ['NullTest', nullTest], ['BooleanTest', booleanTest],
  ['CurrentOfExpr', currentOf], ['GroupingFunc', transformGroupingFunc], ['MultiAssignRef', transformMultiAssign], ['MergeSupportFunc', mergeSupport],
  ['NamedArgExpr', (ps, n): Expr => ({ kind: 'NamedArgExpr', arg: expression(ps, n.arg), name: n.name as string, argnumber: -1, location: locOf(n) })],
  ['SetToDefault', (ps, n) => { throw errorAt(ps, '42601', 'DEFAULT is not allowed in this context', locOf(n)); }],
  ['Analyzed', (_ps, n): Expr => n as Expr],
  ...(Object.entries(JSON_EXPRESSIONS)), ...(Object.entries(XML_EXPRESSIONS)),
]);
