/**
 * statement_timeout, transaction_timeout, idle_in_transaction_session_timeout and idle_session_timeout of one session
 * (lock_timeout and deadlock_timeout are the lock manager's). Timers exist only while a setting asks for them, and do not
 * keep the process alive.
 */
import { SqlError } from '@pglitedb/types';
import type { BlockState } from './transaction-state.js';

/** What the timeouts need of their session. */
export interface TimeoutHost {
  setting(name: string): string | undefined;
  readonly state: { readonly block: BlockState; readonly active: boolean; readonly startMicros: number };
  nowMicros(): number;
  /** Ends the running statement. */
  interrupt(error: SqlError): void;
  /** Ends the session. */
  terminate(error: SqlError): void;
}

const NAMES = new Set(['statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout']);
const fatal = (code: string, message: string): SqlError => new SqlError(code, message, { severity: 'FATAL' });

export class Timeouts {
  private statement: NodeJS.Timeout | undefined;
  private idle: NodeJS.Timeout | undefined;
  private transaction: { timer: NodeJS.Timeout; startMicros: number } | undefined;
  /** ms; 0: none */
  private limits = { statement: 0, transaction: 0, idleInTransaction: 0, idle: 0 };

  constructor(private readonly host: TimeoutHost) {}

  /** A setting has changed. */
  changed(name: string): void {
    if (!NAMES.has(name)) return;
    const of = (setting: string): number => Number(this.host.setting(setting) ?? 0);
    this.limits = { statement: of('statement_timeout'), transaction: of('transaction_timeout'), idleInTransaction: of('idle_in_transaction_session_timeout'), idle: of('idle_session_timeout') };
  }

  /** A statement begins: the clock of an extended-protocol statement runs until its Sync. */
  begin(): void {
    if (this.idle !== undefined) this.stopIdle();
    const ms = this.limits.statement;
    if (ms > 0 && this.statement === undefined) {
      this.statement = after(ms, () => this.host.interrupt(new SqlError('57014', 'canceling statement due to statement timeout')));
    }
    this.watchTransaction();
  }

  /** The session waits for its client. */
  end(): void {
    if (this.statement !== undefined) clearTimeout(this.statement);
    this.statement = undefined;
    this.watchTransaction();
    if (this.idle !== undefined) this.stopIdle();
    const { block } = this.host.state;
    if (block === 'block' || block === 'failed') {
      const ms = this.limits.idleInTransaction;
      if (ms > 0) this.idle = after(ms, () => this.host.terminate(fatal('25P03', 'terminating connection due to idle-in-transaction timeout')));
    } else {
      const ms = this.limits.idle;
      if (ms > 0) this.idle = after(ms, () => this.host.terminate(fatal('57P05', 'terminating connection due to idle-session timeout')));
    }
  }

  /** The limit counts from the transaction's start, whenever it is set. */
  watchTransaction(): void {
    const ms = this.limits.transaction;
    if (ms === 0 && this.transaction === undefined) return;
    const { state } = this.host;
    if (this.transaction !== undefined && (ms === 0 || !state.active || this.transaction.startMicros !== state.startMicros)) {
      clearTimeout(this.transaction.timer);
      this.transaction = undefined;
    }
    if (ms === 0 || !state.active || this.transaction !== undefined) return;
    const { startMicros } = state;
    const timer = after(Math.max(0, ms - (this.host.nowMicros() - startMicros) / 1000), () => {
      if (state.active && state.startMicros === startMicros) this.host.terminate(fatal('25P04', 'terminating connection due to transaction timeout'));
    });
    this.transaction = { timer, startMicros };
  }

  private stopIdle(): void {
    clearTimeout(this.idle);
    this.idle = undefined;
  }

  close(): void {
    if (this.statement !== undefined) clearTimeout(this.statement);
    if (this.transaction !== undefined) clearTimeout(this.transaction.timer);
    this.stopIdle();
  }
}

function after(ms: number, call: () => void): NodeJS.Timeout {
  const timer = setTimeout(call, ms);
  timer.unref();
  return timer;
}
