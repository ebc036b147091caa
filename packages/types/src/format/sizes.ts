/** pg_size_pretty and pg_size_bytes. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { numericToInt8 } from '../numeric/casts.js';
import { parseNumeric } from '../numeric/text-io.js';
import { addNumeric, compareNumeric, divTruncNumeric, mulNumeric, Numeric } from '../numeric/value.js';

/** Name, limit below which the unit is used, whether the last bit is rounded off, and bits per unit. */
const UNITS: readonly (readonly [name: string, limit: bigint, round: boolean, bits: number])[] = [
  ['bytes', 10240n, false, 0], ['kB', 20479n, true, 10], ['MB', 20479n, true, 20], ['GB', 20479n, true, 30],
  ['TB', 20479n, true, 40], ['PB', 20479n, true, 50],
];

const abs = (v: bigint): bigint => (v < 0n ? -v : v);

function prettyInt(v: number | bigint): string {
  let size = BigInt(v);
  for (let i = 0; ; i++) {
    const [name, limit, round, bits] = UNITS[i]!;
    const next = UNITS[i + 1];
    if (next === undefined || abs(size) < limit) {
      if (round) size = (size + (size < 0n ? -1n : 1n)) / 2n;
      return `${size} ${name}`;
    }
    size /= 1n << BigInt(next[3] - bits - (next[2] ? 1 : 0) + (round ? 1 : 0));
  }
}

const TWO = Numeric.of(2, 0);

function prettyNumeric(v: Numeric): string {
  let size = v;
  for (let i = 0; ; i++) {
    const [name, limit, round, bits] = UNITS[i]!;
    const next = UNITS[i + 1];
    if (next === undefined || compareNumeric(size.abs(), Numeric.fromInt(limit)) < 0) {
      if (round) size = divTruncNumeric(addNumeric(size, Numeric.of(size.sign() < 0 ? -1 : 1, 0)), TWO);
      return `${size.toString()} ${name}`;
    }
    const shift = next[3] - bits - (next[2] ? 1 : 0) + (round ? 1 : 0);
    size = divTruncNumeric(size, Numeric.fromInt(1n << BigInt(shift)));
  }
}

const MULTIPLIERS: Readonly<Record<string, number>> = { bytes: 0, b: 0, kb: 10, mb: 20, gb: 30, tb: 40, pb: 50 };

function sizeBytes(text: string): number | bigint {
  const m = /^\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(.*?)\s*$/s.exec(text);
  if (m === null) throw new SqlError('22023', `invalid size: "${text}"`);
  const number = parseNumeric(m[1]!);
  if (m[2] === '') return numericToInt8(number);
  const bits = MULTIPLIERS[m[2]!.toLowerCase()];
  if (bits === undefined) {
    throw new SqlError('22023', `invalid size: "${text}"`, {
      detail: `Invalid size unit: "${m[2]!}".`,
      hint: 'Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".',
    });
  }
  return numericToInt8(mulNumeric(number, Numeric.fromInt(1n << BigInt(bits))));
}

defineFunctions({
  pg_size_pretty: prettyInt,
  pg_size_pretty_numeric: prettyNumeric,
  pg_size_bytes: sizeBytes,
});
