/** Character set conversion: UTF8, SQL_ASCII, the single-byte sets and those that the platform's TextDecoder reads. */
import { SqlError } from '../errors.js';
import { textFromBytes } from '../text/types.js';
import { utf8 } from '../any/utf8.js';

/** pg_enc order: the index is PostgreSQL's encoding id. The label is the platform's name, '' for none. */
export const ENCODINGS: readonly (readonly [name: string, label: string])[] = [
  ['SQL_ASCII', ''], ['EUC_JP', 'euc-jp'], ['EUC_CN', 'gbk'], ['EUC_KR', 'euc-kr'], ['EUC_TW', ''], ['EUC_JIS_2004', ''],
  ['UTF8', 'utf-8'], ['MULE_INTERNAL', ''], ['LATIN1', 'latin1'], ['LATIN2', 'iso-8859-2'], ['LATIN3', 'iso-8859-3'],
  ['LATIN4', 'iso-8859-4'], ['LATIN5', 'latin5'], ['LATIN6', 'iso-8859-10'], ['LATIN7', 'iso-8859-13'], ['LATIN8', 'iso-8859-14'],
  ['LATIN9', 'iso-8859-15'], ['LATIN10', ''], ['WIN1256', 'windows-1256'], ['WIN1258', 'windows-1258'],
  ['WIN866', 'ibm866'], ['WIN874', 'windows-874'], ['KOI8R', 'koi8-r'], ['WIN1251', 'windows-1251'],
  ['WIN1252', 'windows-1252'], ['ISO_8859_5', 'iso-8859-5'], ['ISO_8859_6', 'iso-8859-6'], ['ISO_8859_7', 'iso-8859-7'],
  ['ISO_8859_8', 'iso-8859-8'], ['WIN1250', 'windows-1250'], ['WIN1253', 'windows-1253'], ['WIN1254', 'windows-1254'],
  ['WIN1255', 'windows-1255'], ['WIN1257', 'windows-1257'], ['KOI8U', 'koi8-u'], ['SJIS', 'shift_jis'], ['BIG5', 'big5'],
  ['GBK', 'gbk'], ['UHC', 'euc-kr'], ['GB18030', 'gb18030'], ['JOHAB', ''], ['SHIFT_JIS_2004', ''],
];

/** Other spellings, already without punctuation and in lower case. */
const ALIASES: Readonly<Record<string, string>> = {
  unicode: 'utf8', iso88591: 'latin1', iso88592: 'latin2', iso88593: 'latin3', iso88594: 'latin4', iso88599: 'latin5',
  iso885910: 'latin6', iso885913: 'latin7', iso885914: 'latin8', iso885915: 'latin9', iso885916: 'latin10', win: 'win1251',
  windows1250: 'win1250', windows1251: 'win1251', windows1252: 'win1252', windows1253: 'win1253', windows1254: 'win1254',
  windows1255: 'win1255', windows1256: 'win1256', windows1257: 'win1257', windows1258: 'win1258', windows866: 'win866',
  windows874: 'win874', alt: 'win866', koi8: 'koi8r', abc: 'win1258', tcvn: 'win1258', tcvn5712: 'win1258', vscii: 'win1258',
  shiftjis: 'sjis', mskanji: 'sjis', win932: 'sjis', windows932: 'sjis', win949: 'uhc', windows949: 'uhc', win950: 'big5',
  windows950: 'big5', win936: 'gbk', windows936: 'gbk',
};

const clean = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const ids = new Map(ENCODINGS.map(([name], id) => [clean(name), id]));

/** pg_char_to_encoding: -1 for an unknown name. */
export function encodingId(name: string): number {
  const key = clean(name);
  return ids.get(key) ?? ids.get(ALIASES[key] ?? '') ?? -1;
}

export const encodingName = (id: number): string => ENCODINGS[id]?.[0] ?? '';

function known(name: string, what: string): number {
  const id = encodingId(name);
  if (id < 0) throw new SqlError('22023', `invalid ${what === '' ? '' : `${what} `}encoding name "${name}"`);
  return id;
}

/** Bytes of a character where one is given, for single-byte sets: the inverse of the decoder. */
const inverses = new Map<string, Map<string, number>>();

function inverse(label: string): Map<string, number> {
  let map = inverses.get(label);
  if (map === undefined) {
    map = new Map();
    const decode = singleByteDecoder(label);
    for (let i = 0; i < 256; i++) {
      const ch = decode(Uint8Array.of(i));
      if (ch.length === 1 && ch !== '\ufffd' && undefinedBytes(label)?.test(ch) !== true) map.set(ch, i);
    }
    inverses.set(label, map);
  }
  return map;
}

