/** Frame bounds: for every row of a partition the rows [from, to) of its frame, before exclusion. */
import type { WindowFrame } from '@pglitedb/planner';
import { SqlError, type Datum } from '@pglitedb/types';
import type { Partition } from './exec-window.js';

type InRange = (v: Datum, base: Datum, offset: Datum, sub: boolean, less: boolean) => boolean;
export interface FrameSpec {
  readonly frame: WindowFrame; startOffset: Datum; endOffset: Datum;
  readonly inRange: { start: InRange | undefined; end: InRange | undefined; ascending: boolean; nullsFirst: boolean };
}
export interface FrameBounds { readonly from: Int32Array; readonly to: Int32Array; readonly exclusion: WindowFrame['exclusion'] }

export function frameBounds(spec: FrameSpec, p: Partition, orderColumn: number): FrameBounds {
  const from = new Int32Array(p.count);
  const to = new Int32Array(p.count);
  for (let r = 0; r < p.count; r++) {
    from[r] = Math.min(Math.max(bound(spec, p, r, orderColumn, true), 0), p.count);
    to[r] = Math.min(Math.max(bound(spec, p, r, orderColumn, false), 0), p.count);
  }
  return { from, to, exclusion: spec.frame.exclusion };
}

/** First row of the frame (start), or the row after its last. */
function bound(spec: FrameSpec, p: Partition, r: number, orderColumn: number, start: boolean): number {
  const kind = start ? spec.frame.start : spec.frame.end;
  switch (kind) {
    case 'unbounded_preceding': return 0;
    case 'unbounded_following': return p.count;
    case 'current_row':
      if (spec.frame.mode === 'rows') return start ? r : r + 1;
      return start ? p.peerStart[r]! : p.peerEnd[r]!;
    default: return offsetBound(spec, p, r, orderColumn, start, kind === 'offset_preceding');
  }
}

function offsetBound(spec: FrameSpec, p: Partition, r: number, orderColumn: number, start: boolean, preceding: boolean): number {
  const offset = start ? spec.startOffset : spec.endOffset;
  if (spec.frame.mode === 'range') return rangeBound(spec, p, r, orderColumn, start, preceding, offset);
  const n = Math.min(Number(offset), p.count + 1) * (preceding ? -1 : 1);
  if (spec.frame.mode === 'rows') return start ? r + n : r + n + 1;
  return groupBound(p, p.group[r]! + n, start);
}

function groupBound(p: Partition, group: number, start: boolean): number {
  if (group < 0) return 0;
  const last = p.group[p.count - 1]!;
  if (group > last) return p.count;
  let low = 0;
  let high = p.count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (p.group[middle]! < group) low = middle + 1;
    else high = middle;
  }
  return start ? low : p.peerEnd[low]!;
}

/** RANGE offset: rows whose value is within offset of the current one, by the type's in_range. */
function rangeBound(spec: FrameSpec, p: Partition, r: number, orderColumn: number, start: boolean, preceding: boolean, offset: Datum): number {
  const inRange = start ? spec.inRange.start : spec.inRange.end;
  if (inRange === undefined) throw new SqlError('0A000', 'RANGE with offset PRECEDING/FOLLOWING is not supported for this column type');
  const values = p.columns[orderColumn]!;
  const base = values[r];
  if (base === null) return start ? p.peerStart[r]! : p.peerEnd[r]!;
  const sub = preceding === spec.inRange.ascending;
  const less = start ? !spec.inRange.ascending : spec.inRange.ascending;
  let row = 0;
  if (start) {
    for (; row < p.count; row++) {
      const v = values[row];
      if (v === null) { if (spec.inRange.nullsFirst) continue; break; }
      if (inRange(v, base, offset, sub, less)) break;
    }
    return row;
  }
  row = p.count;
  for (; row > 0; row--) {
    const v = values[row - 1];
    if (v === null) { if (!spec.inRange.nullsFirst) continue; break; }
    if (inRange(v, base, offset, sub, less)) break;
  }
  return row;
}

/** Calls back for the frame's rows, exclusion applied. */
export function eachFrameRow(b: FrameBounds, p: Partition, r: number, call: (row: number) => void): void {
  for (let k = b.from[r]!; k < b.to[r]!; k++) if (!excluded(b, p, r, k)) call(k);
}
export function excluded(b: FrameBounds, p: Partition, r: number, k: number): boolean {
  switch (b.exclusion) {
    case 'none': return false;
    case 'current_row': return k === r;
    case 'group': return k >= p.peerStart[r]! && k < p.peerEnd[r]!;
    default: return k !== r && k >= p.peerStart[r]! && k < p.peerEnd[r]!;
  }
}
