/**
 * The log of the file engine. LSN = byte position in the record stream. Segment files log.<16 hex digits of the LSN they
 * start at>; a segment is followed by the next once it holds 16 MiB. Space is written with zeros 256 KiB ahead, so that
 * most fdatasyncs do not have to make a new file size durable.
 *
 *   record: 0 u32 payload bytes (never 0 of a valid record's crc)  4 u32 crc32 of the rest  8 f64 lsn  16 f64 synced
 *          24 payload, zeros up to a multiple of 8
 *
 * `synced` is the LSN up to which the log was known durable when the record was written. It tells a torn tail from
 * damage: an invalid record at p is a tail that was never acknowledged, unless a valid record after it says that
 * everything beyond p was durable already.
 *
 * Group commit: one fdatasync is under way at a time; everybody who asks meanwhile shares the next.
 */
import { assert } from '@pglitedb/types';
import { StorageCorruption } from '../../corruption.js';
import type { Disk, DiskFile } from '../../disk/disk.js';
import type { LogRecord } from '../../engine.js';
import type { Lsn } from '../../page-id.js';
import { crc32 } from './crc.js';

const SEGMENT_BYTES = 16 * 1024 * 1024;
const AHEAD_BYTES = 256 * 1024;
const BUFFER_BYTES = 256 * 1024;
const HEADER_BYTES = 24;
export const LOG_PREFIX = 'log.';

interface Segment {
  start: Lsn;
  file: DiskFile;
  /** File size, zeros included. */
  allocated: number;
}

interface Round {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface LogOptions {
  aheadBytes?: number;
  segmentBytes?: number;
}

export class FileLog {
  private readonly segments: Segment[] = [];
  private pending = Buffer.allocUnsafe(BUFFER_BYTES);
  private pendingBytes = 0;
  /** LSN of pending[0]. */
  private written: Lsn = 0;
  private durable: Lsn = 0;
  private running: Round | undefined;
  private following: Round | undefined;
  private unsynced = new Set<DiskFile>();
  private namesChanged = false;
  syncs = 0;

  private constructor(private readonly disk: Disk, private readonly options: Required<LogOptions>) {}

  static async open(disk: Disk, options: LogOptions = {}): Promise<FileLog> {
    const log = new FileLog(disk, { aheadBytes: options.aheadBytes ?? AHEAD_BYTES, segmentBytes: options.segmentBytes ?? SEGMENT_BYTES });
    await log.recover();
    return log;
  }

  get next(): Lsn {
    return this.written + this.pendingBytes;
  }

  get bytes(): number {
    return this.segments.reduce((sum, s) => sum + s.allocated, 0);
  }

  append(payload: Uint8Array): Lsn {
    const lsn = this.next;
    const size = (HEADER_BYTES + payload.length + 7) & ~7;
    if (this.pendingBytes + size > this.pending.length) {
      this.flush();
      if (size > this.pending.length) this.pending = Buffer.allocUnsafe(size);
    }
    const at = this.pendingBytes;
    const buffer = this.pending;
    buffer.fill(0, at + HEADER_BYTES + payload.length, at + size);
    buffer.writeUInt32LE(payload.length, at);
    buffer.writeDoubleLE(lsn, at + 8);
    buffer.writeDoubleLE(this.durable, at + 16);
    buffer.set(payload, at + HEADER_BYTES);
    buffer.writeUInt32LE(recordCrc(buffer, at, payload.length), at + 4);
    this.pendingBytes += size;
    return lsn;
  }

  private flush(): void {
    if (this.pendingBytes === 0) return;
    const segment = this.segmentFor(this.written);
    const offset = this.written - segment.start;
    segment.file.write(offset, this.pending.subarray(0, this.pendingBytes));
    this.unsynced.add(segment.file);
    const end = offset + this.pendingBytes;
    if (end > segment.allocated) {
      segment.allocated = end + this.options.aheadBytes;
      if (this.options.aheadBytes > 0) segment.file.write(end, new Uint8Array(this.options.aheadBytes));
    }
    this.written += this.pendingBytes;
    this.pendingBytes = 0;
    if (this.pending.length > BUFFER_BYTES) this.pending = Buffer.allocUnsafe(BUFFER_BYTES);
  }

  private segmentFor(lsn: Lsn): Segment {
    const last = this.segments.at(-1);
    if (last !== undefined && lsn - last.start < this.options.segmentBytes) return last;
    const segment = { start: lsn, file: this.disk.open(LOG_PREFIX + lsn.toString(16).padStart(16, '0')), allocated: 0 };
    this.segments.push(segment);
    this.namesChanged = true;
    return segment;
  }

  sync(): Promise<void> {
    if (this.running !== undefined) return (this.following ??= newRound()).promise;
    if (this.durable >= this.next) return Promise.resolve();
    const round = newRound();
    void this.run(round);
    return round.promise;
  }

  private async run(first: Round): Promise<void> {
    let round: Round | undefined = first;
    while (round !== undefined) {
      this.running = round;
      try {
        await this.syncOnce();
      } catch (error) {
        const waiting = this.following;
        this.following = this.running = undefined;
        round.reject(error);
        waiting?.reject(error);
        return;
      }
      round.resolve();
      round = this.following;
      this.following = this.running = undefined;
    }
  }

