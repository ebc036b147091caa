/** coerce_type, coerce_to_target_type, coerce_type_typmod, coerce_to_boolean … : conversions as expression nodes (parse_coerce.c). */
import { type Oid } from '@pglitedb/types';
import {
  exprCollation, exprLocation, exprType, exprTypmod, expandRowVar, makeConst, makeNullConst, makeRelabelType, type CoercionForm, type Const, type Expr,
} from './coerce-deps.js';
import {
  baseTypeAndTypmod, baseTypeOf, canCoerceOne, canCoerce, collationOfType, elementTypeOf, findCoercionPathway, findTypmodCoercion, formatType,
  isComplex, kindOfType, relidOfType, T, typeInheritsFrom, type CoercionContext, type Pathway,
} from './coerce-paths.js';
import { errorAt, withPosition, type ParseState } from './context.js';

export { canCoerce, canCoerceOne } from './coerce-paths.js';

/** coerce_to_target_type: undefined where there is no cast. targetTypmod as declared. */
export function coerceToTargetType(ps: ParseState, expr: Expr, source: Oid, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number): Expr | undefined {
  if (!canCoerceOne(ps.catalog, source, target, context) && !canCoerce(ps.catalog, [source], [target], context)) return undefined;
  if (expr.kind === 'CollateExpr') {
    const inner = coerceToTargetType(ps, expr.arg, source, target, targetTypmod, context, form, location)!;
    return collationOfType(ps.catalog, target) ? { ...expr, arg: inner } : inner;
  }
  const result = coerceType(ps, expr, source, target, targetTypmod, context, form, location);
  return coerceTypmod(ps, result, target, targetTypmod, context, form, location, result !== expr && result.kind !== 'Const');
}

/** coerce_type: the cast must exist. */
export function coerceType(ps: ParseState, expr: Expr, source: Oid, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number): Expr {
  const c = ps.catalog;
  if (source === target) return expr;
  if (target === T.ANY || target === T.ANYELEMENT || target === T.ANYNONARRAY || target === T.ANYCOMPATIBLE || target === T.ANYCOMPATIBLENONARRAY) return expr;
  if (target === T.ANYARRAY || target === T.ANYENUM || target === T.ANYRANGE || target === T.ANYMULTIRANGE || target === T.ANYCOMPATIBLEARRAY || target === T.ANYCOMPATIBLERANGE || target === T.ANYCOMPATIBLEMULTIRANGE) {
    if (source !== T.UNKNOWN) {
      const base = baseTypeOf(c, source);
      return base === source ? expr : makeRelabelType(expr, base, -1, collationOfType(c, base) ? 0 : 0, form, location);
    }
  }
  if (source === T.UNKNOWN && expr.kind === 'Const') return coerceUnknownConst(ps, expr, target, targetTypmod, context, form, location);
  if (expr.kind === 'Param' && expr.paramkind === 'extern' && source === T.UNKNOWN) {
    const resolved = resolveParam(ps, expr, target, location);
    if (resolved) return resolved;
  }
  if (expr.kind === 'CollateExpr') {
    const inner = coerceType(ps, expr.arg, source, target, targetTypmod, context, form, location);
    return collationOfType(c, target) ? { ...expr, arg: inner } : inner;
  }
  const pathway = findCoercionPathway(c, target, source, context);
  if (pathway.path !== 'none') return applyPathway(ps, expr, source, target, targetTypmod, context, form, location, pathway);
  if (source === T.RECORD && isComplex(c, target)) return coerceRecordToComplex(ps, expr, target, context, form, location);
  if (target === T.RECORD && isComplex(c, source)) return expr;
  if (target === T.RECORDARRAY && elementTypeOf(c, source)) return expr;
  if (typeInheritsFrom(c, source, target)) {
    const base = baseTypeOf(c, source);
    const arg = base === source ? expr : makeRelabelType(expr, base, -1, 0, 'implicit', location);
    return { kind: 'ConvertRowtypeExpr', arg, resulttype: target, convertformat: form, location };
  }
  throw new Error(`failed to find conversion function from ${formatType(c, source)} to ${formatType(c, target)}`);
}

function applyPathway(ps: ParseState, expr: Expr, source: Oid, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number, pathway: Pathway): Expr {
  const c = ps.catalog;
  const base = baseTypeAndTypmod(c, target, targetTypmod);
  if (pathway.path !== 'relabel') {
    const result = buildCoercion(ps, expr, pathway, base.oid, base.typmod, context, form, location);
    return target === base.oid ? result : coerceToDomain(ps, result, base.oid, base.typmod, target, context, form, location, true);
  }
  const result = coerceToDomain(ps, expr, base.oid, base.typmod, target, context, form, location, false);
  if (result !== expr) return result;
  return makeRelabelType(expr, target, -1, 0, form, location);
}

