/** Compilation: a pg_proc row, or the text of DO, to a PlFunction; kept per session and argument types. */
import type { CallContext, Oid } from '@pglitedb/types';
import { SqlError } from '@pglitedb/types';
import { formatProcedure } from '@pglitedb/catalog';
import type { ResolvedFunction, SessionServices } from '@pglitedb/executor';
import { Unit, type FunctionHeader, type VariableConflict } from './parse/unit.js';
import { parseFunction } from './parse/statements.js';
import { Scope } from './scope.js';
import { baseType, TypeLookup } from './type-lookup.js';
import type { Block, PlDatum, PlType } from './tree.js';

const BOOL = 16;
const TEXT = 25;
const TRIGGER = 2279;
const EVENT_TRIGGER = 3838;
const VOID = 2278;
const RECORD = 2249;
const POLYMORPHIC = new Set<Oid>([2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, 4538]);

export class PlFunction {
  private static lastId = 0;
  readonly id = ++PlFunction.lastId;
  variableConflict: VariableConflict = 'error';
  printStrictParams = false;
  body!: Block;
  argDnos: number[] = [];
  foundDno = -1;
  outParam = -1;
  newDno = -1;
  oldDno = -1;
  constructor(readonly oid: Oid, readonly name: string, readonly signature: string, readonly isVolatile: boolean, readonly returnType: Oid, readonly returnsSet: boolean, readonly isProcedure: boolean, readonly datums: PlDatum[]) {}

  /** The datum of a record's field, made when it is first read. */
  fieldDatum(recno: number, field: string): number {
    const known = this.datums.find((d) => d.dtype === 'recfield' && d.recno === recno && d.field === field);
    if (known !== undefined) return known.dno;
    const dno = this.datums.length;
    this.datums.push({ dtype: 'recfield', dno, recno, field });
    return dno;
  }
}

interface Cached { readonly key: string; readonly proc: unknown; readonly version: number; readonly fn: PlFunction }
const cache = new WeakMap<SessionServices, Map<string, Cached>>();

/** The compiled form, made again when the function or what its types name changed. */
export function compiledFunction(fn: ResolvedFunction, cx: CallContext | undefined, session: SessionServices, isTrigger: boolean): PlFunction {
  let map = cache.get(session);
  if (map === undefined) cache.set(session, (map = new Map()));
  const actual = fn.argTypes.map((t, k) => (POLYMORPHIC.has(t) ? (cx?.argTypes[k] ?? t) : t));
  const key = `${fn.oid}|${actual.join()}|${POLYMORPHIC.has(fn.returnType) ? cx?.resultType ?? 0 : ''}|${isTrigger}`;
  const version = session.catalog().version();
  for (const t of actual) {
    if (POLYMORPHIC.has(t)) throw new SqlError('0A000', `PL/pgSQL functions cannot accept type ${session.catalog().types.formatType(t, -1)}`, { where: `compilation of PL/pgSQL function "${fn.name}" near line 1` });
  }
  const known = map.get(key);
  if (known !== undefined && (known.version === version || known.proc === fn.proc)) return known.fn;
  const made = compileProc(fn, actual, cx, session, isTrigger, false);
  map.set(key, { key, proc: fn.proc, version, fn: made });
  return made;
}

function polymorphicMap(fn: ResolvedFunction, actual: readonly Oid[], cx: CallContext | undefined, session: SessionServices): Map<Oid, Oid> {
  const map = new Map<Oid, Oid>();
  const { types } = session.catalog();
  const set = (element: Oid, array: Oid, elementType: Oid): void => {
    map.set(element, elementType);
    const a = types.typeInfo(elementType)?.arrayOid ?? 0;
    if (a !== 0) map.set(array, a);
  };
  fn.argTypes.forEach((t, k) => {
    const a = actual[k]!;
    if (!POLYMORPHIC.has(t) || POLYMORPHIC.has(a)) return;
    map.set(t, a);
    const of = (): Oid => types.typeInfo(baseType(types, a))?.elementOid ?? 0;
    if (t === 2277) set(2283, 2277, of());
    if (t === 2283 || t === 2776 || t === 3500) set(2283, 2277, a);
    if (t === 5078) set(5077, 5078, of());
    if (t === 5077 || t === 5079) set(5077, 5078, a);
    if (t === 3831) set(2283, 2277, types.rangeInfo(a)?.subtypeOid ?? 0);
    if (t === 5080) set(5077, 5078, types.rangeInfo(a)?.subtypeOid ?? 0);
    if (t === 2277 || t === 5078) map.set(t, a);
  });
  if (cx !== undefined && POLYMORPHIC.has(fn.returnType)) map.set(fn.returnType, cx.resultType);
  return map;
}

