/** What the engine must know of a data type: one TypeImpl per base type, derived ones for arrays, rows, domains … */
import type { Datum } from './datum.js';
import type { Oid } from './brand.js';

/**
 * How a column chunk holds the type:
 *   bool, int16, int32, uint32, float32, float64   typed array of that kind
 *   date32     Int32Array, with ±Infinity as the int32 extremes
 *   int64      Float64Array while every value is a safe integer, BigInt64Array after that
 *   time64     as int64, with ±Infinity as the int64 extremes
 *   text       UTF-8 bytes of a JS string
 *   bytes      whatever encode/decode make of it
 */
export type Physical =
  | 'bool' | 'int16' | 'int32' | 'uint32' | 'float32' | 'float64' | 'date32' | 'int64' | 'time64' | 'text' | 'bytes';

/** What input and output functions may ask of the session that runs them. */
export interface TypeEnv {
  /** A setting's current value, e.g. setting('DateStyle'); undefined where there is none. */
  setting(name: string): string | undefined;
  /** Catalog access for types whose behaviour is data: arrays, enums, domains, composites, ranges, reg*. */
  readonly types: TypeResolver;
  /** Start of the current transaction, µs since 2000-01-01 UTC: now(). */
  /** Enum types that this transaction made, and labels it added to others: those cannot be used before it commits. */
  readonly uncommittedEnums?: { readonly types: Set<Oid>; readonly labels: Set<Oid> };
  transactionTimestamp(): number;
  statementTimestamp(): number;
  clockTimestamp(): number;
  notice(severity: 'WARNING' | 'NOTICE' | 'INFO' | 'LOG' | 'DEBUG', code: string, message: string, detail?: string, hint?: string): void;
}

/** One data type at run time. Every method is pure apart from what it reads of `env`. */
export interface TypeImpl {
  readonly oid: Oid;
  readonly name: string;
  readonly physical: Physical;
  /** Of a user's base type: the builtin type whose values it holds. */
  readonly like?: Oid;
  /** typlen of pg_type: bytes, -1 for varlena, -2 for cstring. */
  readonly len: number;
  /** Text input, PostgreSQL's typinput: raises 22P02 and friends. typmod -1 = none. */
  parse(text: string, typmod: number, env: TypeEnv): Datum;
  /** Text output, PostgreSQL's typoutput. */
  format(value: Datum, env: TypeEnv): string;
  /** Binary wire output and input (typsend, typreceive). */
  send(value: Datum, env: TypeEnv): Uint8Array;
  receive(bytes: Uint8Array, typmod: number, env: TypeEnv): Datum;
  /** Bytes for a column chunk and back; only for physical 'bytes'. decode must not keep `bytes`. */
  encode?(value: Datum): Uint8Array;
  decode?(bytes: Uint8Array): Datum;
  /** As decode of heap[start .. end), without a view being made for it. */
  decodeAt?(heap: Uint8Array, start: number, end: number): Datum;
  /** Default b-tree order: <0, 0, >0. NULLs never get here. Missing: the type has no ordering. */
  compare?(a: Datum, b: Datum): number;
  /** A JS primitive that is equal exactly when the values are equal by the default = operator (hash join, group by). */
  hashKey?(value: Datum): string | number | bigint | boolean;
  /** Memcomparable bytes: byte order equals compare's order, and no key is a prefix of another. */
  sortKey?(value: Datum): Uint8Array;
  /** Applies a typmod (the length coercion of varchar(n), numeric(p,s), timestamp(p)…); explicit casts may truncate. */
  coerce?(value: Datum, typmod: number, explicit: boolean): Datum;
}

/** Field of a composite type. Dropped attributes are left out. */
export interface FieldInfo { name: string; typeOid: Oid; typmod: number; collation: Oid }

/** What is known of a type by its pg_type row; kind is typtype plus 'a' for true arrays. */
export interface TypeInfo {
  oid: Oid; name: string; namespace: string;
  kind: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm' | 'a';
  /** Element type of an array (typelem where typsubscript is array's), else 0. */
  elementOid: Oid;
  /** Its array type, 0 for none. */
  arrayOid: Oid;
  /** Domain's base type and its typmod; 0 for none. */
  baseOid: Oid; baseTypmod: number;
  /** Composite's pg_class row; 0 for none. */
  relationOid: Oid;
  category: string; preferred: boolean; collation: Oid; delimiter: string;
}

/** Catalog answers that types need. The catalog package implements it; types' tests have a small static one. */
export interface TypeResolver {
  typeInfo(oid: Oid): TypeInfo | undefined;
  /** The implementation, derived ones included; raises 0A000 for a type we cannot represent. */
  typeImpl(oid: Oid): TypeImpl;
  fields(compositeOid: Oid): readonly FieldInfo[];
  /** Enum labels in enumsortorder. */
  enumLabels(enumOid: Oid): readonly { oid: Oid; label: string; sortOrder: number }[];
  /** Range or multirange: its subtype and opclass collation. */
  rangeInfo(oid: Oid): { rangeOid: Oid; multirangeOid: Oid; subtypeOid: Oid; collation: Oid; canonical: string; subtypeDiff: string } | undefined;
  /** Resolves a type name as regtypein/to_regtype does; undefined where there is none. */
  typeByName(name: string): { oid: Oid; typmod: number } | undefined;
  /** format_type(oid, typmod) */
  formatType(oid: Oid, typmod: number): string;
  /** Checks a domain's NOT NULL and CHECK constraints (23502, 23514). Only the executor can; a no-op in tests. */
  checkDomain(domainOid: Oid, value: Datum, env: TypeEnv): void;
}
