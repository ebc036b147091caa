/**
 * Blocks of rows as bytes, column by column, for temporary files. A column's form is chosen by its values:
 *
 *   u32 rows, then for each column  u8 form | 0x80 where flags follow,  u8 flags[rows]: 0 value, 1 NULL, 2 bigint
 *   form 0 int32   i32[rows]
 *   form 1 number  f64[rows]
 *   form 2 wide    8 bytes a value: f64, or i64 where its flag is 2
 *   form 3 bool    u8[rows]
 *   form 4 text    u8 ascii, u32 length[rows], bytes (Latin-1 where ascii, else UTF-8)
 *   form 5 bytes   u32 length[rows], what TypeImpl.encode makes
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Datum, Oid, TypeImpl } from '@pglitedb/types';

type Codec = Pick<TypeImpl, 'physical' | 'encode' | 'decode'>;
const FLAGS = 0x80;
const INT32 = 0;
const NUMBER = 1;
const WIDE = 2;
const BOOL = 3;
const TEXT = 4;
const BYTES = 5;
const NULL_FLAG = 1;
const BIG_FLAG = 2;
/** What a row and a value cost in memory beside the bytes of strings. */
const ROW_BYTES = 24;
const VALUE_BYTES = 8;
const OBJECT_BYTES = 40;

export class BlockCodec {
  private constructor(private readonly types: readonly Codec[]) {}
  /** Undefined where values of one of the types cannot be written. */
  static of(catalog: CatalogReader, types: readonly Oid[]): BlockCodec | undefined {
    const impls: Codec[] = [];
    for (const type of types) {
      const info = catalog.types.typeInfo(type);
      if (info === undefined || (info.kind === 'p' && type !== 2249)) return undefined;
      const impl = catalog.types.typeImpl(type);
      if (impl.physical === 'bytes' && (impl.encode === undefined || impl.decode === undefined)) return undefined;
      impls.push(impl);
    }
    return new BlockCodec(impls);
  }

  /** About what rows [from, to) take in memory, in bytes. */
  sizeOf(columns: readonly Datum[][], from: number, to: number): number {
    const n = to - from;
    let bytes = n * ROW_BYTES;
    for (let c = 0; c < this.types.length; c++) {
      bytes += n * VALUE_BYTES;
      const column = columns[c]!;
      const t = this.types[c]!;
      if (t.physical === 'text') for (let r = from; r < to; r++) { const v = column[r] as string | null; if (v !== null) bytes += OBJECT_BYTES / 2 + v.length; }
      else if (t.physical === 'bytes') bytes += n * this.sample(t, column, from, to);
    }
    return bytes;
  }
  private sample(t: Codec, column: readonly Datum[], from: number, to: number): number {
    const v = column[(from + to) >> 1];
    return v === null ? 0 : OBJECT_BYTES + 2 * t.encode!(v).length;
  }

  /** Rows order[from .. to) of the columns; without an order, rows from .. to. */
  encode(columns: readonly Datum[][], order: Int32Array | undefined, from: number, to: number): Uint8Array {
    const n = to - from;
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, n, true);
    const parts: Uint8Array[] = [head];
    const values: Datum[] = new Array(n);
    for (let c = 0; c < this.types.length; c++) {
      const column = columns[c]!;
      if (order === undefined) for (let k = 0; k < n; k++) values[k] = column[from + k];
      else for (let k = 0; k < n; k++) values[k] = column[order[from + k]!];
      encodeColumn(this.types[c]!, values, parts);
    }
    return Buffer.concat(parts);
  }

  /** Fills the columns with the block's rows: answers how many. */
  decode(bytes: Uint8Array, columns: Datum[][]): number {
    const b = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const n = b.readUInt32LE(0);
    let at = 4;
    for (let c = 0; c < this.types.length; c++) at = decodeColumn(this.types[c]!, b, at, n, columns[c]!);
    return n;
  }
}

const bytesOf = (a: Int32Array | Float64Array | Uint32Array): Uint8Array => new Uint8Array(a.buffer, 0, a.byteLength);

