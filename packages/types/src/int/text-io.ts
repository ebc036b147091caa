/**
 * Integer input: decimal, 0x, 0o and 0b literals, single underscores between digits, surrounding white space
 * (pg_strtoint16/32/64).
 */
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';

const LITERAL = /^[ \t\n\r\f\v]*([-+]?)(?:(0[xX])((?:_?[0-9a-fA-F])+)|(0[oO])((?:_?[0-7])+)|(0[bB])((?:_?[01])+)|([0-9](?:_?[0-9])*))[ \t\n\r\f\v]*$/;
const PREFIX = /^[ \t\n\r\f\v]*[-+]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[0-9](?:_?[0-9])*)/;

export type IntTypeName = 'smallint' | 'integer' | 'bigint';

export function invalidSyntax(type: string, text: string): SqlError {
  return new SqlError('22P02', `invalid input syntax for type ${type}: "${text}"`);
}

export function outOfRangeForType(text: string, type: string): SqlError {
  return new SqlError('22003', `value "${text}" is out of range for type ${type}`);
}

/** The literal's value, or undefined where the text is none. Plain short decimals take the fast way. */
function parseLiteral(text: string): number | bigint | undefined {
  const n = text.length;
  if (n > 0 && n < 16) {
    let i = 0;
    const first = text.charCodeAt(0);
    const negative = first === 45;
    if (negative || first === 43) i = 1;
    let v = 0;
    let k = i;
    for (; k < n; k++) {
      const d = text.charCodeAt(k) - 48;
      if (d < 0 || d > 9) break;
      v = v * 10 + d;
    }
    if (k === n && k > i) return negative ? 0 - v : v;
  }
  const m = LITERAL.exec(text);
  if (m === null) return undefined;
  const digits = (m[3] ?? m[5] ?? m[7] ?? m[8]!).replaceAll('_', '');
  const prefix = (m[2] ?? m[4] ?? m[6] ?? '').toLowerCase();
  const magnitude = BigInt(prefix + digits);
  return canonicalInt8(m[1] === '-' ? -magnitude : magnitude);
}

/**
 * PostgreSQL reports overflow as soon as the digits overflow, even where garbage follows them; so a text whose prefix
 * is too large is out of range rather than invalid.
 */
function prefixOverflows(text: string, min: bigint, max: bigint): boolean {
  const m = PREFIX.exec(text);
  if (m === null) return false;
  const v = parseLiteral(m[0]);
  return v !== undefined && (v < min || v > max);
}

export function parseInt16(text: string): number {
  const v = parseLiteral(text);
  if (v === undefined) {
    throw prefixOverflows(text, -32768n, 32767n) ? outOfRangeForType(text, 'smallint') : invalidSyntax('smallint', text);
  }
  if (v < -32768 || v > 32767) throw outOfRangeForType(text, 'smallint');
  return v as number;
}

export function parseInt32(text: string): number {
  const v = parseLiteral(text);
  if (v === undefined) {
    throw prefixOverflows(text, -2147483648n, 2147483647n) ? outOfRangeForType(text, 'integer') : invalidSyntax('integer', text);
  }
  if (v < -2147483648 || v > 2147483647) throw outOfRangeForType(text, 'integer');
  return v as number;
}

export const INT8_MIN = -0x8000000000000000n;
export const INT8_MAX = 0x7fffffffffffffffn;

export function parseInt64(text: string, typeName = 'bigint'): number | bigint {
  const v = parseLiteral(text);
  if (v === undefined) {
    throw prefixOverflows(text, INT8_MIN, INT8_MAX) ? outOfRangeForType(text, typeName) : invalidSyntax(typeName, text);
  }
  if (typeof v === 'bigint' && (v < INT8_MIN || v > INT8_MAX)) throw outOfRangeForType(text, typeName);
  return v;
}
