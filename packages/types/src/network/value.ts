/**
 * inet and cidr: an address of 4 or 16 bytes and a mask length. The two types share this class; cidr shows the mask
 * always and allows no bits beyond it.
 */
import { SqlError } from '../errors.js';

export class Inet {
  constructor(readonly family: 4 | 6, readonly bits: number, readonly address: bigint) {}

  get width(): number { return this.family === 4 ? 32 : 128; }

  /** Ones where the network part is. */
  get mask(): bigint {
    const w = BigInt(this.width);
    const b = BigInt(this.bits);
    return ((1n << b) - 1n) << (w - b);
  }

  get network(): bigint { return this.address & this.mask; }

  withBits(bits: number): Inet { return new Inet(this.family, bits, this.address); }
  withAddress(address: bigint): Inet { return new Inet(this.family, this.bits, address); }
}

/** Up to four decimal octets; undefined where the text is not that. */
function octets(text: string): number[] | undefined {
  if (!/^[0-9]+(?:\.[0-9]+){0,3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  return parts.every((p) => p <= 255) ? parts : undefined;
}

const toAddress = (parts: number[]): bigint => [0, 1, 2, 3].reduce((a, i) => (a << 8n) | BigInt(parts[i] ?? 0), 0n);

/** The mask that an address class implies, at least as long as what is written. */
function classBits(parts: number[]): number {
  const first = parts[0]!;
  let bits = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
  bits = Math.max(bits, parts.length * 8);
  return bits === 8 && first === 224 ? 4 : bits;
}

function parse4(address: string, bits: number | undefined, cidr: boolean): Inet | undefined {
  const parts = octets(address);
  if (parts === undefined || (bits !== undefined && bits > 32)) return undefined;
  if (!cidr && bits === undefined && parts.length < 4) return undefined;
  if (!cidr && bits !== undefined && parts.length < 4 && bits > parts.length * 8) return undefined;
  return new Inet(4, bits ?? (cidr ? classBits(parts) : 32), toAddress(parts));
}

function words(text: string): bigint[] | undefined {
  if (text === '') return [];
  const out: bigint[] = [];
  const parts = text.split(':');
  for (const [i, p] of parts.entries()) {
    if (i === parts.length - 1 && p.includes('.')) {
      const quad = octets(p);
      if (quad?.length !== 4) return undefined;
      const a = toAddress(quad);
      out.push(a >> 16n, a & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(p)) out.push(BigInt(`0x${p}`));
    else return undefined;
  }
  return out;
}

function parse6(address: string, bits: number | undefined): Inet | undefined {
  if (bits !== undefined && bits > 128) return undefined;
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const left = words(halves[0]!);
  const right = halves.length === 2 ? words(halves[1]!) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...new Array<bigint>(missing).fill(0n), ...right];
  return new Inet(6, bits ?? 128, all.reduce((a, w) => (a << 16n) | w, 0n));
}

/** network_in */
export function parseInet(text: string, cidr: boolean): Inet {
  const type = cidr ? 'cidr' : 'inet';
  const m = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text);
  const bits = m?.[2] === undefined ? undefined : Number(m[2]);
  const v = m === null ? undefined : m[1]!.includes(':') ? parse6(m[1]!, bits) : parse4(m[1]!, bits, cidr);
  if (v === undefined) throw new SqlError('22P02', `invalid input syntax for type ${type}: "${text}"`);
  if (cidr && v.network !== v.address) {
    throw new SqlError('22P02', `invalid cidr value: "${text}"`, { detail: 'Value has bits set to right of mask.' });
  }
  return v;
}

const quad = (a: bigint): string => [24n, 16n, 8n, 0n].map((s) => String((a >> s) & 255n)).join('.');

/** The longest run of zero words, of at least two: [start, length]. */
function zeroRun(w: readonly number[]): [number, number] {
  let best: [number, number] = [-1, 0];
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && w[i + n] === 0) n++;
    if (n > best[1]) best = [i, n];
    i += n;
  }
  return best[1] >= 2 ? best : [-1, 0];
}

/** The address without its mask. */
export function formatAddress(v: Inet): string {
  if (v.family === 4) return quad(v.address);
  const w = Array.from({ length: 8 }, (_, i) => Number((v.address >> BigInt(112 - 16 * i)) & 0xffffn));
  const [start, length] = zeroRun(w);
  const dotted = start === 0 && (length === 6 || (length === 5 && w[5] === 0xffff));
  const count = dotted ? 6 : 8;
  let out = '';
  for (let i = 0; i < count; i++) {
    if (i === start) {
      out += i === 0 ? '::' : ':';
      i += Math.min(length, count - i) - 1;
      continue;
    }
    out += w[i]!.toString(16) + (i < count - 1 || dotted ? ':' : '');
  }
  return dotted ? out + quad(v.address & 0xffffffffn) : out;
}

export function formatInet(v: Inet): string {
  return v.bits === v.width ? formatAddress(v) : `${formatAddress(v)}/${v.bits}`;
}

export const formatCidr = (v: Inet): string => `${formatAddress(v)}/${v.bits}`;

/** network_cmp: family, then the common part of the networks, then mask lengths, then addresses. */
export function compareInet(a: Inet, b: Inet): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  const shift = BigInt(a.width - Math.min(a.bits, b.bits));
  const x = a.address >> shift;
  const y = b.address >> shift;
  if (x !== y) return x < y ? -1 : 1;
  if (a.bits !== b.bits) return a.bits < b.bits ? -1 : 1;
  return a.address < b.address ? -1 : a.address > b.address ? 1 : 0;
}

/** Big-endian bytes of the address. */
export function addressBytes(address: bigint, width: number): Uint8Array {
  const out = new Uint8Array(width / 8);
  let a = address;
  for (let i = out.length - 1; i >= 0; i--) {
    out[i] = Number(a & 255n);
    a >>= 8n;
  }
  return out;
}

export function bytesToAddress(b: Uint8Array): bigint {
  let a = 0n;
  for (const x of b) a = (a << 8n) | BigInt(x);
  return a;
}
