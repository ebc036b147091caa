/** A row: the values of a composite type, or of an anonymous record, with the types of its fields. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';

export const RECORD_OID = 2249;

export class PgRecord {
  constructor(
    /** Composite type's oid, RECORD_OID for an anonymous one. */
    readonly typeOid: Oid,
    readonly values: (Datum | null)[],
    readonly fieldTypes: readonly Oid[],
    /** Field names where they are known (anonymous records from subqueries). */
    readonly fieldNames?: readonly string[],
  ) {}
}
