/**
 * A cluster: one directory (or memory) with its databases, roles, transactions and sessions. Opened once per process;
 * the embedded API and the server are callers of it.
 */
import { type Catalog, FIRST_DATABASE, openCluster, type CatalogReader, type CatalogRow, type CatalogWriter } from '@pglitedb/catalog';
import type { OpenOptions as StorageOptions, TransactionManager } from '@pglitedb/txn';
import { checkDomain, openRelation, setPasswordHasher, type SessionServices } from '@pglitedb/executor';
import { scramVerifier } from '@pglitedb/wire';
import { DiskSpill, FileEngine, MemoryEngine, NodeDisk, TempArea } from '@pglitedb/storage';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionEvents } from '../session/receiver.js';
import { checkSetting, settingDef } from '../session/settings.js';
import { Session } from '../session/session.js';
import '@pglitedb/plpgsql';
import '../session/commands.js';
import '../session/commands-database.js';

setPasswordHasher((password, iterations) => scramVerifier(password, iterations));

export interface ClusterOptions {
  /** Data directory; undefined = in memory. */
  dataDir?: string;
  /** Settings as if given on the server's command line. */
  settings?: Readonly<Record<string, string>>;
  /** Bytes of the buffer pool, default shared_buffers of `settings`, else 128 MiB. */
  cacheBytesMax?: number;
  connectionsMax?: number;
  /** Another StorageEngine than the one for dataDir, and how log, checkpoints and locks work on it. */
  storage?: Partial<StorageOptions>;
}

const EPOCH_2000_MS = 946_684_800_000;
const FIRST_PID = 1000;
const BLOCK_BYTES = 8192;
const BOOTSTRAP_USER: Oid = 10;

export class Cluster {
  readonly sessions = new Map<number, Session>();
  private nextPid = FIRST_PID;
  readonly startMicros: number;
  readonly temporary: TempArea;
  private constructor(readonly txns: TransactionManager, readonly catalog: Catalog, readonly options: ClusterOptions) {
    this.startMicros = this.nowMicros();
    this.temporary = options.dataDir === undefined ? TempArea.inSystemTemp() : TempArea.inDataDirectory(options.dataDir);
    catalog.domainChecker = (domain, value, env) => {
      const session = (env as { self?: Session }).self;
      if (session !== undefined) checkDomain(session, domain, value);
    };
  }

  static async open(options: ClusterOptions = {}): Promise<Cluster> {
    const { txns, catalog } = await openCluster(await storageOf(options));
    openPendingIndexes(txns, catalog);
    return new Cluster(txns, catalog, options);
  }

  private systemReader: CatalogReader | undefined;
  /** Reads committed state, for what comes before a session: roles and databases. */
  private system(): CatalogReader {
    this.systemReader ??= this.catalog.reader({ databaseOid: FIRST_DATABASE, userOid: () => BOOTSTRAP_USER, setting: () => undefined, tempNamespace: () => 0 }, () => undefined);
    return this.systemReader;
  }
  findRole(name: string): CatalogRow<'pg_authid'> | undefined { return this.system().syscache('AUTHNAME', name); }
  findDatabase(name: string): CatalogRow<'pg_database'> | undefined { return this.system().rows('pg_database', { datname: name })[0]; }

  /** µs since 2000-01-01 UTC. */
  nowMicros(): number { return Math.round((performance.timeOrigin + performance.now() - EPOCH_2000_MS) * 1000); }

