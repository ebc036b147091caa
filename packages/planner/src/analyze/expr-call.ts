/** Function calls: ParseFuncOrColumn (parse_func.c), with aggregates and window functions handed to agg.ts. */
import type { Oid } from '@pglitedb/types';
import { exprLocation, exprType, makeTargetEntry, type Aggref, type Expr, type FuncExpr, type NamedArgExpr, type TargetEntry, type WindowFunc } from '../nodes/index.js';
import { finishAggref, finishWindowFunc } from './agg.js';
import { coerceToBoolean, coerceType } from './coerce.js';
import { elementTypeOf, findCoercionPathway, formatType, isComplex, T } from './coerce-paths.js';
import { EXPR_KIND_NAMES, errorAt, withPosition, type ParseState } from './context.js';
import { expression, expressions, transformExpr } from './expr.js';
import { projectField } from './expr-column.js';
import { makeFnArguments } from './function-args.js';
import { functionCandidates, lookupFunction, type FuncDetail } from './function-lookup.js';
import { transformDistinct, transformSort } from './sort-group.js';
import { list, locOf, strings, type Raw } from './raw.js';
import { enforceGenericConsistency, isPolymorphic } from './polymorphic.js';
import { storedExpr } from './stored.js';
import { typeInPath } from './type-names.js';
import { namespaceOidOrZero } from './names.js';
import { selectCommonType } from './common-type.js';
import { addSortItem } from './sort-group.js';

export function transformFuncCall(ps: ParseState, fn: Raw): Expr {
  const args = expressions(ps, fn.args);
  if (fn.agg_within_group) {
    for (const s of list(fn.agg_order)) args.push(transformExpr(ps, s.SortBy.node, 'order_by'));
  }
  return parseCall(ps, strings(fn.funcname), args, fn, locOf(fn));
}

/** A call, or with fn undefined a column projection or functional notation t.f; then undefined where there is neither. */
export function functionOrColumn(ps: ParseState, names: string[], arg: Expr, location: number): Expr | undefined {
  const lastSrf = ps.lastSrf;
  void lastSrf;
  const type = exprType(arg);
  if (names.length === 1 && (isComplex(ps.catalog, type) || type === T.RECORD)) {
    const field = projectField(ps, names[0]!, arg, location);
    if (field) return field;
  }
  return call(ps, names, [arg], undefined, location);
}
function parseCall(ps: ParseState, names: string[], args: Expr[], fn: Raw, location: number): Expr {
  return call(ps, names, args, fn, location)!;
}

export interface CallShape { star: boolean; distinct: boolean; order: readonly Raw[]; withinGroup: boolean; variadic: boolean; filter: Raw; over: Raw; nulls: boolean; format: FuncExpr['funcformat'] }
const shapeOf = (fn: Raw): CallShape => ({
  star: !!fn?.agg_star, distinct: !!fn?.agg_distinct, order: list(fn?.agg_order), withinGroup: !!fn?.agg_within_group, variadic: !!fn?.func_variadic,
  filter: fn?.agg_filter, over: fn?.over, nulls: false, format: fn?.funcformat === 'COERCE_SQL_SYNTAX' ? 'sql' : 'call',
});

