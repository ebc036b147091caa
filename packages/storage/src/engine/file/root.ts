/**
 * The file `root`: two slots of 4096 bytes, written in turn (slot = sequence mod 2). The valid slot with the higher
 * sequence is the database. Created whole under another name and renamed, so one slot is always valid; if none is, the
 * file is damaged.
 *
 *   slot: 0 u32 magic 0x52424750 "PGBR"  4 u32 crc32 of bytes 8..40  8 u32 format version  12 u32 table generation
 *        16 f64 sequence  24 f64 table bytes that count  32 f64 reserved
 */
import { StorageCorruption } from '../../corruption.js';
import type { Disk, DiskFile } from '../../disk/disk.js';
import { crc32 } from './crc.js';

const MAGIC = 0x52424750;
const VERSION = 1;
const SLOT_BYTES = 4096;
const USED_BYTES = 40;
const ROOT = 'root';
const ROOT_DRAFT = 'root.draft';

export interface Root {
  sequence: number;
  generation: number;
  tableBytes: number;
}

export async function openRoot(disk: Disk): Promise<{ file: DiskFile; root: Root }> {
  const names = disk.list();
  if (!names.includes(ROOT)) {
    if (names.some((name) => name.startsWith('table.') && name !== 'table.0')) throw new StorageCorruption('the file "root" is missing');
    const draft = disk.open(ROOT_DRAFT);
    for (const sequence of [0, 1]) draft.write(sequence * SLOT_BYTES, encodeSlot({ sequence, generation: 0, tableBytes: 0 }));
    await draft.sync();
    draft.close();
    disk.rename(ROOT_DRAFT, ROOT);
    await disk.syncDirectory();
  }
  const file = disk.open(ROOT);
  const slots = [0, 1].map((i) => decodeSlot(file.read(i * SLOT_BYTES, SLOT_BYTES))).filter((slot) => slot !== undefined);
  const root = slots.sort((a, b) => b.sequence - a.sequence)[0];
  if (root === undefined) throw new StorageCorruption('both slots of the file "root" are damaged');
  return { file, root };
}

export function writeRoot(file: DiskFile, root: Root): void {
  file.write((root.sequence % 2) * SLOT_BYTES, encodeSlot(root));
}

function encodeSlot(root: Root): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES);
  slot.writeUInt32LE(MAGIC, 0);
  slot.writeUInt32LE(VERSION, 8);
  slot.writeUInt32LE(root.generation, 12);
  slot.writeDoubleLE(root.sequence, 16);
  slot.writeDoubleLE(root.tableBytes, 24);
  slot.writeUInt32LE(crc32(slot.subarray(8, USED_BYTES)), 4);
  return slot;
}

function decodeSlot(bytes: Uint8Array): Root | undefined {
  const slot = Buffer.from(bytes);
  if (slot.length < SLOT_BYTES || slot.readUInt32LE(0) !== MAGIC || crc32(slot.subarray(8, USED_BYTES)) !== slot.readUInt32LE(4)) return undefined;
  if (slot.readUInt32LE(8) !== VERSION) throw new StorageCorruption(`the database has format ${slot.readUInt32LE(8)}, this program reads format ${VERSION}`);
  return { generation: slot.readUInt32LE(12), sequence: slot.readDoubleLE(16), tableBytes: slot.readDoubleLE(24) };
}
