/** Page bytes as text, for `pglitedb inspect page`. Reads the layouts of chunk-format.ts and node-format.ts. */
import type { Physical } from '@pglitedb/types';
import { SLOT_DEAD, SLOT_LIVE } from '../api.js';
import { BYTES, DATUM, NUM, type KeyMode } from '../btree/key-codec.js';
import { META_MAGIC, NODE_MAGIC } from '../btree/node-format.js';
import { KIND_OF } from '../chunk/column.js';
import { CHUNK_MAGIC } from '../chunk/chunk-format.js';
import { Chunk } from '../chunk/chunk.js';

const KINDS = Object.keys(KIND_OF) as Physical[];
const MODES: Record<KeyMode, string> = { [NUM]: 'numbers', [BYTES]: 'bytes', [DATUM]: 'datums' };

/** Several lines about a page as the engine's codec gives it. `rows`: how many slots or entries to print. */
export function inspectPage(bytes: Uint8Array, rows = 8): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 16 ? view.getUint32(0, true) : 0;
  if (magic === CHUNK_MAGIC) return inspectChunk(bytes, view, rows);
  if (magic === NODE_MAGIC) return inspectNode(bytes, view, rows);
  if (magic === META_MAGIC) {
    return `B-tree meta page: keys ${MODES[bytes[7] as KeyMode]}, root page ${view.getUint32(8, true)}, height ${view.getUint32(12, true)}, ${view.getFloat64(16, true)} entries`;
  }
  return `unknown page, ${bytes.length} bytes: ${Buffer.from(bytes.subarray(0, 32)).toString('hex')}`;
}

function inspectChunk(bytes: Uint8Array, view: DataView, rows: number): string {
  const chunk = Chunk.decode(bytes, chunkTypes(bytes, view));
  const dead = chunk.live.filter((state) => state === SLOT_DEAD).length;
  const lines = [`table chunk: ${bytes.length} bytes, ${chunk.columnCount} columns, ${chunk.high} slots used, ${chunk.count} live, ${dead} dead, ${chunk.freeSlots} free`];
  chunk.columns.forEach((column, i) => {
    const variable = column.off.length > 0 ? `, heap ${column.heapUsed} bytes${column.ascii ? ', ASCII' : ''}` : '';
    lines.push(`  column ${i + 1}: ${column.type.physical}${column.wide ? ' (64 bit)' : ''}${variable}`);
  });
  let shown = 0;
  for (let slot = 0; slot < chunk.high && shown < rows; slot++) {
    if (chunk.live[slot] !== SLOT_LIVE) continue;
    shown++;
    lines.push(`  slot ${slot}: ${chunk.columns.map((column) => show(column.get(slot))).join(', ')}`);
  }
  return lines.join('\n');
}

/** The columns' physical types, by walking over their headers. */
function chunkTypes(bytes: Uint8Array, view: DataView): { physical: Physical }[] {
  const high = view.getUint32(8, true);
  const types: { physical: Physical }[] = [];
  let at = 16 + ((view.getUint32(12, true) & 1) !== 0 ? 0 : pad8(high));
  for (let i = view.getUint16(6, true); i > 0; i--) {
    const physical = KINDS[bytes[at]!]!;
    types.push({ physical });
    const nulls = (bytes[at + 1]! & 1) !== 0 ? pad8((high + 7) >> 3) : 0;
    const variable = physical === 'text' || physical === 'bytes';
    const packed = (bytes[at + 1]! & 8) !== 0;
    const data = packed ? pad8(high * bytes[at + 2]!) + (variable ? 0 : 8) : variable ? pad8((high + 1) * 4) : pad8(high * WIDTHS[physical]);
    at += 8 + nulls + data + (variable ? pad8(view.getUint32(at + 4, true)) : 0);
  }
  return types;
}

const WIDTHS: Record<Physical, number> = {
  bool: 1, int16: 2, int32: 4, uint32: 4, float32: 4, date32: 4, float64: 8, int64: 8, time64: 8, text: 0, bytes: 0,
};

function inspectNode(bytes: Uint8Array, view: DataView, rows: number): string {
  const leaf = bytes[6] === 1;
  const mode = bytes[7] as KeyMode;
  const n = view.getUint32(8, true);
  const keysAt = 16 + n * 8 + (leaf ? 0 : pad8(n * 4));
  const lines = [`B-tree ${leaf ? 'leaf' : 'inner node'}: ${bytes.length} bytes, ${n} entries, keys ${MODES[mode]}, ${view.getUint32(12, true)} key bytes`];
  for (let i = 0; i < Math.min(n, rows); i++) {
    const key = mode === NUM ? String(view.getFloat64(keysAt + i * 8, true)) : mode === BYTES ? hexKey(bytes, view, keysAt, n, i) : '(datums)';
    const child = leaf ? '' : ` -> page ${view.getUint32(16 + n * 8 + i * 4, true)}`;
    lines.push(`  ${i}: ${key} rowid ${view.getFloat64(16 + i * 8, true)}${child}`);
  }
  return lines.join('\n');
}

function hexKey(bytes: Uint8Array, view: DataView, keysAt: number, n: number, i: number): string {
  const heap = keysAt + pad8((n + 1) * 4);
  return Buffer.from(bytes.subarray(heap + view.getUint32(keysAt + i * 4, true), heap + view.getUint32(keysAt + i * 4 + 4, true))).toString('hex');
}

function show(value: unknown): string {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function pad8(n: number): number {
  return (n + 7) & ~7;
}
