/** Transaction ids: those in progress, and how recent ones ended. */
/** Ids whose end is remembered; each has its place in a ring. */
const KEPT = 65_536;

export class XidStatus {
  readonly active = new Set<number>();
  private readonly xids = new Float64Array(KEPT);
  /** csn of the end of xids[i]; Infinity: aborted. */
  private readonly csns = new Float64Array(KEPT);

  end(xid: number, csn: number): void {
    this.active.delete(xid);
    const at = xid % KEPT;
    if (this.xids[at]! > xid) return;
    this.xids[at] = xid;
    this.csns[at] = csn;
  }

  status(xid: number): 'in progress' | 'committed' | 'aborted' | undefined {
    if (this.active.has(xid)) return 'in progress';
    const at = xid % KEPT;
    if (xid === 0 || this.xids[at] !== xid) return undefined;
    return this.csns[at] === Infinity ? 'aborted' : 'committed';
  }

  snapshot(csn: number, nextXid: number): { xmin: number; xmax: number; xip: number[] } {
    const xip = [...this.active].filter((xid) => xid < nextXid);
    for (let i = 0; i < KEPT; i++) {
      const ended = this.csns[i]!;
      if (this.xids[i] !== 0 && ended > csn && ended !== Infinity && this.xids[i]! < nextXid) xip.push(this.xids[i]!);
    }
    xip.sort((a, b) => a - b);
    return { xmin: xip[0] ?? nextXid, xmax: nextXid, xip };
  }
}
