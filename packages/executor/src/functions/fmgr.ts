/**
 * Function manager: from a pg_proc oid to something callable. Internal functions come from @pglitedb/types by prosrc;
 * other languages are ports that the meta-package registers (sql, plpgsql).
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { builtinFunction, SqlError, type BuiltinFn, type CallContext, type Datum, type FunctionImpl, type Oid, type TypeEnv } from '@pglitedb/types';
import type { UtilityContext } from '../commands/registry.js';
import type { ExecContext } from '../context.js';
import { guardedLanguage } from './guarded-language.js';

/** A language of user functions. Calls may run queries, so they are generators. */
export interface FunctionLanguage {
  call(fn: ResolvedFunction, args: readonly Datum[], cx: CallContext, x: ExecContext): Steps<Datum>;
  /** Set-returning: yields through `emit`, one datum (PgRecord for rows) at a time. */
  callSet(fn: ResolvedFunction, args: readonly Datum[], cx: CallContext, x: ExecContext): Steps<Iterable<Datum>>;
  /** DO: runs an anonymous block. */
  inline?(source: string, u: UtilityContext): Steps<void>;
}

export interface ResolvedFunction {
  readonly oid: Oid; readonly name: string; readonly strict: boolean; readonly isVolatile: boolean; readonly retset: boolean;
  readonly language: string; readonly returnType: Oid; readonly argTypes: readonly Oid[]; readonly nargs: number;
  /** Internal language only. */
  readonly impl: FunctionImpl | undefined;
  readonly handler: FunctionLanguage | undefined;
  readonly securityDefiner: boolean;
  /** Its pg_proc row. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly proc: Record<string, any>;
}

const languages = new Map<string, FunctionLanguage>();
export function registerLanguage(name: string, language: FunctionLanguage): void { languages.set(name, language); }

/** Builtins that need the session or may wait: keyed by prosrc, called with the ExecContext. */
export type SessionFunction = (x: ExecContext, args: readonly Datum[], cx: CallContext) => Steps<Datum>;
export function languageHandler(name: string): FunctionLanguage | undefined { return languages.get(name); }

const sessionFunctions = new Map<string, SessionFunction>();
export function defineSessionFunctions(functions: Readonly<Record<string, SessionFunction>>): void {
  for (const [k, v] of Object.entries(functions)) sessionFunctions.set(k, v);
}
/** Likewise, but never waiting, so that they stay in fast expressions. */
export type SyncSessionFunction = (x: ExecContext, args: readonly Datum[], cx: CallContext) => Datum;
const syncSessionFunctions = new Map<string, SyncSessionFunction>();
export function defineSyncSessionFunctions(functions: Readonly<Record<string, SyncSessionFunction>>): void {
  for (const [k, v] of Object.entries(functions)) syncSessionFunctions.set(k, v);
}
export function syncSessionFunction(prosrc: string): SyncSessionFunction | undefined { return syncSessionFunctions.get(prosrc); }
export function sessionFunction(prosrc: string): SessionFunction | undefined { return sessionFunctions.get(prosrc); }

const LANGUAGE_INTERNAL = 12;
const LANGUAGE_C = 13;

const sessionLanguage: FunctionLanguage = {
  call: (fn, args, cx, x) => sessionFunctions.get(fn.proc.prosrc)!(x, args, cx),
  *callSet(fn, args, cx, x) { return (yield* sessionFunctions.get(fn.proc.prosrc)!(x, args, cx)) as Iterable<Datum>; },
};

/** Looks a function up; raises 42883 for a missing one and 0A000 for one without an implementation. */
export function resolveFunction(catalog: CatalogReader, oid: Oid): ResolvedFunction {
  const proc = catalog.syscache('PROCOID', oid);
  if (proc === undefined) throw new SqlError('42883', `cache lookup failed for function ${oid}`);
  const lang = proc.prolang as Oid;
  const base = {
    oid, name: proc.proname as string, strict: proc.proisstrict as boolean, isVolatile: proc.provolatile === 'v', retset: proc.proretset as boolean,
    returnType: proc.prorettype as Oid, argTypes: proc.proargtypes as Oid[], nargs: proc.pronargs as number, securityDefiner: proc.prosecdef as boolean, proc,
  };
  if (lang === LANGUAGE_INTERNAL || lang === LANGUAGE_C) {
    if (sessionFunctions.has(proc.prosrc)) return { ...base, language: 'internal', impl: undefined, handler: sessionLanguage };
    const impl = builtinFunction(proc.prosrc);
    if (impl === undefined && !syncSessionFunctions.has(proc.prosrc)) throw missing(proc.prosrc, proc.proname);
    return { ...base, language: 'internal', impl, handler: undefined };
  }
  const name = (catalog.syscache('LANGOID', lang)?.lanname as string | undefined) ?? '?';
  const handler = languages.get(name);
  if (handler === undefined) throw new SqlError('0A000', `language "${name}" is not supported yet`);
  return { ...base, language: name, impl: undefined, handler: base.securityDefiner || proc.proconfig !== null ? guardedLanguage(handler) : handler };
}

/** Whether a function of that language and prosrc can be called: for the list of what is implemented. */
export function functionImplemented(language: string, prosrc: string): boolean {
  if (language !== 'internal' && language !== 'c') return languages.has(language);
  return sessionFunctions.has(prosrc) || syncSessionFunctions.has(prosrc) || builtinFunction(prosrc) !== undefined || implementedElsewhere.has(prosrc);
}
/** Builtins with an implementation of another kind (window functions by their executor node): not called through here. */
const implementedElsewhere = new Set<string>();
export function noteImplemented(prosrcs: Iterable<string>): void { for (const p of prosrcs) implementedElsewhere.add(p); }

function missing(prosrc: string, proname: string): SqlError {
  return new SqlError('0A000', `function ${proname} is not supported yet`, { detail: `The builtin function "${prosrc}" has no implementation.` });
}

export function callContext(env: TypeEnv, collation: Oid, argTypes: readonly Oid[], resultType: Oid, variadic = false): CallContext {
  return { env, collation, argTypes, resultType, variadic, cache: undefined, inAggregate: false };
}

/** Calls a builtin by pg_proc oid with plain arguments: for comparisons, casts and the like outside of expressions. */
export function directFunction(catalog: CatalogReader, env: TypeEnv, oid: Oid, collation: Oid): (...args: Datum[]) => Datum {
  const f = resolveFunction(catalog, oid);
  if (f.impl === undefined) throw new SqlError('0A000', `function ${f.name} cannot be called here`);
  const fn: BuiltinFn = f.impl.fn;
  const cx = callContext(env, collation, f.argTypes, f.returnType);
  return (...args) => fn(...args, cx);
}
