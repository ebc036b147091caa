/** Names of write-ahead log segments: timeline, log and segment number in hexadecimal, of segments of 16 MiB. */
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { numericFromText } from '../any/numeric-bridge.js';
import { defineFunctions } from '../function-impl.js';
import { PgRecord, RECORD_OID } from '../record/value.js';

const SEGMENT_BYTES = 16n << 20n;
const SEGMENTS_PER_LOG = (1n << 32n) / SEGMENT_BYTES;
const TIMELINE = 1n;
const TEXT = 25, INT4 = 23, INT8 = 20, NUMERIC = 1700;

const hex = (n: bigint): string => n.toString(16).toUpperCase().padStart(8, '0');

/** The segment that ends at or holds the byte before the position. */
function fileName(lsn: bigint): string {
  const segment = (lsn - 1n) / SEGMENT_BYTES;
  return hex(TIMELINE) + hex(segment / SEGMENTS_PER_LOG) + hex(segment % SEGMENTS_PER_LOG);
}

function splitName(name: string): PgRecord {
  const m = /^([0-9a-fA-F]{8})([0-9a-fA-F]{8})([0-9a-fA-F]{8})$/.exec(name);
  if (m === null || BigInt(`0x${m[3]!}`) >= SEGMENTS_PER_LOG) throw new SqlError('22023', `invalid WAL file name "${name}"`);
  const segment = BigInt(`0x${m[2]!}`) * SEGMENTS_PER_LOG + BigInt(`0x${m[3]!}`);
  return new PgRecord(RECORD_OID, [numericFromText(segment.toString()), canonicalInt8(BigInt(`0x${m[1]!}`))], [NUMERIC, INT8], ['segment_number', 'timeline_id']);
}

defineFunctions({
  pg_walfile_name: (lsn: bigint | number) => fileName(BigInt(lsn)),
  pg_walfile_name_offset: (lsn: bigint | number) =>
    new PgRecord(RECORD_OID, [fileName(BigInt(lsn)), Number(BigInt(lsn) % SEGMENT_BYTES)], [TEXT, INT4], ['file_name', 'file_offset']),
  pg_split_walfile_name: splitName,
  pg_wal_lsn_diff: (a: bigint | number, b: bigint | number) => numericFromText((BigInt(a) - BigInt(b)).toString()),
});
