/** Functions that list what goes on: sessions, locks, prepared statements, cursors, prepared transactions, zones. */
import { LOCK_NAMES, type LockInfo } from '@pglitedb/txn';
import { abbreviations, findZone, Interval, PgArray, SqlError, zoneNames, type Datum } from '@pglitedb/types';
import { triggerDepth } from '../dml/triggers.js';
import type { BackendFacts, ExecContext } from '../context.js';
import { defineSessionFunctions, defineSyncSessionFunctions } from './fmgr.js';
import { row } from './set-rows.js';

const REGTYPE = 2206;
const NAME_BYTES = 64;
const PAYLOAD_BYTES = 8000;
const INT4 = 23;
const EPOCH_2000_MS = 946_684_800_000;
const EPOCH_2000_SECONDS = EPOCH_2000_MS / 1000;

function activityRow(b: BackendFacts): Datum[] {
  const values = new Array<Datum>(31).fill(null);
  [b.databaseOid, b.pid, b.userOid, b.applicationName, b.state, b.query, null, null, b.xactStart, b.queryStart, b.backendStart, b.stateChange].forEach((v, k) => { values[k] = v; });
  values[15] = b.xid;
  values[17] = 'client backend';
  values[18] = false;
  values[25] = false;
  values[27] = false;
  values[28] = false;
  return values;
}

/** pg_lock_status' columns for one lock. */
function lockRow(l: LockInfo): Datum[] {
  const { tag } = l;
  const values = new Array<Datum>(16).fill(null);
  values[0] = tag.kind;
  if (tag.kind !== 'transactionid' && tag.kind !== 'virtualxid') values[1] = tag.database;
  switch (tag.kind) {
    case 'relation': values[2] = tag.id; break;
    case 'tuple': values[2] = tag.id; values[3] = tag.id2 ?? null; values[4] = tag.id3 ?? null; break;
    case 'transactionid': values[6] = tag.id % 2 ** 32; break;
    case 'virtualxid': values[5] = `${l.pid}/${tag.id}`; break;
    case 'object': case 'advisory': values[7] = tag.id; values[8] = tag.id2 ?? 0; values[9] = tag.id3 ?? 0; break;
  }
  values[10] = `${l.pid}/1`;
  values[11] = l.pid;
  values[12] = LOCK_NAMES[l.mode];
  values[13] = l.granted;
  values[14] = l.granted && tag.kind === 'relation' && l.mode <= 3;
  values[15] = l.waitStart === undefined ? null : Math.round((l.waitStart - EPOCH_2000_MS) * 1000);
  return values;
}

const interval = (seconds: number): Interval => new Interval(0, 0, seconds * 1_000_000);

function zoneRows(x: ExecContext): Datum[][] {
  const now = Math.floor(x.session.env.transactionTimestamp() / 1e6) + EPOCH_2000_SECONDS;
  return zoneNames().flatMap((name) => {
    const info = findZone(name)?.at(now);
    return info === undefined ? [] : [row([name, info.abbreviation, interval(info.offset), info.isDst])];
  });
}
function abbreviationRows(x: ExecContext): Datum[][] {
  const now = Math.floor(x.session.env.transactionTimestamp() / 1e6) + EPOCH_2000_SECONDS;
  return [...abbreviations()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, a]) => {
    if ('offset' in a) return row([name.toUpperCase(), interval(a.offset), a.isDst]);
    const info = findZone(a.zone)?.at(now) ?? { offset: 0, isDst: false };
    return row([name.toUpperCase(), interval(info.offset), info.isDst]);
  });
}

/* eslint-disable require-yield */
defineSessionFunctions({
  *pg_stat_get_activity(x, [pid]) {
    return x.session.server.backends().filter((b) => pid === null || b.pid === pid).map(activityRow);
  },
  *pg_lock_status(x) { return x.session.txns.locks.list().map(lockRow); },
  *pg_prepared_statement(x) {
    return x.session.server.preparedStatements().map((p) => row([
      p.name, p.statement, p.preparedAt, PgArray.of(REGTYPE, [...p.parameterTypes]), p.resultTypes === null ? null : PgArray.of(REGTYPE, [...p.resultTypes]), p.fromSql, p.genericPlans, p.customPlans,
    ]));
  },
  *pg_cursor(x) { return x.session.server.cursors().map((c) => row([c.name, c.statement, c.holdable, c.binary, c.scrollable, c.createdAt])); },
  *pg_prepared_xact(x) {
    return x.session.txns.twoPhase.list().map((p) => row([
      p.xid % 2 ** 32, p.gid, Math.round((p.preparedAt - EPOCH_2000_MS) * 1000), x.session.catalog().syscache('AUTHNAME', p.owner)?.oid ?? 0, p.database,
    ]));
  },
  *pg_listening_channels(x) { return [...x.session.server.listening()]; },
  *pg_timezone_names(x) { return zoneRows(x); },
  *pg_timezone_abbrevs_abbrevs(x) { return abbreviationRows(x); },
  *pg_timezone_abbrevs_zone() { return []; },
  *pg_available_extension_versions() { return []; },
  *pg_available_wal_summaries() { return []; },
  *pg_hba_file_rules() { return []; },
  *pg_ident_file_mappings() { return []; },
  *pg_stat_get_wal_senders() { return []; },
});
/* eslint-enable require-yield */

defineSyncSessionFunctions({
  pg_trigger_depth: (x) => triggerDepth(x.session),
  pg_blocking_pids: (x, [pid]) => PgArray.of(INT4, x.session.txns.locks.blockingPids(pid)),
  pg_safe_snapshot_blocking_pids: () => PgArray.empty(INT4),
  pg_isolation_test_session_is_blocked: (x, [pid, interesting]) => {
    const wanted = new Set((interesting as PgArray).elements);
    return x.session.txns.locks.blockingPids(pid).some((p) => wanted.has(p));
  },
  pg_notify(x, [channel, payload]): Datum {
    if (channel === null || channel === '') throw new SqlError('22023', 'channel name cannot be empty');
    if (Buffer.byteLength(channel) >= NAME_BYTES) throw new SqlError('22023', 'channel name too long');
    if (Buffer.byteLength(payload ?? '') >= PAYLOAD_BYTES) throw new SqlError('22023', 'payload string too long');
    x.session.server.notify(channel, payload ?? '');
    return '';
  },
});
