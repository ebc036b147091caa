/** The executor's ServerPort over a session and its cluster: sessions, settings, statements and cursors as functions show them. */
import type { BackendFacts, ServerPort, SettingFacts } from '@pglitedb/executor';
import { SqlError, type Oid } from '@pglitedb/types';
import type { Session } from './session.js';
import { settingDef, settingDefs } from './settings.js';

const WRITABLE_CONTEXTS = new Set(['user', 'superuser']);

function backendFacts(s: Session): BackendFacts {
  const { state } = s;
  const status = s.running ? 'active' : state.block === 'failed' ? 'idle in transaction (aborted)' : state.block === 'block' ? 'idle in transaction' : 'idle';
  return {
    pid: s.pid, databaseOid: s.databaseOid, userOid: s.sessionUser, applicationName: s.setting('application_name') ?? '', state: status, query: s.queryText,
    xactStart: state.active ? state.startMicros : null, queryStart: s.statementStart, backendStart: s.backendStart, stateChange: s.statementStart,
    xid: state.active && state.current.xid !== 0 ? state.current.xid % 2 ** 32 : null,
  };
}

function settingFacts(s: Session): SettingFacts[] {
  return settingDefs().filter((d) => !d.name.startsWith('pglitedb.constraints')).map((d): SettingFacts => {
    const setting = s.setting(d.name.toLowerCase()) ?? d.boot ?? '';
    const reset = s.settings.resetValue(d.name);
    const changed = setting !== reset;
    const source = changed ? (WRITABLE_CONTEXTS.has(d.context) ? 'session' : 'override') : reset !== (d.boot ?? '') ? 'client' : 'default';
    return {
      name: d.name, setting, unit: d.unit, category: d.category, shortDesc: d.shortDesc, extraDesc: d.extraDesc, context: d.context, vartype: d.type, source,
      minVal: d.minText, maxVal: d.maxText, enumvals: d.enumvals, bootVal: d.boot, resetVal: reset,
    };
  }).sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

export function serverPort(session: Session): ServerPort {
  return {
    get temporary() { return session.cluster.temporary; },
    get startMicros() { return session.cluster.startMicros; },
    backends: () => [...session.cluster.sessions.values()].map(backendFacts),
    signal(pid, what) {
      const target = session.cluster.sessions.get(pid);
      if (target === undefined) return false;
      if (what === 'cancel') target.cancel();
      else target.events.terminate(new SqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' }));
      return true;
    },
    notify(channel, payload) { session.queueNotify(channel, payload); },
    listening: () => session.listening,
    settings: () => settingFacts(session),
    showSetting(name) {
      return settingDef(name) === undefined && session.settings.get(name.toLowerCase()) === undefined ? undefined : session.settings.show(name);
    },
    preparedStatements: () => [...session.prepared].map(([name, p]) => ({
      name, statement: p.text ?? p.sql, preparedAt: p.preparedAt ?? session.statementStart, parameterTypes: p.paramTypes,
      resultTypes: p.columns()?.map((c) => c.typeOid) ?? null, fromSql: p.fromSql === true, genericPlans: 0, customPlans: 0,
    })),
    preparedStatement(name) {
      const p = session.prepared.get(name);
      if (p === undefined) return undefined;
      p.analyzed();
      return { stmt: p.stmt, sql: p.sql, paramTypes: p.paramTypes };
    },
    cursors: () => session.portals.all().map((p) => ({ name: p.name, statement: p.sql, holdable: p.holdable, binary: p.binary, scrollable: p.scroll, createdAt: p.createdAt })),
    sessionUser: (): Oid => session.sessionUser,
    endpoints: () => session.endpoints,
    onInterrupt: (listener) => session.onInterrupt(listener),
  };
}
