/**
 * The ready-made cluster: the pages that bootstrapCluster makes, as one file. A new database starts from a copy of them.
 *   u32 magic, u32 bytes of the root record, root record, then per page: f64 page id, u32 bytes, the page
 */
import { existsSync, readFileSync } from 'node:fs';
import type { PageId, StorageEngine } from '@pglitedb/storage';
import { openTransactionManager, rebaseRoot } from '@pglitedb/txn';
import { MemoryEngine, PAGES_PER_RELFILE } from '@pglitedb/storage';
import { bootstrapCluster } from './bootstrap.js';

const MAGIC = 0x50474c31;
const RELFILES = 2 ** 29;
const imageUrl = new URL('../../data/cluster.img', import.meta.url);

/** Makes the image in memory; for the build. */
export async function makeClusterImage(): Promise<Uint8Array> {
  const engine = new MemoryEngine();
  const txns = await openTransactionManager({ engine });
  await bootstrapCluster(txns);
  await txns.store.checkpoint();
  const meta = engine.meta();
  const parts: Uint8Array[] = [];
  const head = Buffer.alloc(8);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(meta.length, 4);
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

/** Copies the ready-made cluster into an empty engine. False: this build has no image, bootstrapCluster must run. */
export async function installClusterImage(engine: StorageEngine): Promise<boolean> {
  if (!existsSync(imageUrl)) return false;
  const bytes = readFileSync(imageUrl);
  if (bytes.readUInt32LE(0) !== MAGIC) throw new Error('the cluster image is of another version');
  const metaEnd = 8 + bytes.readUInt32LE(4);
  await engine.commit({ put: imagePages(bytes, metaEnd), meta: rebaseRoot(bytes.subarray(8, metaEnd), engine.nextLsn()) });
  return true;
}

function* imagePages(bytes: Buffer, from: number): Generator<readonly [PageId, Uint8Array]> {
  for (let at = from; at < bytes.length;) {
    const end = at + 12 + bytes.readUInt32LE(at + 8);
    yield [bytes.readDoubleLE(at), bytes.subarray(at + 12, end)];
    at = end;
  }
}