  private async syncOnce(): Promise<void> {
    this.flush();
    const target = this.written;
    if (target === this.durable) return;
    const files = [...this.unsynced];
    this.unsynced.clear();
    const names = this.namesChanged;
    this.namesChanged = false;
    this.syncs++;
    for (const file of files) await file.sync();
    if (names) await this.disk.syncDirectory();
    this.durable = target;
  }

  *readFrom(lsn: Lsn): Iterable<LogRecord> {
    this.flush();
    const first = this.segments[0]?.start ?? this.written;
    if (lsn < first || lsn > this.written) throw new StorageCorruption(`the log has no position ${lsn}: it holds ${first} to ${this.written}`);
    for (let i = 0; i < this.segments.length; i++) {
      const segment = this.segments[i]!;
      const end = this.segments[i + 1]?.start ?? this.written;
      if (end <= lsn) continue;
      const bytes = asBuffer(segment.file.read(0, end - segment.start));
      let at = 0;
      while (segment.start + at < end) {
        const size = validRecord(bytes, at, segment.start + at);
        if (size === 0) throw new StorageCorruption(`invalid log record at ${segment.start + at}`);
        if (segment.start + at >= lsn) yield { lsn: segment.start + at, bytes: payloadAt(bytes, at) };
        at += size;
      }
    }
  }

  async truncateBefore(lsn: Lsn): Promise<void> {
    let removed = false;
    while (this.segments.length > 1 && this.segments[1]!.start <= lsn) {
      const segment = this.segments.shift()!;
      this.unsynced.delete(segment.file);
      segment.file.close();
      this.disk.unlink(segment.file.name);
      removed = true;
    }
    if (removed) await this.disk.syncDirectory();
  }

  async close(): Promise<void> {
    await this.sync();
    this.dispose();
  }

  dispose(): void {
    for (const segment of this.segments) segment.file.close();
  }

  /** Finds the end of the log and cuts off what was never acknowledged. */
  private async recover(): Promise<void> {
    const names = this.disk.list().filter((name) => name.startsWith(LOG_PREFIX)).sort();
    for (const name of names) {
      const file = this.disk.open(name);
      this.segments.push({ start: parseInt(name.slice(LOG_PREFIX.length), 16), file, allocated: file.size() });
    }
    const first = this.segments[0];
    if (first === undefined) return;
    let tail = first.start;
    let last = 0;
    for (let i = 0; i < this.segments.length && this.segments[i]!.start === tail; i++) {
      const segment = this.segments[i]!;
      const bytes = asBuffer(segment.file.read(0, segment.allocated));
      last = i;
      const stop = this.segments[i + 1]?.start ?? Infinity;
      for (let size = validRecord(bytes, 0, tail); size !== 0 && tail < stop; size = validRecord(bytes, tail - segment.start, tail)) tail += size;
    }
    this.checkNothingLost(last, tail);
    await this.cutAt(last, tail);
    this.written = this.durable = tail;
  }

  /** A valid record beyond the tail that knew the tail as durable proves damage. */
  private checkNothingLost(last: number, tail: Lsn): void {
    for (let i = last; i < this.segments.length; i++) {
      const segment = this.segments[i]!;
      const bytes = asBuffer(segment.file.read(0, segment.allocated));
      const from = i === last ? tail - segment.start : 0;
      for (let at = (from + 7) & ~7; at + HEADER_BYTES <= bytes.length; at += 8) {
        if (bytes.readDoubleLE(at + 8) !== segment.start + at || validRecord(bytes, at, segment.start + at) === 0) continue;
        if (bytes.readDoubleLE(at + 16) > tail) throw new StorageCorruption(`log record at ${tail} is damaged, though it was durable`);
      }
    }
  }

  private async cutAt(last: number, tail: Lsn): Promise<void> {
    for (const segment of this.segments.splice(last + 1).reverse()) {
      segment.file.close();
      this.disk.unlink(segment.file.name);
    }
    const segment = this.segments[last]!;
    assert(tail >= segment.start, 'the tail is in the last segment');
    segment.file.truncate(tail - segment.start);
    segment.allocated = tail - segment.start;
    await segment.file.sync();
    await this.disk.syncDirectory();
  }
}

/** Size of the valid record at this offset, 0 if there is none. */
function validRecord(bytes: Buffer, at: number, lsn: Lsn): number {
  if (at + HEADER_BYTES > bytes.length) return 0;
  const length = bytes.readUInt32LE(at);
  if (at + HEADER_BYTES + length > bytes.length || bytes.readDoubleLE(at + 8) !== lsn) return 0;
  if (recordCrc(bytes, at, length) !== bytes.readUInt32LE(at + 4)) return 0;
  return (HEADER_BYTES + length + 7) & ~7;
}

function recordCrc(bytes: Buffer, at: number, length: number): number {
  return crc32(bytes.subarray(at + 8, at + HEADER_BYTES + length), length);
}

function payloadAt(bytes: Buffer, at: number): Uint8Array {
  const start = at + HEADER_BYTES;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.readUInt32LE(at));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

function newRound(): Round {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
