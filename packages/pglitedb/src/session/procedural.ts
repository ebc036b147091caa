/** The session as procedural languages use it: subtransactions, cursors by name, the end of the transaction. */
import type { CursorDirection, PreparedQuery, ResultColumn, SessionProcedural } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { openPortal } from './commands-cursor.js';
import type { Portal } from './portals.js';
import type { Session } from './session.js';
import { cachedOf } from './spi.js';

export class Procedural implements SessionProcedural {
  private unnamed = 0;
  private nonatomic = false;
  constructor(private readonly session: Session) {}

  subtransaction(): { release(): void; rollback(): void } { return this.session.state.subtransaction(); }
  inSubtransaction(): boolean { return this.session.state.subtransactions > 0; }

  *underSnapshot<T>(readOnly: boolean, body: () => Steps<T>): Steps<T> {
    const { state } = this.session;
    if (readOnly && state.hasSnapshot) return yield* body();
    state.nextCommand();
    const depth = state.snapshotDepth;
    state.pushSnapshot();
    try {
      return yield* body();
    } finally {
      state.popSnapshotsTo(depth);
    }
  }

  // --- cursors -------------------------------------------------------------------------------------------------------
  *openCursor(name: string | undefined, query: PreparedQuery, params: readonly Datum[], options: { sql: string; scroll: boolean | undefined }): Steps<string> {
    const { session } = this;
    let own = name;
    while (own === undefined || (name === undefined && session.portals.get(own) !== undefined)) own = `<unnamed portal ${++this.unnamed}>`;
    if (session.portals.get(own) !== undefined) throw new SqlError('42P03', `cursor "${own}" already in use`);
    session.state.nextCommand();
    const cached = cachedOf(query);
    session.portals.add(yield* openPortal(session, own, options.sql, cached, params, options.scroll, false, false));
    return own;
  }
  hasCursor(name: string): boolean { return this.session.portals.get(name) !== undefined; }
  private portal(name: string): Portal {
    const p = this.session.portals.get(name);
    if (p === undefined) throw new SqlError('34000', `cursor "${name}" does not exist`);
    return p;
  }
  *fetchCursor(name: string, direction: CursorDirection, count: number): Steps<{ rows: Datum[][]; columns: readonly ResultColumn[] }> {
    const p = this.portal(name);
    return { rows: yield* move(p, direction, count), columns: p.columns ?? [] };
  }
  currentRow(name: string, relation: { readonly oid: Oid; readonly relname: string }): number | null {
    const rows = this.portal(name).currentIdentities();
    if (rows === undefined) throw new SqlError('24000', `cursor "${name}" is not positioned on a row`);
    const row = rows.find((r) => r.relation === relation.oid);
    if (row !== undefined) return row.rowid;
    if (rows.length === 0) throw new SqlError('24000', `cursor "${name}" is not a simply updatable scan of table "${relation.relname}"`);
    return null;
  }
  closeCursor(name: string): void { this.session.portals.close(name); }

  // --- the transaction -------------------------------------------------------------------------------------------------
  *endTransaction(commit: boolean, chain: boolean): Steps<void> {
    const { session } = this;
    const { isolation, readOnly } = session.state.current;
    const { block } = session.state;
    if (commit) {
      yield* session.portals.holdAll();
      yield* session.commit();
    } else session.rollback();
    session.state.block = block;
    if (chain) session.state.begin({ isolation, readOnly });
    else session.state.ensure();
    session.state.pushSnapshot();
  }
  *withNonatomic<T>(allowed: boolean, body: () => Steps<T>): Steps<T> {
    const outer = this.nonatomic;
    this.nonatomic = allowed;
    try {
      return yield* body();
    } finally {
      this.nonatomic = outer;
    }
  }
  takeNonatomic(): boolean {
    const may = this.nonatomic;
    this.nonatomic = false;
    return may;
  }
}

function* move(p: Portal, direction: CursorDirection, count: number): Steps<Datum[][]> {
  switch (direction) {
    case 'forward': return count < 0 ? yield* p.backward(-count) : count === 0 ? yield* p.current() : yield* p.forward(count);
    case 'backward': return count < 0 ? yield* p.forward(-count) : count === 0 ? yield* p.current() : yield* p.backward(count);
    case 'absolute': return yield* p.absolute(count);
    default: return yield* p.relative(count);
  }
}
