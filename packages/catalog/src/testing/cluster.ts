/** A cluster in memory for tests, with a session whose transaction the test drives. */
import { MemoryEngine } from '@pglitedb/storage';
import type { Transaction, TransactionManager } from '@pglitedb/txn';
import { builtinFunction, type CallContext, type Datum } from '@pglitedb/types';
import type { CatalogWriter } from '../api.js';
import type { Catalog } from '../catalog.js';
import '../functions/all.js';
import { openCluster } from '../open-cluster.js';
import { FIRST_DATABASE } from '../store/files.js';
import { detachedEnv } from '../types/detached-env.js';

export class TestSession {
  tx: Transaction | undefined;
  user = 10;
  readonly settings = new Map<string, string>();
  readonly writer: CatalogWriter;

  constructor(readonly catalog: Catalog, readonly txns: TransactionManager, database = FIRST_DATABASE) {
    this.writer = catalog.writer(
      { databaseOid: database, userOid: () => this.user, setting: (n) => this.settings.get(n), tempNamespace: () => 0 }, () => this.tx);
  }

  begin(): void { this.tx = this.txns.begin({ pid: 1 }); }

  async commit(): Promise<void> {
    await this.txns.commit(this.tx!, true);
    this.tx = undefined;
  }

  rollback(): void {
    this.txns.rollback(this.tx!);
    this.tx = undefined;
  }

  /** Calls a builtin by its prosrc. */
  call(prosrc: string, ...args: Datum[]): Datum {
    const ctx: CallContext = { env: detachedEnv(this.writer.types), collation: 0, argTypes: [], resultType: 0, variadic: false, cache: undefined, inAggregate: false };
    return builtinFunction(prosrc)!.fn(...args, ctx);
  }
}

export async function openTestCluster(): Promise<{ catalog: Catalog; txns: TransactionManager; session(database?: number): TestSession }> {
  const { catalog, txns } = await openCluster({ engine: new MemoryEngine() });
  return { catalog, txns, session: (database) => new TestSession(catalog, txns, database) };
}
