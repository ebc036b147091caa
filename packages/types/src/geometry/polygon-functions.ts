/** SQL functions of path and polygon. Containment follows every edge of the inner polygon through the outer one. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { boxesOverlap, closestOnSegment, closestOnSegmentToSegment, crossSegments, onSegment } from './segments.js';
import {
  add, addPoints, Box, boundsOf, Circle, distance, div, divPoints, fpEq, fpGe, fpGt, fpLe, fpLt, fpZero, Lseg, mul, mulPoints, Path, Point,
  Polygon, samePoint, sub, subPoints,
} from './value.js';

const ON_EDGE = Infinity;

/** How the edge from prev to (x, y) crosses the positive x axis, in halves; ON_EDGE where the origin is on it. */
function crossing(x: number, y: number, px: number, py: number): number {
  if (fpZero(y)) {
    if (fpZero(x)) return ON_EDGE;
    if (fpGt(x, 0)) {
      if (fpZero(py)) return fpGt(px, 0) ? 0 : ON_EDGE;
      return fpLt(py, 0) ? 1 : -1;
    }
    return fpZero(py) && !fpLt(px, 0) ? ON_EDGE : 0;
  }
  const sign = fpGt(y, 0) ? 1 : -1;
  if (fpZero(py)) return fpLt(px, 0) ? 0 : sign;
  if ((sign < 0 && fpLt(py, 0)) || (sign > 0 && fpGt(py, 0))) return 0;
  if (fpGe(x, 0) && fpGt(px, 0)) return 2 * sign;
  if (fpLt(x, 0) && fpLe(px, 0)) return 0;
  const z = sub(mul(sub(x, px), y), mul(sub(y, py), x));
  if (fpZero(z)) return ON_EDGE;
  return (sign < 0 && fpLt(z, 0)) || (sign > 0 && fpGt(z, 0)) ? 0 : 2 * sign;
}

/** Is the point inside, or on the edge? */
export function insidePoints(p: Point, points: readonly Point[]): boolean {
  let total = 0;
  let previous = points[0]!;
  const step = (q: Point): boolean => {
    const c = crossing(sub(q.x, p.x), sub(q.y, p.y), sub(previous.x, p.x), sub(previous.y, p.y));
    previous = q;
    if (c === ON_EDGE) return true;
    total += c;
    return false;
  };
  for (let i = 1; i < points.length; i++) if (step(points[i]!)) return true;
  if (step(points[0]!)) return true;
  return total !== 0;
}

const edges = (points: readonly Point[], closed: boolean): Lseg[] => {
  const out: Lseg[] = [];
  for (let i = closed ? 0 : 1; i < points.length; i++) out.push(new Lseg(points[(i || points.length) - 1]!, points[i]!));
  return out;
};

/** A segment with one end `a` on edge `s`: does the part along the edge stay inside? */
function touchedInside(a: Point, b: Point, s: Lseg, poly: Polygon, from: number): boolean {
  const t = new Lseg(a, b);
  if (samePoint(a, s.p0)) return onSegment(s.p1, t) ? segmentInside(b, s.p1, poly, from) : true;
  if (samePoint(a, s.p1)) return onSegment(s.p0, t) ? segmentInside(b, s.p0, poly, from) : true;
  if (onSegment(s.p0, t)) return segmentInside(b, s.p0, poly, from);
  if (onSegment(s.p1, t)) return segmentInside(b, s.p1, poly, from);
  return true;
}

function segmentInside(a: Point, b: Point, poly: Polygon, from: number): boolean {
  const t = new Lseg(a, b);
  const points = poly.points;
  let previous = points[from === 0 ? points.length - 1 : from - 1]!;
  let crossed = false;
  for (let i = from; i < points.length; i++) {
    const s = new Lseg(previous, points[i]!);
    previous = points[i]!;
    let inside = true;
    if (onSegment(a, s)) {
      if (onSegment(b, s)) return true;
      inside = touchedInside(a, b, s, poly, i + 1);
    } else if (onSegment(b, s)) inside = touchedInside(b, a, s, poly, i + 1);
    else {
      const p = crossSegments(t, s);
      if (p !== null) {
        crossed = true;
        inside = segmentInside(a, p, poly, i + 1) && segmentInside(b, p, poly, i + 1);
      }
    }
    if (!inside) return false;
  }
  if (crossed) return true;
  return insidePoints(new Point(div(add(a.x, b.x), 2), div(add(a.y, b.y), 2)), points);
}

