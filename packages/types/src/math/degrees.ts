/**
 * Trigonometry in degrees, exact at the multiples of 30 and 45 degrees: arguments are brought to the first quadrant and
 * results scaled by the computed values of the exact angles (float.c's method).
 */
import { defineFunctions } from '../function-impl.js';
import { floatOverflow } from '../float/operators.js';
import { inputOutOfRange } from './functions.js';

const RADIANS = 0.0174532925199432957692;
const SIN_30 = Math.sin(30 * RADIANS);
const ONE_MINUS_COS_60 = 1 - Math.cos(60 * RADIANS);
const ASIN_HALF = Math.asin(0.5);
const ACOS_HALF = Math.acos(0.5);
const ATAN_ONE = Math.atan(1);

const sin0to30 = (x: number): number => Math.sin(x * RADIANS) / SIN_30 / 2;
const cos0to60 = (x: number): number => 1 - (1 - Math.cos(x * RADIANS)) / ONE_MINUS_COS_60 / 2;
const sinQuadrant = (x: number): number => (x <= 30 ? sin0to30(x) : cos0to60(90 - x));
const cosQuadrant = (x: number): number => (x <= 60 ? cos0to60(x) : sin0to30(90 - x));
const TAN_45 = sinQuadrant(45) / cosQuadrant(45);
const COT_45 = cosQuadrant(45) / sinQuadrant(45);

/** Reduces to 0..90; the flags say which reflections happened. */
function reduce(d: number): { x: number; negative: boolean; left: boolean } {
  if (d === Infinity || d === -Infinity) throw inputOutOfRange();
  let x = d % 360;
  let negative = x < 0;
  if (negative) x = -x;
  if (x > 180) {
    x = 360 - x;
    negative = !negative;
  }
  const left = x > 90;
  return { x: left ? 180 - x : x, negative, left };
}

function sind(d: number): number {
  const { x, negative } = reduce(d);
  const r = sinQuadrant(x);
  return negative ? -r : r;
}

function cosd(d: number): number {
  const { x, left } = reduce(d);
  const r = cosQuadrant(x);
  return left ? -r : r;
}

function tand(d: number): number {
  const { x, negative, left } = reduce(d);
  const r = (sinQuadrant(x) / cosQuadrant(x) / TAN_45) * (negative !== left ? -1 : 1);
  return r === 0 ? 0 : r;
}

function cotd(d: number): number {
  const { x, negative, left } = reduce(d);
  const r = (cosQuadrant(x) / sinQuadrant(x) / COT_45) * (negative !== left ? -1 : 1);
  return r === 0 ? 0 : r;
}

const asinQuadrant = (x: number): number => (x <= 0.5 ? (Math.asin(x) / ASIN_HALF) * 30 : 90 - (Math.acos(x) / ACOS_HALF) * 60);
const acosQuadrant = (x: number): number => (x <= 0.5 ? 90 - (Math.asin(x) / ASIN_HALF) * 30 : (Math.acos(x) / ACOS_HALF) * 60);

function unit(d: number): void {
  if (d < -1 || d > 1) throw inputOutOfRange();
}

const nan = (f: (d: number) => number) => (d: number): number => (Number.isNaN(d) ? NaN : f(d));

defineFunctions({
  dsind: nan(sind),
  dcosd: nan(cosd),
  dtand: nan(tand),
  dcotd: nan(cotd),
  dasind: nan((d) => {
    unit(d);
    return d >= 0 ? asinQuadrant(d) : -asinQuadrant(-d);
  }),
  dacosd: nan((d) => {
    unit(d);
    return d >= 0 ? acosQuadrant(d) : 90 + asinQuadrant(-d);
  }),
  datand: nan((d) => (Math.atan(d) / ATAN_ONE) * 45),
  datan2d: (a: number, b: number) => {
    if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
    const r = (Math.atan2(a, b) / ATAN_ONE) * 45;
    if (r === Infinity) throw floatOverflow();
    return r;
  },
});
