/** numeric's datums from and to text and numbers, for types that contain or return them. */
import type { Datum } from '../datum.js';
import type { TypeEnv, TypeImpl } from '../type-impl.js';
import { builtinFunction } from '../function-impl.js';
import { assert } from '../errors.js';
import { Numeric } from '../numeric/value.js';
import { baseType } from '../type-registry.js';

const NUMERIC_OID = 1700;
/** Numeric's text input and output read nothing of the session. */
const noEnv = undefined as unknown as TypeEnv;
let numericType: TypeImpl | undefined;

export function numericImpl(): TypeImpl {
  numericType ??= baseType(NUMERIC_OID);
  assert(numericType !== undefined, 'numeric is registered');
  return numericType;
}

export const numericFromText = (text: string): Datum => numericImpl().parse(text, -1, noEnv);
export const numericToText = (v: Datum): string => numericImpl().format(v, noEnv);
export const compareNumerics = (a: Datum, b: Datum): number => numericImpl().compare!(a, b);

/** A builtin of numeric by its prosrc: numeric_add and the like. */
export function numericFunction(name: string): (...args: Datum[]) => Datum {
  const f = builtinFunction(name);
  assert(f !== undefined, `${name} is registered`);
  return f.fn;
}

/** An integer over a power of ten, with that many decimals. */
export const scaledNumeric = (v: number | bigint, decimals: number): Datum => Numeric.of(v, decimals);
