/** Opens a cluster: a new one from the ready-made image, an old one by recovery; then its catalogs. */
import type { StorageEngine } from '@pglitedb/storage';
import { openTransactionManager, type OpenOptions, type TransactionManager } from '@pglitedb/txn';
import { openCatalog, type Catalog } from './catalog.js';
import { installClusterImage } from './store/cluster-image.js';

export interface OpenCluster { readonly txns: TransactionManager; readonly catalog: Catalog }

/**
 * Indexes that recovery left pending are opened where they are the catalogs'. The rest (txns.store.pendingIndexes()) are
 * users' indexes: whoever makes their specs opens them (catalog.locateIndexes says which they are).
 */
export async function openCluster(options: OpenOptions): Promise<OpenCluster> {
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
