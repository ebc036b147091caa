/** CREATE FUNCTION and CREATE PROCEDURE: the pg_proc row, its argument defaults, and checks against what it replaces. */
import { encodeNode, type CatalogReader, type CatalogRow } from '@pglitedb/catalog';
import { analyzeExpr, coerceToTarget, exprType, type Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { newObjectAcl } from './default-acl.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { analyzeSqlBody } from './function-body.js';
import { functionOptions, type FunctionOptions } from './function-options.js';
import { checkObjectOwner } from './ownership.js';
import { unresolvableResult } from '../../functions/polymorphic-signature.js';
import { proceduresNamed } from './routine-lookup.js';
import { creationNamespace, splitName, type Raw } from './raw.js';
import { typeRow } from './heap.js';
import { namespaceOf, typeNameText, typeOid } from './type-lookup.js';

/** Checks the body of a function in its language when it is made (check_function_bodies). */
export type LanguageValidator = (u: UtilityContext, fn: Oid) => Steps<void>;
const validators = new Map<string, LanguageValidator>();
export function registerLanguageValidator(language: string, validator: LanguageValidator): void { validators.set(language, validator); }

export interface Parameters {
  inTypes: Oid[]; allTypes: Oid[]; modes: string[]; names: string[]; /** of input parameters */ inNames: string[]; defaults: Expr[]; variadic: Oid; /** 0: no OUT parameters */ required: Oid; hasOut: boolean;
}

const MODES: Readonly<Record<string, string>> = { FUNC_PARAM_IN: 'i', FUNC_PARAM_OUT: 'o', FUNC_PARAM_INOUT: 'b', FUNC_PARAM_VARIADIC: 'v', FUNC_PARAM_TABLE: 't', FUNC_PARAM_DEFAULT: 'i' };
const RECORD: Oid = 2249;
const VOID: Oid = 2278;
const bad = (message: string): SqlError => new SqlError('42P13', message);
const POLYMORPHIC_ARRAYS = new Set([2277, 5078]);

/** interpret_function_parameter_list. */
export function functionParameters(u: UtilityContext, list: Raw[] | undefined, procedure: boolean): Parameters {
  const c = u.session.catalog();
  const p: Parameters = { inTypes: [], allTypes: [], modes: [], names: [], inNames: [], defaults: [], variadic: 0, required: 0, hasOut: false };
  let outs = 0;
  for (const item of list ?? []) {
    const fp = item.FunctionParameter;
    const mode = MODES[fp.mode]!;
    const type = parameterType(u, c, fp.argType, fp.location);
    if (fp.argType.setof === true) throw bad(procedure ? 'procedures cannot accept set arguments' : 'functions cannot accept set arguments');
    const input = mode === 'i' || mode === 'b' || mode === 'v';
    if (input || (procedure && mode === 'o')) {
      if (p.variadic !== 0) throw bad('VARIADIC parameter must be the last input parameter');
    }
    if (input) { p.inTypes.push(type); p.inNames.push(fp.name ?? ''); }
    if (mode === 'o' || mode === 'b' || mode === 't') {
      if (procedure) p.required = RECORD; else if (outs === 0) p.required = type;
      outs++;
      p.hasOut = true;
    }
    if (mode === 'v') p.variadic = variadicElement(c, type);
    checkName(p, fp.name, mode);
    p.allTypes.push(type);
    p.modes.push(mode);
    p.names.push(fp.name ?? '');
    if (fp.defexpr !== undefined) p.defaults.push(defaultOf(u, fp.defexpr, type, input));
    else if (input && p.defaults.length > 0) throw bad('input parameters after one with a default value must also have defaults');
    else if (procedure && mode === 'o' && p.defaults.length > 0) throw bad('procedure OUT parameters cannot appear after one with a default value');
  }
  if (outs > 1) p.required = RECORD;
  return p;
}

function parameterType(u: UtilityContext, c: CatalogReader, tn: Raw, location: number | undefined): Oid {
  const oid = typeOid(c, tn);
  if (oid === 0) throw new SqlError('42704', `type ${typeNameText(tn)} does not exist`);
  noteReference(u, tn, oid);
  if (!c.syscache('TYPEOID', oid)!.typisdefined) u.session.notice('NOTICE', '42809', `argument type ${typeNameText(tn)} is only a shell`, { position: (location ?? -1) + 1 });
  return oid;
}

/** A reference to a column's type is not kept. */
function noteReference(u: UtilityContext, tn: Raw, oid: Oid): void {
  if (tn.pct_type === true) u.session.notice('NOTICE', '00000', `type reference ${typeNameText(tn)} converted to ${u.session.catalog().types.formatType(oid, -1)}`);
}

function variadicElement(c: CatalogReader, type: Oid): Oid {
  if (type === 2276) return 2276;
  if (POLYMORPHIC_ARRAYS.has(type)) return type === 2277 ? 2283 : 5077;
  const element = c.types.typeInfo(type)?.kind === 'a' ? c.types.typeInfo(type)!.elementOid : 0;
  if (element === 0) throw bad('VARIADIC parameter must be an array');
  return element;
}

/** A name may serve once among the inputs and once among the outputs. */
function checkName(p: Parameters, name: string | undefined, mode: string): void {
  if (name === undefined || name === '') return;
  // A pure input and a pure output may have the same name.
  const pureIn = (m: string): boolean => m === 'i' || m === 'v';
  const pureOut = (m: string): boolean => m === 'o' || m === 't';
  p.names.forEach((n, k) => {
    const other = p.modes[k]!;
    if (n !== name || (pureIn(mode) && pureOut(other)) || (pureOut(mode) && pureIn(other))) return;
    throw bad(`parameter name "${name}" used more than once`);
  });
}

function defaultOf(u: UtilityContext, raw: Raw, type: Oid, input: boolean): Expr {
  if (!input) throw bad('only input parameters can have default values');
  const context = { catalog: u.session.catalog(), env: u.session.env, sql: u.sql, paramTypes: [] };
  const expr = analyzeExpr(raw, 'function_default', undefined, context);
  const cast = coerceToTarget(expr, type, -1, 'assignment', context);
  if (cast === undefined) {
    const { types } = context.catalog;
    throw new SqlError('42804', `argument of DEFAULT must be type ${types.formatType(type, -1)}, not type ${types.formatType(exprType(expr), -1)}`);
  }
  return cast;
}

/** The declared result type; C and internal functions may name types that are still to come. */
function resultType(u: UtilityContext, tn: Raw, language: string): Oid {
  const { session } = u;
  const c = session.catalog();
  const oid = typeOid(c, tn);
  if (oid !== 0) {
    noteReference(u, tn, oid);
    if (!c.syscache('TYPEOID', oid)!.typisdefined) {
      if (language !== 'c' && language !== 'internal') throw bad(`SQL function cannot return shell type ${typeNameText(tn)}`);
      session.notice('NOTICE', '42809', `return type ${typeNameText(tn)} is only a shell`);
    }
    return oid;
  }
  if ((language !== 'c' && language !== 'internal') || tn.arrayBounds !== undefined) throw new SqlError('42704', `type "${typeNameText(tn)}" does not exist`);
  session.notice('NOTICE', '42704', `type "${typeNameText(tn)}" is not yet defined`, { detail: 'Creating a shell type definition.' });
  const { schema, name } = splitName(tn.names);
  return createShellType(u, creationNamespace(session, schema), name);
}

export function createShellType(u: UtilityContext, namespace: Oid, name: string): Oid {
  const w = u.session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_type', typeRow({
    oid, typname: name, typnamespace: namespace, typowner: u.session.userOid(), typlen: 4, typbyval: true, typtype: 'p', typcategory: 'P', typisdefined: false, typinput: 2398, typoutput: 2399, typalign: 'i', typstorage: 'p',
  }));
  recordDependency(w, address(CLASS.type, oid), address(CLASS.namespace, namespace), 'n');
  return oid;
}