function call(ps: ParseState, names: string[], rawArgs: Expr[], fn: Raw, location: number): Expr | undefined {
  const c = ps.catalog;
  const shape = shapeOf(fn);
  if (rawArgs.length > 100) throw errorAt(ps, '54023', 'cannot pass more than 100 arguments to a function', location);
  const filter = shape.filter ? coerceToBoolean(ps, transformExpr(ps, shape.filter, 'filter'), 'FILTER') : undefined;
  const args = dropVoidParams(rawArgs, fn);
  const argnames = namedArguments(ps, args);
  const argtypes = args.map(exprType);
  if (fn && !shape.star && args.length === 1 && !argnames.length && plainCall(shape) && names.length === 1 && (isComplex(c, argtypes[0]!) || argtypes[0] === T.RECORD)) {
    const candidates = functionCandidates(c, names, 1, [], true, true);
    if (!candidates.length) {
      const field = projectField(ps, names[0]!, args[0]!, location);
      if (field) return field;
    }
  }
  const isColumn = fn === undefined;
  const proc = fn?.proc_call === true;
  const coercion = args.length === 1 && !argnames.length && !shape.star && plainCall(shape) ? (): Oid => castTarget(ps, names, args[0]!, argtypes[0]!) : undefined;
  const lookup = withPosition(ps, location, () => lookupFunction(c, names, argtypes, argnames, !shape.variadic, true, coercion));
  if ('coercion' in lookup) return coerceType(ps, args[0]!, argtypes[0]!, lookup.coercion, -1, 'explicit', 'call', location);
  if (!('found' in lookup)) {
    if (isColumn) {
      if ('multiple' in lookup) notUnique(ps, names, args, argtypes, argnames, location);
      return undefined;
    }
    if ('multiple' in lookup) notUnique(ps, names, args, argtypes, argnames, location);
    notFound(ps, names, args, argtypes, argnames, shape, location);
  }
  const found = (lookup as { found: FuncDetail }).found;
  checkKind(ps, names, found, shape, location, proc);
  if (isColumn && found.kind !== 'f') return undefined;
  return build(ps, names, args, argtypes, found, shape, filter, location);
}
const plainCall = (s: CallShape): boolean => !s.distinct && !s.order.length && !s.withinGroup && !s.variadic && !s.filter && !s.over;
/** A parameter of type void in a call means that the argument is left out (PL/pgSQL's OUT parameters). */
const dropVoidParams = (args: Expr[], fn: Raw): Expr[] => (fn ? args.filter((a) => !(a.kind === 'Param' && a.paramtype === T.VOID)) : args);

function namedArguments(ps: ParseState, args: readonly Expr[]): string[] {
  const names: string[] = [];
  for (const a of args) {
    if (a.kind === 'NamedArgExpr') {
      if (names.includes(a.name)) throw errorAt(ps, '42601', `argument name "${a.name}" used more than once`, a.location);
      names.push(a.name);
    } else if (names.length) throw errorAt(ps, '42601', 'positional argument cannot follow named argument', exprLocation(a));
  }
  return names;
}

/** The type a one-argument call may cast to: int4(x). 0 where it is none. */
function castTarget(ps: ParseState, names: string[], arg: Expr, source: Oid): Oid {
  const c = ps.catalog;
  const name = names[names.length - 1]!;
  const target = names.length === 1 ? typeInPath(c, name) : ((c.syscache('TYPENAMENSP', name, namespaceOidOrZero(c, names[names.length - 2]!))?.['oid'] as Oid | undefined) ?? 0);
  if (!target) return 0;
  if (source === T.UNKNOWN && arg.kind === 'Const') return target;
  const path = findCoercionPathway(c, target, source, 'explicit');
  if (path.path === 'relabel') return target;
  if (path.path === 'io') {
    return (source === T.RECORD || isComplex(c, source)) && c.types.typeInfo(target)?.category === 'S' ? 0 : target;
  }
  return 0;
}

/** func_signature_string */
export function signature(ps: ParseState, names: readonly string[], types: readonly Oid[], argnames: readonly string[]): string {
  const positional = types.length - argnames.length;
  return `${names.join('.')}(${types.map((t, i) => (i >= positional ? `${argnames[i - positional]} => ` : '') + formatType(ps.catalog, t)).join(', ')})`;
}
function notUnique(ps: ParseState, names: string[], _args: Expr[], types: Oid[], argnames: string[], location: number): never {
  throw errorAt(ps, '42725', `function ${signature(ps, names, types, argnames)} is not unique`, location, { hint: 'Could not choose a best candidate function. You might need to add explicit type casts.' });
}
function notFound(ps: ParseState, names: string[], _args: Expr[], types: Oid[], argnames: string[], shape: CallShape, location: number): never {
  const text = `function ${signature(ps, names, types, argnames)} does not exist`;
  if (shape.order.length > 1 && !shape.withinGroup) {
    throw errorAt(ps, '42883', text, location, { hint: 'No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; ORDER BY must appear after all regular arguments of the aggregate.' });
  }
  throw errorAt(ps, '42883', text, location, { hint: 'No function matches the given name and argument types. You might need to add explicit type casts.' });
}

