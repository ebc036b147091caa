/** numeric input (decimal, exponent, 0x/0o/0b, underscores, NaN, ±Infinity), typmod coercion and typmod functions. */
import { SqlError } from '../errors.js';
import { invalidSyntax } from '../int/text-io.js';
import { DSCALE_MAX, FINITE, Numeric, numericOverflow, roundNumeric, INTEGER_DIGITS_MAX } from './value.js';
import { scaleUp } from './digits.js';

const DECIMAL = /^[ \t\n\r\f\v]*([-+]?)(?:([0-9](?:_?[0-9])*)\.?((?:[0-9](?:_?[0-9])*)?)|\.([0-9](?:_?[0-9])*))(?:[eE]([-+]?[0-9](?:_?[0-9])*))?[ \t\n\r\f\v]*$/;
const PREFIXED = /^[ \t\n\r\f\v]*([-+]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)[ \t\n\r\f\v]*$/;
const WORD = /^[ \t\n\r\f\v]*(?:(nan)|([-+]?)(?:inf|infinity))[ \t\n\r\f\v]*$/i;

/** Exponents beyond this cannot give a representable number. */
const EXPONENT_LIMIT = 1_000_000;

export function parseNumeric(text: string): Numeric {
  const fast = parseShort(text);
  if (fast !== undefined) return fast;
  const m = DECIMAL.exec(text);
  if (m !== null) return fromParts(m[1] === '-', m[2] ?? '', m[3] ?? m[4] ?? '', m[5]);
  const p = PREFIXED.exec(text);
  if (p !== null) {
    const v = BigInt(p[2]!.replaceAll('_', '').toLowerCase());
    return Numeric.checked(p[1] === '-' ? -v : v, 0);
  }
  const w = WORD.exec(text);
  if (w === null) throw invalidSyntax('numeric', text);
  return w[1] !== undefined ? Numeric.NaN : w[2] === '-' ? Numeric.NegativeInfinity : Numeric.Infinity;
}

/** Digits with at most one point, fifteen characters at most. */
function parseShort(text: string): Numeric | undefined {
  const n = text.length;
  if (n === 0 || n > 15) return undefined;
  const negative = text.charCodeAt(0) === 45;
  let v = 0;
  let scale = -1;
  let digits = 0;
  for (let i = negative ? 1 : 0; i < n; i++) {
    const d = text.charCodeAt(i) - 48;
    if (d >= 0 && d <= 9) {
      v = v * 10 + d;
      digits++;
      if (scale >= 0) scale++;
    } else if (d === -2 && scale < 0) scale = 0;
    else return undefined;
  }
  if (digits === 0) return undefined;
  return Numeric.of(negative ? 0 - v : v, Math.max(scale, 0));
}

function fromParts(negative: boolean, whole: string, fraction: string, exponentText: string | undefined): Numeric {
  const int = whole.replaceAll('_', '');
  const frac = fraction.replaceAll('_', '');
  const exponent = exponentText === undefined ? 0 : Number(exponentText.replaceAll('_', ''));
  if (Math.abs(exponent) > EXPONENT_LIMIT * 1000) throw numericOverflow();
  const magnitude = BigInt(int + frac || '0');
  const coef = negative ? -magnitude : magnitude;
  const scale = frac.length - exponent;
  if (scale > DSCALE_MAX) throw numericOverflow();
  if (coef === 0n) return Numeric.of(0, Math.max(scale, 0));
  if (scale < -EXPONENT_LIMIT) throw numericOverflow();
  if (scale <= 0) return Numeric.checked(scaleUp(coef, -scale), 0);
  return Numeric.checked(coef, scale);
}

const HEADER = 4;

/** typmod of numeric(p, s): ((p << 16) | (s & 0x7ff)) + VARHDRSZ, s signed in 11 bits. */
export function makeTypmod(precision: number, scale: number): number {
  return ((precision << 16) | (scale & 0x7ff)) + HEADER;
}

export const typmodPrecision = (typmod: number): number => ((typmod - HEADER) >> 16) & 0xffff;
export const typmodScale = (typmod: number): number => (((typmod - HEADER) & 0x7ff) ^ 1024) - 1024;

function fieldOverflow(precision: number, scale: number, detail: string): SqlError {
  return new SqlError('22003', 'numeric field overflow', {
    detail: `A field with precision ${precision}, scale ${scale} ${detail}`,
  });
}

/** apply_typmod: rounds to the scale and checks the precision. */
export function coerceNumeric(v: Numeric, typmod: number): Numeric {
  if (typmod < HEADER) return v;
  const precision = typmodPrecision(typmod);
  const scale = typmodScale(typmod);
  if (v.kind !== FINITE) {
    if (v.isNaN()) return v;
    throw fieldOverflow(precision, scale, 'cannot hold an infinite value.');
  }
  const r = roundNumeric(v, scale);
  const maxDigits = precision - scale;
  if (r.coef !== 0 && r.exponent() + 1 > maxDigits) {
    const limit = maxDigits === 0 ? '1' : `10^${maxDigits}`;
    throw fieldOverflow(precision, scale, `must round to an absolute value less than ${limit}.`);
  }
  return r;
}

export { INTEGER_DIGITS_MAX };
