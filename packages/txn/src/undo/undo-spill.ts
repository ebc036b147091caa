/**
 * Undo of large transactions, in bounded memory. When a transaction's records take too much, those of whole chunks that
 * it alone has changed are encoded and go to the pool's spill area; a FrozenChunk stands for them in the transaction's
 * undo and in the chunk's. Whoever looks at the chunk's undo gets them back in memory (thaw) until the next safe point;
 * a further change of it dissolves the FrozenChunk (melt), and a later round may freeze the chunk again.
 *
 *   spilled: per record u8 kind, u8 flags (1 key update), varint cid, from, to, movedTo + 2, oldXmin, n, (varint attnum, cell)*n
 */
import { pageId, type BufferPool, type SpillArea } from '@pglitedb/storage';
import { assert, type Datum } from '@pglitedb/types';
import { readCell, writeCell } from '../log/cells.js';
import { RedoBuffer, RedoReader } from '../log/redo-buffer.js';
import type { TableImpl } from '../table/table.js';
import type { TransactionImpl } from '../transaction/transaction.js';
import type { ChunkUndo } from './chunk-undo.js';
import { UNDO_ACTION, UNDO_FROZEN, UNDO_UPDATE, UndoRecord, type UndoAction, type UndoEntry } from './record.js';

/** Relation file number whose page ids name spilled undo: no relation has it. */
const UNDO_RELFILE = 2;
/** Estimated bytes of a transaction's records in memory from which on they are frozen. */
const UNDO_BYTES_MAX = 8 * 1024 * 1024;
const RECORD_BYTES = 200;
const VALUE_BYTES = 16;
const KEY_UPDATE = 1;
/** Chunks back in memory only to be looked at. */
const THAWED_MAX = 16;

export class FrozenChunk {
  readonly kind = UNDO_FROZEN;
  /** In memory; null: only spilled. */
  records: UndoRecord[] | null = null;
  private id = -1;
  private gone = false;

  constructor(private readonly spill: UndoSpill, private readonly undo: ChunkUndo, readonly table: TableImpl, readonly xact: TransactionImpl, readonly chunkNo: number, records: UndoRecord[]) {
    this.id = spill.write(encode(table, records));
    this.drop();
    undo.frozen = this;
  }

  get dissolved(): boolean { return this.id < 0; }

  thaw(): void {
    if (this.records !== null || this.id < 0) return;
    this.records = decode(this.spill.read(this.id), this);
    this.undo.restore(this.records);
    this.spill.noteThawed(this);
  }

  /** Out of memory again: it was only looked at. */
  drop(): void {
    this.records = null;
    this.undo.reset();
  }

  melt(): void {
    if (this.id < 0) return;
    this.thaw();
    this.spill.free(this.id);
    this.id = -1;
    this.undo.frozen = null;
  }

  /** The records, in memory from now on; the chunk may be gone with them. */
  take(): readonly UndoRecord[] {
    this.melt();
    return this.gone ? [] : this.records ?? [];
  }

  abandon(): void {
    if (this.id >= 0) this.spill.free(this.id);
    this.id = -1;
    this.gone = true;
    this.records = null;
    this.undo.frozen = null;
  }
}

export class UndoSpill {
  private readonly thawed: FrozenChunk[] = [];
  private readonly bulky = new Set<TransactionImpl>();
  private readonly freeIds: number[] = [];
  private nextId = 0;

  constructor(private readonly pool: BufferPool, private readonly bytesMax = UNDO_BYTES_MAX) {}

  private get area(): SpillArea { return this.pool.spill; }

  /** A transaction got an undo entry. */
  note(tx: TransactionImpl, entry: UndoEntry): void {
    tx.undoBytes += sizeOf(entry);
    if (tx.undoBytes > tx.undoBytesMax) this.mark(tx);
  }

  private mark(tx: TransactionImpl): void {
    if (tx.undoBytesMax === 0) tx.undoBytesMax = this.bytesMax;
    if (tx.undoBytes <= tx.undoBytesMax || tx.isolation === 'serializable') return;
    this.bulky.add(tx);
    this.pool.pressed = true;
  }

  /** At a safe point: nobody holds records of a chunk. */
  balance(): void {
    for (const frozen of this.thawed) if (!frozen.dissolved) frozen.drop();
    this.thawed.length = 0;
    for (const tx of this.bulky) if (tx.state === 'active' && !tx.rollingBack) this.freeze(tx);
    this.bulky.clear();
  }

  noteThawed(chunk: FrozenChunk): void {
    this.thawed.push(chunk);
    if (this.thawed.length > THAWED_MAX) this.pool.pressed = true;
  }

  private freeze(tx: TransactionImpl): void {
    const from = freezableFrom(tx);
    const groups = new Map<ChunkUndo, UndoRecord[]>();
    for (let i = from; i < tx.undo.length; i++) collect(tx.undo[i]!, groups);
    const frozen = new Map<ChunkUndo, UndoRecord[]>();
    for (const [undo, records] of groups) {
      const { table } = records[0]!;
      if (undo.active === records.length && (table.lastRange === null || !records.includes(table.lastRange))) frozen.set(undo, records);
    }
    this.replace(tx, from, frozen);
    tx.undoBytes = 0;
    for (let i = from; i < tx.undo.length; i++) tx.undoBytes += sizeOf(tx.undo[i]!);
    tx.undoBytesMax = this.bytesMax + tx.undoBytes;
  }

