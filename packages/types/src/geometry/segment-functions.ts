/** SQL functions of point, lseg and line. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import * as s from './segments.js';
import {
  add, addPoints, Box, Circle, distance, div, divPoints, fpEq, fpGe, fpGt, fpLe, fpLt, fpZero, inverseSlope, Line, lineThrough, Lseg, mul,
  mulPoints, Point, samePoint, slope, subPoints,
} from './value.js';

const lengthOf = (v: Lseg): number => distance(v.p0, v.p1);
/** A closest point, NULL where there is none (NaN distance). */
const point = (c: s.Closest): Point | null => (Number.isNaN(c.distance) ? null : c.point);

function perpendicular(a: Line, b: Line): boolean {
  if (fpZero(a.A)) return fpZero(b.B);
  if (fpZero(b.A)) return fpZero(a.B);
  if (fpZero(a.B)) return fpZero(b.A);
  if (fpZero(b.B)) return fpZero(a.A);
  return fpEq(div(mul(a.A, b.A), mul(a.B, b.B)), -1);
}

function sameLine(a: Line, b: Line): boolean {
  const eq = (x: number, y: number): boolean => x === y || (Number.isNaN(x) && Number.isNaN(y));
  if ([a.A, a.B, a.C, b.A, b.B, b.C].some(Number.isNaN)) return eq(a.A, b.A) && eq(a.B, b.B) && eq(a.C, b.C);
  const ratio = !fpZero(b.A) ? div(a.A, b.A) : !fpZero(b.B) ? div(a.B, b.B) : !fpZero(b.C) ? div(a.C, b.C) : 1;
  return fpEq(a.A, mul(ratio, b.A)) && fpEq(a.B, mul(ratio, b.B)) && fpEq(a.C, mul(ratio, b.C));
}

function lineThroughPoints(a: Point, b: Point): Line {
  if (samePoint(a, b)) throw new SqlError('22023', 'invalid line specification: must be two distinct points');
  return lineThrough(a, slope(a, b));
}

/** Does a line meet a box? Its sides are visited around. */
const lineMeetsBox = (l: Line, b: Box): boolean => s.boxSides(b).some((side) => s.crossSegmentLine(side, l) !== null);

const circleDistance = (p: Point, c: Circle): number => Math.max(distance(p, c.center) - c.radius, 0);

