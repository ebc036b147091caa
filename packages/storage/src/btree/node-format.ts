/**
 * Page bytes of a B+tree (little-endian):
 *
 *   node: 0 u32 magic 0x54424750 "PGBT"  4 u16 version  6 u8 leaf  7 u8 key mode  8 u32 entries  12 u32 key bytes
 *        16 rowids: f64 each;  inner nodes: child page numbers, u32 each, padded to 8
 *           keys: NUM f64 each; BYTES (entries + 1) u32 offsets, padded to 8, then the bytes; DATUM a msgpack array of
 *           tuples, values of physical 'bytes' types by their encode
 *   meta (page 0): 0 u32 magic 0x4d424750 "PGBM"  4 u16 version  7 u8 key mode  8 u32 root page  12 u32 height  16 f64 size
 */
import { Packr } from 'msgpackr/pack';
import { assert, type Datum } from '@pglitedb/types';
import type { IndexKey } from '../api.js';
import { asNative } from '../chunk/alloc.js';
import { StorageCorruption } from '../corruption.js';
import { Page } from '../page.js';
import { BYTES, NUM, type KeyCodec, type KeyMode } from './key-codec.js';
import { BTreeNode } from './node.js';

export const NODE_MAGIC = 0x54424750;
export const META_MAGIC = 0x4d424750;
const VERSION = 1;
const HEADER_BYTES = 16;
const META_BYTES = 24;
const packr = new Packr({ useRecords: false });

export class BTreeMeta extends Page {
  constructor(public mode: KeyMode, public root = 0, public height = 1, public size = 0) {
    super();
  }
  get bytes(): number {
    return 100;
  }
  serialize(): Uint8Array {
    const page = new Uint8Array(META_BYTES);
    const view = new DataView(page.buffer);
    view.setUint32(0, META_MAGIC, true);
    view.setUint16(4, VERSION, true);
    page[7] = this.mode;
    view.setUint32(8, this.root, true);
    view.setUint32(12, this.height, true);
    view.setFloat64(16, this.size, true);
    return page;
  }
}

export function serializeNode(node: BTreeNode): Uint8Array {
  const n = node.n;
  const blob = keyBlob(node);
  const childBytes = node.leaf ? 0 : pad8(n * 4);
  const page = new Uint8Array(HEADER_BYTES + n * 8 + childBytes + blob.length);
  const view = new DataView(page.buffer);
  view.setUint32(0, NODE_MAGIC, true);
  view.setUint16(4, VERSION, true);
  page[6] = node.leaf ? 1 : 0;
  page[7] = node.mode;
  view.setUint32(8, n, true);
  view.setUint32(12, blob.length, true);
  new Float64Array(page.buffer, HEADER_BYTES, n).set(node.rowids.subarray(0, n));
  if (!node.leaf) new Uint32Array(page.buffer, HEADER_BYTES + n * 8, n).set(node.children);
  page.set(blob, HEADER_BYTES + n * 8 + childBytes);
  return page;
}

function keyBlob(node: BTreeNode): Uint8Array {
  const n = node.n;
  if (node.mode === NUM) return new Uint8Array(node.num.slice(0, n).buffer);
  if (node.mode !== BYTES) return packr.pack(node.keys.map((key) => packTuple(node.codec, key as readonly Datum[])));
  const keys = node.keys as string[];
  let total = 0;
  for (const key of keys) total += key.length;
  const start = pad8((n + 1) * 4);
  const blob = Buffer.alloc(start + total);
  let at = 0;
  for (let i = 0; i < n; i++) {
    blob.writeUInt32LE(at, i * 4);
    blob.write(keys[i]!, start + at, 'latin1');
    at += keys[i]!.length;
  }
  blob.writeUInt32LE(at, n * 4);
  return blob;
}

function packTuple(codec: KeyCodec, tuple: readonly Datum[]): unknown[] {
  return tuple.map((value, i) => {
    const type = codec.columns[i]!.type;
    return value !== null && type.physical === 'bytes' && type.encode !== undefined ? type.encode(value) : value;
  });
}

function unpackTuple(codec: KeyCodec, tuple: unknown[]): Datum[] {
  return tuple.map((value, i) => {
    const type = codec.columns[i]!.type;
    if (value !== null && type.physical === 'bytes' && type.decode !== undefined) return type.decode(value as Uint8Array);
    return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  });
}

/** Reads a node or the meta page; the meta page decides the codec's mode. */
export function deserializeBTreePage(bytes: Uint8Array, codec: KeyCodec): BTreeNode | BTreeMeta {
  const page = (bytes.byteOffset & 7) === 0 ? bytes : Uint8Array.from(bytes);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const magic = page.length >= HEADER_BYTES ? view.getUint32(0, true) : 0;
  const mode = page[7] as KeyMode;
  if (magic === META_MAGIC) return new BTreeMeta(mode, view.getUint32(8, true), view.getUint32(12, true), view.getFloat64(16, true));
  if (magic !== NODE_MAGIC || view.getUint16(4, true) !== VERSION) throw new StorageCorruption('page is not a B-tree node');
  assert(mode === codec.mode, 'a node has its tree\'s key mode');
  const n = view.getUint32(8, true);
  const node = new BTreeNode(page[6] === 1, mode, codec, Math.max(n, 16));
  node.rowids.set(new Float64Array(page.buffer, page.byteOffset + HEADER_BYTES, n));
  let at = HEADER_BYTES + n * 8;
  if (!node.leaf) {
    node.children = Array.from(new Uint32Array(page.buffer, page.byteOffset + at, n));
    node.refs = node.children.map(() => null);
    at += pad8(n * 4);
  }
  node.load(n, readKeys(page, at, view.getUint32(12, true), n, mode, codec));
  return node;
}

function readKeys(page: Uint8Array, at: number, length: number, n: number, mode: KeyMode, codec: KeyCodec): Float64Array | IndexKey[] {
  if (mode === NUM) return new Float64Array(page.buffer, page.byteOffset + at, n);
  if (mode !== BYTES) return (packr.unpack(page.subarray(at, at + length)) as unknown[][]).map((t) => unpackTuple(codec, t));
  const offsets = new Uint32Array(page.buffer, page.byteOffset + at, n + 1);
  const bytes = asNative(page.subarray(at + pad8((n + 1) * 4), at + length));
  const keys: string[] = [];
  for (let i = 0; i < n; i++) keys.push(bytes.latin1Slice(offsets[i]!, offsets[i + 1]!));
  return keys;
}

function pad8(n: number): number {
  return (n + 7) & ~7;
}
