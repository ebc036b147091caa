/**
 * The ready-made cluster: the pages that bootstrapCluster makes, as one file. A new database starts from a copy of them.
 *   u32 magic, u32 fingerprint, u32 bytes of the root record, root record, then per page: f64 page id, u32 bytes, the page
 * The fingerprint covers the physical columns of the catalogs: an image that other code made is not used.
 */
import { existsSync, readFileSync } from 'node:fs';
import { MemoryEngine, PAGES_PER_RELFILE, type PageId, type StorageEngine } from '@pglitedb/storage';
import { openTransactionManager, rebaseRoot } from '@pglitedb/txn';
import { bootstrapCluster } from './bootstrap.js';
import { allCatalogs, describeCatalog } from './description.js';

const MAGIC = 0x50474c31;
const HEAD_BYTES = 12;
const RELFILES = 2 ** 29;
const imageUrl = new URL('../../data/cluster.img', import.meta.url);

/** FNV-1a over the columns' physical forms and the indexes. */
function fingerprint(): number {
  let h = 0x811c9dc5;
  for (const t of allCatalogs()) {
    const text = `${t.name}${describeCatalog(t.name).columns.map((c) => c.type.physical).join()}${t.indexes.join()}`;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return h >>> 0;
}

/** Makes the image in memory; for the build. */
export async function makeClusterImage(): Promise<Uint8Array> {
  const engine = new MemoryEngine();
  const txns = await openTransactionManager({ engine });
  await bootstrapCluster(txns);
  await txns.store.checkpoint();
  const meta = engine.meta();
  const parts: Uint8Array[] = [];
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(fingerprint(), 4);
  head.writeUInt32LE(meta.length, 8);
  parts.push(head, meta);
  for (const id of engine.ids(0, RELFILES * PAGES_PER_RELFILE)) {
    const page = (await engine.read(id))!;
    const header = Buffer.alloc(12);
    header.writeDoubleLE(id, 0);
    header.writeUInt32LE(page.length, 8);
    parts.push(header, page);
  }
  return Buffer.concat(parts);
}

/** One image per process where the build has left none. */
let made: Promise<Uint8Array> | undefined;

async function clusterImage(): Promise<Buffer> {
  if (existsSync(imageUrl)) {
    const bytes = readFileSync(imageUrl);
    if (bytes.readUInt32LE(0) === MAGIC && bytes.readUInt32LE(4) === fingerprint()) return bytes;
  }
  const image = await (made ??= makeClusterImage());
  return Buffer.from(image.buffer, image.byteOffset, image.length);
}

/** Copies the ready-made cluster into an empty engine. */
export async function installClusterImage(engine: StorageEngine): Promise<void> {
  const bytes = await clusterImage();
  const metaEnd = HEAD_BYTES + bytes.readUInt32LE(8);
  await engine.commit({ put: imagePages(bytes, metaEnd), meta: rebaseRoot(bytes.subarray(HEAD_BYTES, metaEnd), engine.nextLsn()) });
}

function* imagePages(bytes: Buffer, from: number): Generator<readonly [PageId, Uint8Array]> {
  for (let at = from; at < bytes.length;) {
    const end = at + 12 + bytes.readUInt32LE(at + 8);
    yield [bytes.readDoubleLE(at), bytes.subarray(at + 12, end)];
    at = end;
  }
}
