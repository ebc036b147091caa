/**
 * Abbreviated sort keys: a double for each value such that a smaller value never has a larger double, so that most
 * comparisons are of numbers, and rows can be sorted by radix first. Exact where equal doubles mean equal values.
 */
import { collationOf, Numeric, type Datum, type Oid } from '@pglitedb/types';

export interface Abbreviation {
  readonly exact: boolean;
  of(v: Datum): number;
  /** Two values in ascending order, to tell the direction of a comparison. */
  readonly sample: readonly [Datum, Datum];
}

const EXACT: Abbreviation = { exact: true, of: (v) => v as number, sample: [1, 2] };
const INT8: Abbreviation = { exact: false, of: (v) => Number(v), sample: [1, 2] };
const BOOL: Abbreviation = { exact: true, of: (v) => (v === true ? 1 : 0), sample: [false, true] };
const NUMERIC: Abbreviation = { exact: false, of: (v) => (v as Numeric).toNumber(), sample: [Numeric.zero, Numeric.one] };
const TEXT: Abbreviation = { exact: false, of: (v) => prefix(v as string), sample: ['a', 'b'] };
const BPCHAR: Abbreviation = { exact: false, of: (v) => prefix((v as string).replace(/ +$/, '')), sample: ['a', 'b'] };

const BY_TYPE: Readonly<Record<number, Abbreviation>> = {
  16: BOOL, 21: EXACT, 23: EXACT, 26: EXACT, 700: EXACT, 701: EXACT, 1082: EXACT, 20: INT8, 1083: INT8, 1114: INT8, 1184: INT8, 1700: NUMERIC, 25: TEXT, 1043: TEXT, 19: TEXT, 1042: BPCHAR,
};

/** undefined where the type or the collation has none. */
export function abbreviationOf(type: Oid, collation: Oid): Abbreviation | undefined {
  if (collation !== 0 && collationOf(collation).compare !== undefined) return undefined;
  return BY_TYPE[type];
}

/** The order of UTF-8 bytes by code units: surrogates above the rest of the basic plane. */
function unit(s: string, k: number): number {
  const c = s.charCodeAt(k);
  return c < 0xd800 ? c : c >= 0xe000 ? c - 0x800 : c + 0x2000;
}
function prefix(s: string): number {
  const n = s.length;
  return n === 0 ? 0 : unit(s, 0) * 0x100000000 + (n > 1 ? unit(s, 1) * 0x10000 : 0) + (n > 2 ? unit(s, 2) : 0);
}
