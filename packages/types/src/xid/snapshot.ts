/** pg_snapshot (and its older name txid_snapshot): xmin:xmax:xip-list. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter, canonicalInt8 } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { defineType } from '../type-registry.js';
import { invalidSyntax } from '../int/text-io.js';

type Xid = number | bigint;

export class PgSnapshot {
  constructor(readonly xmin: Xid, readonly xmax: Xid, readonly xip: readonly Xid[]) {}

  toString(): string { return `${this.xmin}:${this.xmax}:${this.xip.join(',')}`; }

  /** Had that transaction ended when the snapshot was taken? */
  sees(xid: Xid): boolean {
    return xid < this.xmin || (xid < this.xmax && !this.xip.includes(xid));
  }
}

const XID_MAX = 0x7fffffffffffffffn;

function parseSnapshot(text: string): PgSnapshot {
  const bad = (): SqlError => invalidSyntax('pg_snapshot', text);
  const m = /^\s*([0-9]+):([0-9]+):((?:[0-9]+(?:,[0-9]+)*)?)$/.exec(text);
  if (m === null) throw bad();
  const [xmin, xmax] = [BigInt(m[1]!), BigInt(m[2]!)];
  if (xmin === 0n || xmax === 0n || xmax < xmin || xmax > XID_MAX) throw bad();
  const xip: bigint[] = [];
  for (const t of m[3] === '' ? [] : m[3]!.split(',')) {
    const x = BigInt(t);
    const last = xip[xip.length - 1];
    if (x < xmin || x >= xmax || (last !== undefined && x < last)) throw bad();
    if (x !== last) xip.push(x);
  }
  return new PgSnapshot(canonicalInt8(xmin), canonicalInt8(xmax), xip.map(canonicalInt8));
}

function send(v: PgSnapshot): Uint8Array {
  const w = new ByteWriter(20 + v.xip.length * 8);
  w.i32(v.xip.length);
  w.i64(v.xmin);
  w.i64(v.xmax);
  for (const x of v.xip) w.i64(x);
  return w.done();
}

function receive(b: Uint8Array): PgSnapshot {
  const bad = (): SqlError => new SqlError('22P03', 'invalid external pg_snapshot data');
  const r = new ByteReader(b);
  const count = r.i32();
  if (count < 0 || count > r.remaining / 8) throw bad();
  const xmin = r.i64();
  const xmax = r.i64();
  if (xmin <= 0 || xmax < xmin) throw bad();
  const xip: Xid[] = [];
  for (let i = 0; i < count; i++) {
    const x = r.i64();
    const last = xip[xip.length - 1];
    if (x < xmin || x >= xmax || (last !== undefined && x < last)) throw bad();
    if (x !== last) xip.push(x);
  }
  return new PgSnapshot(xmin, xmax, xip);
}

const parts = {
  physical: 'bytes' as const, len: -1, parse: parseSnapshot, format: String, send, receive, encode: send, decode: receive,
};

export const pgSnapshotType = defineBaseType({ oid: 5038, name: 'pg_snapshot', ...parts },
  ['pg_snapshot_in', 'pg_snapshot_out', 'pg_snapshot_recv', 'pg_snapshot_send']);
defineType({ oid: 2970, name: 'txid_snapshot', ...parts });

defineFunctions({
  pg_snapshot_xmin: (s: PgSnapshot) => s.xmin,
  pg_snapshot_xmax: (s: PgSnapshot) => s.xmax,
  pg_snapshot_xip: { fn: (s: PgSnapshot) => s.xip, set: true },
  pg_visible_in_snapshot: (xid: Xid, s: PgSnapshot) => s.sees(xid < 0 ? BigInt.asUintN(64, BigInt(xid)) : xid),
});