/** An unknown literal becomes a constant of the target type, through the type's input function. */
function coerceUnknownConst(ps: ParseState, con: Const, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number): Expr {
  const c = ps.catalog;
  const base = baseTypeAndTypmod(c, target, targetTypmod);
  // The input function gets the typmod only where it would not otherwise know how to read the text.
  const inputTypmod = base.oid === T.INTERVAL ? base.typmod : -1;
  const value = con.constvalue === null ? null
    : withPosition(ps, con.location, () => c.types.typeImpl(base.oid).parse(con.constvalue as string, inputTypmod, ps.ctx.env));
  const result: Expr = makeConst(base.oid, inputTypmod, collationOfType(c, base.oid), value, leftmost(con.location, location));
  result.location = con.location;
  return target === base.oid ? result : coerceToDomain(ps, result, base.oid, base.typmod, target, context, form, location, false);
}
const leftmost = (a: number, b: number): number => (a >= 0 ? a : b);

/** variable_coerce_param_hook: a parameter of unknown type takes the type wanted. */
function resolveParam(ps: ParseState, param: Extract<Expr, { kind: 'Param' }>, target: Oid, location: number): Expr | undefined {
  if (!ps.ctx.variableParams) return undefined;
  const types = ps.ctx.paramTypes;
  const known = types[param.paramid - 1] ?? 0;
  if (known === 0 || known === T.UNKNOWN) types[param.paramid - 1] = target;
  else if (known !== target) {
    throw errorAt(ps, '42P08', `inconsistent types deduced for parameter $${param.paramid}`, param.location, {
      detail: `${formatType(ps.catalog, known)} versus ${formatType(ps.catalog, target)}`,
    });
  }
  param.paramtype = target;
  param.paramtypmod = -1;
  param.paramcollid = collationOfType(ps.catalog, target);
  if (param.location < 0) param.location = location;
  return param;
}

/** coerce_to_domain: wraps in CoerceToDomain where the target is a domain. */
export function coerceToDomain(ps: ParseState, expr: Expr, baseType: Oid, baseTypmod: number, target: Oid, context: CoercionContext, form: CoercionForm, location: number, hideInput: boolean): Expr {
  if (baseType === target || kindOfType(ps.catalog, target) !== 'd') return expr;
  let arg = hideInput ? hideCoercion(expr) : expr;
  arg = coerceTypmod(ps, arg, baseType, baseTypmod, context, 'implicit', location, false);
  return { kind: 'CoerceToDomain', arg, resulttype: target, resulttypmod: -1, resultcollid: 0, coercionformat: form, location };
}
function hideCoercion(expr: Expr): Expr {
  switch (expr.kind) {
    case 'FuncExpr': return { ...expr, funcformat: 'implicit' };
    case 'RelabelType': return { ...expr, relabelformat: 'implicit' };
    case 'CoerceViaIO': case 'ArrayCoerceExpr': return { ...expr, coerceformat: 'implicit' };
    case 'ConvertRowtypeExpr': return { ...expr, convertformat: 'implicit' };
    case 'CoerceToDomain': return { ...expr, coercionformat: 'implicit' };
    case 'RowExpr': return { ...expr, row_format: 'implicit' };
    default: return expr;
  }
}

/** coerce_type_typmod: applies the type's length coercion; where there is none the value is relabelled. */
export function coerceTypmod(ps: ParseState, expr: Expr, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number, hideInput: boolean): Expr {
  if (exprTypmod(expr) === targetTypmod) return expr;
  const arg = hideInput ? hideCoercion(expr) : expr;
  const cast = targetTypmod < 0 ? undefined : findTypmodCoercion(ps.catalog, target);
  if (!cast || cast.path === 'none') return applyRelabelType(arg, target, targetTypmod, form, location);
  const pathway: Pathway = cast.path === 'array' ? { path: 'array' } : { path: 'func', funcid: cast.funcid };
  return buildCoercion(ps, arg, pathway, target, targetTypmod, context, form, location);
}
/** applyRelabelType: exposes a type and typmod without work; stacked relabels merge. */
function applyRelabelType(arg: Expr, type: Oid, typmod: number, form: CoercionForm, location: number): Expr {
  const collation = exprCollation(arg);
  while (arg.kind === 'RelabelType') arg = arg.arg;
  if (arg.kind === 'Const') return { ...arg, consttype: type, consttypmod: typmod, constcollid: collation };
  if (exprType(arg) === type && exprTypmod(arg) === typmod && exprCollation(arg) === collation) return arg;
  return makeRelabelType(arg, type, typmod, collation, form, location);
}

