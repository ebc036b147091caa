/** Administration functions with short answers: what this server does not keep, and what may only be called elsewhere. */
import { clockText } from './clock-text.js';
import { SqlError, type Datum } from '@pglitedb/types';
import { atCommandEnd, droppedObjects } from '../commands/event-trigger/fire.js';
import { defineSessionFunctions, defineSyncSessionFunctions, noteImplemented, type SessionFunction } from './fmgr.js';
import { row } from './set-rows.js';

const RESOURCE_MANAGERS = [
  'XLOG', 'Transaction', 'Storage', 'CLOG', 'Database', 'Tablespace', 'MultiXact', 'RelMap', 'Standby', 'Heap2', 'Heap', 'Btree', 'Hash', 'Gin', 'Gist', 'Sequence', 'SPGist', 'BRIN',
  'CommitTs', 'ReplicationOrigin', 'Generic', 'LogicalMessage',
];

function noTimestamps(): never {
  throw new SqlError('55000', 'could not get commit timestamp data', { hint: 'Make sure the configuration parameter "track_commit_timestamp" is set.' });
}

const onlyIn = (name: string, what: string) => (): never => {
  throw new SqlError('39P03', `${name}() can only be called in ${what} event trigger function`);
};

/** Set-returning functions answer their rows at once. */
const rows = (make: () => Datum[]): SessionFunction => function* () { return make(); };

defineSessionFunctions({
  pg_get_wal_resource_managers: rows(() => RESOURCE_MANAGERS.map((name, id) => row([id, name, true]))),
  pg_get_loaded_modules: rows(() => []),
  *pg_event_trigger_dropped_objects(x) { return droppedObjects(x.session).map(row); },
  *pg_event_trigger_ddl_commands(x) {
    if (atCommandEnd(x.session)) throw new SqlError('0A000', 'pg_event_trigger_ddl_commands() is not supported yet');
    return onlyIn('pg_event_trigger_ddl_commands', 'an')();
  },
});

defineSyncSessionFunctions({
  pg_xact_commit_timestamp: noTimestamps,
  pg_xact_commit_timestamp_origin: noTimestamps,
  pg_last_committed_xact: noTimestamps,
  pg_event_trigger_table_rewrite_oid: onlyIn('pg_event_trigger_table_rewrite_oid', 'a table_rewrite'),
  pg_event_trigger_table_rewrite_reason: onlyIn('pg_event_trigger_table_rewrite_reason', 'a table_rewrite'),
  pg_rotate_logfile: (x) => {
    x.session.notice('WARNING', '01000', 'rotation not possible because log collection not active');
    return false;
  },
  pg_notification_queue_usage: () => 0,
  pg_import_system_collations: () => 0,
  pg_numa_available: () => false,
  system_user: () => null,
  pg_promote: () => {
    throw new SqlError('55000', 'recovery is not in progress', { hint: 'Recovery control functions can only be executed during recovery.' });
  },
  xid_age: (x, [xid]) => (xid <= 2 ? 2147483647 : (x.session.txns.xidSnapshot(x.snapshot).xmax - Number(xid)) | 0),
  timeofday: (x) => clockText(x.session.env),
});

/** Parser and dictionaries of text search are called through their catalogs' rows. */
noteImplemented([
  'prsd_start', 'prsd_nexttoken', 'prsd_end', 'prsd_headline', 'prsd_lextype', 'dsimple_init', 'dsimple_lexize', 'dsynonym_init', 'dsynonym_lexize', 'dispell_init', 'dispell_lexize',
  'thesaurus_init', 'thesaurus_lexize', 'dsnowball_init', 'dsnowball_lexize',
]);

/** Handlers that a name in the catalog stands for: PL/pgSQL and the two sampling methods run without being called. */
noteImplemented(['plpgsql_call_handler', 'plpgsql_inline_handler', 'tsm_bernoulli_handler', 'tsm_system_handler']);

/** Conversions between single-byte character sets and UTF-8: the conversion functions of text run them by encoding. */
noteImplemented([
  'koi8r_to_win1251', 'win1251_to_koi8r', 'koi8r_to_win866', 'win866_to_koi8r', 'win866_to_win1251', 'win1251_to_win866', 'iso_to_koi8r', 'koi8r_to_iso', 'iso_to_win1251', 'win1251_to_iso',
  'iso_to_win866', 'win866_to_iso', 'latin2_to_win1250', 'win1250_to_latin2', 'utf8_to_koi8r', 'koi8r_to_utf8', 'utf8_to_koi8u', 'koi8u_to_utf8', 'utf8_to_win', 'win_to_utf8',
  'iso8859_1_to_utf8', 'utf8_to_iso8859_1',
]);