function encodeColumn(t: Codec, values: readonly Datum[], parts: Uint8Array[]): void {
  const n = values.length;
  const flags = new Uint8Array(n);
  let flagged = false;
  for (let k = 0; k < n; k++) if (values[k] === null) { flags[k] = NULL_FLAG; flagged = true; }
  const begin = (form: number): void => { parts.push(Uint8Array.of(flagged ? form | FLAGS : form)); if (flagged) parts.push(flags); };
  switch (t.physical) {
    case 'bool':
      begin(BOOL);
      parts.push(Uint8Array.from(values, (v) => (v === true ? 1 : 0)));
      return;
    case 'text': begin(TEXT); encodeText(values as (string | null)[], parts); return;
    case 'bytes': begin(BYTES); encodeBytes(t, values, parts); return;
    default: break;
  }
  let small = true;
  let big = false;
  for (let k = 0; k < n; k++) {
    const v: unknown = values[k];
    if (v === null) continue;
    if (typeof v === 'bigint') { flags[k] = BIG_FLAG; flagged = big = true; } else if (!Object.is((v as number) | 0, v)) small = false;
  }
  if (big) {
    begin(WIDE);
    parts.push(encodeWide(values));
  } else {
    begin(small ? INT32 : NUMBER);
    const numbers = small ? new Int32Array(n) : new Float64Array(n);
    for (let k = 0; k < n; k++) numbers[k] = values[k] as number;
    parts.push(bytesOf(numbers));
  }
}
function encodeWide(values: readonly Datum[]): Uint8Array {
  const wide = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((v: unknown, k) => {
    if (typeof v === 'bigint') wide.setBigInt64(k * 8, v, true);
    else wide.setFloat64(k * 8, (v ?? 0) as number, true);
  });
  return new Uint8Array(wide.buffer);
}
function encodeText(values: readonly (string | null)[], parts: Uint8Array[]): void {
  const lengths = new Uint32Array(values.length);
  let all = '';
  for (let k = 0; k < values.length; k++) {
    const v = values[k] ?? '';
    all += v;
    lengths[k] = v.length;
  }
  const bytes = Buffer.from(all, 'utf8');
  const ascii = bytes.length === all.length;
  if (!ascii) for (let k = 0; k < values.length; k++) lengths[k] = Buffer.byteLength(values[k] ?? '', 'utf8');
  parts.push(Uint8Array.of(ascii ? 1 : 0), bytesOf(lengths), bytes);
}
function encodeBytes(t: Codec, values: readonly Datum[], parts: Uint8Array[]): void {
  const lengths = new Uint32Array(values.length);
  parts.push(bytesOf(lengths));
  for (let k = 0; k < values.length; k++) {
    if (values[k] === null) continue;
    const bytes = t.encode!(values[k]);
    lengths[k] = bytes.length;
    parts.push(bytes);
  }
}

function decodeColumn(t: Codec, b: Buffer, start: number, n: number, to: Datum[]): number {
  let at = start;
  const form = b[at++]!;
  const flags = (form & FLAGS) !== 0 ? b.subarray(at, (at += n)) : undefined;
  const copy = (bytes: number): ArrayBuffer => b.buffer.slice(b.byteOffset + at, b.byteOffset + (at += bytes)) as ArrayBuffer;
  switch (form & ~FLAGS) {
    case INT32: { const a = new Int32Array(copy(n * 4)); for (let k = 0; k < n; k++) to[k] = a[k]; break; }
    case NUMBER: { const a = new Float64Array(copy(n * 8)); for (let k = 0; k < n; k++) to[k] = a[k]; break; }
    case WIDE: { const a = new DataView(copy(n * 8)); for (let k = 0; k < n; k++) to[k] = flags![k] === BIG_FLAG ? a.getBigInt64(k * 8, true) : a.getFloat64(k * 8, true); break; }
    case BOOL: for (let k = 0; k < n; k++) to[k] = b[at++] === 1; break;
    case TEXT: {
      const ascii = b[at++] === 1;
      const lengths = new Uint32Array(copy(n * 4));
      for (let k = 0; k < n; k++) { const end = at + lengths[k]!; to[k] = b.toString(ascii ? 'latin1' : 'utf8', at, end); at = end; }
      break;
    }
    default: {
      const lengths = new Uint32Array(copy(n * 4));
      for (let k = 0; k < n; k++) {
        if (flags !== undefined && flags[k] === NULL_FLAG) continue;
        to[k] = t.decode!(b.subarray(at, (at += lengths[k]!)));
      }
    }
  }
  if (flags !== undefined) for (let k = 0; k < n; k++) if (flags[k] === NULL_FLAG) to[k] = null;
  return at;
}
