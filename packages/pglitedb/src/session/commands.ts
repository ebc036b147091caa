/** Utility statements that concern the session itself: transactions, settings, prepared statements, cursors, notifications. */
import { defineCommands, type ResultColumn, type UtilityContext } from '@pglitedb/executor';
import type { IsolationLevel, LockMode, Steps } from '@pglitedb/txn';
import { forgetSequences, lockRelation } from '@pglitedb/executor';
import { SqlError, type Datum } from '@pglitedb/types';
import { executeCommand, prepareCommand, deallocateCommand } from './commands-prepare.js';
import { closeCursor, declareCursor, fetchCursor } from './commands-cursor.js';
import type { Session } from './session.js';
import { settingDefs, showValue } from './settings.js';
import { showColumns } from './utility-columns.js';

// Raw parse nodes are JSON of PostgreSQL's grammar.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Raw = any;
export const sessionOf = (u: UtilityContext): Session => u.session as Session;

const ISOLATION: Record<string, IsolationLevel> = { 'read uncommitted': 'read uncommitted', 'read committed': 'read committed', 'repeatable read': 'repeatable read', serializable: 'serializable' };

/** transaction_isolation, transaction_read_only and transaction_deferrable of BEGIN and SET TRANSACTION. */
function transactionOptions(s: Session, options: Raw[] | undefined): { isolation: IsolationLevel; readOnly: boolean } {
  let isolation = (s.setting('default_transaction_isolation') ?? 'read committed') as IsolationLevel;
  let readOnly = s.setting('default_transaction_read_only') === 'on';
  for (const o of options ?? []) {
    const value = constText(o.DefElem.arg);
    if (o.DefElem.defname === 'transaction_isolation') isolation = ISOLATION[value]!;
    if (o.DefElem.defname === 'transaction_read_only') readOnly = value === '1' || value === 'true' || value === 'on';
  }
  return { isolation, readOnly };
}

/** A constant of the grammar as text. */
export function constText(arg: Raw): string {
  if (arg === undefined) return '';
  const c = arg.A_Const ?? arg;
  if (c.sval) return c.sval.sval ?? '';
  if (c.ival) return String(c.ival.ival ?? 0);
  if (c.fval) return c.fval.fval;
  if (c.boolval) return c.boolval.boolval ? 'true' : 'false';
  if (c.String) return c.String.sval ?? '';
  if (c.Integer) return String(c.Integer.ival ?? 0);
  if (c.Float) return c.Float.fval;
  if (c.Boolean) return c.Boolean.boolval ? 'true' : 'false';
  if (c.TypeCast) return constText(c.TypeCast.arg);
  return '';
}

function* transaction(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  const { state } = s;
  switch (node.kind) {
    case 'TRANS_STMT_BEGIN': case 'TRANS_STMT_START': {
      const tag = node.kind === 'TRANS_STMT_BEGIN' ? 'BEGIN' : 'START TRANSACTION';
      if (state.block === 'block') s.notice('WARNING', '25001', 'there is already a transaction in progress');
      else beginBlock(s, node.options);
      return tag;
    }
    case 'TRANS_STMT_COMMIT': case 'TRANS_STMT_PREPARE': return yield* commit(s, node);
    case 'TRANS_STMT_ROLLBACK': {
      if (state.block === 'implicit') s.notice('WARNING', '25P01', 'there is no transaction in progress');
      const options = { isolation: state.active ? state.current.isolation : 'read committed' as IsolationLevel, readOnly: state.active && state.current.readOnly };
      s.rollback();
      if (node.chain === true) { state.begin(options); state.block = 'block'; }
      return 'ROLLBACK';
    }
    case 'TRANS_STMT_SAVEPOINT': requireBlock(s, 'SAVEPOINT'); state.savepoint(node.savepoint_name); return 'SAVEPOINT';
    case 'TRANS_STMT_RELEASE': requireBlock(s, 'RELEASE SAVEPOINT'); state.releaseSavepoint(node.savepoint_name); return 'RELEASE';
    case 'TRANS_STMT_ROLLBACK_TO': requireBlock(s, 'ROLLBACK TO SAVEPOINT'); state.rollbackToSavepoint(node.savepoint_name); return 'ROLLBACK';
    default: throw new SqlError('0A000', 'two-phase commit is not supported yet');
  }
}

function beginBlock(s: Session, options: Raw[] | undefined): void {
  const { state } = s;
  const wanted = transactionOptions(s, options);
  if (state.current.xid === 0 && !state.hasSnapshot) {
    state.rollbackImplicit();
    state.begin(wanted);
  }
  state.block = 'block';
}

function requireBlock(s: Session, what: string): void {
  if (s.state.block === 'implicit') throw new SqlError('25P01', `${what} can only be used in transaction blocks`);
}

