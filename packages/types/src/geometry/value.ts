/** The geometric types' values, the tolerant comparisons (EPSILON) and the arithmetic of points. */
import { addFloat, divFloat, mulFloat, subFloat, floatOverflow } from '../float/operators.js';

export class Point { constructor(readonly x: number, readonly y: number) {} }
export class Lseg { constructor(readonly p0: Point, readonly p1: Point) {} }
/** Corners in order: high is the upper right one. */
export class Box { constructor(readonly high: Point, readonly low: Point) {} }
/** Ax + By + C = 0 */
export class Line { constructor(readonly A: number, readonly B: number, readonly C: number) {} }
export class Path { constructor(readonly points: readonly Point[], readonly closed: boolean) {} }
export class Circle { constructor(readonly center: Point, readonly radius: number) {} }

export class Polygon {
  readonly bounds: Box;
  constructor(readonly points: readonly Point[]) { this.bounds = boundsOf(points); }
}

const EPSILON = 1e-6;
export const fpZero = (a: number): boolean => Math.abs(a) <= EPSILON;
export const fpEq = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= EPSILON;
export const fpLt = (a: number, b: number): boolean => a + EPSILON < b;
export const fpLe = (a: number, b: number): boolean => a <= b + EPSILON;
export const fpGt = (a: number, b: number): boolean => a > b + EPSILON;
export const fpGe = (a: number, b: number): boolean => a + EPSILON >= b;

export { addFloat as add, subFloat as sub, mulFloat as mul, divFloat as div };

export function hypot(x: number, y: number): number {
  if (Math.abs(x) === Infinity || Math.abs(y) === Infinity) return Infinity;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  let a = Math.abs(x);
  let b = Math.abs(y);
  if (a < b) [a, b] = [b, a];
  if (b === 0) return a;
  const ratio = b / a;
  const r = a * Math.sqrt(1 + ratio * ratio);
  if (r === Infinity) throw floatOverflow();
  return r;
}

export const samePoint = (a: Point, b: Point): boolean => {
  if (Number.isNaN(a.x + a.y + b.x + b.y)) {
    const eq = (x: number, y: number): boolean => x === y || (Number.isNaN(x) && Number.isNaN(y));
    return eq(a.x, b.x) && eq(a.y, b.y);
  }
  return fpEq(a.x, b.x) && fpEq(a.y, b.y);
};

export const distance = (a: Point, b: Point): number => hypot(subFloat(a.x, b.x), subFloat(a.y, b.y));

export function slope(a: Point, b: Point): number {
  if (fpEq(a.x, b.x)) return Infinity;
  if (fpEq(a.y, b.y)) return 0;
  return divFloat(subFloat(a.y, b.y), subFloat(a.x, b.x));
}

/** Slope of what is perpendicular. */
export function inverseSlope(a: Point, b: Point): number {
  if (fpEq(a.x, b.x)) return 0;
  if (fpEq(a.y, b.y)) return Infinity;
  return divFloat(subFloat(a.x, b.x), subFloat(b.y, a.y));
}

export const addPoints = (a: Point, b: Point): Point => new Point(addFloat(a.x, b.x), addFloat(a.y, b.y));
export const subPoints = (a: Point, b: Point): Point => new Point(subFloat(a.x, b.x), subFloat(a.y, b.y));

/** Points multiply as complex numbers: rotation and scaling. */
export const mulPoints = (a: Point, b: Point): Point =>
  new Point(subFloat(mulFloat(a.x, b.x), mulFloat(a.y, b.y)), addFloat(mulFloat(a.x, b.y), mulFloat(a.y, b.x)));

export function divPoints(a: Point, b: Point): Point {
  const d = addFloat(mulFloat(b.x, b.x), mulFloat(b.y, b.y));
  return new Point(
    divFloat(addFloat(mulFloat(a.x, b.x), mulFloat(a.y, b.y)), d),
    divFloat(subFloat(mulFloat(a.y, b.x), mulFloat(a.x, b.y)), d),
  );
}

export function makeBox(a: Point, b: Point): Box {
  const [hx, lx] = a.x > b.x || Number.isNaN(a.x) ? [a.x, b.x] : [b.x, a.x];
  const [hy, ly] = a.y > b.y || Number.isNaN(a.y) ? [a.y, b.y] : [b.y, a.y];
  return new Box(new Point(hx, hy), new Point(lx, ly));
}

export function boundsOf(points: readonly Point[]): Box {
  let [x1, y1, x2, y2] = [points[0]!.x, points[0]!.y, points[0]!.x, points[0]!.y];
  for (const p of points) {
    if (p.x < x1) x1 = p.x;
    if (p.x > x2) x2 = p.x;
    if (p.y < y1) y1 = p.y;
    if (p.y > y2) y2 = p.y;
  }
  return new Box(new Point(x2, y2), new Point(x1, y1));
}

/** The line through a point with a slope. */
export function lineThrough(p: Point, m: number): Line {
  if (m === Infinity || m === -Infinity) return new Line(-1, 0, p.x);
  if (m === 0) return new Line(0, -1, p.y);
  return new Line(m, -1, subFloat(p.y, mulFloat(m, p.x)) + 0);
}
