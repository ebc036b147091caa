/** normalize, IS NORMALIZED, unistr and what the server knows of Unicode. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';

const FORMS = new Set(['NFC', 'NFD', 'NFKC', 'NFKD']);

function normalForm(name: string): 'NFC' | 'NFD' | 'NFKC' | 'NFKD' {
  const form = name.toUpperCase();
  if (!FORMS.has(form)) throw new SqlError('22023', `invalid normalization form: ${name}`);
  return form as 'NFC';
}

const invalidPair = (): SqlError => new SqlError('42601', 'invalid Unicode surrogate pair');

/** The escape at `i` (after the backslash): its code point and length, undefined where it is none. */
function escapeAt(s: string, i: number): { code: number; length: number } | undefined {
  const m = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))/.exec(s.slice(i, i + 9));
  if (m === null) return undefined;
  return { code: parseInt(m[1] ?? m[2] ?? m[3] ?? m[4]!, 16), length: m[0].length };
}

function unistr(s: string): string {
  let out = '';
  let high = 0;
  for (let i = 0; i < s.length; ) {
    if (s[i] !== '\\') {
      if (high !== 0) throw invalidPair();
      out += s[i++]!;
      continue;
    }
    if (s[i + 1] === '\\') {
      if (high !== 0) throw invalidPair();
      out += '\\';
      i += 2;
      continue;
    }
    const e = escapeAt(s, i + 1);
    if (e === undefined) {
      throw new SqlError('42601', 'invalid Unicode escape', {
        hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.',
      });
    }
    i += 1 + e.length;
    if (e.code === 0 || e.code > 0x10ffff) {
      throw new SqlError('22023', `invalid Unicode code point: ${e.code.toString(16).toUpperCase().padStart(4, '0')}`);
    }
    const isHigh = e.code >= 0xd800 && e.code <= 0xdbff;
    const isLow = e.code >= 0xdc00 && e.code <= 0xdfff;
    if (high !== 0 ? !isLow : isLow) throw invalidPair();
    if (isHigh) high = e.code;
    else {
      out += high !== 0 ? String.fromCharCode(high, e.code) : String.fromCodePoint(e.code);
      high = 0;
    }
  }
  if (high !== 0) throw invalidPair();
  return out;
}

defineFunctions({
  unicode_normalize_func: (s: string, form: string) => s.normalize(normalForm(form)),
  unicode_is_normalized: (s: string, form: string) => s.normalize(normalForm(form)) === s,
  unicode_assigned: (s: string) => !/\p{Cn}/u.test(s),
  unicode_version: () => '16.0',
  icu_unicode_version: () => process.versions['unicode'] ?? null,
  unistr,
});
