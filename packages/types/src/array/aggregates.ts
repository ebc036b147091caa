/** array_agg over elements and over arrays; the text functions that split into arrays and join them. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import { PgArray } from './value.js';
import { tooManyDimensions } from './text-io.js';
import { elementOidOf } from './functions.js';

interface ElementState { elements: (Datum | null)[]; oid: Oid }
interface ArrayState { dims: number[]; lbounds: number[]; elements: (Datum | null)[]; count: number; oid: Oid }

type Ctx = CallContext;

function addArray(s: ArrayState | null, a: PgArray | null): ArrayState {
  if (a === null) throw new SqlError('22004', 'cannot accumulate null arrays');
  if (s === null) {
    if (a.dims.length === 0) throw new SqlError('2202E', 'cannot accumulate empty arrays');
    if (a.dims.length + 1 > 6) throw tooManyDimensions();
    return { dims: a.dims, lbounds: a.lbounds, elements: [...a.elements], count: 1, oid: a.elementOid };
  }
  if (a.dims.length === 0) throw new SqlError('2202E', 'cannot accumulate empty arrays');
  if (a.dims.length !== s.dims.length || a.dims.some((d, i) => d !== s.dims[i] || a.lbounds[i] !== s.lbounds[i])) {
    throw new SqlError('2202E', 'cannot accumulate arrays of different dimensionality');
  }
  for (const v of a.elements) s.elements.push(v);
  s.count++;
  return s;
}

function split(text: string | null, separator: string | null, nullText: string | null): (string | null)[] | null {
  if (text === null) return null;
  let parts: string[];
  if (separator === null) parts = [...text];
  else if (text === '') parts = [];
  else parts = separator === '' ? [text] : text.split(separator);
  return nullText === null ? parts : parts.map((p) => (p === nullText ? null : p));
}

const toArray = (parts: (string | null)[] | null): PgArray | null => (parts === null ? null : PgArray.of(25, parts));

function join(a: PgArray, separator: string, nullText: string | null, c: Ctx): string {
  const impl = c.env.types.typeImpl(a.elementOid);
  const out: string[] = [];
  for (const v of a.elements) {
    if (v !== null) out.push(impl.format(v, c.env));
    else if (nullText !== null) out.push(nullText);
  }
  return out.join(separator);
}

defineFunctions({
  array_agg_transfn: (s: ElementState | null, v: Datum | null, c: Ctx) => {
    if (s === null) return { elements: [v], oid: c.argTypes[1]! };
    s.elements.push(v);
    return s;
  },
  array_agg_finalfn: (s: ElementState | null, ...rest: unknown[]) => {
    if (s === null) return null;
    const c = rest[rest.length - 1] as Ctx | undefined;
    const oid = (c?.resultType ? elementOidOf(c.resultType, c) : 0) || s.oid;
    return PgArray.of(oid, s.elements.slice());
  },
  array_agg_combine: (a: ElementState | null, b: ElementState | null) => {
    if (a === null || b === null) return a ?? b;
    return { elements: a.elements.concat(b.elements), oid: a.oid };
  },
  array_agg_array_transfn: addArray,
  array_agg_array_finalfn: (s: ArrayState | null) =>
    (s === null ? null : new PgArray(s.oid, [s.count, ...s.dims], [1, ...s.lbounds], s.elements.slice())),
  text_to_array: (t: string | null, sep: string | null) => toArray(split(t, sep, null)),
  text_to_array_null: (t: string | null, sep: string | null, n: string | null) => toArray(split(t, sep, n)),
  array_to_text: (a: PgArray, sep: string, c: Ctx) => join(a, sep, null, c),
  array_to_text_null: (a: PgArray | null, sep: string | null, n: string | null, c: Ctx) =>
    (a === null || sep === null ? null : join(a, sep, n, c)),
});