  /** In the transaction's undo one FrozenChunk takes the place of a chunk's records. */
  private replace(tx: TransactionImpl, from: number, frozen: Map<ChunkUndo, UndoRecord[]>): void {
    const kept: UndoEntry[] = [];
    for (let i = from; i < tx.undo.length; i++) {
      const entry = tx.undo[i]!;
      const undo = undoOf(entry);
      const records = undo === undefined ? undefined : frozen.get(undo);
      if (records === undefined || (entry.kind === UNDO_FROZEN && !(entry as FrozenChunk).dissolved)) kept.push(entry);
      else if (records.length > 0) {
        const { table, chunkNo } = records[0]!;
        kept.push(new FrozenChunk(this, undo!, table, tx, chunkNo, records));
        frozen.set(undo!, []);
      }
    }
    tx.undo.length = from;
    for (const entry of kept) tx.undo.push(entry);
  }

  write(bytes: Uint8Array): number {
    const id = this.freeIds.pop() ?? this.nextId++;
    this.area.write(pageId(UNDO_RELFILE, id), bytes);
    return id;
  }

  read(id: number): Uint8Array {
    const bytes = this.area.read(pageId(UNDO_RELFILE, id));
    assert(bytes !== undefined, 'spilled undo is there until it is freed');
    return bytes;
  }

  free(id: number): void {
    this.area.free(pageId(UNDO_RELFILE, id));
    this.freeIds.push(id);
  }
}

/** Entries before a savepoint keep their places, and rows must be undone before the relation changes they followed. */
function freezableFrom(tx: TransactionImpl): number {
  let from = tx.savepoints.length === 0 ? 0 : tx.savepoints[tx.savepoints.length - 1]!.undo;
  for (let i = tx.undo.length - 1; i >= from; i--) {
    const entry = tx.undo[i]!;
    if (entry.kind === UNDO_ACTION && (entry as UndoAction).relation === true) from = i + 1;
  }
  return from;
}

function undoOf(entry: UndoEntry): ChunkUndo | undefined {
  if (entry.kind === UNDO_ACTION) return undefined;
  const { table, chunkNo } = entry as UndoRecord | FrozenChunk;
  return table.undo[chunkNo];
}

function collect(entry: UndoEntry, groups: Map<ChunkUndo, UndoRecord[]>): void {
  const undo = undoOf(entry);
  if (undo === undefined) return;
  let records = groups.get(undo);
  if (entry.kind === UNDO_FROZEN) {
    const chunk = entry as FrozenChunk;
    if (!chunk.dissolved || chunk.records === null) return;
    if (records === undefined) groups.set(undo, (records = []));
    for (const record of chunk.records) if (!record.purged) records.push(record);
  } else if (!(entry as UndoRecord).purged) {
    if (records === undefined) groups.set(undo, (records = []));
    records.push(entry as UndoRecord);
  }
}

function sizeOf(entry: UndoEntry): number {
  if (entry.kind === UNDO_FROZEN) return (entry as FrozenChunk).dissolved ? RECORD_BYTES * ((entry as FrozenChunk).records?.length ?? 0) : RECORD_BYTES;
  if (entry.kind !== UNDO_UPDATE) return RECORD_BYTES;
  const { old } = entry as UndoRecord;
  let bytes = RECORD_BYTES;
  if (old !== null) {
    for (let i = 0; i < old.length; i++) {
      const value = old[i];
      bytes += VALUE_BYTES + (typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.length : 0);
    }
  }
  return bytes;
}

function encode(table: TableImpl, records: readonly UndoRecord[]): Uint8Array {
  const out = new RedoBuffer();
  out.varint(records.length);
  for (const record of records) {
    out.u8(record.kind);
    out.u8(record.keyUpdate ? KEY_UPDATE : 0);
    for (const n of [record.cid, record.from, record.to, record.movedTo + 2, record.oldXmin]) out.varint(n);
    const attnums = record.attnums;
    out.varint(attnums === null ? 0 : attnums.length + 1);
    for (let i = 0; attnums !== null && i < attnums.length; i++) {
      out.varint(attnums[i]!);
      writeCell(out, table.codecs[attnums[i]!]!, record.old![i]);
    }
  }
  return out.view().slice();
}

function decode(bytes: Uint8Array, { table, xact, chunkNo }: FrozenChunk): UndoRecord[] {
  const input = new RedoReader(bytes);
  const records: UndoRecord[] = [];
  for (let n = input.varint(); n > 0; n--) {
    const kind = input.u8();
    const keyUpdate = (input.u8() & KEY_UPDATE) !== 0;
    const [cid, from, to, movedTo, oldXmin] = [input.varint(), input.varint(), input.varint(), input.varint() - 2, input.varint()];
    const columns = input.varint() - 1;
    const attnums: number[] | null = columns < 0 ? null : [];
    const old: Datum[] | null = columns < 0 ? null : [];
    for (let i = 0; i < columns; i++) {
      const attnum = input.varint();
      attnums!.push(attnum);
      old!.push(readCell(input, table.codecs[attnum]));
    }
    const record = new UndoRecord(kind, xact, cid, table, chunkNo, from, to, attnums, old);
    record.keyUpdate = keyUpdate;
    record.movedTo = movedTo;
    record.oldXmin = oldXmin;
    records.push(record);
  }
  return records;
}
