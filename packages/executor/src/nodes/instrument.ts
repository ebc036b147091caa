/** EXPLAIN ANALYZE: operators whose start, rescan and next are wrapped to count rows, loops and time. */
import type { BufferUse } from '@pglitedb/planner';
import type { PageUse } from '@pglitedb/storage';
import type { Steps } from '@pglitedb/txn';
import type { Batch } from '../context.js';
import type { NodeDetail, Operator } from './operator.js';

export interface NodeCounters { startupMs: number; totalMs: number; rows: number; loops: number; filtered: number; joinFiltered: number; buffers?: BufferUse; extra?: readonly NodeDetail[] }

/** Page accesses between two readings of the pool's counts. */
export function usedSince(now: Readonly<PageUse>, before: Readonly<PageUse>): BufferUse {
  return { hit: now.hit - before.hit, read: now.read - before.read, dirtied: now.dirtied - before.dirtied, written: 0, tempRead: now.spillRead - before.spillRead, tempWritten: now.spillWritten - before.spillWritten };
}

/** What scans keep of their raw input. */
interface ScanState { raw?: { count: number }; position?: number; fill?: (max: number) => Steps<boolean> }

class Meter {
  readonly counters: NodeCounters = { startupMs: 0, totalMs: 0, rows: 0, loops: 0, filtered: 0, joinFiltered: 0 };
  private running = false;
  private returned = false;
  private loopMs = 0;
  private rawRows = 0;
  constructor(private readonly op: Operator, timing: boolean, pages: (() => Readonly<PageUse>) | undefined) {
    const { start, rescan, next } = op;
    const now = timing ? (): number => performance.now() : (): number => 0;
    op.start = (x) => { this.begin(); start.call(op, x); };
    op.rescan = () => { this.begin(); rescan.call(op); };
    const meter = this;
    op.next = function* (max: number): Steps<Batch | null> {
      const from = now();
      const before = pages === undefined ? undefined : { ...pages() };
      if (!meter.running) {
        meter.running = true;
        meter.counters.loops++;
      }
      const batch = yield* next.call(op, max);
      if (before !== undefined) meter.addPages(usedSince(pages!(), before));
      const spent = now() - from;
      meter.counters.totalMs += spent;
      meter.loopMs += spent;
      if (!meter.returned) {
        meter.returned = true;
        meter.counters.startupMs += meter.loopMs;
      }
      if (batch !== null) meter.counters.rows += batch.count;
      return batch;
    };
    this.countRaw(op as unknown as ScanState);
  }
  private addPages(u: BufferUse): void {
    const b = (this.counters.buffers ??= { hit: 0, read: 0, dirtied: 0, written: 0, tempRead: 0, tempWritten: 0 });
    for (const k of Object.keys(u) as (keyof BufferUse)[]) b[k] += u[k];
  }
  private begin(): void {
    this.running = false;
    this.returned = false;
    this.loopMs = 0;
  }
  /** Rows that a scan has read, to tell how many its filter has removed. */
  private countRaw(scan: ScanState): void {
    const { fill } = scan;
    if (fill === undefined) return;
    const meter = this;
    scan.fill = function* (max: number): Steps<boolean> {
      const more = yield* fill.call(scan, max);
      if (more) meter.rawRows += scan.raw!.count;
      return more;
    };
  }
  result(): NodeCounters {
    const scan = this.op as unknown as ScanState;
    if (this.rawRows > 0 && this.op.plan.qual.length > 0) {
      const unread = Math.max(0, (scan.raw?.count ?? 0) - (scan.position ?? 0));
      this.counters.filtered = Math.max(0, this.rawRows - unread - this.counters.rows);
    }
    const extra = this.op.details();
    if (extra.length > 0) this.counters.extra = extra;
    return this.counters;
  }
}

/** Meters of a plan's operators by plan_node_id. */
export class PlanMeters {
  private readonly meters = new Map<number, Meter>();
  constructor(private readonly timing: boolean, private readonly pages?: () => Readonly<PageUse>) {}
  /** Given to the Executable: every operator it opens gets a meter. */
  readonly onOpen = (op: Operator): void => { this.meters.set(op.plan.plan_node_id, new Meter(op, this.timing, this.pages)); };
  node(id: number): NodeCounters | undefined { return this.meters.get(id)?.result(); }
}