function* createFunction(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const c = session.catalog();
  const procedure = node.is_procedure === true;
  const { schema, name } = splitName(node.funcname);
  if (schema !== undefined && namespaceOf(c, schema) === 0) throw new SqlError('3F000', `schema "${schema}" does not exist`);
  const namespace = creationNamespace(session, schema);
  const o = functionOptions(u, node, procedure);
  const language = c.syscache('LANGNAME', o.language);
  if (language === undefined) throw new SqlError('42704', `language "${o.language}" does not exist`);
  const p = functionParameters(u, node.parameters, procedure);
  let result: Oid;
  const set = node.returnType?.setof === true;
  if (procedure) result = p.required !== 0 ? p.required : VOID;
  else if (node.returnType !== undefined) {
    result = resultType(u, node.returnType, o.language);
    const table = p.modes.includes('t');
    if (table && p.allTypes.filter((_t, k) => p.modes[k] === 't').length > 1) result = RECORD;
    if (p.required !== 0 && result !== p.required) throw bad(`function result type must be ${c.types.formatType(p.required, -1)} because of OUT parameters`);
  } else if (p.required !== 0) result = p.required;
  else throw bad('function result type must be specified');
  if (o.rows !== undefined && !set) throw new SqlError('22023', 'ROWS is not applicable when function does not return a set');
  checkResolvable(c, result, p);
  const fn = storeProcedure(u, { node, name, namespace, o, languageOid: language.oid, p, result, set, procedure });
  const body = node.sql_body === undefined ? undefined : analyzeSqlBody(u, node.sql_body, name, p);
  const w = session.catalogWriter();
  if (body !== undefined) {
    w.update('pg_proc', { oid: fn }, { prosqlbody: encodeNode(node.sql_body.List === undefined ? body[0] : body, session.env) });
    recordExpressionDependencies(w, address(CLASS.proc, fn), body, 0);
  }
  if (session.setting('check_function_bodies') !== 'off') {
    const validator = validators.get(o.language);
    if (validator !== undefined) yield* validator(u, fn);
  }
  return procedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION';
}

