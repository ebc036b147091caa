/** Character set encodings by number (pg_enc) and their aliases. */
export const ENCODINGS: readonly string[] = [
  'SQL_ASCII', 'EUC_JP', 'EUC_CN', 'EUC_KR', 'EUC_TW', 'EUC_JIS_2004', 'UTF8', 'MULE_INTERNAL', 'LATIN1', 'LATIN2', 'LATIN3', 'LATIN4', 'LATIN5', 'LATIN6',
  'LATIN7', 'LATIN8', 'LATIN9', 'LATIN10', 'WIN1256', 'WIN1258', 'WIN866', 'WIN874', 'KOI8R', 'WIN1251', 'WIN1252', 'ISO_8859_5', 'ISO_8859_6', 'ISO_8859_7',
  'ISO_8859_8', 'WIN1250', 'WIN1253', 'WIN1254', 'WIN1255', 'WIN1257', 'KOI8U', 'SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004',
];

const ALIASES: Readonly<Record<string, number>> = {
  unicode: 6, abc: 19, alt: 20, iso88591: 8, iso88592: 9, iso88593: 10, iso88594: 11, iso88599: 12, iso885910: 13, iso885913: 14, iso885914: 15, iso885915: 16,
  iso885916: 17, koi8: 22, mskanji: 35, shiftjis: 35, tcvn: 19, tcvn5712: 19, vscii: 19, win: 23, win932: 35, win936: 37, win949: 38, win950: 36,
  windows866: 20, windows874: 21, windows1250: 29, windows1251: 23, windows1252: 24, windows1253: 30, windows1254: 31, windows1255: 32, windows1256: 18,
  windows1257: 33, windows1258: 19, windows932: 35, windows936: 37, windows949: 38, windows950: 36,
};

const clean = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const byName = new Map<string, number>(ENCODINGS.map((n, i) => [clean(n), i]));

/** -1: no such encoding. */
export function encodingByName(name: string): number {
  const key = clean(name);
  return byName.get(key) ?? ALIASES[key] ?? -1;
}
