/** VACUUM, ANALYZE, CLUSTER and REINDEX. */
import { ACL, hasPrivilegesOfRole, objectAclMask } from '@pglitedb/catalog';
import { characterPosition } from '@pglitedb/parser';
import type { LockMode, Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../context.js';
import { lockRelation, openRelation } from '../relation.js';
import { analyzeRelation, updateSizes } from './analyze/analyze-relation.js';
import { options as readOptions, rangeVarText, relationOid, type Option, type Raw } from './ddl/raw.js';
import { rebuildIndex, rebuildIndexes, rewriteTable } from './ddl/rewrite-table.js';
import { defineCommands, type UtilityContext } from './registry.js';

const SHARE_UPDATE: LockMode = 4;
const SHARE: LockMode = 5;
const ACCESS_EXCLUSIVE: LockMode = 8;

/** PreventInTransactionBlock */
export function requireTopLevel(u: UtilityContext, command: string): void {
  if (!u.isTopLevel) throw new SqlError('25001', `${command} cannot run inside a transaction block`);
}

function booleanOption(o: Option): boolean {
  if (o.value === undefined) return true;
  const v = o.value.toLowerCase();
  if (['true', 'on', '1'].includes(v)) return true;
  if (['false', 'off', '0'].includes(v)) return false;
  throw new SqlError('42601', `${o.name} requires a Boolean value`);
}
interface VacuumOptions { vacuum: boolean; analyze: boolean; full: boolean; verbose: boolean; skipLocked: boolean; onlyDatabaseStats: boolean; processMain: boolean; disablePageSkipping: boolean; processToast: boolean; parallelGiven: boolean }

const TERNARY = new Set(['auto', 'true', 'on', '1', 'false', 'off', '0']);

function vacuumOptions(node: Raw, u: UtilityContext): VacuumOptions {
  const vacuum = node.is_vacuumcmd === true;
  const command = vacuum ? 'VACUUM' : 'ANALYZE';
  const r: VacuumOptions = { vacuum, analyze: !vacuum, full: false, verbose: false, skipLocked: false, onlyDatabaseStats: false, processMain: true, disablePageSkipping: false, processToast: true, parallelGiven: false };
  let parallel = 0;
  let bufferLimit = false;
  for (const [k, o] of readOptions(node.options).entries()) {
    const at = (code: string, message: string): never => { throw new SqlError(code, message, { position: characterPosition(u.sql, node.options[k].DefElem.location ?? -1) }); };
    switch (o.name) {
      case 'verbose': r.verbose = booleanOption(o); continue;
      case 'skip_locked': r.skipLocked = booleanOption(o); continue;
      case 'buffer_usage_limit': bufferLimit = o.value !== undefined && o.value !== '0'; continue;
    }
    if (!vacuum) at('42601', `unrecognized ${command} option "${o.name}"`);
    switch (o.name) {
      case 'analyze': r.analyze = booleanOption(o); break;
      case 'freeze': booleanOption(o); break;
      case 'full': r.full = booleanOption(o); break;
      case 'disable_page_skipping': r.disablePageSkipping = booleanOption(o); break;
      case 'index_cleanup': if (o.value !== undefined && !TERNARY.has(o.value.toLowerCase())) throw new SqlError('42601', `${o.name} requires a Boolean value`); break;
      case 'process_main': r.processMain = booleanOption(o); break;
      case 'process_toast': r.processToast = booleanOption(o); break;
      case 'truncate': case 'skip_database_stats': booleanOption(o); break;
      case 'only_database_stats': r.onlyDatabaseStats = booleanOption(o); break;
      case 'parallel':
        r.parallelGiven = true;
        if (o.value === undefined) at('42601', 'parallel option requires a value between 0 and 1024');
        parallel = Number(o.value);
        if (!(parallel >= 0 && parallel <= 1024)) at('42601', 'parallel workers for vacuum must be between 0 and 1024');
        break;
      default: at('42601', `unrecognized ${command} option "${o.name}"`);
    }
  }
  if (r.full && parallel > 0) throw new SqlError('0A000', 'VACUUM FULL cannot be performed in parallel');
  if (r.full && bufferLimit && !r.analyze) throw new SqlError('0A000', 'BUFFER_USAGE_LIMIT cannot be specified for VACUUM FULL');
  if (!r.analyze) {
    for (const rel of node.rels ?? []) if (rel.VacuumRelation.va_cols !== undefined) throw new SqlError('0A000', 'ANALYZE option must be specified when a column list is provided');
  }
  if (r.full && r.disablePageSkipping) throw new SqlError('0A000', 'VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL');
  if (r.full && !r.processToast) throw new SqlError('0A000', 'PROCESS_TOAST required with VACUUM FULL');
  if (r.onlyDatabaseStats && (node.rels ?? []).length > 0) throw new SqlError('0A000', 'ONLY_DATABASE_STATS cannot be specified with a list of tables');
  return r;
}

interface Work { relid: Oid; name: string; columns: string[] | undefined; explicit: boolean }

function workList(node: Raw, u: UtilityContext): Work[] {
  const { session } = u;
  const catalog = session.catalog();
  if (node.rels === undefined) {
    return catalog.rows('pg_class').filter((c) => (c.relkind === 'r' || c.relkind === 'm' || (c.relkind === 'p' && !node.is_vacuumcmd)) && c.oid >= 16384 && c.relpersistence !== 't')
      .map((c) => ({ relid: c.oid, name: c.relname, columns: undefined, explicit: false }));
  }
  const out: Work[] = [];
  for (const r of node.rels as Raw[]) {
    const { relation, va_cols: columns } = r.VacuumRelation;
    const relid = relationOid(session, relation);
    const info = catalog.relation(relid)!;
    const names = (columns as Raw[] | undefined)?.map((c) => c.String.sval as string);
    if (names !== undefined) {
      names.forEach((n, k) => {
        if (!info.attributes.some((a) => a.attname === n && !a.attisdropped)) throw new SqlError('42703', `column "${n}" of relation "${info.relname}" does not exist`);
        if (names.indexOf(n) !== k) throw new SqlError('42701', `column "${n}" of relation "${info.relname}" appears more than once`);
      });
    }
    out.push({ relid, name: rangeVarText(relation), columns: names, explicit: true });
    if (relation.inh !== false) {
      const add = (oid: Oid): void => {
        for (const child of catalog.relation(oid)?.children ?? []) {
          if (!out.some((o) => o.relid === child)) out.push({ relid: child, name: catalog.relation(child)!.relname, columns: names, explicit: false });
          add(child);
        }
      };
      if (info.relkind === 'p') add(relid);
    }
  }
  return out;
}

function permitted(session: SessionServices, w: Work, verb: string): boolean {
  const catalog = session.catalog();
  const info = catalog.relation(w.relid);
  if (info === undefined) return false;
  const user = session.userOid();
  const may = hasPrivilegesOfRole(catalog, user, info.relowner) || (objectAclMask(catalog, 'pg_class', w.relid, user, ACL.MAINTAIN) ?? 0) !== 0;
  if (!may) session.notice('WARNING', '01000', `permission denied to ${verb} "${info.relname}", skipping it`);
  return may;
}

function* vacuum(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const o = vacuumOptions(node, u);
  const tag = o.vacuum ? 'VACUUM' : 'ANALYZE';
  if (o.vacuum) requireTopLevel(u, 'VACUUM');
  if (o.onlyDatabaseStats) return tag;
  for (const w of workList(node, u)) {
    if (!permitted(session, w, o.vacuum ? 'vacuum' : 'analyze')) continue;
    const lock: LockMode = o.full ? ACCESS_EXCLUSIVE : SHARE_UPDATE;
    if (o.skipLocked) {
      const lockTag = { kind: 'relation' as const, database: session.catalog().session.databaseOid, id: w.relid };
      if (!session.txns.locks.tryAcquire(session.transaction(), lockTag, lock)) {
        session.notice('WARNING', '55P03', `skipping ${o.vacuum ? 'vacuum' : 'analyze'} of "${w.name}" --- lock not available`);
        continue;
      }
    } else yield* lockRelation(session, w.relid, lock);
    if (o.vacuum) yield* vacuumOne(session, w, o);
    if (o.analyze) yield* analyzeOne(session, w);
  }
  return tag;
}

function* vacuumOne(session: SessionServices, w: Work, o: VacuumOptions): Steps<void> {
  const info = session.catalog().relation(w.relid);
  if (info === undefined || info.relkind === 'p') return;
  if (!['r', 'm', 't'].includes(info.relkind)) {
    session.notice('WARNING', '01000', `skipping "${info.relname}" --- cannot vacuum non-tables or special system tables`);
    return;
  }
  if (w.relid < 16384) return;
  const rel = openRelation(session, w.relid);
  if (o.full) {
    yield* rewriteTable(session, rel, undefined);
    session.commandCounterIncrement();
  } else rel.table.vacuum();
  updateSizes(session, w.relid, openRelation(session, w.relid).table.estimates().rows);
}

function* analyzeOne(session: SessionServices, w: Work): Steps<void> {
  const info = session.catalog().relation(w.relid);
  if (info === undefined) return;
  if (!['r', 'm', 'p'].includes(info.relkind)) {
    session.notice('WARNING', '01000', `skipping "${info.relname}" --- cannot analyze non-tables or special system tables`);
    return;
  }
  if (w.relid < 16384) return;
  if (info.relkind !== 'p') {
    const sample = yield* analyzeRelation(session, { relid: w.relid, columns: w.columns, inherited: false });
    updateSizes(session, w.relid, sample?.totalRows ?? 0);
  }
  if (info.children.length > 0) {
    const sample = yield* analyzeRelation(session, { relid: w.relid, columns: w.columns, inherited: true });
    if (info.relkind === 'p') session.catalogWriter().update('pg_class', { oid: w.relid }, { reltuples: sample?.totalRows ?? 0, relpages: -1 });
  }
  session.commandCounterIncrement();
}

// --- REINDEX and CLUSTER -------------------------------------------------------------------------------------------

function* reindex(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const concurrent = readOptions(node.params).some((o) => o.name === 'concurrently' && booleanOption(o));
  for (const [k, o] of readOptions(node.params).entries()) {
    if (!['verbose', 'concurrently', 'tablespace'].includes(o.name)) throw new SqlError('42601', `unrecognized REINDEX option "${o.name}"`, { position: characterPosition(u.sql, node.params[k].DefElem.location ?? -1) });
  }
  if (concurrent) requireTopLevel(u, 'REINDEX CONCURRENTLY');
  switch (node.kind) {
    case 'REINDEX_OBJECT_INDEX': {
      const oid = relationOid(session, node.relation);
      const row = session.catalog().syscache('RELOID', oid)!;
      if (row.relkind !== 'i' && row.relkind !== 'I') throw new SqlError('42809', `"${row.relname}" is not an index`);
      const table = session.catalog().syscache('INDEXRELID', oid)!.indrelid;
      yield* lockRelation(session, table, SHARE);
      yield* rebuildIndex(session, table, oid);
      return 'REINDEX';
    }
    case 'REINDEX_OBJECT_TABLE': {
      const oid = relationOid(session, node.relation);
      const info = session.catalog().relation(oid)!;
      if (!['r', 'm', 'p', 't'].includes(info.relkind)) throw new SqlError('42809', `"${info.relname}" is not a table or materialized view`);
      yield* lockRelation(session, oid, SHARE);
      if (info.indexes.length === 0 && info.relkind !== 'p') session.notice('NOTICE', '00000', `table "${info.relname}" has no indexes${concurrent ? ' that can be reindexed concurrently' : ' to reindex'}`);
      yield* rebuildIndexes(session, oid);
      return 'REINDEX';
    }
    default: return yield* reindexMany(node, u);
  }
}

function* reindexMany(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const catalog = session.catalog();
  const schema = node.kind === 'REINDEX_OBJECT_SCHEMA';
  requireTopLevel(u, schema ? 'REINDEX SCHEMA' : node.kind === 'REINDEX_OBJECT_SYSTEM' ? 'REINDEX SYSTEM' : 'REINDEX DATABASE');
  let namespace = 0;
  if (schema) {
    const row = catalog.syscache('NAMESPACENAME', node.name);
    if (row === undefined) throw new SqlError('3F000', `schema "${node.name}" does not exist`);
    namespace = row.oid;
  } else if (node.name !== undefined && node.name !== catalog.syscache('DATABASEOID', catalog.session.databaseOid)?.datname) throw new SqlError('0A000', 'can only reindex the currently open database');
  if (node.kind === 'REINDEX_OBJECT_SYSTEM') return 'REINDEX';
  for (const c of catalog.rows('pg_class').filter((r) => (r.relkind === 'r' || r.relkind === 'm') && r.oid >= 16384 && (namespace === 0 || r.relnamespace === namespace))) {
    yield* lockRelation(session, c.oid, SHARE);
    yield* rebuildIndexes(session, c.oid);
  }
  return 'REINDEX';
}

function* cluster(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  if (node.relation === undefined) {
    requireTopLevel(u, 'CLUSTER');
    return 'CLUSTER';
  }
  const oid = relationOid(session, node.relation);
  yield* lockRelation(session, oid, ACCESS_EXCLUSIVE);
  const info = session.catalog().relation(oid)!;
  if (!['r', 'm', 'p'].includes(info.relkind)) throw new SqlError('42809', `"${info.relname}" is not a table or materialized view`);
  const index = node.indexname === undefined ? info.indexes.find((i) => i.clustered) : info.indexes.find((i) => i.relname === node.indexname);
  if (index === undefined) {
    if (node.indexname === undefined) throw new SqlError('42704', `there is no previously clustered index for table "${info.relname}"`);
    const other = session.catalog().syscache('RELNAMENSP', node.indexname, info.relnamespace);
    if (other === undefined) throw new SqlError('42704', `index "${node.indexname}" for table "${info.relname}" does not exist`);
    throw new SqlError('42809', `"${node.indexname}" is not an index for table "${info.relname}"`);
  }
  if (index.amname !== 'btree' && index.amname !== 'gist') throw new SqlError('0A000', `cannot cluster on index "${index.relname}" because access method does not support clustering`);
  if (index.predicate !== undefined) throw new SqlError('0A000', `cannot cluster on partial index "${index.relname}"`);
  if (!index.valid) throw new SqlError('0A000', `cannot cluster on invalid index "${index.relname}"`);
  const w = session.catalogWriter();
  for (const i of info.indexes) if (i.clustered !== (i.oid === index.oid)) w.update('pg_index', { indexrelid: i.oid }, { indisclustered: i.oid === index.oid });
  yield* rewriteInOrder(session, oid, index.oid);
  return 'CLUSTER';
}

/** Copies the rows in index order: an index scan in place of the table's own. */
function* rewriteInOrder(session: SessionServices, oid: Oid, index: Oid): Steps<void> {
  session.commandCounterIncrement();
  const rel = openRelation(session, oid);
  const handle = rel.indexes.find((i) => i.info.oid === index)!;
  const ordered: typeof rel.table = Object.create(rel.table, {
    scan: { value: (snapshot: Parameters<typeof rel.table.scan>[0], attnums: readonly number[]) => {
      const scan = handle.index.scan(rel.table, snapshot, [{ lowerInclusive: true, upperInclusive: true }], 'forward', attnums);
      return { next: (b: Parameters<typeof scan.next>[0]) => scan.next(b), restart: () => undefined };
    } },
  }) as typeof rel.table;
  yield* rewriteTable(session, { ...rel, table: ordered }, undefined);
}

defineCommands({ VacuumStmt: vacuum, ReindexStmt: reindex, ClusterStmt: cluster });
