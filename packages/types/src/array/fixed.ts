/** Subscripting of the types that are fixed-length arrays inside: point, lseg, box, line and name. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { Box, Line, Lseg, Point } from '../geometry/value.js';

interface FixedType { readonly length: number; read(v: Datum): Datum[]; make(elements: Datum[]): Datum }

const NAME_LENGTH = 64;

const FIXED: Readonly<Record<number, FixedType>> = {
  19: {
    length: NAME_LENGTH,
    read: (v: string) => Array.from({ length: NAME_LENGTH }, (_, i) => Buffer.from(v).toString('latin1')[i] ?? ''),
    make: (e: string[]) => Buffer.from(e.slice(0, e.includes('') ? e.indexOf('') : NAME_LENGTH - 1).join(''), 'latin1').toString(),
  },
  600: { length: 2, read: (v: Point) => [v.x, v.y], make: (e: number[]) => new Point(e[0]!, e[1]!) },
  601: { length: 2, read: (v: Lseg) => [v.p0, v.p1], make: (e: Point[]) => new Lseg(e[0]!, e[1]!) },
  603: { length: 2, read: (v: Box) => [v.high, v.low], make: (e: Point[]) => new Box(e[0]!, e[1]!) },
  628: { length: 3, read: (v: Line) => [v.A, v.B, v.C], make: (e: number[]) => new Line(e[0]!, e[1]!, e[2]!) },
};

export const isFixedArray = (typeOid: Oid): boolean => FIXED[typeOid] !== undefined;

/** v[i]: NULL outside of it. */
export function fixedGet(typeOid: Oid, v: Datum, subscripts: readonly number[]): Datum {
  const t = FIXED[typeOid]!;
  const i = subscripts[0]!;
  return subscripts.length !== 1 || i < 0 || i >= t.length ? null : t.read(v)[i];
}

/** v[i] := value, both not NULL. */
export function fixedSet(typeOid: Oid, v: Datum, subscripts: readonly number[], value: Datum): Datum {
  const t = FIXED[typeOid]!;
  const i = subscripts[0]!;
  if (subscripts.length !== 1) throw new SqlError('2202E', 'wrong number of array subscripts');
  if (i < 0 || i >= t.length) throw new SqlError('2202E', 'array subscript out of range');
  const elements = t.read(v);
  elements[i] = value;
  return t.make(elements);
}

export const fixedSlice = (): SqlError => new SqlError('0A000', 'slices of fixed-length arrays not implemented');
