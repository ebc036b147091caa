/** Transaction ids: those in progress, and how recent ones ended. */
const KEPT = 65_536;

export class XidStatus {
  readonly active = new Set<number>();
  /** csn by xid; Infinity: aborted. Oldest first. */
  private readonly ended = new Map<number, number>();

  end(xid: number, csn: number): void {
    this.active.delete(xid);
    this.ended.set(xid, csn);
    if (this.ended.size > KEPT) this.ended.delete(this.ended.keys().next().value!);
  }

  status(xid: number): 'in progress' | 'committed' | 'aborted' | undefined {
    if (this.active.has(xid)) return 'in progress';
    const csn = this.ended.get(xid);
    return csn === undefined ? undefined : csn === Infinity ? 'aborted' : 'committed';
  }

  snapshot(csn: number, nextXid: number): { xmin: number; xmax: number; xip: number[] } {
    const xip = [...this.active].filter((xid) => xid < nextXid);
    for (const [xid, ended] of this.ended) if (ended > csn && ended !== Infinity && xid < nextXid) xip.push(xid);
    xip.sort((a, b) => a - b);
    return { xmin: xip[0] ?? nextXid, xmax: nextXid, xip };
  }
}
