/** Portals: cursors of SQL and of the extended protocol. Rows are pulled on demand; WITH HOLD ones keep theirs. */
import type { Batch, ResultColumn } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';

/** A row of a table under a cursor's row. */
export interface RowIdentity { readonly relation: Oid; readonly rowid: number }
/** rows: identities of the batch's rows, where the query has any. */
export interface PortalSource { next(max: number): Steps<Batch | null>; identities?(count: number): RowIdentity[][]; close(): void }

function forwardOnly(): SqlError { return new SqlError('55000', 'cursor can only scan forward', { hint: 'Declare it with SCROLL option to enable backward scan.' }); }

/** A result set with a position. Rows seen are kept where the cursor may go back. */
export class Portal {
  private readonly kept: Datum[][] = [];
  private readonly identities: RowIdentity[][] = [];
  /** Position: 0 before the first row, n on the n-th. */
  position = 0;
  private total: number | undefined;
  createdAt = 0;
  /** WITH HOLD, and its transaction committed. */
  held = false;
  constructor(
    readonly name: string, readonly sql: string, readonly columns: readonly ResultColumn[] | undefined,
    private source: PortalSource | undefined, readonly scroll: boolean, public holdable: boolean, readonly binary = false,
  ) {}

  /** The rows after the position, in order, at most max. */
  *forward(max: number): Steps<Datum[][]> {
    const out: Datum[][] = [];
    while (out.length < max && (yield* this.have(this.position + 1))) {
      this.position++;
      out.push(this.kept[this.position - 1]!);
      if (!this.scroll && !this.holdable) this.kept[this.position - 2] = [];
    }
    if (out.length < max) this.position = this.total! + 1;
    return out;
  }
  *backward(max: number): Steps<Datum[][]> {
    if (!this.scroll) throw forwardOnly();
    const out: Datum[][] = [];
    while (out.length < max && this.position > 1) {
      this.position--;
      out.push(this.kept[this.position - 1]!);
    }
    if (out.length < max) this.position = 0;
    return out;
  }
  /** Goes to an absolute row; negative counts from the end. Answers the row. */
  *absolute(n: number): Steps<Datum[][]> {
    if (n < 0 && !this.scroll) throw forwardOnly();
    if (n < 0) { yield* this.have(Infinity); n = this.total! + 1 + n; }
    if (n <= 0) {
      if (this.position > 0 && !this.scroll) yield* this.backward(0);
      this.position = 0;
      return [];
    }
    if (n <= this.position && !this.scroll) throw forwardOnly();
    if (!(yield* this.have(n))) { this.position = this.total! + 1; return []; }
    this.position = n;
    return [this.kept[n - 1]!];
  }
  /** Goes `by` rows on, or back; before the first row is where it stops. */
  *relative(by: number): Steps<Datum[][]> {
    if (by === 0) return yield* this.current();
    return yield* this.absolute(Math.max(this.position + by, 0));
  }
  *current(): Steps<Datum[][]> { return this.position > 0 && (yield* this.have(this.position)) ? [this.kept[this.position - 1]!] : []; }

  private *have(row: number): Steps<boolean> {
    while (this.kept.length < row && this.total === undefined) {
      const batch = this.source === undefined ? null : yield* this.source.next(Math.max(1, Math.min(1024, row - this.kept.length)));
      if (batch === null) { this.total = this.kept.length; this.close(); break; }
      const ids = this.source?.identities?.(batch.count);
      if (ids !== undefined) for (const i of ids) this.identities.push(i);
      for (let r = 0; r < batch.count; r++) this.kept.push(batch.columns.map((c) => c[r]));
    }
    return row <= this.kept.length;
  }
  /** Tables' rows under the current row; undefined where the cursor stands on none. */
  currentIdentities(): readonly RowIdentity[] | undefined { return this.position < 1 || this.position > this.kept.length ? undefined : this.identities[this.position - 1] ?? []; }
  /** Reads everything, so that the cursor outlives its transaction. */
  *persist(): Steps<void> { yield* this.have(Infinity); }
  close(): void {
    this.source?.close();
    this.source = undefined;
  }
}

export class Portals {
  private readonly byName = new Map<string, Portal>();
  get(name: string): Portal | undefined { return this.byName.get(name); }
  add(p: Portal): void { this.byName.set(p.name, p); }
  close(name: string): boolean {
    const p = this.byName.get(name);
    p?.close();
    return this.byName.delete(name);
  }
  get none(): boolean { return this.byName.size === 0; }
  all(): Portal[] { return [...this.byName.values()]; }
  closeAll(): void { for (const name of [...this.byName.keys()]) this.close(name); }
  /** Before commit: holdable cursors take their rows along. */
  *beforeCommit(): Steps<void> {
    for (const p of this.byName.values()) {
      if (!p.holdable) continue;
      yield* p.persist();
      p.held = true;
    }
  }
  /** A procedure commits inside of its loops: their cursors take their rows along. */
  *holdAll(): Steps<void> {
    for (const p of this.byName.values()) {
      yield* p.persist();
      p.holdable = true;
      p.held = true;
    }
  }
  /** Cursors end with their transaction, but for those that a commit has made to outlive it. */
  transactionEnded(): void { for (const p of this.all()) if (!p.held) this.close(p.name); }
}
