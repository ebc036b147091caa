/** TypeImpls of point, lseg, box, path, polygon, line and circle. */
import type { Datum } from '../datum.js';
import type { TypeEnv } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import * as io from './text-io.js';
import { Circle, Line, Lseg, makeBox, Path, Point, Polygon, type Box } from './value.js';

const bytes = (write: (w: ByteWriter) => void): Uint8Array => {
  const w = new ByteWriter(64);
  write(w);
  return w.done();
};
const putPoint = (w: ByteWriter, p: Point): void => {
  w.f64(p.x);
  w.f64(p.y);
};
const getPoint = (r: ByteReader): Point => {
  const x = r.f64();
  return new Point(x, r.f64());
};
const getPoints = (r: ByteReader, count: number, type: string): Point[] => {
  if (count <= 0 || count > r.remaining / 16) throw new SqlError('22P03', `invalid number of points in external "${type}" value`);
  return Array.from({ length: count }, () => getPoint(r));
};

function geometric<T>(
  oid: number, name: string, prefix: string, len: number,
  parse: (t: string) => T, format: (v: T, env: TypeEnv) => string, send: (v: T) => Uint8Array, receive: (r: ByteReader) => T,
): void {
  defineBaseType({
    oid, name, physical: 'bytes', len, parse,
    format: (v: Datum, env) => format(v as T, env),
    send: (v: Datum) => send(v as T),
    receive: (b) => receive(new ByteReader(b)),
    encode: (v: Datum) => send(v as T),
    decode: (b) => receive(new ByteReader(b)),
  }, [`${prefix}_in`, `${prefix}_out`, `${prefix}_recv`, `${prefix}_send`]);
}

geometric(600, 'point', 'point', 16, io.parsePoint, io.formatPoint, (p) => bytes((w) => putPoint(w, p)), getPoint);
geometric(601, 'lseg', 'lseg', 32, io.parseLseg, io.formatLseg, (v: Lseg) => bytes((w) => {
  putPoint(w, v.p0);
  putPoint(w, v.p1);
}), (r) => {
  const p = getPoint(r);
  return new Lseg(p, getPoint(r));
});
geometric(603, 'box', 'box', 32, io.parseBox, io.formatBox, (v: Box) => bytes((w) => {
  putPoint(w, v.high);
  putPoint(w, v.low);
}), (r) => {
  const p = getPoint(r);
  return makeBox(p, getPoint(r));
});
geometric(602, 'path', 'path', -1, io.parsePath, io.formatPath, (v: Path) => bytes((w) => {
  w.u8(v.closed ? 1 : 0);
  w.i32(v.points.length);
  for (const p of v.points) putPoint(w, p);
}), (r) => {
  const closed = r.u8() !== 0;
  return new Path(getPoints(r, r.i32(), 'path'), closed);
});
geometric(604, 'polygon', 'poly', -1, io.parsePolygon, io.formatPolygon, (v: Polygon) => bytes((w) => {
  w.i32(v.points.length);
  for (const p of v.points) putPoint(w, p);
}), (r) => new Polygon(getPoints(r, r.i32(), 'polygon')));
geometric(628, 'line', 'line', 24, io.parseLine, io.formatLine, (v: Line) => bytes((w) => {
  w.f64(v.A);
  w.f64(v.B);
  w.f64(v.C);
}), (r) => {
  const a = r.f64();
  const b = r.f64();
  if (a === 0 && b === 0) throw new SqlError('22P03', 'invalid line specification: A and B cannot both be zero');
  return new Line(a, b, r.f64());
});
geometric(718, 'circle', 'circle', 24, io.parseCircle, io.formatCircle, (v: Circle) => bytes((w) => {
  putPoint(w, v.center);
  w.f64(v.radius);
}), (r) => {
  const center = getPoint(r);
  const radius = r.f64();
  if (radius < 0) throw new SqlError('22P03', 'invalid radius in external "circle" value');
  return new Circle(center, radius);
});