const VALIDATION_TYPES: readonly [Oid, Oid][] = [[2283, 23], [2776, 23], [3500, 23], [2277, 1007], [3831, 3904], [4537, 4451], [5077, 23], [5079, 23], [5078, 1007], [5080, 3904], [4538, 4451]];

export function compileProc(fn: ResolvedFunction, actual: readonly Oid[], cx: CallContext | undefined, session: SessionServices, isTrigger: boolean, validating: boolean, statement = ''): PlFunction {
  const { proc } = fn;
  const polymorphic = validating ? new Map(VALIDATION_TYPES) : polymorphicMap(fn, actual, cx, session);
  const types = new TypeLookup(session, polymorphic);
  const trigger = isTrigger || fn.returnType === TRIGGER;
  const returnType = fn.returnType === EVENT_TRIGGER ? VOID : polymorphic.get(fn.returnType) ?? fn.returnType;
  const compiled = new PlFunction(fn.oid, fn.name, formatProcedure(session.catalog(), fn.oid) ?? fn.name, fn.isVolatile, returnType, fn.retset, proc.prokind === 'p', []);
  const header: { -readonly [K in keyof FunctionHeader]: FunctionHeader[K] } = { returnType, returnsSet: fn.retset, isProcedure: proc.prokind === 'p', isTrigger: trigger, outParam: -1, label: fn.name };
  return compile(compiled, proc.prosrc as string, header, types, session, validating, (u) => {
    if (trigger) triggerVariables(u, compiled);
    else if (fn.returnType === EVENT_TRIGGER) {
      if (fn.nargs > 0) throw new SqlError('42P13', 'event trigger functions cannot have declared arguments');
      for (const name of ['tg_event', 'tg_tag']) promise(u, name, TEXT);
    }
    else parameters(u, fn, actual, compiled, header);
  }, statement);
}

/** DO: an anonymous block. */
export function compileInline(source: string, session: SessionServices, statement: string): PlFunction {
  const compiled = new PlFunction(0, 'inline_code_block', 'inline_code_block', true, VOID, false, false, []);
  return compile(compiled, source, { returnType: VOID, returnsSet: false, isProcedure: false, isTrigger: false, outParam: -1, label: 'inline_code_block' }, new TypeLookup(session), session, true, () => undefined, statement);
}

function compile(compiled: PlFunction, source: string, header: FunctionHeader, types: TypeLookup, session: SessionServices, checkSyntax: boolean, variables: (u: Unit) => void, statement: string): PlFunction {
  let u: Unit | undefined;
  try {
    const shadow = extraCheck(session, 'shadowed_variables');
    u = new Unit(source, header, types, checkSyntax, new Scope(undefined, header.label, 'block'), shadow === undefined || !checkSyntax ? undefined : (name, at) => shadowed(session, source, shadow, name, at, statement));
    u.variableConflict = (session.setting('plpgsql.variable_conflict') ?? 'error') as VariableConflict;
    u.printStrictParams = isOn(session.setting('plpgsql.print_strict_params'));
    variables(u);
    compiled.foundDno = u.addVariable('found', 0, types.byOid(BOOL), true).dno;
    u.push(undefined, 'other');
    compiled.body = parseFunction(u);
  } catch (error) {
    if (error instanceof SqlError && error.position === undefined && error.internalQuery === undefined) {
      const line = u === undefined ? 1 : u.peek(-1 + (u.at === 0 ? 1 : 0)).line;
      error.where = `compilation of PL/pgSQL function "${compiled.name}" near line ${line}`;
    }
    throw error;
  }
  compiled.datums.push(...u.datums);
  compiled.variableConflict = u.variableConflict;
  compiled.printStrictParams = u.printStrictParams;
  return compiled;
}