function checkKind(ps: ParseState, names: string[], found: FuncDetail, s: CallShape, location: number, proc: boolean): void {
  const name = names.join('.');
  const fail = (code: string, message: string, hint?: string): never => {
    throw errorAt(ps, code, message, location, { hint });
  };
  if (found.kind === 'p' && !proc) fail('42809', `${signature(ps, names, [...found.candidate.args], [])} is a procedure`, 'To call a procedure, use CALL.');
  if (proc && found.kind !== 'p') fail('42809', `${signature(ps, names, [...found.candidate.args], [])} is not a procedure`, 'To call a function, use SELECT.');
  if (found.kind === 'f' || found.kind === 'p') {
    if (s.star) fail('42809', `${name}(*) specified, but ${name} is not an aggregate function`);
    if (s.distinct) fail('42809', `DISTINCT specified, but ${name} is not an aggregate function`);
    if (s.withinGroup) fail('42809', `WITHIN GROUP specified, but ${name} is not an aggregate function`);
    if (s.order.length) fail('42809', `ORDER BY specified, but ${name} is not an aggregate function`);
    if (s.filter) fail('42809', `FILTER specified, but ${name} is not an aggregate function`);
    if (s.over) fail('42809', `OVER specified, but ${name} is not a window function nor an aggregate function`);
  }
  if (found.kind === 'w' && !s.over) fail('42809', `window function ${name} requires an OVER clause`);
  if (found.kind === 'w' && s.withinGroup) fail('42809', `window function ${name} cannot have WITHIN GROUP`);
}

function build(ps: ParseState, names: string[], callArgs: Expr[], callTypes: Oid[], found: FuncDetail, shape: CallShape, filter: Expr | undefined, location: number): Expr {
  const c = ps.catalog;
  const cand = found.candidate;
  const args = [...callArgs];
  const types = [...callTypes];
  const declared = [...cand.args];
  if (cand.ndargs > 0) addDefaults(ps, found, args, types);
  else if (cand.argnumbers) fixNamed(args, cand.argnumbers);
  const agg = found.kind === 'a' ? (c.syscache('AGGFNOID', cand.oid) as unknown as Record<string, unknown>) : undefined;
  if (agg) {
    checkAggShape(ps, names, agg, shape, args.length, found, location);
    if (agg['aggkind'] !== 'n') checkDirectArgs(ps, names, agg, shape.order.length, types, found, location);
  }
  const result = enforceGenericConsistency(c, types, declared, found.result, false);
  let coerced = makeFnArguments(ps, args, types, declared);
  if (agg && agg['aggkind'] === 'h') coerced = unifyHypothetical(ps, coerced, shape, declared);
  let variadicFlag = shape.variadic;
  if (cand.nvargs > 0 && (cand.row['provariadic'] as Oid) !== T.ANY) {
    coerced = packVariadic(ps, coerced, cand.nvargs, declared);
    variadicFlag = true;
  } else if (cand.nvargs > 0) variadicFlag = false;
  else if (shape.variadic && (cand.row['provariadic'] as Oid) === T.ANY) {
    const t = exprType(coerced[coerced.length - 1]!);
    if (!elementTypeOf(c, t)) throw errorAt(ps, '42804', 'VARIADIC argument must be an array', exprLocation(coerced[coerced.length - 1]!));
  }
  if (shape.variadic && !(cand.row['provariadic'] as Oid) && !cand.nvargs) variadicFlag = false;
  if (found.retset) noteSetReturning(ps, location);
  if (found.kind === 'f' || found.kind === 'p') {
    const f: FuncExpr = { kind: 'FuncExpr', funcid: cand.oid, funcresulttype: result, funcretset: found.retset, funcvariadic: variadicFlag, funcformat: shape.format, funccollid: 0, inputcollid: 0, args: coerced, location };
    if (found.retset) ps.lastSrf = f;
    return f;
  }
  if (agg && !shape.over) return makeAggref(ps, names, coerced, cand.oid, result, agg, shape, filter, variadicFlag, location, found);
  return makeWindow(ps, names, coerced, cand.oid, result, found, shape, filter, location);
}

