/** An SQL array: a box of ndim dimensions, each with a length and a lower bound, elements in row-major order. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';

/** MAXDIM */
export const ARRAY_DIMENSIONS_MAX = 6;
/** MaxArraySize */
export const ARRAY_SIZE_MAX = 134217727;

export class PgArray {
  constructor(
    readonly elementOid: Oid,
    /** Length of each dimension; [] for the empty array, which has no dimensions. */
    readonly dims: number[],
    readonly lbounds: number[],
    readonly elements: (Datum | null)[],
  ) {}

  get ndim(): number { return this.dims.length; }

  static empty(elementOid: Oid): PgArray { return new PgArray(elementOid, [], [], []); }

  /** A one-dimensional array with lower bound 1. */
  static of(elementOid: Oid, elements: (Datum | null)[]): PgArray {
    return elements.length === 0 ? PgArray.empty(elementOid) : new PgArray(elementOid, [elements.length], [1], elements);
  }

  hasNulls(): boolean { return this.elements.includes(null); }
}
