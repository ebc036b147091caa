/**
 * The engine's root record:
 *   u8 version, u8 clean (closed properly), varint redoLsn, varint indexLsn, varint keepLsn (see checkpoint.ts),
 *   varint xid, varint oid, varint relfile
 */
import { RedoBuffer, RedoReader } from '../log/redo-buffer.js';

const VERSION = 2;

export interface RootRecord { clean: boolean; redoLsn: number; indexLsn: number; keepLsn: number; counters: readonly [number, number, number] }

export function writeRoot(root: RootRecord): Uint8Array {
  const out = new RedoBuffer();
  out.u8(VERSION);
  out.u8(root.clean ? 1 : 0);
  out.varint(root.redoLsn);
  out.varint(root.indexLsn);
  out.varint(root.keepLsn);
  for (const n of root.counters) out.varint(n);
  return Uint8Array.from(out.view());
}

export function readRoot(bytes: Uint8Array): RootRecord | undefined {
  if (bytes.length === 0) return undefined;
  const input = new RedoReader(bytes);
  if (input.u8() !== VERSION) throw new Error('the database was made by another version');
  const clean = input.u8() === 1;
  const redoLsn = input.varint();
  const indexLsn = input.varint();
  const keepLsn = input.varint();
  return { clean, redoLsn, indexLsn, keepLsn, counters: [input.varint(), input.varint(), input.varint()] };
}

/** The root record for pages that were copied into another engine, whose log begins at `lsn`. */
export function rebaseRoot(meta: Uint8Array, lsn: number): Uint8Array {
  const root = readRoot(meta);
  if (root === undefined) throw new Error('there is no root record');
  return writeRoot({ ...root, clean: true, redoLsn: lsn, indexLsn: lsn, keepLsn: lsn });
}
