/**
 * Builtin functions by the name PostgreSQL gives their C symbol (pg_proc.prosrc): several pg_proc rows may share one.
 * A builtin takes its arguments positionally and a CallContext after them. A function that pg_proc marks strict never
 * sees NULL (the caller answers NULL); the others get null for NULL.
 */
import type { Datum } from './datum.js';
import type { Oid } from './brand.js';
import type { TypeEnv } from './type-impl.js';

/** What a function call knows of its place in the query (PostgreSQL's fcinfo and flinfo). */
export interface CallContext {
  readonly env: TypeEnv;
  /** fncollation: the collation the call should use, 0 for none. */
  readonly collation: Oid;
  /** Actual argument types (after polymorphic resolution) and the actual result type. */
  readonly argTypes: readonly Oid[];
  readonly resultType: Oid;
  /** True where the last argument was given as VARIADIC array. */
  readonly variadic: boolean;
  /** Kept between calls of the same expression in one execution (fn_extra): compiled regexes and the like. */
  cache: unknown;
  /** For set-returning record functions: the column definition list's types. */
  readonly resultFields?: readonly { name: string; typeOid: Oid; typmod: number }[];
  /** For aggregate transition and final functions: is this an aggregate call. */
  readonly inAggregate: boolean;
  /** For final functions of hypothetical-set aggregates: the order of WITHIN GROUP. */
  readonly compareRows?: ((a: Datum[], b: Datum[]) => number) | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BuiltinFn = (...args: any[]) => Datum;

/** A predicate over heap[start .. end), the bytes of one text. */
export type ByteTest = (heap: Uint8Array, start: number, end: number) => boolean;

export interface FunctionImpl {
  readonly fn: BuiltinFn;
  /** The function returns an Iterable of Datum (set-returning). For several columns each item is a PgRecord or Datum[]. */
  readonly set?: boolean;
  /** JavaScript source of the result, from the JS sources of non-null arguments; for generated code. */
  readonly js?: (...args: string[]) => string;
  /** Of a function (text, text) that answers a boolean: the same with a constant second argument, over UTF-8 bytes. */
  readonly bytes?: (constant: string, ctx: CallContext) => ByteTest | undefined;
}

export const notBytes = (test: ByteTest | undefined): ByteTest | undefined => test && ((heap, start, end) => !test(heap, start, end));

const table = new Map<string, FunctionImpl>();

/** Adds builtins: a plain function, or a FunctionImpl. Keys are prosrc names. A second definition is a bug. */
export function defineFunctions(functions: Readonly<Record<string, BuiltinFn | FunctionImpl>>): void {
  for (const [name, f] of Object.entries(functions)) {
    if (table.has(name)) throw new Error(`builtin function ${name} is defined twice`);
    table.set(name, typeof f === 'function' ? { fn: f } : f);
  }
}

/** The builtin of that prosrc, undefined where it is not implemented (the caller raises 0A000). */
export function builtinFunction(prosrc: string): FunctionImpl | undefined {
  return table.get(prosrc);
}

/** All prosrc names implemented, for the list of what is missing. */
export function builtinFunctionNames(): string[] {
  return [...table.keys()].sort();
}
