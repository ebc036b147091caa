/** SQL functions of box and circle. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { boxCenter, boxContainsPoint, boxesOverlap } from './segments.js';
import {
  add, addPoints, Box, Circle, distance, div, divPoints, fpEq, fpGe, fpGt, fpLe, fpLt, fpZero, hypot, Lseg, makeBox, mul, mulPoints,
  Point, Polygon, samePoint, sub, subPoints,
} from './value.js';

const width = (b: Box): number => sub(b.high.x, b.low.x);
const height = (b: Box): number => sub(b.high.y, b.low.y);
const boxArea = (b: Box): number => mul(width(b), height(b));

const contains = (a: Box, b: Box): boolean =>
  fpGe(a.high.x, b.high.x) && fpLe(a.low.x, b.low.x) && fpGe(a.high.y, b.high.y) && fpLe(a.low.y, b.low.y);

function intersection(a: Box, b: Box): Box | null {
  if (!boxesOverlap(a, b)) return null;
  return new Box(
    new Point(Math.min(a.high.x, b.high.x), Math.min(a.high.y, b.high.y)),
    new Point(Math.max(a.low.x, b.low.x), Math.max(a.low.y, b.low.y)),
  );
}

const union = (a: Box, b: Box): Box => new Box(
  new Point(Math.max(a.high.x, b.high.x), Math.max(a.high.y, b.high.y)),
  new Point(Math.min(a.low.x, b.low.x), Math.min(a.low.y, b.low.y)),
);

/** Comparisons of two measures under the tolerance. */
const measured = <T>(prefix: string, measure: (v: T) => number): Record<string, (a: T, b: T) => boolean> => ({
  [`${prefix}_eq`]: (a, b) => fpEq(measure(a), measure(b)),
  [`${prefix}_lt`]: (a, b) => fpLt(measure(a), measure(b)),
  [`${prefix}_le`]: (a, b) => fpLe(measure(a), measure(b)),
  [`${prefix}_gt`]: (a, b) => fpGt(measure(a), measure(b)),
  [`${prefix}_ge`]: (a, b) => fpGe(measure(a), measure(b)),
});

defineFunctions({
  ...measured('box', boxArea),
  box_left: (a: Box, b: Box) => fpLt(a.high.x, b.low.x),
  box_overleft: (a: Box, b: Box) => fpLe(a.high.x, b.high.x),
  box_right: (a: Box, b: Box) => fpGt(a.low.x, b.high.x),
  box_overright: (a: Box, b: Box) => fpGe(a.low.x, b.low.x),
  box_below: (a: Box, b: Box) => fpLt(a.high.y, b.low.y),
  box_overbelow: (a: Box, b: Box) => fpLe(a.high.y, b.high.y),
  box_above: (a: Box, b: Box) => fpGt(a.low.y, b.high.y),
  box_overabove: (a: Box, b: Box) => fpGe(a.low.y, b.low.y),
  box_below_eq: (a: Box, b: Box) => fpLe(a.high.y, b.low.y),
  box_above_eq: (a: Box, b: Box) => fpGe(a.low.y, b.high.y),
  box_contain: contains,
  box_contained: (a: Box, b: Box) => contains(b, a),
  box_contain_pt: boxContainsPoint,
  box_overlap: boxesOverlap,
  box_same: (a: Box, b: Box) => samePoint(a.high, b.high) && samePoint(a.low, b.low),
  box_intersect: intersection,
  boxes_bound_box: union,
  box_area: boxArea,
  box_width: width,
  box_height: height,
  box_center: boxCenter,
  box_distance: (a: Box, b: Box) => distance(boxCenter(a), boxCenter(b)),
  box_diagonal: (b: Box) => new Lseg(b.high, b.low),
  box_add: (b: Box, p: Point) => new Box(addPoints(b.high, p), addPoints(b.low, p)),
  box_sub: (b: Box, p: Point) => new Box(subPoints(b.high, p), subPoints(b.low, p)),
  box_mul: (b: Box, p: Point) => makeBox(mulPoints(b.high, p), mulPoints(b.low, p)),
  box_div: (b: Box, p: Point) => makeBox(divPoints(b.high, p), divPoints(b.low, p)),
  box_circle: (b: Box) => {
    const center = boxCenter(b);
    return new Circle(center, distance(center, b.high));
  },
  box_poly: (b: Box) => new Polygon([b.low, new Point(b.low.x, b.high.y), b.high, new Point(b.high.x, b.low.y)]),
  points_box: makeBox,
  point_box: (p: Point) => new Box(p, p),
});

