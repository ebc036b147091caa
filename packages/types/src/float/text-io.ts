/**
 * Float input (strtod with PostgreSQL's range rules) and output: the shortest digits that read back equal, in %g's
 * layout, or %.*g where extra_float_digits is not positive.
 */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';
import { invalidSyntax } from '../int/text-io.js';

const NUMBER = /^[ \t\n\r\f\v]*([-+]?(?:nan|infinity|inf|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][-+]?[0-9]+)?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?))/i;

function hexFloat(text: string): number {
  const m = /^([-+]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([-+]?[0-9]+))?$/i.exec(text)!;
  const v = Number(BigInt(`0x${m[2]}${m[3]}`)) * 2 ** (Number(m[4] ?? 0) - 4 * m[3]!.length);
  return m[1] === '-' ? -v : v;
}

/** True where the decimal text denotes zero whatever its exponent. */
const isZeroText = (text: string): boolean => !/[1-9]/.test(text.replace(/[eEpP][-+]?[0-9]+$/, ''));

/** The exact decimal comparison of a text with a double, for the ties of double rounding in float4 input. */
function compareDecimal(text: string, value: number): number {
  const m = /^[-+]?([0-9]*)\.?([0-9]*)(?:e([-+]?[0-9]+))?$/i.exec(text)!;
  let exponent = Number(m[3] ?? 0) - m[2]!.length;
  let a = BigInt(m[1]! + m[2]! || '0');
  let scale = 0;
  let v = Math.abs(value);
  while (!Number.isInteger(v)) {
    v *= 2;
    scale++;
  }
  let b = BigInt(v);
  if (exponent > 0) a *= 10n ** BigInt(exponent);
  else b *= 10n ** BigInt(-exponent);
  exponent = 0;
  a <<= BigInt(scale);
  return a < b ? -1 : a > b ? 1 : 0;
}

const bits = new DataView(new ArrayBuffer(8));

/** A double read from `text`, rounded to float4 as one correct rounding of the text. */
function roundToFloat4(text: string, d: number): number {
  bits.setFloat64(0, d);
  const tie = (bits.getUint32(4) & 0x1fffffff) === 0x10000000;
  if (!tie || /x/i.test(text)) return Math.fround(d);
  const c = compareDecimal(text, d);
  if (c === 0) return Math.fround(d);
  const away = Math.abs(d) * (1 + Number.EPSILON);
  const near = Math.abs(d) * (1 - Number.EPSILON / 2);
  return Math.fround((d < 0 ? -1 : 1) * (c > 0 ? away : near));
}

/**
 * Reads a float as float8in_internal does. `single` for float4. `type` is the name in messages; `whole` the text shown
 * in them where the number is a part of something larger (geometric types).
 */
export function parseFloatText(text: string, single: boolean, type = single ? 'real' : 'double precision', whole = text): number {
  const { value, end } = parseFloatPrefix(text, single, type, whole);
  if (/[^ \t\n\r\f\v]/.test(text.slice(end))) throw invalidSyntax(type, whole);
  return value;
}

/** The same without the rule that nothing but blanks may follow. */
export function parseFloatPrefix(text: string, single: boolean, type: string, whole: string): { value: number; end: number } {
  const m = NUMBER.exec(text);
  if (m === null) throw invalidSyntax(type, whole);
  const token = m[1]!;
  const lower = token.toLowerCase();
  const end = m[0].length;
  if (lower.includes('n')) {
    const negative = lower.startsWith('-');
    return { value: lower.includes('na') ? NaN : negative ? -Infinity : Infinity, end };
  }
  const d = lower.includes('0x') ? hexFloat(token) : Number(token);
  const value = single ? roundToFloat4(token, d) : d;
  if (!Number.isFinite(value) || (value === 0 && !isZeroText(token))) {
    throw new SqlError('22003', `"${token}" is out of range for type ${single ? 'real' : 'double precision'}`);
  }
  return { value, end };
}

