/**
 * A Datum is the in-memory value of any SQL type. `null` is SQL NULL. One representation per type, the same
 * everywhere (columns of a batch, constants, parameters, function arguments):
 *
 *   bool                         boolean
 *   int2 int4 oid xid cid reg*   number (oid-like: unsigned 32 bit)
 *   int8 xid8 money              number where Number.isSafeInteger, bigint otherwise: canonical, so === works
 *   float4 float8                number (float4 already rounded with Math.fround)
 *   numeric                      Numeric (numeric/value.ts)
 *   text varchar bpchar name cstring json xml "unknown"   string ("char": a one-character string or '')
 *   bytea                        Uint8Array
 *   date                         number of days since 2000-01-01; Infinity and -Infinity as such
 *   time                         number of µs since midnight
 *   timestamp timestamptz        µs since 2000-01-01 00:00 (UTC for timestamptz), int8's rule; ±Infinity as such
 *   timetz                       TimeTz {micros, zoneSeconds}  (zone west of Greenwich positive, as PostgreSQL's)
 *   interval                     Interval {months, days, micros}
 *   uuid                         string, canonical lower case with dashes
 *   jsonb                        Jsonb (jsonb/value.ts)
 *   any array                    PgArray (array/value.ts)
 *   composite, record            PgRecord (record/value.ts)
 *   enum                         number, the oid of its pg_enum row
 *   domain                       its base type's datum
 *   tid                          number: the rowid (chunk * 1024 + slot)
 *   ranges, geometry, network .. a class of that type's folder
 *   internal                     any JS object (aggregate states)
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Datum = any;
