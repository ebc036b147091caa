/** Date/time and structured types: their value classes, factories of derived types, and functions. */
export { PgArray } from './array/value.js';
export { makeArrayType } from './array/type.js';
export { PgRecord, RECORD_OID } from './record/value.js';
export { makeRecordType } from './record/type.js';
export { makeEnumType } from './enum/type.js';
export { makeDomainType } from './domain/type.js';
export { PgRange, PgMultirange } from './range/value.js';
export { makeRangeType } from './range/type.js';
export { Interval } from './interval/value.js';
export { TimeTz } from './timetz/value.js';
export { Jsonb, JsonObject, type JsonValue } from './jsonb/value.js';
export { ByteReader, ByteWriter } from './any/bytes.js';
import './datetime/types.js';
import './interval/functions.js';
import './date/functions.js';
import './time/functions.js';
import './timestamp/functions.js';
