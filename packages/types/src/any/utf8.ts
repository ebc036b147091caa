/** UTF-8 bytes of strings and memcomparable keys of strings and byte strings. */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Below this length a loop beats the encoder's call. */
const SHORT = 48;

/** ASCII of a short string with `extra` zero bytes behind it; undefined where it is neither. */
function shortAscii(s: string, extra: number): Uint8Array | undefined {
  const n = s.length;
  if (n > SHORT) return undefined;
  const out = new Uint8Array(n + extra);
  for (let i = 0; i < n; i++) {
    const c = s.charCodeAt(i);
    if (c > 0x7f) return undefined;
    out[i] = c;
  }
  return out;
}

export const utf8 = (s: string): Uint8Array => shortAscii(s, 0) ?? encoder.encode(s);
export const fromUtf8 = (b: Uint8Array): string => decoder.decode(b);

/** Length in UTF-8 bytes. */
export function utf8Length(s: string): number {
  let n = s.length;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c > 0x7f) n += c > 0x7ff && (c < 0xd800 || c > 0xdfff) ? 2 : 1;
  }
  return n;
}

/** The longest prefix of `s` of at most `bytes` UTF-8 bytes. */
export function clipUtf8(s: string, bytes: number): string {
  if (s.length * 3 <= bytes || utf8Length(s) <= bytes) return s;
  let used = 0;
  let i = 0;
  for (const ch of s) {
    const c = ch.codePointAt(0)!;
    used += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (used > bytes) break;
    i += ch.length;
  }
  return s.slice(0, i);
}

/** UTF-8 and a zero: SQL text holds no zero byte, so no key is another's prefix. */
export function textSortKey(s: string): Uint8Array {
  const short = shortAscii(s, 1);
  if (short !== undefined) return short;
  const b = encoder.encode(s);
  const out = new Uint8Array(b.length + 1);
  out.set(b);
  return out;
}

/** Byte strings with 00 as 00 FF, ended by 00 01. */
export function bytesSortKey(b: Uint8Array): Uint8Array {
  let zeros = 0;
  for (const x of b) if (x === 0) zeros++;
  const out = new Uint8Array(b.length + zeros + 2);
  let at = 0;
  for (const x of b) {
    out[at++] = x;
    if (x === 0) out[at++] = 0xff;
  }
  out[at + 1] = 1;
  return out;
}

/** Number of characters (code points). */
export function charCount(s: string): number {
  let n = s.length;
  for (let i = 0; i < s.length - 1; i++) {
    if ((s.charCodeAt(i) & 0xfc00) === 0xd800 && (s.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      n--;
      i++;
    }
  }
  return n;
}

const SURROGATE = /[\ud800-\udfff]/;

/** True where UTF-16 units and characters are the same thing. */
export const isBmp = (s: string): boolean => !SURROGATE.test(s);

/** Characters from..to (0-based, half open), by code points. */
export function sliceChars(s: string, from: number, to: number): string {
  if (isBmp(s)) return s.slice(from, to);
  return Array.from(s).slice(from, to).join('');
}
