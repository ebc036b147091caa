/** Functions about the session, its transaction and the server. */
import { hasPrivilegesOfRole, isSuperuser } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { waitFor, type ExecContext } from '../context.js';
import { defineSessionFunctions, defineSyncSessionFunctions } from './fmgr.js';

const VERSION_TEXT = 'PostgreSQL 18.6 (PGLiteDB) on JavaScript';
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Waits, hearing of cancellation and timeouts. */
export function* sleepSeconds(x: ExecContext, seconds: number): Steps<void> {
  if (!(seconds > 0)) return;
  let end: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const { server } = x.session;
  try {
    for (let left = seconds * 1000; left > 0; left -= TIMER_MS_MAX) {
      yield waitFor(new Promise<void>((resolve, reject) => {
        end = server.onInterrupt(reject);
        timer = setTimeout(resolve, Math.min(left, TIMER_MS_MAX));
      }));
      end?.();
      x.session.checkInterrupts();
    }
  } finally {
    end?.();
    clearTimeout(timer);
  }
}

function roleName(x: ExecContext, oid: number): string { return x.session.catalog().syscache('AUTHOID', oid)?.rolname ?? `unknown (OID=${oid})`; }

/** pg_signal_backend: superusers' processes are for superusers alone, others' for their members and pg_signal_backend. */
function signal(x: ExecContext, pid: number, what: 'cancel' | 'terminate'): boolean {
  const c = x.session.catalog();
  const user = x.session.userOid();
  const role = x.session.server.backends().find((b) => b.pid === pid)?.userOid;
  if (role !== undefined) {
    const message = what === 'cancel' ? 'permission denied to cancel query' : 'permission denied to terminate process';
    const verb = what === 'cancel' ? 'cancel queries of' : 'terminate processes of';
    if ((role === 0 || c.syscache('AUTHOID', role)?.rolsuper === true) && !isSuperuser(c, user)) {
      throw new SqlError('42501', message, { detail: `Only roles with the SUPERUSER attribute may ${verb} roles with the SUPERUSER attribute.` });
    }
    if (!hasPrivilegesOfRole(c, user, role) && !hasPrivilegesOfRole(c, user, SIGNAL_BACKEND_ROLE)) {
      const subject = what === 'cancel' ? 'query is being canceled' : 'process is being terminated';
      throw new SqlError('42501', message, { detail: `Only roles with privileges of the role whose ${subject} or with privileges of the "pg_signal_backend" role may ${what === 'cancel' ? 'cancel this query' : 'terminate this process'}.` });
    }
  }
  if (x.session.server.signal(pid, what)) return true;
  x.session.notice('WARNING', '01000', `PID ${pid} is not a PostgreSQL backend process`);
  return false;
}

const SIGNAL_BACKEND_ROLE = 4200;

function xactStatus(x: ExecContext, xid: number | bigint): string | null {
  if (xid <= 2) return xid === 0 || xid === 0n ? null : 'committed';
  const { xmax } = x.session.txns.xidSnapshot(x.snapshot);
  if (BigInt(xid) >= BigInt(Math.max(xmax, x.tx.xid + 1))) throw new SqlError('22023', `transaction ID ${xid} is in the future`);
  return x.session.txns.transactionStatus(Number(xid)) ?? null;
}

/** As inet; IPv4 addresses that came over an IPv6 socket as what they are. */
function address(x: ExecContext, text: string | undefined): Datum {
  const INET = 869;
  return text === undefined ? null : x.session.catalog().types.typeImpl(INET).parse(text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, ''), -1, x.session.env);
}

function notInRecovery(): never {
  throw new SqlError('55000', 'recovery is not in progress', { hint: 'Recovery control functions can only be executed during recovery.' });
}

defineSyncSessionFunctions({
  pg_backend_pid: (x) => x.session.pid,
  pgsql_version: () => VERSION_TEXT,
  pg_postmaster_start_time: (x) => x.session.server.startMicros,
  pg_conf_load_time: (x) => x.session.server.startMicros,
  pg_is_in_recovery: () => false,
  pg_jit_available: () => false,
  inet_client_port: (x) => x.session.server.endpoints()?.clientPort ?? null,
  inet_server_port: (x) => x.session.server.endpoints()?.serverPort ?? null,
  inet_client_addr: (x) => address(x, x.session.server.endpoints()?.clientAddress),
  inet_server_addr: (x) => address(x, x.session.server.endpoints()?.serverAddress),
  current_user: (x) => roleName(x, x.session.userOid()),
  session_user: (x) => roleName(x, x.session.server.sessionUser()),
  current_query: (x) => x.session.server.backends().find((b) => b.pid === x.session.pid)?.query ?? null,
  pg_current_xact_id: (x) => x.session.txns.assignXid(x.tx),
  pg_current_xact_id_if_assigned: (x) => (x.tx.xid === 0 ? null : x.tx.xid),
  pg_xact_status: (x, [xid]) => xactStatus(x, xid),
  pg_cancel_backend: (x, [pid]) => signal(x, pid, 'cancel'),
  pg_terminate_backend(x, [pid, timeout]) {
    if (timeout < 0) throw new SqlError('22003', '"timeout" must not be negative');
    return signal(x, pid, 'terminate');
  },
  pg_reload_conf: () => true,
  pg_stat_clear_snapshot: () => '',
  pg_current_logfile: () => null,
  pg_current_logfile_1arg: () => null,
  pg_is_wal_replay_paused: notInRecovery,
  pg_wal_replay_pause: notInRecovery,
  pg_wal_replay_resume: notInRecovery,
  pg_get_wal_replay_pause_state: notInRecovery,
  pg_last_wal_receive_lsn: () => null,
  pg_last_wal_replay_lsn: () => null,
  pg_last_xact_replay_timestamp: () => null,
  pg_database_collation_actual_version: (x, [oid]) => x.session.catalog().syscache('DATABASEOID', oid)?.datcollversion ?? null,
});

defineSessionFunctions({
  *pg_sleep(x, [seconds]): Steps<Datum> {
    yield* sleepSeconds(x, seconds);
    return '';
  },
});