const boxContains = (a: Box, b: Box): boolean =>
  fpGe(a.high.x, b.high.x) && fpLe(a.low.x, b.low.x) && fpGe(a.high.y, b.high.y) && fpLe(a.low.y, b.low.y);

function containsPolygon(outer: Polygon, inner: Polygon): boolean {
  if (!boxContains(outer.bounds, inner.bounds)) return false;
  return edges(inner.points, true).every((e) => segmentInside(e.p0, e.p1, outer, 0));
}

function overlaps(a: Polygon, b: Polygon): boolean {
  if (!boxesOverlap(a.bounds, b.bounds)) return false;
  const others = edges(b.points, true);
  if (edges(a.points, true).some((e) => others.some((o) => crossSegments(e, o) !== null))) return true;
  return insidePoints(a.points[0]!, b.points) || insidePoints(b.points[0]!, a.points);
}

function minimum(values: Iterable<number>): number | null {
  let best: number | null = null;
  for (const v of values) if (best === null || v < best) best = v;
  return best;
}

const pathEdges = (p: Path): Lseg[] => edges(p.points, p.closed);
const edgeDistance = (a: readonly Lseg[], b: readonly Lseg[]): number | null =>
  minimum(a.flatMap((e) => b.map((o) => closestOnSegmentToSegment(e, o).distance)));

function pointToPath(p: Point, path: Path): number {
  if (path.points.length === 1) return distance(p, path.points[0]!);
  return minimum(pathEdges(path).map((e) => closestOnSegment(e, p).distance))!;
}

const pointToPolygon = (p: Point, poly: Polygon): number =>
  insidePoints(p, poly.points) ? 0 : minimum(edges(poly.points, true).map((e) => closestOnSegment(e, p).distance))!;

const circleToPolygon = (c: Circle, poly: Polygon): number => Math.max(pointToPolygon(c.center, poly) - c.radius, 0);

function pathArea(p: Path): number | null {
  if (!p.closed) return null;
  let area = 0;
  p.points.forEach((a, i) => {
    const b = p.points[(i + 1) % p.points.length]!;
    area = sub(add(area, mul(a.x, b.y)), mul(a.y, b.x));
  });
  return div(Math.abs(area), 2);
}

/** The same points around, in either direction, from any start. */
function samePoints(a: readonly Point[], b: readonly Point[]): boolean {
  const n = a.length;
  if (n !== b.length) return false;
  for (let i = 0; i < n; i++) {
    if (!samePoint(b[i]!, a[0]!)) continue;
    if (a.every((p, k) => samePoint(p, b[(i + k) % n]!)) || a.every((p, k) => samePoint(p, b[(i - k + n) % n]!))) return true;
  }
  return false;
}

function toCircle(poly: Polygon): Circle {
  const n = poly.points.length;
  let center = new Point(0, 0);
  for (const p of poly.points) center = addPoints(center, p);
  center = new Point(div(center.x, n), div(center.y, n));
  let radius = 0;
  for (const p of poly.points) radius = add(radius, distance(p, center));
  return new Circle(center, div(radius, n));
}

const onPath = (p: Point, path: Path): boolean =>
  path.closed ? insidePoints(p, path.points) : pathEdges(path).some((e) => fpEq(add(distance(p, e.p0), distance(p, e.p1)), distance(e.p0, e.p1)));

function pathsMeet(a: Path, b: Path): boolean {
  if (!boxesOverlap(boundsOf(a.points), boundsOf(b.points))) return false;
  const others = pathEdges(b);
  return pathEdges(a).some((e) => others.some((o) => crossSegments(e, o) !== null));
}

