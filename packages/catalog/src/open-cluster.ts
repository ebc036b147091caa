/** Opens a cluster: a new one from the ready-made image, an old one by recovery; then its catalogs. */
import { MemoryEngine, type StorageEngine } from '@pglitedb/storage';
import { openTransactionManager, type OpenOptions, type TransactionManager } from '@pglitedb/txn';
import { openCatalog, type Catalog } from './catalog.js';
import { installClusterImage } from './store/cluster-image.js';

export interface OpenCluster { readonly txns: TransactionManager; readonly catalog: Catalog }

/**
 * Indexes that recovery left pending are opened where they are the catalogs'. The rest (txns.store.pendingIndexes()) are
 * users' indexes: whoever makes their specs opens them (catalog.locateIndexes says which they are).
 * Without an engine everything is kept in memory.
 */
export async function openCluster(given: Partial<OpenOptions> = {}): Promise<OpenCluster> {
  const options: OpenOptions = { engine: new MemoryEngine(), ...given };
  const { engine } = options;
  if (isEmpty(engine)) await installClusterImage(engine);
  const txns = await openTransactionManager(options);
  const catalog = openCatalog(txns);
  catalog.openPendingIndexes();
  return { txns, catalog };
}

/** Neither a checkpoint nor a log: nothing was ever stored here. */
function isEmpty(engine: StorageEngine): boolean {
  if (engine.meta().length > 0) return false;
  for (const record of engine.readFrom(0)) return record === undefined;
  return true;
}