/** build_coercion_expression */
function buildCoercion(ps: ParseState, arg: Expr, pathway: Pathway, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number): Expr {
  const c = ps.catalog;
  if (pathway.path === 'func') {
    const proc = c.syscache('PROCOID', pathway.funcid)!;
    const nargs = proc['pronargs'] as number;
    const args: Expr[] = [arg];
    if (nargs >= 2) args.push(makeConst(T.INT4, -1, 0, targetTypmod));
    if (nargs === 3) args.push(makeConst(T.BOOL, -1, 0, context === 'explicit'));
    return { kind: 'FuncExpr', funcid: pathway.funcid, funcresulttype: target, funcretset: false, funcvariadic: false, funcformat: form, funccollid: 0, inputcollid: 0, args, location };
  }
  if (pathway.path === 'array') return buildArrayCoercion(ps, arg, target, targetTypmod, context, form, location);
  return { kind: 'CoerceViaIO', arg, resulttype: target, resultcollid: 0, coerceformat: form, location };
}
function buildArrayCoercion(ps: ParseState, arg: Expr, target: Oid, targetTypmod: number, context: CoercionContext, form: CoercionForm, location: number): Expr {
  const c = ps.catalog;
  const sourceBase = baseTypeAndTypmod(c, exprType(arg), exprTypmod(arg));
  const sourceElem = elementTypeOf(c, sourceBase.oid);
  const test: Expr = { kind: 'CaseTestExpr', typeId: sourceElem, typeMod: sourceBase.typmod, collation: 0 };
  const targetElem = elementTypeOf(c, target);
  const elemexpr = coerceToTargetType(ps, test, sourceElem, targetElem, targetTypmod, context, form, location);
  if (!elemexpr) throw new Error('array element coercion not found');
  return { kind: 'ArrayCoerceExpr', arg, elemexpr, resulttype: target, resulttypmod: exprTypmod(elemexpr), resultcollid: 0, coerceformat: form, location };
}

/** coerce_record_to_complex: ROW(...) or a whole-row Var to a named composite, column by column. */
function coerceRecordToComplex(ps: ParseState, expr: Expr, target: Oid, context: CoercionContext, form: CoercionForm, location: number): Expr {
  const c = ps.catalog;
  const base = baseTypeAndTypmod(c, target, -1);
  const args = expr.kind === 'RowExpr' ? expr.args : expr.kind === 'Var' && expr.varattno === 0 ? expandRowVar(ps, expr) : undefined;
  const fail = (detail?: string): never => {
    throw errorAt(ps, '42846', `cannot cast type ${formatType(c, T.RECORD)} to ${formatType(c, target)}`, coercionLocation(location, expr), { detail });
  };
  if (!args) return fail();
  const attributes = c.relation(relidOfType(c, base.oid))!.attributes;
  const out: Expr[] = [];
  let i = 0;
  for (const att of attributes) {
    if (att.attisdropped) {
      out.push(makeNullConst(T.INT4, -1, 0));
      continue;
    }
    const arg = args![i];
    if (!arg) return fail('Input has too few columns.');
    const type = exprType(arg);
    const cast = coerceToTargetType(ps, arg, type, att.atttypid, att.atttypmod, context, 'implicit', -1);
    if (!cast) return fail(`Cannot cast type ${formatType(c, type)} to ${formatType(c, att.atttypid)} in column ${i + 1}.`);
    out.push(cast);
    i++;
  }
  if (i < args!.length) return fail('Input has too many columns.');
  const row: Expr = { kind: 'RowExpr', args: out, row_typeid: base.oid, row_format: form, colnames: [], location };
  if (base.oid === target) return row;
  return coerceToDomain(ps, { ...row, row_format: 'implicit' }, base.oid, base.typmod, target, context, form, location, false);
}
const coercionLocation = (coercion: number, input: Expr): number => (coercion >= 0 ? coercion : exprLocation(input));

/** coerce_to_boolean, in the words of `construct` (WHERE, AND …). */
export function coerceToBoolean(ps: ParseState, expr: Expr, construct: string): Expr {
  let result = expr;
  const type = exprType(expr);
  if (type !== T.BOOL) {
    const cast = coerceToTargetType(ps, expr, type, T.BOOL, -1, 'assignment', 'implicit', -1);
    if (!cast) throw errorAt(ps, '42804', `argument of ${construct} must be type boolean, not type ${formatType(ps.catalog, type)}`, exprLocation(expr));
    result = cast;
  }
  if (returnsSet(result)) throw errorAt(ps, '42804', `argument of ${construct} must not return a set`, exprLocation(expr));
  return result;
}
const returnsSet = (e: Expr): boolean => (e.kind === 'FuncExpr' && e.funcretset) || (e.kind === 'OpExpr' && e.opretset);

/** coerce_to_specific_type_typmod */
export function coerceToSpecificType(ps: ParseState, expr: Expr, target: Oid, typmod: number, construct: string): Expr {
  let result = expr;
  const type = exprType(expr);
  if (type !== target) {
    const cast = coerceToTargetType(ps, expr, type, target, typmod, 'assignment', 'implicit', -1);
    if (!cast) throw errorAt(ps, '42804', `argument of ${construct} must be type ${formatType(ps.catalog, target)}, not type ${formatType(ps.catalog, type)}`, exprLocation(expr));
    result = cast;
  }
  if (returnsSet(result)) throw errorAt(ps, '42804', `argument of ${construct} must not return a set`, exprLocation(expr));
  return result;
}

/** coerce_to_common_type */
export function coerceToCommonType(ps: ParseState, expr: Expr, target: Oid, context: string): Expr {
  const type = exprType(expr);
  if (type === target) return expr;
  if (!canCoerceOne(ps.catalog, type, target, 'implicit')) {
    throw errorAt(ps, '42846', `${context} could not convert type ${formatType(ps.catalog, type)} to ${formatType(ps.catalog, target)}`, exprLocation(expr));
  }
  return coerceType(ps, expr, type, target, -1, 'implicit', 'implicit', -1);
}