const circleArea = (c: Circle): number => mul(mul(c.radius, c.radius), Math.PI);

function circleToPolygon(count: number, c: Circle): Polygon {
  if (fpZero(c.radius)) throw new SqlError('0A000', 'cannot convert circle with radius zero to polygon');
  if (count < 2) throw new SqlError('22023', 'must request at least 2 points');
  const step = (2 * Math.PI) / count;
  return new Polygon(Array.from({ length: count }, (_, i) => new Point(
    sub(c.center.x, mul(c.radius, Math.cos(step * i))),
    add(c.center.y, mul(c.radius, Math.sin(step * i))),
  )));
}

defineFunctions({
  ...measured('circle', circleArea),
  circle_ne: (a: Circle, b: Circle) => !fpEq(circleArea(a), circleArea(b)),
  circle_same: (a: Circle, b: Circle) =>
    ((Number.isNaN(a.radius) && Number.isNaN(b.radius)) || fpEq(a.radius, b.radius)) && samePoint(a.center, b.center),
  circle_overlap: (a: Circle, b: Circle) => fpLe(distance(a.center, b.center), add(a.radius, b.radius)),
  circle_left: (a: Circle, b: Circle) => fpLt(add(a.center.x, a.radius), sub(b.center.x, b.radius)),
  circle_overleft: (a: Circle, b: Circle) => fpLe(add(a.center.x, a.radius), add(b.center.x, b.radius)),
  circle_right: (a: Circle, b: Circle) => fpGt(sub(a.center.x, a.radius), add(b.center.x, b.radius)),
  circle_overright: (a: Circle, b: Circle) => fpGe(sub(a.center.x, a.radius), sub(b.center.x, b.radius)),
  circle_below: (a: Circle, b: Circle) => fpLt(add(a.center.y, a.radius), sub(b.center.y, b.radius)),
  circle_overbelow: (a: Circle, b: Circle) => fpLe(add(a.center.y, a.radius), add(b.center.y, b.radius)),
  circle_above: (a: Circle, b: Circle) => fpGt(sub(a.center.y, a.radius), add(b.center.y, b.radius)),
  circle_overabove: (a: Circle, b: Circle) => fpGe(sub(a.center.y, a.radius), sub(b.center.y, b.radius)),
  circle_contained: (a: Circle, b: Circle) => fpLe(distance(a.center, b.center), sub(b.radius, a.radius)),
  circle_contain: (a: Circle, b: Circle) => fpLe(distance(a.center, b.center), sub(a.radius, b.radius)),
  circle_contain_pt: (c: Circle, p: Point) => distance(c.center, p) <= c.radius,
  pt_contained_circle: (p: Point, c: Circle) => distance(c.center, p) <= c.radius,
  circle_add_pt: (c: Circle, p: Point) => new Circle(addPoints(c.center, p), c.radius),
  circle_sub_pt: (c: Circle, p: Point) => new Circle(subPoints(c.center, p), c.radius),
  circle_mul_pt: (c: Circle, p: Point) => new Circle(mulPoints(c.center, p), mul(c.radius, hypot(p.x, p.y))),
  circle_div_pt: (c: Circle, p: Point) => new Circle(divPoints(c.center, p), div(c.radius, hypot(p.x, p.y))),
  circle_area: circleArea,
  circle_diameter: (c: Circle) => mul(c.radius, 2),
  circle_radius: (c: Circle) => c.radius,
  circle_center: (c: Circle) => c.center,
  circle_distance: (a: Circle, b: Circle) => Math.max(sub(distance(a.center, b.center), add(a.radius, b.radius)), 0),
  circle_box: (c: Circle) => {
    const d = div(c.radius, Math.SQRT2);
    return new Box(new Point(add(c.center.x, d), add(c.center.y, d)), new Point(sub(c.center.x, d), sub(c.center.y, d)));
  },
  circle_poly: circleToPolygon,
});
