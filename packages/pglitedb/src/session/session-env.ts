/** What types and builtin functions may ask of the session. */
import type { TypeEnv, TypeResolver } from '@pglitedb/types';
import type { Session } from './session.js';

export class SessionEnv implements TypeEnv {
  constructor(private readonly session: Session) {}
  setting(name: string): string | undefined { return this.session.settings.get(name); }
  get types(): TypeResolver { return this.session.catalog().types; }
  get catalog(): ReturnType<Session['catalog']> { return this.session.catalog(); }
  readonly uncommittedEnums = { types: new Set<number>(), labels: new Set<number>() };
  transactionTimestamp(): number { return this.session.state.active ? this.session.state.startMicros : this.session.statementStart; }
  statementTimestamp(): number { return this.session.statementStart; }
  clockTimestamp(): number { return this.session.cluster.nowMicros(); }
  notice(severity: 'WARNING' | 'NOTICE' | 'INFO' | 'LOG' | 'DEBUG', code: string, message: string, detail?: string, hint?: string): void {
    this.session.notice(severity, code, message, { detail, hint });
  }
  /** For functions that need the session itself. */
  get self(): Session { return this.session; }
}
