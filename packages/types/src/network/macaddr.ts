/** macaddr and macaddr8: hardware addresses of 6 and 8 bytes, in memory as canonical text. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { comparisons, orderNames } from '../any/comparison.js';
import { asInt8, hashBytes, hashBytesExtended } from '../hash/hash-bytes.js';
import { invalidSyntax } from '../int/text-io.js';

/** The notations that macaddr accepts: pairs, one byte or more digits per field, dotted quads, plain digits. */
const MAC_SHAPES: readonly RegExp[] = [
  /^([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})-([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})[:-]([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{2})-([0-9a-f]{2})([0-9a-f]{1,2})$/i,
  /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{1,2})$/i,
];

function parseMacaddr(text: string): string {
  const t = text.trim();
  for (const shape of MAC_SHAPES) {
    const m = shape.exec(t);
    if (m !== null) return m.slice(1).map((p) => p.toLowerCase().padStart(2, '0')).join(':');
  }
  throw invalidSyntax('macaddr', text);
}

/** Digits in pairs with one kind of separator throughout; six bytes get ff:fe in the middle. */
function parseMacaddr8(text: string): string {
  const m = /^[ \t\n\r\f\v]*([0-9a-f]{2}(?:([:.-])?[0-9a-f]{2})(?:[:.-]?[0-9a-f]{2})*)[ \t\n\r\f\v]*$/i.exec(text);
  const body = m?.[1];
  const separators = new Set(body?.replace(/[0-9a-f]/gi, ''));
  const digits = body?.replace(/[^0-9a-f]/gi, '').toLowerCase() ?? '';
  if (body === undefined || separators.size > 1 || (digits.length !== 12 && digits.length !== 16)) throw invalidSyntax('macaddr8', text);
  const bytes = digits.match(/../g)!;
  return (bytes.length === 6 ? widen(bytes) : bytes).join(':');
}

const widen = (b: readonly string[]): string[] => [...b.slice(0, 3), 'ff', 'fe', ...b.slice(3)];
const toBytes = (v: string): Uint8Array => Uint8Array.from(v.split(':'), (p) => parseInt(p, 16));
const fromBytes = (b: Uint8Array): string => [...b].map((x) => x.toString(16).padStart(2, '0')).join(':');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function macType(oid: number, name: string, len: number, parse: (t: string) => string): void {
  defineBaseType({
    oid, name, physical: 'bytes', len, parse,
    format: (v: string) => v,
    send: toBytes,
    receive: (b) => fromBytes(len === 8 && b.length === 6 ? toBytes(widen(fromBytes(b).split(':')).join(':')) : b),
    encode: toBytes,
    decode: fromBytes,
    compare,
    hashKey: (v: string) => v,
    sortKey: toBytes,
  }, [`${name}_in`, `${name}_out`, `${name}_recv`, `${name}_send`]);
  const each = (f: (x: number, y: number) => number) => (a: string, b: string): string => {
    const y = toBytes(b);
    return fromBytes(toBytes(a).map((x, i) => f(x, y[i]!)));
  };
  defineFunctions({
    ...comparisons(compare, orderNames(`${name}_`, { cmp: `${name}_cmp` })),
    [`${name}_and`]: each((x, y) => x & y),
    [`${name}_or`]: each((x, y) => x | y),
    [`${name}_not`]: (v: string) => fromBytes(toBytes(v).map((x) => ~x & 255)),
    [`${name}_trunc`]: (v: string) => fromBytes(toBytes(v).map((x, i) => (i < 3 ? x : 0))),
    [`hash${name}`]: (v: string) => hashBytes(toBytes(v)),
    [`hash${name}extended`]: (v: string, seed: number | bigint) => asInt8(hashBytesExtended(toBytes(v), seed)),
  });
}

macType(829, 'macaddr', 6, parseMacaddr);
macType(774, 'macaddr8', 8, parseMacaddr8);

defineFunctions({
  macaddrtomacaddr8: (v: string) => widen(v.split(':')).join(':'),
  macaddr8tomacaddr: (v: string) => {
    const b = v.split(':');
    if (b[3] !== 'ff' || b[4] !== 'fe') {
      throw new SqlError('22003', 'macaddr8 data out of range to convert to macaddr', {
        hint: 'Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.',
      });
    }
    return [...b.slice(0, 3), ...b.slice(5)].join(':');
  },
  macaddr8_set7bit: (v: string) => fromBytes(toBytes(v).map((x, i) => (i === 0 ? x | 2 : x))),
});
