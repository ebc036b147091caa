/** Functions of inet and cidr. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { asInt8, hashBytes, hashBytesExtended } from '../hash/hash-bytes.js';
import { INT8_MAX, INT8_MIN } from '../int/text-io.js';
import type { Int8 } from '../int/value.js';
import { inetHashBytes } from './types.js';
import { compareInet, formatAddress, formatCidr, formatInet, Inet } from './value.js';

const all = (v: Inet): bigint => (1n << BigInt(v.width)) - 1n;

function setMask(v: Inet, bits: number, cut: boolean): Inet {
  const wanted = bits === -1 ? v.width : bits;
  if (wanted < 0 || wanted > v.width) throw new SqlError('22023', `invalid mask length: ${bits}`);
  const r = v.withBits(wanted);
  return cut ? r.withAddress(r.network) : r;
}

/** Is b's network inside (or equal to) a's? */
function contains(a: Inet, b: Inet, strictly: boolean): boolean {
  if (a.family !== b.family || (strictly ? a.bits >= b.bits : a.bits > b.bits)) return false;
  return (b.address & a.mask) === a.network;
}

function overlaps(a: Inet, b: Inet): boolean {
  return a.bits <= b.bits ? contains(a, b, false) : contains(b, a, false);
}

const combine = (word: string, f: (x: bigint, y: bigint) => bigint) => (a: Inet, b: Inet): Inet => {
  if (a.family !== b.family) throw new SqlError('22023', `cannot ${word} inet values of different sizes`);
  return new Inet(a.family, Math.max(a.bits, b.bits), f(a.address, b.address));
};

function plus(a: Inet, by: bigint): Inet {
  const r = a.address + by;
  if (r < 0n || r > all(a)) throw new SqlError('22003', 'result is out of range');
  return a.withAddress(r);
}

function minus(a: Inet, b: Inet): Int8 {
  if (a.family !== b.family) throw new SqlError('22023', 'cannot subtract inet values of different sizes');
  const difference = a.address - b.address;
  const r = a.family === 6 ? BigInt.asIntN(128, difference) : difference;
  if (r > INT8_MAX || r < INT8_MIN) throw new SqlError('22003', 'result is out of range');
  return canonicalInt8(r);
}

function merge(a: Inet, b: Inet): Inet {
  if (a.family !== b.family) throw new SqlError('22023', 'cannot merge addresses from different families');
  let bits = Math.min(a.bits, b.bits);
  while (bits > 0 && a.address >> BigInt(a.width - bits) !== b.address >> BigInt(a.width - bits)) bits--;
  const r = a.withBits(bits);
  return r.withAddress(r.network);
}

/** abbrev(cidr) of IPv6: only the words that the mask reaches, even a single run of zeros as '::'. */
function abbreviate6(v: Inet): string {
  const count = Math.max(Math.ceil(v.bits / 16), 2);
  const words = Array.from({ length: count }, (_, i) => Number((v.address >> BigInt(112 - 16 * i)) & 0xffffn));
  let start = -1;
  let length = 0;
  for (let i = 0; i < count; i++) {
    let n = 0;
    while (i + n < count && words[i + n] === 0) n++;
    if (n > length) [start, length] = [i, n];
    i += n;
  }
  if (count === 8 && start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff))) return formatCidr(v);
  const hex = (w: number[]): string => w.map((x) => x.toString(16)).join(':');
  const text = start < 0 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
  return `${text}/${v.bits}`;
}

/** abbrev(cidr): trailing zero octets are left out. */
function abbreviate(v: Inet): string {
  if (v.family === 6) return abbreviate6(v);
  const octets = formatAddress(v).split('.');
  return `${octets.slice(0, Math.max(Math.ceil(v.bits / 8), 1)).join('.')}/${v.bits}`;
}

defineFunctions({
  ...comparisons(compareInet, orderNames('network_', { cmp: 'network_cmp', larger: 'network_larger', smaller: 'network_smaller' })),
  hashinet: (v: Inet) => hashBytes(inetHashBytes(v)),
  hashinetextended: (v: Inet, seed: Int8) => asInt8(hashBytesExtended(inetHashBytes(v), seed)),
  inet_abbrev: formatInet,
  cidr_abbrev: abbreviate,
  inet_set_masklen: (v: Inet, bits: number) => setMask(v, bits, false),
  cidr_set_masklen: (v: Inet, bits: number) => setMask(v, bits, true),
  inet_to_cidr: (v: Inet) => v.withAddress(v.network),
  inet_merge: merge,
  inet_same_family: (a: Inet, b: Inet) => a.family === b.family,
  inetand: combine('AND', (x, y) => x & y),
  inetor: combine('OR', (x, y) => x | y),
  inetnot: (v: Inet) => v.withAddress(all(v) ^ v.address),
  inetpl: (v: Inet, n: Int8) => plus(v, BigInt(n)),
  inetmi_int8: (v: Inet, n: Int8) => plus(v, -BigInt(n)),
  inetmi: minus,
  network_broadcast: (v: Inet) => v.withAddress(v.network | (all(v) ^ v.mask)),
  network_family: (v: Inet) => v.family,
  network_hostmask: (v: Inet) => new Inet(v.family, v.width, all(v) ^ v.mask),
  network_netmask: (v: Inet) => new Inet(v.family, v.width, v.mask),
  network_host: formatAddress,
  network_show: formatCidr,
  network_masklen: (v: Inet) => v.bits,
  network_network: (v: Inet) => v.withAddress(v.network),
  network_sub: (a: Inet, b: Inet) => contains(b, a, true),
  network_subeq: (a: Inet, b: Inet) => contains(b, a, false),
  network_sup: (a: Inet, b: Inet) => contains(a, b, true),
  network_supeq: (a: Inet, b: Inet) => contains(a, b, false),
  network_overlap: overlaps,
});
