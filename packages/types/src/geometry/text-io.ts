/** Text forms of the geometric types: parsers that follow geo_ops.c's tolerance of delimiters, and printers. */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { formatFloat8, parseFloatPrefix } from '../float/text-io.js';
import { invalidSyntax } from '../int/text-io.js';
import { Circle, Line, Lseg, Path, Point, Polygon, makeBox, lineThrough, samePoint, slope, type Box } from './value.js';

/** Reads the pieces of one text. */
class Scanner {
  at = 0;
  constructor(readonly text: string, readonly type: string) {}

  get ch(): string { return this.text[this.at] ?? ''; }
  get done(): boolean { return this.at >= this.text.length; }
  fail(): SqlError { return invalidSyntax(this.type, this.text); }
  space(): void { while (this.ch !== '' && ' \t\n\r\f\v'.includes(this.ch)) this.at++; }

  number(): number {
    const { value, end } = parseFloatPrefix(this.text.slice(this.at), false, this.type, this.text);
    this.at += end;
    this.space();
    return value;
  }

  expect(ch: string): void {
    if (this.ch !== ch) throw this.fail();
    this.at++;
  }

  /** x,y with or without parentheses. */
  pair(): Point {
    this.space();
    const delimited = this.ch === '(';
    if (delimited) this.at++;
    const x = this.number();
    this.expect(',');
    const y = this.number();
    if (delimited) {
      this.expect(')');
      this.space();
    }
    return new Point(x, y);
  }

  private isOnlyParenthesis(): boolean { return this.text.lastIndexOf('(') === this.at; }

  /** `count` points, perhaps enclosed in () or, where `open` allows it, []. */
  points(count: number, allowOpen: boolean): { points: Point[]; open: boolean } {
    let depth = 0;
    this.space();
    const open = this.ch === '[';
    if (open) {
      if (!allowOpen) throw this.fail();
      depth++;
      this.at++;
    } else if (this.ch === '(') {
      const only = this.isOnlyParenthesis();
      const mark = this.at++;
      this.space();
      if (this.ch === '(' || only) depth++;
      else this.at = mark;
    }
    const points: Point[] = [];
    for (let i = 0; i < count; i++) {
      points.push(this.pair());
      if (this.ch === ',') this.at++;
    }
    for (; depth > 0; depth--) {
      if (this.ch !== ')' && !(this.ch === ']' && open)) throw this.fail();
      this.at++;
      this.space();
    }
    return { points, open };
  }

  end(): void { if (!this.done) throw this.fail(); }

  /** Number of points by the number of commas. */
  count(): number {
    const commas = this.text.split(',').length - 1;
    if (commas % 2 === 0) throw this.fail();
    return (commas + 1) / 2;
  }
}

export function parsePoint(text: string): Point {
  const s = new Scanner(text, 'point');
  const p = s.pair();
  s.end();
  return p;
}

export function parseLseg(text: string): Lseg {
  const s = new Scanner(text, 'lseg');
  const { points } = s.points(2, true);
  s.end();
  return new Lseg(points[0]!, points[1]!);
}

export function parseBox(text: string): Box {
  const s = new Scanner(text, 'box');
  const { points } = s.points(2, false);
  s.end();
  return makeBox(points[0]!, points[1]!);
}

export function parsePolygon(text: string): Polygon {
  const s = new Scanner(text, 'polygon');
  const { points } = s.points(s.count(), false);
  s.end();
  return new Polygon(points);
}

export function parsePath(text: string): Path {
  const s = new Scanner(text, 'path');
  const count = s.count();
  s.space();
  const outer = s.ch === '(' && text.lastIndexOf('(') === s.at;
  if (outer) s.at++;
  const { points, open } = s.points(count, true);
  if (outer) {
    s.expect(')');
    s.space();
  }
  s.end();
  return new Path(points, !open);
}

export function parseCircle(text: string): Circle {
  const s = new Scanner(text, 'circle');
  let depth = 0;
  s.space();
  if (s.ch === '<') {
    depth++;
    s.at++;
  } else if (s.ch === '(') {
    const mark = s.at++;
    s.space();
    if (s.ch === '(') depth++;
    else s.at = mark;
  }
  const center = s.pair();
  if (s.ch === ',') s.at++;
  const radius = s.number();
  if (radius < 0) throw s.fail();
  if (depth > 0) {
    if (s.ch !== ')' && s.ch !== '>') throw s.fail();
    s.at++;
    s.space();
  }
  s.end();
  return new Circle(center, radius);
}

const zeroLine = (): SqlError => new SqlError('22P02', 'invalid line specification: A and B cannot both be zero');

export function parseLine(text: string): Line {
  const s = new Scanner(text, 'line');
  s.space();
  if (s.ch !== '{') {
    const { points } = s.points(2, true);
    s.end();
    if (samePoint(points[0]!, points[1]!)) {
      throw new SqlError('22P02', 'invalid line specification: must be two distinct points');
    }
    return lineThrough(points[0]!, slope(points[0]!, points[1]!));
  }
  s.at++;
  const a = s.number();
  s.expect(',');
  const b = s.number();
  s.expect(',');
  const c = s.number();
  s.expect('}');
  s.space();
  s.end();
  if (Math.abs(a) <= 1e-6 && Math.abs(b) <= 1e-6) throw zeroLine();
  return new Line(a, b, c);
}

const pairText = (p: Point, env: TypeEnv): string => `${formatFloat8(p.x, env)},${formatFloat8(p.y, env)}`;
const list = (points: readonly Point[], env: TypeEnv): string => points.map((p) => `(${pairText(p, env)})`).join(',');

export const formatPoint = (p: Point, env: TypeEnv): string => `(${pairText(p, env)})`;
export const formatLseg = (v: Lseg, env: TypeEnv): string => `[${list([v.p0, v.p1], env)}]`;
export const formatBox = (v: Box, env: TypeEnv): string => list([v.high, v.low], env);
export const formatPolygon = (v: Polygon, env: TypeEnv): string => `(${list(v.points, env)})`;
export const formatPath = (v: Path, env: TypeEnv): string => (v.closed ? `(${list(v.points, env)})` : `[${list(v.points, env)}]`);
export const formatCircle = (v: Circle, env: TypeEnv): string => `<(${pairText(v.center, env)}),${formatFloat8(v.radius, env)}>`;
export const formatLine = (v: Line, env: TypeEnv): string => `{${[v.A, v.B, v.C].map((x) => formatFloat8(x, env)).join(',')}}`;
export { zeroLine };