function* commit(s: Session, node: Raw): Steps<string> {
  const { state } = s;
  if (node.kind === 'TRANS_STMT_PREPARE') throw new SqlError('0A000', 'two-phase commit is not supported yet');
  if (state.block === 'failed') { s.rollback(); if (node.chain === true) { state.ensure(); state.block = 'block'; } return 'ROLLBACK'; }
  if (state.block === 'implicit') {
    if (node.chain === true) throw new SqlError('25P01', 'COMMIT AND CHAIN can only be used in transaction blocks');
    s.notice('WARNING', '25P01', 'there is no transaction in progress');
  }
  const options = { isolation: state.current.isolation, readOnly: state.current.readOnly };
  yield* s.portals.beforeCommit();
  yield* s.commit();
  if (node.chain === true) { state.begin(options); state.block = 'block'; }
  return 'COMMIT';
}

function setArguments(node: Raw): string {
  return (node.args ?? []).map((a: Raw) => {
    const text = constText(a);
    return node.args.length > 1 && /[^\w.$]/.test(text) && node.name !== 'search_path' ? `"${text}"` : node.name === 'search_path' && /[^a-z0-9_$]/.test(text) ? `"${text}"` : text;
  }).join(', ');
}

const NO_RESET = new Set(['transaction_isolation', 'transaction_read_only', 'transaction_deferrable']);
function* variableSet(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  const local = node.is_local === true;
  switch (node.kind) {
    case 'VAR_SET_VALUE': {
      if (local && s.state.block === 'implicit') s.notice('WARNING', '25P01', 'SET LOCAL can only be used in transaction blocks');
      setOne(s, node.name, setArguments(node), local);
      return 'SET';
    }
    case 'VAR_SET_DEFAULT': setOne(s, node.name, undefined, local); return 'SET';
    case 'VAR_RESET':
      if (NO_RESET.has(node.name)) throw new SqlError('0A000', `parameter "${node.name}" cannot be reset`);
      setOne(s, node.name, undefined, false);
      return 'RESET';
    case 'VAR_RESET_ALL': s.settings.resetAll(); return 'RESET';
    case 'VAR_SET_CURRENT': return 'SET';
    case 'VAR_SET_MULTI': setTransaction(s, node); return 'SET';
    default: throw new SqlError('0A000', 'this form of SET is not supported yet');
  }
}

function setOne(s: Session, name: string, value: string | undefined, local: boolean): void {
  if (name === 'role') return setRole(s, value);
  if (name === 'session_authorization') return setSessionAuthorization(s, value);
  if (name === 'transaction_isolation' || name === 'transaction_read_only') {
    const current = s.state.current;
    const isolation = name === 'transaction_isolation' ? ISOLATION[(value ?? 'read committed').toLowerCase()] : current.isolation;
    if (isolation === undefined) throw new SqlError('22023', `invalid value for parameter "transaction_isolation": "${value}"`, { hint: 'Available values: serializable, repeatable read, read committed, read uncommitted.' });
    changeTransaction(s, isolation, name === 'transaction_read_only' ? ['on', 'true', '1', 'yes'].includes((value ?? 'off').toLowerCase()) : current.readOnly);
    return;
  }
  s.settings.set(name, value, local);
}

function changeTransaction(s: Session, isolation: IsolationLevel, readOnly: boolean): void {
  const tx = s.state.current as { isolation: IsolationLevel; readOnly: boolean; xid: number };
  if (tx.isolation !== isolation && (tx.xid !== 0 || s.state.ranQuery)) throw new SqlError('25001', 'SET TRANSACTION ISOLATION LEVEL must be called before any query');
  if (tx.readOnly && !readOnly && s.state.hasSavepoints) throw new SqlError('25001', 'cannot set transaction read-write mode inside a read-only transaction');
  if (tx.readOnly && !readOnly && s.state.ranQuery) throw new SqlError('25001', 'transaction read-write mode must be set before any query');
  tx.isolation = isolation;
  tx.readOnly = readOnly;
  s.settings.force('transaction_isolation', isolation);
  s.settings.force('transaction_read_only', readOnly ? 'on' : 'off');
}

function setTransaction(s: Session, node: Raw): void {
  const options: Raw[] = node.args ?? [];
  if (node.name === 'SESSION CHARACTERISTICS') {
    for (const o of options) {
      const value = constText(o.DefElem.arg);
      const names: Record<string, string> = { transaction_isolation: 'default_transaction_isolation', transaction_read_only: 'default_transaction_read_only', transaction_deferrable: 'default_transaction_deferrable' };
      s.settings.set(names[o.DefElem.defname]!, value, false);
    }
    return;
  }
  if (node.name !== 'TRANSACTION') throw new SqlError('0A000', 'SET TRANSACTION SNAPSHOT is not supported yet');
  if (s.state.block === 'implicit') s.notice('WARNING', '25P01', 'SET TRANSACTION can only be used in transaction blocks');
  for (const o of options) {
    const value = constText(o.DefElem.arg);
    if (o.DefElem.defname !== 'transaction_deferrable') setOne(s, o.DefElem.defname, value === '1' ? 'on' : value === '0' ? 'off' : value, true);
  }
}