/** Arguments left out take the function's defaults; named ones get their declared positions. */
function addDefaults(ps: ParseState, found: FuncDetail, args: Expr[], types: Oid[]): void {
  const cand = found.candidate;
  const defaults = storedExprs(ps, cand.row['proargdefaults'] as string | null, cand);
  const pronargs = cand.row['pronargs'] as number;
  for (let i = args.length; i < pronargs; i++) {
    const position = cand.argnumbers ? cand.argnumbers[i]! : i;
    const value = defaults[position - (pronargs - defaults.length)]!;
    types.push(exprType(value));
    if (cand.argnumbers) {
      const names = inputNames(cand.row);
      args.push({ kind: 'NamedArgExpr', arg: value, name: names[position]!, argnumber: position, location: -1 });
    } else args.push(value);
  }
  if (cand.argnumbers) fixNamed(args, cand.argnumbers);
}
const inputNames = (row: Record<string, unknown>): string[] => {
  const modes = row['proargmodes'] as string[] | null;
  return (row['proargnames'] as string[]).filter((_, i) => !modes || 'ibv'.includes(modes[i]!));
};
function fixNamed(args: Expr[], argnumbers: readonly number[]): void {
  args.forEach((a, i) => {
    if (a.kind === 'NamedArgExpr') args[i] = { ...a, argnumber: argnumbers[i]! } as NamedArgExpr;
  });
}
function storedExprs(ps: ParseState, text: string | null, cand: FuncDetail['candidate']): Expr[] {
  return storedExpr(ps, text, (cand.row['proargtypes'] as Oid[]).slice(-(cand.row['pronargdefaults'] as number)));
}

function packVariadic(ps: ParseState, args: Expr[], nvargs: number, declared: readonly Oid[]): Expr[] {
  const start = args.length - nvargs;
  const elements = args.slice(start);
  const elementType = exprType(elements[0]!);
  const arrayType = ps.catalog.types.typeInfo(elementType)?.arrayOid ?? 0;
  if (!arrayType) throw errorAt(ps, '42704', `could not find array type for data type ${formatType(ps.catalog, elementType)}`, exprLocation(elements[0]));
  void declared;
  const array: Expr = { kind: 'ArrayExpr', array_typeid: arrayType, array_collid: 0, element_typeid: elementType, elements, multidims: false, location: exprLocation(elements[0]) };
  return [...args.slice(0, start), array];
}

