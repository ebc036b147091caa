/**
 * The codec between pool and engine: checksum always, deflate and AES-256-GCM by choice, for any backend. It is itself a
 * StorageEngine around another one.
 *
 *   0 u8 version  1 u8 flags (1 deflate, 2 AES-GCM)  2 u16 0  4 u32 plain bytes  8 u32 crc32  12 u32 0
 *  16 body; with AES-GCM: 12 bytes nonce, 16 bytes tag, ciphertext
 *
 * crc32 covers the place (page id or LSN, as f64), bytes 0..8 and the body. The place is authenticated by GCM as well, so
 * a page that turns up under another id is corruption too.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assert } from '@pglitedb/types';
import { StorageCorruption } from '../corruption.js';
import type { CommitBatch, EngineStats, LogRecord, StorageEngine } from '../engine.js';
import { crc32 } from '../engine/file/crc.js';
import type { Lsn, PageId } from '../page-id.js';

export interface CodecOptions {
  /** Deflate pages (not log records) where that makes them smaller. */
  compress?: boolean;
  /** 32 bytes: encrypts pages, log records and the root record with AES-256-GCM. */
  key?: Uint8Array;
}

const VERSION = 1;
const HEADER_BYTES = 16;
const DEFLATED = 1;
const ENCRYPTED = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Place of the root record. */
const ROOT_PLACE = -1;
const COMPRESS_BYTES_MIN = 256;

export class Codec {
  constructor(private readonly options: CodecOptions) {
    assert(options.key === undefined || options.key.length === 32, 'an encryption key has 32 bytes');
  }

  encode(plain: Uint8Array, place: number, compress = this.options.compress === true): Uint8Array {
    let flags = 0;
    let body = plain;
    if (compress && plain.length >= COMPRESS_BYTES_MIN) {
      const deflated = deflateRawSync(plain, { level: 1 });
      if (deflated.length < plain.length) {
        body = deflated;
        flags |= DEFLATED;
      }
    }
    if (this.options.key !== undefined) flags |= ENCRYPTED;
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = VERSION;
    header[1] = flags;
    header.writeUInt32LE(plain.length, 4);
    if (this.options.key !== undefined) body = encrypt(this.options.key, body, context(header, place));
    header.writeUInt32LE(crc32(body, crc32(context(header, place))), 8);
    const out = new Uint8Array(HEADER_BYTES + body.length);
    out.set(header);
    out.set(body, HEADER_BYTES);
    return out;
  }

  decode(stored: Uint8Array, place: number): Uint8Array {
    const what = place === ROOT_PLACE ? 'root record' : `page or log record ${place}`;
    const header = Buffer.from(stored.buffer as ArrayBuffer, stored.byteOffset, Math.min(HEADER_BYTES, stored.length));
    let body = stored.subarray(HEADER_BYTES);
    if (header.length < HEADER_BYTES || header[0] !== VERSION || crc32(body, crc32(context(header, place))) !== header.readUInt32LE(8)) {
      throw new StorageCorruption(`${what} does not have its checksum`, place);
    }
    const flags = header[1]!;
    if ((flags & ENCRYPTED) !== 0) {
      if (this.options.key === undefined) throw new StorageCorruption(`${what} is encrypted and no key was given`, place);
      body = decrypt(this.options.key, body, context(header, place), what, place);
    } else if (this.options.key !== undefined) throw new StorageCorruption(`${what} is not encrypted, though a key was given`, place);
    if ((flags & DEFLATED) !== 0) body = inflateRawSync(body, { maxOutputLength: Math.max(1, header.readUInt32LE(4)) });
    if (body.length !== header.readUInt32LE(4)) throw new StorageCorruption(`${what} has the wrong length`, place);
    return body;
  }
}

/** What checksum and authentication cover besides the body: the header's first half and the place. */
function context(header: Buffer, place: number): Buffer {
  const bytes = Buffer.alloc(16);
  header.copy(bytes, 0, 0, 8);
  bytes.writeDoubleLE(place, 8);
  return bytes;
}

function encrypt(key: Uint8Array, plain: Uint8Array, context: Buffer): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(context);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function decrypt(key: Uint8Array, body: Uint8Array, context: Buffer, what: string, place: number): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES));
    decipher.setAAD(context);
    decipher.setAuthTag(body.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new StorageCorruption(`${what} cannot be decrypted with this key`, place);
  }
}

/** The engine with every page, log record and root record passed through a codec. */
export function withCodec(engine: StorageEngine, options: CodecOptions = {}): StorageEngine {
  return new CodecEngine(engine, new Codec(options));
}

class CodecEngine implements StorageEngine {
  constructor(private readonly inner: StorageEngine, private readonly codec: Codec) {}

  read(id: PageId): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const stored = this.inner.read(id);
    if (stored instanceof Promise) return stored.then((bytes) => (bytes === undefined ? undefined : this.codec.decode(bytes, id)));
    return stored === undefined ? undefined : this.codec.decode(stored, id);
  }

  commit(batch: CommitBatch): Promise<void> {
    const meta = batch.meta === undefined ? undefined : this.codec.encode(batch.meta, ROOT_PLACE);
    return this.inner.commit({ ...batch, put: this.encodeAll(batch.put), meta });
  }

  private async *encodeAll(put: CommitBatch['put']): AsyncIterable<readonly [PageId, Uint8Array]> {
    for await (const [id, bytes] of put) yield [id, this.codec.encode(bytes, id)];
  }

  meta(): Uint8Array {
    const stored = this.inner.meta();
    return stored.length === 0 ? stored : this.codec.decode(stored, ROOT_PLACE);
  }

  ids(from: PageId, to: PageId): Iterable<PageId> {
    return this.inner.ids(from, to);
  }

  append(bytes: Uint8Array): Lsn {
    const expected = this.inner.nextLsn();
    const lsn = this.inner.append(this.codec.encode(bytes, expected, false));
    assert(lsn === expected, 'nextLsn tells the LSN of the next append');
    return lsn;
  }

  sync(): Promise<void> {
    return this.inner.sync();
  }

  *readFrom(lsn: Lsn): Iterable<LogRecord> {
    for (const record of this.inner.readFrom(lsn)) yield { lsn: record.lsn, bytes: this.codec.decode(record.bytes, record.lsn) };
  }

  truncateBefore(lsn: Lsn): Promise<void> {
    return this.inner.truncateBefore(lsn);
  }

  nextLsn(): Lsn {
    return this.inner.nextLsn();
  }

  stats(): EngineStats {
    return this.inner.stats();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