function setRole(s: Session, value: string | undefined): void {
  if (value === undefined || value.toLowerCase() === 'none') { s.setUser(s.sessionUser); s.settings.force('role', 'none'); return; }
  const role = s.catalog().syscache('AUTHNAME', value);
  if (role === undefined) throw new SqlError('22023', `role "${value}" does not exist`);
  if (!s.catalog().syscache('AUTHOID', s.sessionUser)?.rolsuper && !s.isMemberOf(s.sessionUser, role.oid)) throw new SqlError('42501', `permission denied to set role "${value}"`);
  s.setUser(role.oid);
  s.settings.force('role', value);
  s.settings.force('is_superuser', role.rolsuper ? 'on' : 'off');
}
function setSessionAuthorization(s: Session, value: string | undefined): void {
  const name = value ?? s.loginRole;
  const role = s.catalog().syscache('AUTHNAME', name);
  if (role === undefined) throw new SqlError('22023', `role "${name}" does not exist`);
  if (name !== s.loginRole && !s.catalog().syscache('AUTHNAME', s.loginRole)?.rolsuper) throw new SqlError('42501', `permission denied to set session authorization "${name}"`);
  s.sessionUser = role.oid;
  s.setUser(role.oid);
  s.settings.force('session_authorization', name);
  s.settings.force('role', 'none');
  s.settings.force('is_superuser', role.rolsuper ? 'on' : 'off');
}

function* variableShow(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  const columns: ResultColumn[] = showColumns(String(node.name));
  u.sink.columns(columns);
  if (node.name === 'all') {
    const defs = settingDefs().filter((d) => !d.name.startsWith('pglitedb.constraints')).sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
    u.sink.rows({ count: defs.length, columns: [defs.map((d) => d.name), defs.map((d) => showValue(d, s.setting(d.name.toLowerCase()) ?? '')), defs.map((d) => d.shortDesc)] });
    return 'SHOW';
  }
  u.sink.rows({ count: 1, columns: [[s.settings.show(String(node.name))] as Datum[]] });
  return 'SHOW';
}

function* lockTables(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  requireBlock(s, 'LOCK TABLE');
  for (const r of node.relations) {
    const { schemaname, relname } = r.RangeVar;
    const oid = s.catalog().relid(schemaname, relname);
    if (oid === 0) throw new SqlError('42P01', `relation "${schemaname === undefined ? '' : `${schemaname}.`}${relname}" does not exist`);
    yield* lockRelation(s, oid, node.mode as LockMode, node.nowait === true);
  }
  return 'LOCK TABLE';
}

function* notify(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  s.queueNotify(node.conditionname, node.payload ?? '');
  return 'NOTIFY';
}

function* discard(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  if (node.target === 'DISCARD_ALL') {
    if (s.state.block !== 'implicit') throw new SqlError('25001', 'DISCARD ALL cannot run inside a transaction block');
    s.portals.closeAll();
    setSessionAuthorization(s, undefined);
    s.settings.resetAll();
    s.prepared.clear();
    s.listening.clear();
    s.txns.locks.releaseSession(s.pid);
    forgetSequences(s);
  } else if (node.target === 'DISCARD_SEQUENCES') forgetSequences(s);
  else if (node.target === 'DISCARD_PLANS') s.forgetPlans();
  return `DISCARD ${String(node.target).replace('DISCARD_', '')}`;
}

defineCommands({
  TransactionStmt: transaction,
  VariableSetStmt: variableSet,
  VariableShowStmt: variableShow,
  LockStmt: lockTables,
  *ListenStmt(node: Raw, u) { sessionOf(u).listening.add(node.conditionname); return 'LISTEN'; },
  *UnlistenStmt(node: Raw, u) { if (node.conditionname === undefined) sessionOf(u).listening.clear(); else sessionOf(u).listening.delete(node.conditionname); return 'UNLISTEN'; },
  NotifyStmt: notify,
  DiscardStmt: discard,
  *CheckPointStmt(_node: Raw, u) { yield { kind: 'wait', promise: sessionOf(u).txns.store.checkpoint() }; return 'CHECKPOINT'; },
  *ConstraintsSetStmt(node: Raw, u) {
    const s = sessionOf(u);
    if (node.deferred !== true) yield* s.state.runDeferred();
    s.settings.force('pglitedb.constraints_deferred', node.deferred === true ? 'on' : 'off');
    s.state.atEnd(() => s.settings.force('pglitedb.constraints_deferred', 'off'));
    return 'SET CONSTRAINTS';
  },
  PrepareStmt: prepareCommand,
  ExecuteStmt: executeCommand,
  DeallocateStmt: deallocateCommand,
  DeclareCursorStmt: declareCursor,
  FetchStmt: fetchCursor,
  ClosePortalStmt: closeCursor,
});
