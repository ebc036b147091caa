/** TypeImpls of inet and cidr. */
import type { TypeImpl } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { defineBaseType } from '../any/text-io.js';
import { addressBytes, bytesToAddress, compareInet, formatCidr, formatInet, Inet, parseInet } from './value.js';

/** PostgreSQL's codes of the families. */
const AF_INET = 2;
const AF_INET6 = 3;

function send(v: Inet, cidr: boolean): Uint8Array {
  const w = new ByteWriter(20);
  w.u8(v.family === 4 ? AF_INET : AF_INET6);
  w.u8(v.bits);
  w.u8(cidr ? 1 : 0);
  w.u8(v.width / 8);
  w.raw(addressBytes(v.address, v.width));
  return w.done();
}

function receive(b: Uint8Array, cidr: boolean): Inet {
  const name = cidr ? 'cidr' : 'inet';
  const bad = (what: string): SqlError => new SqlError('22P03', `invalid ${what} in external "${name}" value`);
  const r = new ByteReader(b);
  const code = r.u8();
  if (code !== AF_INET && code !== AF_INET6) throw bad('address family');
  const width = code === AF_INET ? 32 : 128;
  const bits = r.u8();
  if (bits > width) throw bad('bits');
  r.u8();
  if (r.u8() !== width / 8) throw bad('length');
  const v = new Inet(code === AF_INET ? 4 : 6, bits, bytesToAddress(r.raw(width / 8)));
  if (cidr && v.network !== v.address) {
    throw new SqlError('22P03', 'invalid external "cidr" value', { detail: 'Value has bits set to right of mask.' });
  }
  return v;
}

/** Family, network, mask length, address: byte order is network_cmp's. */
function sortKey(v: Inet): Uint8Array {
  const w = new ByteWriter(40);
  w.u8(v.family);
  w.raw(addressBytes(v.network, v.width));
  w.u8(v.bits);
  w.raw(addressBytes(v.address, v.width));
  return w.done();
}

/** Family, mask and address: what PostgreSQL hashes. */
export function inetHashBytes(v: Inet): Uint8Array {
  const w = new ByteWriter(18);
  w.u8(v.family === 4 ? AF_INET : AF_INET6);
  w.u8(v.bits);
  w.raw(addressBytes(v.address, v.width));
  return w.done();
}

function networkType(oid: number, name: string, cidr: boolean): TypeImpl {
  return defineBaseType({
    oid, name, physical: 'bytes', len: -1,
    parse: (text) => parseInet(text, cidr),
    format: cidr ? formatCidr : formatInet,
    send: (v) => send(v, cidr),
    receive: (b) => receive(b, cidr),
    encode: (v) => send(v, cidr),
    decode: (b) => receive(b, cidr),
    compare: compareInet,
    hashKey: formatCidr,
    sortKey,
  }, [`${name}_in`, `${name}_out`, `${name}_recv`, `${name}_send`]);
}

export const inetType = networkType(869, 'inet', false);
export const cidrType = networkType(650, 'cidr', true);