  session(database: string, user: string, events: SessionEvents, settings: ReadonlyMap<string, string> = new Map()): Session {
    if (this.sessions.size >= (this.options.connectionsMax ?? 10_000)) throw new SqlError('53300', 'sorry, too many clients already', { severity: 'FATAL' });
    const role = this.findRole(user);
    if (role === undefined) throw new SqlError('28000', `role "${user}" does not exist`, { severity: 'FATAL' });
    const db = this.findDatabase(database);
    if (db === undefined) throw new SqlError('3D000', `database "${database}" does not exist`, { severity: 'FATAL' });
    if (!db.datallowconn) throw new SqlError('55000', `database "${database}" is not currently accepting connections`, { severity: 'FATAL' });
    if (!role.rolcanlogin) throw new SqlError('28000', `role "${user}" is not permitted to log in`, { severity: 'FATAL' });
    const pid = this.nextPid++;
    const session = new Session(this, pid, Math.floor(Math.random() * 0x7fffffff), db.oid, role.oid, user, events);
    this.sessions.set(pid, session);
    session.settings.force('session_authorization', user);
    session.settings.force('is_superuser', role.rolsuper ? 'on' : 'off');
    for (const [name, value] of Object.entries(this.options.settings ?? {})) session.settings.set(name, value, false, true);
    for (const [name, value] of this.storedSettings(db.oid, role.oid)) session.settings.set(name, value, false, true);
    for (const [name, value] of settings) session.settings.set(name, value, false, true);
    session.settings.atCommit();
    return session;
  }
  /** pg_db_role_setting: the general ones first, the most specific last. */
  private storedSettings(database: Oid, role: Oid): [string, string][] {
    const wanted: [Oid, Oid][] = [[0, 0], [database, 0], [0, role], [database, role]];
    return wanted.flatMap(([setdatabase, setrole]) => (this.system().rows('pg_db_role_setting', { setdatabase, setrole })[0]?.setconfig ?? []).map((c): [string, string] => [c.slice(0, c.indexOf('=')), c.slice(c.indexOf('=') + 1)]));
  }
  sessionClosed(session: Session): void { this.sessions.delete(session.pid); }

  catalogReader(session: Session): CatalogReader { return this.catalog.reader(session.catalogSession, () => (session.state.active ? session.state.current : undefined)); }
  catalogWriter(session: Session): CatalogWriter { return this.catalog.writer(session.catalogSession, () => (session.state.active ? session.state.current : undefined)); }

  /** Delivers NOTIFY to the sessions of one database that listen. */
  notify(database: Oid, pid: number, channel: string, payload: string): void {
    for (const s of this.sessions.values()) if (s.databaseOid === database && s.listening.has(channel)) s.events.notification(pid, channel, payload);
  }
  cancel(pid: number, secretKey: number): void {
    const s = this.sessions.get(pid);
    if (s !== undefined && s.secretKey === secretKey) s.cancel();
  }
  async close(): Promise<void> {
    for (const s of [...this.sessions.values()]) s.close();
    this.temporary.close();
    await this.txns.close();
  }
}

/** In memory everything is its own buffer; on a disk what does not fit in the pool goes to a spill file beside the data. */
async function storageOf(options: ClusterOptions): Promise<StorageOptions> {
  const bytes = options.cacheBytesMax ?? sharedBuffers(options.settings?.shared_buffers);
  const pool = bytes === undefined ? {} : { bytesMax: bytes };
  if (options.storage?.engine !== undefined) return { pool, ...options.storage, engine: options.storage.engine };
  if (options.dataDir === undefined) return { pool, ...options.storage, engine: new MemoryEngine(false) };
  const engine = await FileEngine.open(options.dataDir);
  return { pool: { ...pool, spill: new DiskSpill(new NodeDisk(options.dataDir)) }, ...options.storage, engine };
}

/** Bytes of a shared_buffers given at the start: 8 KiB blocks, or with a unit. */
function sharedBuffers(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  return Number(checkSetting(settingDef('shared_buffers')!, given)) * BLOCK_BYTES;
}

/** Indexes that recovery has entries for wait until they are opened with their relation. */
function openPendingIndexes(txns: TransactionManager, catalog: Catalog): void {
  for (const { database, relation } of catalog.locateIndexes(txns.store.pendingIndexes())) {
    const reader = catalog.reader({ databaseOid: database, userOid: () => BOOTSTRAP_USER, setting: () => undefined, tempNamespace: () => 0 }, () => undefined);
    openRelation({ catalog: () => reader, txns } as unknown as SessionServices, relation);
  }
}
