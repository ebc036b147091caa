/** Intersections, closest points and distances among points, lines, segments and boxes. */
import {
  add, Box, distance, div, fpEq, fpLe, fpZero, hypot, inverseSlope, Line, lineThrough, Lseg, mul, Point, samePoint, slope, sub,
} from './value.js';

/** A closest point and how far it is. */
export interface Closest { readonly point: Point; readonly distance: number }

export const lsegSlope = (s: Lseg): number => slope(s.p0, s.p1);
export const lsegLine = (s: Lseg): Line => lineThrough(s.p0, lsegSlope(s));

export function lineSlope(l: Line): number {
  if (fpZero(l.A)) return 0;
  return fpZero(l.B) ? Infinity : div(l.A, -l.B);
}

function lineInverseSlope(l: Line): number {
  if (fpZero(l.A)) return Infinity;
  return fpZero(l.B) ? 0 : div(l.B, l.A);
}

/** Where two lines cross; null for parallel ones. */
export function crossLines(a: Line, b: Line): Point | null {
  if (!fpZero(a.B)) {
    if (fpEq(b.A, mul(a.A, div(b.B, a.B)))) return null;
    const x = div(sub(mul(a.B, b.C), mul(b.B, a.C)), sub(mul(a.A, b.B), mul(b.A, a.B)));
    return new Point(x + 0, div(-add(mul(a.A, x), a.C), a.B) + 0);
  }
  if (fpZero(b.B) || fpEq(a.A, mul(b.A, div(a.B, b.B)))) return null;
  const x = div(sub(mul(b.B, a.C), mul(a.B, b.C)), sub(mul(b.A, a.B), mul(a.A, b.B)));
  return new Point(x + 0, div(-add(mul(b.A, x), b.C), b.B) + 0);
}

export const onSegment = (p: Point, s: Lseg): boolean => fpEq(add(distance(p, s.p0), distance(p, s.p1)), distance(s.p0, s.p1));
export const onLine = (p: Point, l: Line): boolean => fpZero(add(add(mul(l.A, p.x), mul(l.B, p.y)), l.C));

export function crossSegmentLine(s: Lseg, l: Line): Point | null {
  const p = crossLines(lsegLine(s), l);
  if (p === null || !onSegment(p, s)) return null;
  return samePoint(s.p0, p) ? s.p0 : samePoint(s.p1, p) ? s.p1 : p;
}

export function crossSegments(a: Lseg, b: Lseg): Point | null {
  const p = crossSegmentLine(a, lsegLine(b));
  return p !== null && onSegment(p, b) ? p : null;
}

export function closestOnLine(l: Line, p: Point): Closest {
  const q = crossLines(lineThrough(p, lineInverseSlope(l)), l);
  return q === null ? { point: p, distance: NaN } : { point: q, distance: distance(q, p) };
}

export function closestOnSegmentToLine(s: Lseg, l: Line): Closest {
  const p = crossSegmentLine(s, l);
  if (p !== null) return { point: p, distance: 0 };
  const d0 = closestOnLine(l, s.p0).distance;
  const d1 = closestOnLine(l, s.p1).distance;
  return d0 < d1 ? { point: s.p0, distance: d0 } : { point: s.p1, distance: d1 };
}

export function closestOnSegment(s: Lseg, p: Point): Closest {
  const { point } = closestOnSegmentToLine(s, lineThrough(p, inverseSlope(s.p0, s.p1)));
  return { point, distance: distance(point, p) };
}

/** float8_lt, for which NaN is the largest. */
const less = (a: number, b: number): boolean => (Number.isNaN(a) ? false : Number.isNaN(b) || a < b);

export function closestOnSegmentToSegment(on: Lseg, to: Lseg): Closest {
  const cross = crossSegments(on, to);
  if (cross !== null) return { point: cross, distance: 0 };
  let best = closestOnSegment(on, to.p0);
  const other = closestOnSegment(on, to.p1);
  if (less(other.distance, best.distance)) best = other;
  for (const p of [on.p0, on.p1]) {
    const d = closestOnSegment(to, p).distance;
    if (less(d, best.distance)) best = { point: p, distance: d };
  }
  return best;
}

export const boxContainsPoint = (b: Box, p: Point): boolean =>
  b.high.x >= p.x && b.low.x <= p.x && b.high.y >= p.y && b.low.y <= p.y;

export const boxesOverlap = (a: Box, b: Box): boolean =>
  fpLe(a.low.x, b.high.x) && fpLe(b.low.x, a.high.x) && fpLe(a.low.y, b.high.y) && fpLe(b.low.y, a.high.y);

/** The four sides, in the order in which PostgreSQL visits them. */
export function boxSides(b: Box): Lseg[] {
  const leftTop = new Point(b.low.x, b.high.y);
  const rightBottom = new Point(b.high.x, b.low.y);
  return [new Lseg(b.low, leftTop), new Lseg(b.high, leftTop), new Lseg(b.low, rightBottom), new Lseg(b.high, rightBottom)];
}

export const boxCenter = (b: Box): Point => new Point(div(add(b.high.x, b.low.x), 2), div(add(b.high.y, b.low.y), 2));

export function closestOnBox(b: Box, p: Point): Closest {
  if (boxContainsPoint(b, p)) return { point: p, distance: 0 };
  let best: Closest | undefined;
  for (const side of boxSides(b)) {
    const c = closestOnSegment(side, p);
    if (best === undefined || less(c.distance, best.distance)) best = c;
  }
  return best!;
}

function lsegBounds(s: Lseg): Box {
  return new Box(
    new Point(Math.max(s.p0.x, s.p1.x), Math.max(s.p0.y, s.p1.y)),
    new Point(Math.min(s.p0.x, s.p1.x), Math.min(s.p0.y, s.p1.y)),
  );
}

export function segmentMeetsBox(s: Lseg, b: Box): boolean {
  if (!boxesOverlap(lsegBounds(s), b)) return false;
  if (boxContainsPoint(b, s.p0) || boxContainsPoint(b, s.p1)) return true;
  return boxSides(b).some((side) => crossSegments(side, s) !== null);
}

export function closestOnBoxToSegment(b: Box, s: Lseg): Closest {
  if (segmentMeetsBox(s, b)) return { point: closestOnSegment(s, boxCenter(b)).point, distance: 0 };
  let best: Closest | undefined;
  for (const side of boxSides(b)) {
    const c = closestOnSegmentToSegment(side, s);
    if (best === undefined || less(c.distance, best.distance)) best = c;
  }
  return best!;
}

export function lineDistance(a: Line, b: Line): number {
  if (crossLines(a, b) !== null) return 0;
  const usable = (x: number): boolean => !fpZero(x) && !Number.isNaN(x);
  const ratio = usable(a.A) && usable(b.A) ? div(a.A, b.A) : usable(a.B) && usable(b.B) ? div(a.B, b.B) : 1;
  return div(Math.abs(sub(a.C, mul(ratio, b.C))), hypot(a.A, a.B));
}