function checkResolvable(c: CatalogReader, result: Oid, p: Parameters): void {
  const outputs = p.allTypes.filter((_t, k) => 'obt'.includes(p.modes[k]!));
  for (const type of [result, ...outputs]) {
    const detail = unresolvableResult(c, type, p.inTypes);
    if (detail !== undefined) throw new SqlError('42P13', type === 2281 ? 'unsafe use of pseudo-type "internal"' : 'cannot determine result data type', { detail });
  }
}

interface NewProcedure { node: Raw; name: string; namespace: Oid; o: FunctionOptions; languageOid: Oid; p: Parameters; result: Oid; set: boolean; procedure: boolean }

/** ProcedureCreate. */
function storeProcedure(u: UtilityContext, n: NewProcedure): Oid {
  const { session } = u;
  const { p, o } = n;
  const w = session.catalogWriter();
  const special = p.modes.some((m) => m !== 'i');
  const row: Omit<CatalogRow<'pg_proc'>, 'oid'> = {
    proname: n.name, pronamespace: n.namespace, proowner: session.userOid(), prolang: n.languageOid, procost: o.cost ?? (o.language === 'c' || o.language === 'internal' ? 1 : 100),
    prorows: n.set ? o.rows ?? 1000 : 0, provariadic: p.variadic, prosupport: o.support, prokind: n.procedure ? 'p' : o.window ? 'w' : 'f', prosecdef: o.securityDefiner, proleakproof: o.leakproof,
    proisstrict: o.strict, proretset: n.set, provolatile: o.volatility, proparallel: o.parallel, pronargs: p.inTypes.length, pronargdefaults: p.defaults.length, prorettype: n.result,
    proargtypes: p.inTypes, proallargtypes: special ? p.allTypes : null, proargmodes: special ? p.modes : null, proargnames: p.names.some((x) => x !== '') ? (special ? p.names : p.inNames) : null,
    proargdefaults: p.defaults.length > 0 ? encodeNode(p.defaults, session.env) : null, protrftypes: null, prosrc: o.source, probin: o.library, prosqlbody: null, proconfig: o.config, proacl: null,
  };
  const old = proceduresNamed(w, [n.name]).concat([...w.syscacheList('PROCNAMEARGSNSP', n.name)]).find((x) => x.pronamespace === n.namespace && x.proargtypes.length === p.inTypes.length && x.proargtypes.every((t, k) => t === p.inTypes[k]));
  let oid: Oid;
  if (old !== undefined) {
    checkReplace(u, n, old, row);
    oid = old.oid;
    w.update('pg_proc', { oid }, { ...row, proowner: old.proowner, proacl: old.proacl });
    for (const d of w.rows('pg_depend', { classid: CLASS.proc, objid: oid })) if (d.deptype !== 'e') w.remove('pg_depend', d);
  } else {
    oid = w.newOid();
    w.insert('pg_proc', { oid, ...row, proacl: newObjectAcl(w, 'f', row.proowner, n.namespace) });
  }
  const self = address(CLASS.proc, oid);
  recordDependency(w, self, address(CLASS.namespace, n.namespace), 'n');
  recordDependency(w, self, address(CLASS.language, n.languageOid), 'n');
  for (const t of new Set([n.result, ...p.allTypes])) recordDependency(w, self, address(CLASS.type, t), 'n');
  if (p.defaults.length > 0) recordExpressionDependencies(w, self, p.defaults, 0);
  return oid;
}