/** A setting that nobody has defined keeps its text; true where it says so. */
export function isOn(text: string | undefined): boolean { return text !== undefined && /^(?:on|true|yes|1|t|y)$/i.test(text); }
/** plpgsql.extra_errors and extra_warnings: the level at which a check speaks. */
export function extraCheck(session: SessionServices, check: string): 'ERROR' | 'WARNING' | undefined {
  const has = (setting: string): boolean => {
    const list = (session.setting(setting) ?? '').split(',').map((x) => x.trim().toLowerCase());
    return list.includes('all') || list.includes(check);
  };
  return has('plpgsql.extra_errors') ? 'ERROR' : has('plpgsql.extra_warnings') ? 'WARNING' : undefined;
}
function shadowed(session: SessionServices, source: string, level: 'ERROR' | 'WARNING', name: string, at: number, statement: string): void {
  const message = `variable "${name}" shadows a previously defined variable`;
  const position = [...source.slice(0, at)].length + 1;
  if (level === 'ERROR') throw new SqlError('42712', message, { position });
  const body = statement.indexOf(source);
  session.notice('WARNING', '42712', message, body < 0 ? {} : { position: position + [...statement.slice(0, body)].length });
}

function parameters(u: Unit, fn: ResolvedFunction, actual: readonly Oid[], compiled: PlFunction, header: { -readonly [K in keyof FunctionHeader]: FunctionHeader[K] }): void {
  const { proc } = fn;
  const modes = proc.proargmodes as string[] | null;
  const names = proc.proargnames as string[] | null;
  const all = (proc.proallargtypes as Oid[] | null) ?? fn.argTypes;
  let input = 0;
  const out: { name: string; dno: number }[] = [];
  all.forEach((declared, k) => {
    const mode = modes?.[k] ?? 'i';
    const isInput = mode === 'i' || mode === 'b' || mode === 'v';
    const type = u.types.byOid(isInput ? actual[input] ?? declared : declared);
    const v = argument(u, `$${k + 1}`, type);
    if (isInput) { input++; compiled.argDnos.push(v); }
    const name = names?.[k] ?? '';
    if (name !== '') {
      if (u.scope.lookup([name], true) !== undefined) throw new SqlError('42P13', `parameter name "${name}" used more than once`);
      u.scope.add(name, { dno: v, kind: type.kind === 'rec' ? 'rec' : 'var' });
    }
    if (mode === 'o' || mode === 'b' || mode === 't') out.push({ name: name === '' ? `$${k + 1}` : name, dno: v });
  });
  if (out.length > 1 || (out.length === 1 && header.isProcedure)) compiled.outParam = u.addRow('(unnamed row)', 0, out);
  else if (out.length === 1) compiled.outParam = out[0]!.dno;
  header.outParam = compiled.outParam;
}
function argument(u: Unit, name: string, type: PlType): number { return u.addVariable(name, 0, type, true).dno; }

function promise(u: Unit, name: string, oid: Oid): void {
  const v = u.addVariable(name, 0, u.types.byOid(oid), true);
  if (v.dtype === 'var') v.promise = name;
}
const TRIGGER_VARIABLES: readonly [string, Oid][] = [
  ['tg_name', 19], ['tg_when', TEXT], ['tg_level', TEXT], ['tg_op', TEXT], ['tg_relid', 26], ['tg_relname', 19], ['tg_table_name', 19], ['tg_table_schema', 19], ['tg_nargs', 23], ['tg_argv', 1009],
];
function triggerVariables(u: Unit, compiled: PlFunction): void {
  compiled.newDno = u.addVariable('new', 0, u.types.byOid(RECORD), true).dno;
  compiled.oldDno = u.addVariable('old', 0, u.types.byOid(RECORD), true).dno;
  for (const [name, oid] of TRIGGER_VARIABLES) promise(u, name, oid);
}
