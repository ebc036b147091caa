/** The input/output functions of pg_proc (int4in, int4out, int4recv, int4send …), made from a TypeImpl. */
import type { BuiltinFn, CallContext } from '../function-impl.js';
import { defineFunctions } from '../function-impl.js';
import type { TypeImpl } from '../type-impl.js';
import { defineType } from '../type-registry.js';

const noTypmod = (typmod: unknown): number => (typeof typmod === 'number' ? typmod : -1);

/** The four I/O functions of a type. Input functions take one argument (text) or three (text, element type, typmod). */
export function ioFunctions(impl: TypeImpl, names: readonly [string, string, string?, string?]): Record<string, BuiltinFn> {
  const [input, output, recv, send] = names;
  const out: Record<string, BuiltinFn> = {
    [input]: (text: string, a: unknown, b?: unknown, c?: CallContext) =>
      c === undefined ? impl.parse(text, -1, (a as CallContext).env) : impl.parse(text, noTypmod(b), c.env),
    [output]: (v: unknown, ctx: CallContext) => impl.format(v, ctx.env),
  };
  if (recv !== undefined) {
    out[recv] = (bytes: Uint8Array, a: unknown, b?: unknown, c?: CallContext) =>
      c === undefined ? impl.receive(bytes, -1, (a as CallContext).env) : impl.receive(bytes, noTypmod(b), c.env);
  }
  if (send !== undefined) out[send] = (v: unknown, ctx: CallContext) => impl.send(v, ctx.env);
  return out;
}

/** Registers a base type and its I/O functions. */
export function defineBaseType(impl: TypeImpl, names: readonly [string, string, string?, string?]): TypeImpl {
  defineType(impl);
  defineFunctions(ioFunctions(impl, names));
  return impl;
}