/** Digits and exponent as %g lays them out: positional while -4 <= exponent < limit. */
function layout(sign: string, digits: string, exponent: number, limit: number): string {
  if (exponent < -4 || exponent >= limit) {
    const e = Math.abs(exponent);
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${e < 10 ? '0' : ''}${e}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits + '0'.repeat(exponent + 1 - digits.length);
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** Are all digits of `longer` beyond `length` zeros? */
const onlyZeros = (longer: string, length: number): boolean => /^0*$/.test(longer.slice(length));

/** The last digit of a decimal text made even by going one back toward zero: what rounding half up got too high. */
function stepBack(text: string): string {
  const last = text.length - 1;
  return text.slice(0, last) + String(Number(text[last]) - 1);
}

/** JS rounds exact ties up, C to even; JS's result is odd exactly where they differ. */
const isOdd = (text: string): boolean => Number(text[text.length - 1]) % 2 === 1;

/** C's %.*f for finite values. */
export function fixedDigits(v: number, scale: number): string {
  if (Math.abs(v) >= 1e21) return BigInt(v).toString() + (scale > 0 ? `.${'0'.repeat(scale)}` : '');
  const sign = v < 0 || Object.is(v, -0) ? '-' : '';
  const a = Math.abs(v);
  const shown = Math.min(scale, 100);
  let text = a.toFixed(shown);
  if (isOdd(text) && shown < 70) {
    const more = a.toFixed(shown + 1);
    if (more.endsWith('5') && onlyZeros(a.toFixed(Math.min(shown + 30, 100)), more.length)) text = stepBack(text);
  }
  return sign + text + '0'.repeat(scale - shown);
}

/** Digits and exponent of C's %.*e for finite v > 0 or 0. */
export function exponentialDigits(v: number, scale: number): [string, number] {
  const shown = Math.min(scale, 100);
  const [mantissa, e] = v.toExponential(shown).split('e') as [string, string];
  let text = mantissa;
  if (isOdd(text) && shown < 70) {
    const more = v.toExponential(shown + 1).split('e')[0]!;
    if (more.endsWith('5') && onlyZeros(v.toExponential(shown + 30).split('e')[0]!, more.length)) text = stepBack(text);
  }
  return [text + '0'.repeat(scale - shown), Number(e)];
}

/** C's %.*g. */
export function formatG(v: number, precision: number): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? 'NaN' : v > 0 ? 'Infinity' : '-Infinity';
  const sign = v < 0 || Object.is(v, -0) ? '-' : '';
  if (v === 0) return `${sign}0`;
  const p = Math.max(precision, 1);
  const [mantissa, e] = exponentialDigits(Math.abs(v), p - 1);
  return layout(sign, mantissa.replace('.', '').replace(/0+$/, '') || '0', e, p);
}

/**
 * Is the decimal exactly half way between `v` and a neighbour? Readers may round such a text either way, so it does not
 * count as denoting v. Only values beyond the mantissa's integers can have short decimals there.
 */
function isMidpoint(mantissa: string, exponent: number, v: number, mantissaBits: number): boolean {
  const digits = mantissa.replace('.', '');
  const scale = exponent - digits.length + 1;
  if (v < 2 ** (mantissaBits + 1) || v > 1e41 || scale < 0) return false;
  const decimal = BigInt(digits) * 10n ** BigInt(scale);
  const exact = BigInt(v);
  const below = decimal < exact;
  let halfBits = exact.toString(2).length - mantissaBits - 1;
  if (below && (exact & (exact - 1n)) === 0n) halfBits--;
  return (below ? exact - decimal : decimal - exact) === 1n << BigInt(halfBits);
}

/** The shortest digits that read back as v > 0, and their exponent. */
function shortestDigits(v: number, single: boolean): [string, number] {
  const split = (text: string): [string, number] => {
    const [m, e] = text.split('e') as [string, string];
    return [m, Number(e)];
  };
  let [mantissa, e] = split(v.toExponential());
  if (single || isMidpoint(mantissa, e, v, 53)) {
    const first = single ? 0 : mantissa.length - 1;
    for (let p = first; p < (single ? 9 : 17); p++) {
      [mantissa, e] = exponentialDigits(v, p);
      const back = Number(`${mantissa}e${e}`);
      if ((single ? Math.fround(back) : back) === v && !isMidpoint(mantissa, e, v, single ? 24 : 53)) break;
    }
  }
  return [mantissa.replace('.', ''), e];
}

function extraFloatDigits(env: TypeEnv | undefined): number {
  const s = env?.setting('extra_float_digits');
  return s === undefined ? 1 : Number(s);
}

export function formatFloat8(v: number, env?: TypeEnv): string {
  if (!Number.isFinite(v)) return formatG(v, 15);
  const extra = extraFloatDigits(env);
  if (extra <= 0) return formatG(v, 15 + extra);
  if (Number.isInteger(v) && v > -1e15 && v < 1e15) return Object.is(v, -0) ? '-0' : String(v);
  const [digits, e] = shortestDigits(Math.abs(v), false);
  return layout(v < 0 ? '-' : '', digits, e, 15);
}

export function formatFloat4(v: number, env?: TypeEnv): string {
  if (!Number.isFinite(v)) return formatG(v, 6);
  const extra = extraFloatDigits(env);
  if (extra <= 0) return formatG(v, 6 + extra);
  if (v === 0) return Object.is(v, -0) ? '-0' : '0';
  const [digits, e] = shortestDigits(Math.abs(v), true);
  return layout(v < 0 ? '-' : '', digits, e, 6);
}