const KIND_WORDS: Readonly<Record<string, string>> = { f: 'function', p: 'procedure', a: 'aggregate', w: 'window function' };

function checkReplace(u: UtilityContext, n: NewProcedure, old: CatalogRow<'pg_proc'>, row: Omit<CatalogRow<'pg_proc'>, 'oid'>): void {
  const c = u.session.catalog();
  if (n.node.replace !== true) throw new SqlError('42723', `function "${n.name}" already exists with same argument types`);
  checkObjectOwner(u.session, address(CLASS.proc, old.oid));
  if (old.prokind !== row.prokind) throw new SqlError('42809', 'cannot change routine kind', { detail: `"${n.name}" is ${old.prokind === 'a' ? 'an aggregate function' : `a ${KIND_WORDS[old.prokind]}`}.` });
  const command = n.procedure ? 'DROP PROCEDURE' : 'DROP FUNCTION';
  const hint = `Use ${command} ${n.name}(${old.proargtypes.map((t) => c.types.formatType(t, -1)).join(',')}) first.`;
  if (old.prorettype !== n.result || old.proretset !== n.set) throw new SqlError('42P13', n.procedure ? 'cannot change whether a procedure has output parameters' : 'cannot change return type of existing function', { hint });
  if (n.result === RECORD) {
    const outs = (types: readonly Oid[] | null, modes: readonly string[] | null, names: readonly string[] | null): string =>
      (modes ?? []).map((m, k) => (m === 'i' || m === 'v' ? '' : `${types![k]}:${names?.[k] ?? ''}`)).filter((x) => x !== '').join();
    if (outs(old.proallargtypes, old.proargmodes, old.proargnames) !== outs(row.proallargtypes, row.proargmodes, row.proargnames)) {
      throw new SqlError('42P13', 'cannot change return type of existing function', { detail: 'Row type defined by OUT parameters is different.', hint });
    }
  }
  const oldNames = inputNames(old);
  oldNames.forEach((name, k) => {
    if (name !== '' && n.p.inNames[k] !== name) throw new SqlError('42P13', `cannot change name of input parameter "${name}"`, { hint });
  });
  if (old.pronargdefaults > n.p.defaults.length) throw new SqlError('42P13', 'cannot remove parameter defaults from existing function', { hint });
}
function inputNames(p: CatalogRow<'pg_proc'>): string[] {
  if (p.proargnames === null) return [];
  if (p.proargmodes === null) return [...p.proargnames];
  return p.proargnames.filter((_n, k) => 'ibv'.includes(p.proargmodes![k]!));
}

defineCommands({ CreateFunctionStmt: createFunction });