/** Code points of windows-1252's bytes 0x80..0x9f, which some platforms decode as Latin-1. */
const WINDOWS_1252 = '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/** ISO 8859-9 is Latin-1 but for six letters; the platform takes its name for windows-1254. */
const LATIN5: Readonly<Record<string, string>> = { '\xd0': '\u011e', '\xdd': '\u0130', '\xde': '\u015e', '\xf0': '\u011f', '\xfd': '\u0131', '\xfe': '\u015f' };
/** Bytes that a Windows character set leaves undefined are control characters or of private use to the platform. */
const undefinedBytes = (label: string): RegExp | undefined => (label === 'windows-1253' ? /[\x80-\x9f\xaa]/ : label.startsWith('windows-') ? /[\x80-\x9f\uf8c1-\uf8c6]/ : undefined);

function singleByteDecoder(label: string): (b: Uint8Array) => string {
  if (label === 'latin5') return (b) => Buffer.from(b).toString('latin1').replace(/[\xd0\xdd\xde\xf0\xfd\xfe]/g, (ch) => LATIN5[ch]!);
  if (label === 'windows-1252') {
    return (b) => Buffer.from(b).toString('latin1').replace(/[\x80-\x9f]/g, (ch) => WINDOWS_1252[ch.charCodeAt(0) - 0x80]!);
  }
  const decoder = new TextDecoder(label, { fatal: true });
  return (b) => {
    try {
      return decoder.decode(b);
    } catch {
      return '\ufffd';
    }
  };
}

const MULTIBYTE = new Set([1, 2, 3, 35, 36, 37, 38, 39]);

const hex = (bytes: Uint8Array): string => [...bytes].map((x) => `0x${x.toString(16).padStart(2, '0')}`).join(' ');

function unmapped(bytes: Uint8Array, from: string, to: string): SqlError {
  return new SqlError('22P05', `character with byte sequence ${hex(bytes)} in encoding "${from}" has no equivalent in encoding "${to}"`);
}

const unsupported = (from: string, to: string): SqlError =>
  new SqlError('42883', `default conversion function for encoding "${from}" to "${to}" does not exist`);

/** convert_from: bytes in that encoding as text. */
export function decodeText(bytes: Uint8Array, name: string, what: unknown = 'source'): string {
  const id = known(name, what === '' ? '' : 'source');
  const [canonicalName, label] = ENCODINGS[id]!;
  if (id === 6) return textFromBytes(bytes);
  if (id === 0) return textFromBytes(bytes);
  if (bytes.includes(0)) throw new SqlError('22021', `invalid byte sequence for encoding "${canonicalName}": 0x00`);
  if (id === 8) return Buffer.from(bytes).toString('latin1');
  if (label === '') throw unsupported(canonicalName, 'UTF8');
  try {
    const text = label === 'windows-1252' || label === 'latin5' ? singleByteDecoder(label)(bytes) : new TextDecoder(label, { fatal: true }).decode(bytes);
    const invalid = undefinedBytes(label);
    const bad = invalid === undefined ? -1 : text.search(invalid);
    if (bad < 0) return text;
    throw unmapped(bytes.subarray(bad, bad + 1), canonicalName, 'UTF8');
  } catch (e) {
    if (e instanceof SqlError) throw e;
    throw new SqlError('22021', `invalid byte sequence for encoding "${canonicalName}": ${hex(bytes.subarray(0, 1))}`);
  }
}

/** convert_to: text as bytes of that encoding. */
export function encodeText(text: string, name: string): Uint8Array {
  const id = known(name, 'destination');
  const [canonicalName, label] = ENCODINGS[id]!;
  if (id === 6 || id === 0) return utf8(text);
  const map = id === 8 ? undefined : label === '' || MULTIBYTE.has(id) ? null : inverse(label);
  if (map === null) throw unsupported('UTF8', canonicalName);
  const out: number[] = [];
  for (const ch of text) {
    const code = ch.codePointAt(0)!;
    const byte = map === undefined ? (code < 256 ? code : undefined) : map.get(ch);
    if (byte === undefined) throw unmapped(utf8(ch), 'UTF8', canonicalName);
    out.push(byte);
  }
  return Uint8Array.from(out);
}

export { known as requireEncoding };