const moved = (f: (p: Point, q: Point) => Point) => (path: Path, by: Point): Path => new Path(path.points.map((p) => f(p, by)), path.closed);

defineFunctions({
  path_n_lt: (a: Path, b: Path) => a.points.length < b.points.length,
  path_n_gt: (a: Path, b: Path) => a.points.length > b.points.length,
  path_n_eq: (a: Path, b: Path) => a.points.length === b.points.length,
  path_n_le: (a: Path, b: Path) => a.points.length <= b.points.length,
  path_n_ge: (a: Path, b: Path) => a.points.length >= b.points.length,
  path_isclosed: (p: Path) => p.closed,
  path_isopen: (p: Path) => !p.closed,
  path_npoints: (p: Path) => p.points.length,
  path_close: (p: Path) => new Path(p.points, true),
  path_open: (p: Path) => new Path(p.points, false),
  path_inter: pathsMeet,
  path_distance: (a: Path, b: Path) => edgeDistance(pathEdges(a), pathEdges(b)),
  path_length: (p: Path) => pathEdges(p).reduce((sum, e) => add(sum, distance(e.p0, e.p1)), 0),
  path_area: pathArea,
  path_add: (a: Path, b: Path) => (a.closed || b.closed ? null : new Path([...a.points, ...b.points], false)),
  path_add_pt: moved(addPoints),
  path_sub_pt: moved(subPoints),
  path_mul_pt: moved(mulPoints),
  path_div_pt: moved(divPoints),
  path_poly: (p: Path) => {
    if (!p.closed) throw new SqlError('22023', 'open path cannot be converted to polygon');
    return new Polygon(p.points);
  },
  poly_path: (p: Polygon) => new Path(p.points, true),
  poly_npoints: (p: Polygon) => p.points.length,
  poly_box: (p: Polygon) => p.bounds,
  poly_circle: toCircle,
  poly_center: (p: Polygon) => toCircle(p).center,
  poly_left: (a: Polygon, b: Polygon) => a.bounds.high.x < b.bounds.low.x,
  poly_overleft: (a: Polygon, b: Polygon) => a.bounds.high.x <= b.bounds.high.x,
  poly_right: (a: Polygon, b: Polygon) => a.bounds.low.x > b.bounds.high.x,
  poly_overright: (a: Polygon, b: Polygon) => a.bounds.low.x >= b.bounds.low.x,
  poly_below: (a: Polygon, b: Polygon) => a.bounds.high.y < b.bounds.low.y,
  poly_overbelow: (a: Polygon, b: Polygon) => a.bounds.high.y <= b.bounds.high.y,
  poly_above: (a: Polygon, b: Polygon) => a.bounds.low.y > b.bounds.high.y,
  poly_overabove: (a: Polygon, b: Polygon) => a.bounds.low.y >= b.bounds.low.y,
  poly_same: (a: Polygon, b: Polygon) => samePoints(a.points, b.points),
  poly_overlap: overlaps,
  poly_contain: containsPolygon,
  poly_contained: (a: Polygon, b: Polygon) => containsPolygon(b, a),
  poly_contain_pt: (poly: Polygon, p: Point) => insidePoints(p, poly.points),
  pt_contained_poly: (p: Point, poly: Polygon) => insidePoints(p, poly.points),
  poly_distance: (a: Polygon, b: Polygon) => (overlaps(a, b) ? 0 : edgeDistance(edges(a.points, true), edges(b.points, true))),
  dist_ppoly: pointToPolygon,
  dist_polyp: (poly: Polygon, p: Point) => pointToPolygon(p, poly),
  dist_cpoly: circleToPolygon,
  dist_polyc: (poly: Polygon, c: Circle) => circleToPolygon(c, poly),
  dist_ppath: pointToPath,
  dist_pathp: (path: Path, p: Point) => pointToPath(p, path),
  on_ppath: onPath,
});