function checkAggShape(ps: ParseState, names: string[], agg: Record<string, unknown>, s: CallShape, nargs: number, found: FuncDetail, location: number): void {
  const name = names.join('.');
  const fail = (message: string, hint?: string): never => {
    throw errorAt(ps, '42809', message, location, { hint });
  };
  if (agg['aggkind'] === 'n') {
    if (s.withinGroup) fail(`${name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`);
    if (!s.star && nargs === 0 && !found.candidate.args.length && !s.over) fail(`${name}(*) must be used to call a parameterless aggregate function`);
    return;
  }
  if (!s.withinGroup) fail(`WITHIN GROUP is required for ordered-set aggregate ${name}`);
  if (s.over) fail(`OVER is not supported for ordered-set aggregate ${name}`);
  if (s.distinct) fail('cannot use DISTINCT with WITHIN GROUP');
  if (s.variadic) fail('cannot use VARIADIC with WITHIN GROUP');
}
/** The number of direct arguments: as declared, or for VARIADIC "any" as many as WITHIN GROUP has columns. */
function checkDirectArgs(ps: ParseState, names: string[], agg: Record<string, unknown>, aggregated: number, types: readonly Oid[], found: FuncDetail, location: number): void {
  const { nvargs, row } = found.candidate;
  const name = names.join('.');
  const declared = agg['aggnumdirectargs'] as number;
  const direct = types.length - aggregated;
  const fail = (hint: string): never => { throw errorAt(ps, '42883', `function ${signature(ps, names, types, [])} does not exist`, location, { hint }); };
  const variadicDirect = row['provariadic'] !== 0 && declared >= (nvargs > 1 ? types.length - nvargs + 1 : types.length);
  if (!variadicDirect) {
    if (direct !== declared) fail(`There is an ordered-set aggregate ${name}, but it requires ${declared} direct argument${declared === 1 ? '' : 's'}, not ${direct}.`);
  } else if (agg['aggkind'] === 'h') {
    if (nvargs !== 2 * aggregated) fail(`To use the hypothetical-set aggregate ${name}, the number of hypothetical direct arguments (here ${nvargs - aggregated}) must match the number of ordering columns (here ${aggregated}).`);
  } else if (nvargs <= aggregated) fail(`There is an ordered-set aggregate ${name}, but it requires at least ${declared} direct argument${declared === 1 ? '' : 's'}.`);
}
/** unify_hypothetical_args: each hypothetical argument and its sort column get one type. */
function unifyHypothetical(ps: ParseState, args: Expr[], s: CallShape, declared: readonly Oid[]): Expr[] {
  const direct = args.length - s.order.length;
  const out = [...args];
  for (let i = 0; i < s.order.length; i++) {
    const h = direct - s.order.length + i;
    if (h < 0 || declared[h] !== T.ANY) continue;
    const [a, b] = [args[h]!, args[direct + i]!];
    const common = commonOf(ps, b, a);
    out[h] = coerceType(ps, a, exprType(a), common, -1, 'implicit', 'implicit', -1);
    out[direct + i] = coerceType(ps, b, exprType(b), common, -1, 'implicit', 'implicit', -1);
  }
  return out;
}
const commonOf = (ps: ParseState, a: Expr, b: Expr): Oid => selectCommonType(ps, [a, b], 'WITHIN GROUP');

export function makeAggref(ps: ParseState, names: string[], args: Expr[], oid: Oid, result: Oid, agg: Record<string, unknown>, s: CallShape, filter: Expr | undefined, variadic: boolean, location: number, found: FuncDetail): Expr {
  const kind = agg['aggkind'] as Aggref['aggkind'];
  if (found.retset) throw errorAt(ps, '42P13', 'aggregates cannot return sets', location);
  if (args.some((a) => a.kind === 'NamedArgExpr')) throw errorAt(ps, '0A000', 'aggregates cannot use named arguments', location);
  if (s.distinct && !args.length) throw errorAt(ps, '42601', `DISTINCT specified, but ${names.join('.')} has no arguments`, location);
  const node: Aggref = {
    kind: 'Aggref', aggfnoid: oid, aggtype: result, aggcollid: 0, inputcollid: 0, aggtranstype: 0, aggargtypes: args.map(exprType), aggdirectargs: [], args: [], aggorder: [], aggdistinct: [],
    aggfilter: filter, aggstar: s.star, aggvariadic: variadic, aggkind: kind, agglevelsup: 0, aggno: -1, location,
  };
  let tlist: TargetEntry[];
  if (kind !== 'n') {
    const direct = args.length - s.order.length;
    node.aggdirectargs = args.slice(0, direct);
    tlist = args.slice(direct).map((e, i) => makeTargetEntry(e, i + 1, undefined, false));
    node.aggorder = transformOrdered(ps, s.order, tlist);
  } else {
    tlist = args.map((e, i) => makeTargetEntry(e, i + 1, undefined, false));
    const saved = ps.nextResno;
    ps.nextResno = args.length + 1;
    node.aggorder = transformSort(ps, s.order, tlist, 'order_by', true, true);
    if (s.distinct) node.aggdistinct = transformDistinct(ps, tlist, node.aggorder, true);
    ps.nextResno = saved;
  }
  node.args = tlist;
  finishAggref(ps, node, location);
  return node;
}
function transformOrdered(ps: ParseState, order: readonly Raw[], tlist: TargetEntry[]): Aggref['aggorder'] {
  const out: Aggref['aggorder'] = [];
  order.forEach((o, i) => addSortItem(ps, tlist[i]!, out, tlist, o.SortBy));
  return out;
}

