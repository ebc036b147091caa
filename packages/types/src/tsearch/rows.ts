/** Rows of set-returning functions. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { PgRecord, RECORD_OID } from '../record/value.js';

export const row = (types: readonly Oid[], values: Datum[]): PgRecord => new PgRecord(RECORD_OID, values, types);
