/**
 * Functions of the statistics views whose answer this server knows: its sessions, and counts of what it never does
 * (archiving, background writing, recovery, parallel workers, conflicts with recovery, autovacuum, heap-only updates),
 * which are zero. Counters that PostgreSQL keeps and this server does not are not here: they raise 0A000.
 */
import { SqlError, type Datum } from '@pglitedb/types';
import type { BackendFacts, ExecContext } from '../context.js';
import { defineSessionFunctions, defineSyncSessionFunctions, type SyncSessionFunction } from './fmgr.js';
import { row } from './set-rows.js';

const ZERO = [
  'db_conflict_tablespace', 'db_conflict_lock', 'db_conflict_snapshot', 'db_conflict_bufferpin', 'db_conflict_startup_deadlock', 'db_conflict_logicalslot', 'db_conflict_all',
  'db_parallel_workers_to_launch', 'db_parallel_workers_launched',
  'bgwriter_buf_written_clean', 'bgwriter_maxwritten_clean',
  'checkpointer_restartpoints_timed', 'checkpointer_restartpoints_requested', 'checkpointer_restartpoints_performed', 'checkpointer_slru_written',
  'autovacuum_count', 'autoanalyze_count', 'total_autovacuum_time', 'total_autoanalyze_time', 'tuples_hot_updated', 'xact_tuples_hot_updated',
];
/** Times of what never happened, and counters of functions, which are not tracked (track_functions = none). */
const NULL = [
  'last_autovacuum_time', 'last_autoanalyze_time', 'db_checksum_failures', 'db_checksum_last_failure', 'db_stat_reset_time', 'snapshot_timestamp',
  'function_calls', 'function_total_time', 'function_self_time', 'xact_function_calls', 'xact_function_total_time', 'xact_function_self_time',
];
const SLRUS = ['commit_timestamp', 'multixact_member', 'multixact_offset', 'notify', 'serializable', 'subtransaction', 'transaction', 'other'];
const PROGRESS_COMMANDS: ReadonlySet<string> = new Set(['VACUUM', 'ANALYZE', 'CLUSTER', 'CREATE INDEX', 'BASEBACKUP', 'COPY']);
const RECOVERY_COUNTERS = 9;
const SLRU_COUNTERS = 7;

/** A session by its number in pg_stat_get_backend_idset. */
const backend = (x: ExecContext, id: Datum): BackendFacts | undefined => x.session.server.backends()[Number(id) - 1];
const ofBackend = (fact: (b: BackendFacts) => Datum): SyncSessionFunction => (x, [id]) => {
  const b = backend(x, id);
  return b === undefined ? null : fact(b);
};
const always = (names: readonly string[], value: Datum): Record<string, SyncSessionFunction> => Object.fromEntries(names.map((n) => [`pg_stat_get_${n}`, () => value]));
const started: SyncSessionFunction = (x) => x.session.server.startMicros;
const zeros = (n: number): Datum[] => new Array<Datum>(n).fill(0);

defineSyncSessionFunctions({
  ...always(ZERO, 0),
  ...always(NULL, null),
  pg_stat_get_db_numbackends: (x, [db]) => x.session.server.backends().filter((b) => b.databaseOid === db).length,
  pg_stat_get_backend_pid: ofBackend((b) => b.pid),
  pg_stat_get_backend_dbid: ofBackend((b) => b.databaseOid),
  pg_stat_get_backend_userid: ofBackend((b) => b.userOid),
  pg_stat_get_backend_activity: (x, [id]) => backend(x, id)?.query ?? '<backend information not available>',
  pg_stat_get_backend_activity_start: ofBackend((b) => b.queryStart),
  pg_stat_get_backend_xact_start: ofBackend((b) => b.xactStart),
  pg_stat_get_backend_start: ofBackend((b) => b.backendStart),
  pg_stat_get_backend_client_addr: () => null,
  pg_stat_get_backend_client_port: () => null,
  pg_stat_get_bgwriter_stat_reset_time: started,
  pg_stat_get_checkpointer_stat_reset_time: started,
  pg_stat_force_next_flush: () => '',
  pg_stat_reset_single_function_counters: () => '',
  pg_stat_reset_slru: () => '',
});

/* eslint-disable require-yield */
defineSessionFunctions({
  *pg_stat_get_backend_idset(x) { return x.session.server.backends().map((_, k) => k + 1); },
  *pg_stat_get_slru(x) { return SLRUS.map((name) => row([name, ...zeros(SLRU_COUNTERS), x.session.server.startMicros])); },
  *pg_stat_get_recovery_prefetch(x) { return [row([x.session.server.startMicros, ...zeros(RECOVERY_COUNTERS)])]; },
  *pg_stat_get_progress_info(_, [command]) {
    if (!PROGRESS_COMMANDS.has(String(command).toUpperCase())) throw new SqlError('22023', `invalid command name: "${String(command)}"`);
    return [];
  },
  *pg_get_aios() { return []; },
  *pg_get_shmem_allocations_numa() { throw new SqlError('XX000', 'libnuma initialization failed or NUMA is not supported on this platform'); },
  *pg_available_extensions() { return [row(['plpgsql', '1.0', 'PL/pgSQL procedural language'])]; },
});
/* eslint-enable require-yield */
