/** Type modifiers of the string, bit and numeric types: typmodin reads the parenthesised list, typmodout prints it. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import type { PgArray } from '../array/value.js';
import { parseInt32 } from '../int/text-io.js';

const MAX_ATTRIBUTE_SIZE = 10 * 1024 * 1024;
const HEADER = 4;

/** ArrayGetIntegerTypmods */
export function integerTypmods(list: PgArray): number[] {
  if (list.ndim !== 1) throw new SqlError('2202E', 'typmod array must be one-dimensional');
  if (list.hasNulls()) throw new SqlError('22004', 'typmod array must not contain nulls');
  return list.elements.map((e) => parseInt32(e as string));
}

function one(list: PgArray): number {
  const mods = integerTypmods(list);
  if (mods.length !== 1) throw new SqlError('22023', 'invalid type modifier');
  return mods[0]!;
}

function length(type: string, list: PgArray, max: number): number {
  const n = one(list);
  if (n < 1) throw new SqlError('22023', `length for type ${type} must be at least 1`);
  if (n > max) throw new SqlError('22023', `length for type ${type} cannot exceed ${max}`);
  return n;
}

/** Largest bit string: what fits MaxAttrSize bytes. */
const MAX_BITS = MAX_ATTRIBUTE_SIZE * 8;

const parenthesised = (n: number): string => (n < 0 ? '' : `(${n})`);

defineFunctions({
  varchartypmodin: (l: PgArray) => length('varchar', l, MAX_ATTRIBUTE_SIZE) + HEADER,
  bpchartypmodin: (l: PgArray) => length('char', l, MAX_ATTRIBUTE_SIZE) + HEADER,
  varchartypmodout: (n: number) => (n > HEADER ? `(${n - HEADER})` : ''),
  bpchartypmodout: (n: number) => (n > HEADER ? `(${n - HEADER})` : ''),
  bittypmodin: (l: PgArray) => length('bit', l, MAX_BITS),
  varbittypmodin: (l: PgArray) => length('varbit', l, MAX_BITS),
  bittypmodout: parenthesised,
  varbittypmodout: parenthesised,
});