defineFunctions({
  point_add: addPoints,
  point_sub: subPoints,
  point_mul: mulPoints,
  point_div: divPoints,
  point_left: (a: Point, b: Point) => fpLt(a.x, b.x),
  point_right: (a: Point, b: Point) => fpGt(a.x, b.x),
  point_above: (a: Point, b: Point) => fpGt(a.y, b.y),
  point_below: (a: Point, b: Point) => fpLt(a.y, b.y),
  point_vert: (a: Point, b: Point) => fpEq(a.x, b.x),
  point_horiz: (a: Point, b: Point) => fpEq(a.y, b.y),
  point_eq: samePoint,
  point_ne: (a: Point, b: Point) => !samePoint(a, b),
  point_distance: distance,
  point_slope: slope,
  construct_point: (x: number, y: number) => new Point(x, y),
  cr_circle: (p: Point, r: number) => new Circle(p, r),

  lseg_construct: (a: Point, b: Point) => new Lseg(a, b),
  lseg_center: (v: Lseg) => new Point(div(add(v.p0.x, v.p1.x), 2), div(add(v.p0.y, v.p1.y), 2)),
  lseg_length: lengthOf,
  lseg_vertical: (v: Lseg) => fpEq(v.p0.x, v.p1.x),
  lseg_horizontal: (v: Lseg) => fpEq(v.p0.y, v.p1.y),
  lseg_parallel: (a: Lseg, b: Lseg) => fpEq(s.lsegSlope(a), s.lsegSlope(b)),
  lseg_perp: (a: Lseg, b: Lseg) => fpEq(s.lsegSlope(a), inverseSlope(b.p0, b.p1)),
  lseg_eq: (a: Lseg, b: Lseg) => samePoint(a.p0, b.p0) && samePoint(a.p1, b.p1),
  lseg_ne: (a: Lseg, b: Lseg) => !samePoint(a.p0, b.p0) || !samePoint(a.p1, b.p1),
  lseg_lt: (a: Lseg, b: Lseg) => fpLt(lengthOf(a), lengthOf(b)),
  lseg_le: (a: Lseg, b: Lseg) => fpLe(lengthOf(a), lengthOf(b)),
  lseg_gt: (a: Lseg, b: Lseg) => fpGt(lengthOf(a), lengthOf(b)),
  lseg_ge: (a: Lseg, b: Lseg) => fpGe(lengthOf(a), lengthOf(b)),
  lseg_intersect: (a: Lseg, b: Lseg) => s.crossSegments(a, b) !== null,
  lseg_interpt: s.crossSegments,
  lseg_distance: (a: Lseg, b: Lseg) => s.closestOnSegmentToSegment(a, b).distance,

  line_construct_pp: lineThroughPoints,
  line_intersect: (a: Line, b: Line) => s.crossLines(a, b) !== null,
  line_parallel: (a: Line, b: Line) => s.crossLines(a, b) === null,
  line_perp: perpendicular,
  line_vertical: (l: Line) => fpZero(l.B),
  line_horizontal: (l: Line) => fpZero(l.A),
  line_eq: sameLine,
  line_interpt: s.crossLines,
  line_distance: s.lineDistance,

  close_pl: (p: Point, l: Line) => point(s.closestOnLine(l, p)),
  close_ps: (p: Point, v: Lseg) => point(s.closestOnSegment(v, p)),
  close_pb: (p: Point, b: Box) => point(s.closestOnBox(b, p)),
  close_ls: (l: Line, v: Lseg) => (s.lsegSlope(v) === s.lineSlope(l) ? null : point(s.closestOnSegmentToLine(v, l))),
  close_lseg: (a: Lseg, b: Lseg) => (s.lsegSlope(a) === s.lsegSlope(b) ? null : point(s.closestOnSegmentToSegment(b, a))),
  close_sb: (v: Lseg, b: Box) => point(s.closestOnBoxToSegment(b, v)),

  dist_pl: (p: Point, l: Line) => s.closestOnLine(l, p).distance,
  dist_lp: (l: Line, p: Point) => s.closestOnLine(l, p).distance,
  dist_ps: (p: Point, v: Lseg) => s.closestOnSegment(v, p).distance,
  dist_sp: (v: Lseg, p: Point) => s.closestOnSegment(v, p).distance,
  dist_pb: (p: Point, b: Box) => s.closestOnBox(b, p).distance,
  dist_bp: (b: Box, p: Point) => s.closestOnBox(b, p).distance,
  dist_sl: (v: Lseg, l: Line) => s.closestOnSegmentToLine(v, l).distance,
  dist_ls: (l: Line, v: Lseg) => s.closestOnSegmentToLine(v, l).distance,
  dist_sb: (v: Lseg, b: Box) => s.closestOnBoxToSegment(b, v).distance,
  dist_bs: (b: Box, v: Lseg) => s.closestOnBoxToSegment(b, v).distance,
  dist_pc: circleDistance,
  dist_cpoint: (c: Circle, p: Point) => circleDistance(p, c),

  on_pl: s.onLine,
  on_ps: s.onSegment,
  on_pb: (p: Point, b: Box) => s.boxContainsPoint(b, p),
  on_sl: (v: Lseg, l: Line) => s.onLine(v.p0, l) && s.onLine(v.p1, l),
  on_sb: (v: Lseg, b: Box) => s.boxContainsPoint(b, v.p0) && s.boxContainsPoint(b, v.p1),
  inter_sl: (v: Lseg, l: Line) => s.crossSegmentLine(v, l) !== null,
  inter_sb: s.segmentMeetsBox,
  inter_lb: lineMeetsBox,
});