export function makeWindow(ps: ParseState, names: string[], args: Expr[], oid: Oid, result: Oid, found: FuncDetail, s: CallShape, filter: Expr | undefined, location: number): Expr {
  const isAgg = found.kind === 'a';
  if (found.retset) throw errorAt(ps, '42P13', 'window functions cannot return sets', location);
  if (s.distinct) throw errorAt(ps, '0A000', 'DISTINCT is not implemented for window functions', location);
  if (isAgg && !args.length && !s.star && !found.candidate.args.length) throw errorAt(ps, '42809', `${names.join('.')}(*) must be used to call a parameterless aggregate function`, location);
  if (s.order.length) throw errorAt(ps, '0A000', 'aggregate ORDER BY is not implemented for window functions', location);
  if (!isAgg && filter) throw errorAt(ps, '0A000', 'FILTER is not implemented for non-aggregate window functions', location);
  const node: WindowFunc = {
    kind: 'WindowFunc', winfnoid: oid, wintype: result, wincollid: 0, inputcollid: 0, args, aggfilter: filter, winref: 0, winstar: s.star, winagg: isAgg, ignoreNulls: false, location,
  };
  finishWindowFunc(ps, node, s.over);
  return node;
}

const NO_SRF: Readonly<Partial<Record<ParseState['exprKind'], string>>> = {
  join_on: 'JOIN conditions', join_using: 'JOIN conditions', where: '', having: '', filter: '', policy: 'policy expressions', window_frame_range: 'window definitions', window_frame_rows: 'window definitions',
  window_frame_groups: 'window definitions', update_source: '', merge_when: 'MERGE WHEN conditions', limit: '', offset: '', returning: '', merge_returning: '', values: '',
  check_constraint: 'check constraints', domain_check: 'check constraints', column_default: 'DEFAULT expressions', function_default: 'DEFAULT expressions', index_expression: 'index expressions',
  index_predicate: 'index predicates', stats_expression: 'statistics expressions', alter_col_transform: 'transform expressions', execute_parameter: 'EXECUTE parameters',
  trigger_when: 'trigger WHEN conditions', partition_expression: 'partition key expressions', partition_bound: 'partition bound', call_argument: 'CALL arguments', copy_where: 'COPY FROM WHERE conditions',
  generated_column: 'column generation expressions', cycle_mark: '',
};
function noteSetReturning(ps: ParseState, location: number): void {
  const where = NO_SRF[ps.exprKind];
  if (where !== undefined) {
    throw errorAt(ps, '0A000', `set-returning functions are not allowed in ${where || EXPR_KIND_NAMES[ps.exprKind]}`, location);
  }
  if (ps.exprKind !== 'from_function') ps.hasTargetSRFs = true;
}
export { isPolymorphic, expression };
