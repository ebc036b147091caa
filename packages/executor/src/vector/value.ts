/** A generated value: JavaScript source of a Datum, and of whether it is NULL. */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Oid, Physical } from '@pglitedb/types';
import type { Emitter } from './emitter.js';

/**
 * What the value is when it is not NULL: int: an int32 number; num: any number (with dates and infinities); int8: a
 * number or a bigint; bool; datum: whatever the type has.
 */
export type ValueKind = 'int' | 'num' | 'int8' | 'bool' | 'datum';

export interface Value {
  /** Source; has no meaning where `n` holds. */
  readonly v: string;
  /** Source of a boolean; 'false' where it never is NULL, 'true' where it always is. */
  readonly n: string;
  readonly kind: ValueKind;
  /** A text column: the source of its Column, and of the slot. */
  /** A column of encoded values, likewise. */
  readonly cell?: { readonly column: string; readonly slot: string };
  readonly text?: { readonly column: string; readonly slot: string };
}

const KIND: Record<Physical, ValueKind> = {
  bool: 'bool', int16: 'int', int32: 'int', uint32: 'num', float32: 'num', float64: 'num', date32: 'num', int64: 'int8', time64: 'int8', text: 'datum', bytes: 'datum',
};

export function kindOfPhysical(physical: Physical): ValueKind { return KIND[physical]; }
export function kindOfType(catalog: CatalogReader, type: Oid): ValueKind { return KIND[catalog.types.typeImpl(type).physical]; }

export const NULL_VALUE: Value = { v: 'null', n: 'true', kind: 'datum' };

/** What a variable of the kind starts with, so that its slot keeps one representation. */
export function zeroOf(kind: ValueKind): string { return kind === 'bool' ? 'false' : kind === 'datum' ? 'null' : '0'; }

const ATOM = /^(?:[\w$]+|-?\d+(?:\.\d+)?)$/;

/** A name for the value, so that it is computed once. */
export function atom(out: Emitter, source: string): string {
  if (ATOM.test(source)) return source;
  const name = out.name();
  out.line(`const ${name} = ${source};`);
  return name;
}

export function anyNull(values: readonly Value[]): string {
  const parts = [...new Set(values.map((x) => x.n))].filter((n) => n !== 'false');
  return parts.length === 0 ? 'false' : parts.includes('true') ? 'true' : parts.length === 1 ? parts[0]! : `(${parts.join(' || ')})`;
}

/** The value as a Datum expression, null included. */
export function datumOf(x: Value): string { return x.n === 'false' ? x.v : x.n === 'true' ? 'null' : `(${x.n} ? null : ${x.v})`; }
