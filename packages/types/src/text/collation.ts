/**
 * Text comparison by collation. The byte order of UTF-8 is the code point order, which JS strings differ from only
 * where surrogates are involved. ICU collations use Intl.Collator, ties broken by bytes as PostgreSQL's deterministic
 * collations are.
 */
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';

export const DEFAULT_COLLATION: Oid = 100;
export const C_COLLATION: Oid = 950;

/** How a collation compares and maps case. */
export interface Collation {
  readonly oid: Oid;
  /** Missing: code point order. */
  readonly compare?: (a: string, b: string) => number;
  readonly deterministic: boolean;
  /** Key such that equal keys mean equal strings; needed where not deterministic. */
  readonly key?: (s: string) => string;
  /** Case mapping: 'c' only ASCII, otherwise Unicode with that BCP 47 locale ('' for root). */
  readonly ctype: 'c' | 'unicode';
  readonly locale?: string;
}

const cCollation: Collation = { oid: C_COLLATION, deterministic: true, ctype: 'c' };
/** The database's default: bytewise order and Unicode case mapping, PostgreSQL's builtin C.UTF-8. */
const defaultCollation: Collation = { oid: DEFAULT_COLLATION, deterministic: true, ctype: 'unicode' };

const known = new Map<Oid, Collation>([
  [DEFAULT_COLLATION, defaultCollation],
  [C_COLLATION, cCollation],
  [951, cCollation],
  [962, defaultCollation],
  [811, defaultCollation],
  [6411, defaultCollation],
]);

/** Looks up collations that are not builtin; the catalog sets it. */
let provider: (oid: Oid) => Collation | undefined = () => undefined;

export function setCollationProvider(p: (oid: Oid) => Collation | undefined): void {
  provider = p;
}

/** An ICU collation from its locale, e.g. 'en-US' or 'und-u-ks-level2'. */
export function icuCollation(oid: Oid, locale: string, deterministic: boolean): Collation {
  const collator = new Intl.Collator(locale === '' ? 'und' : locale);
  return {
    oid,
    deterministic,
    ctype: 'unicode',
    locale,
    compare: deterministic
      ? (a, b) => collator.compare(a, b) || compareCodePoints(a, b)
      : (a, b) => collator.compare(a, b),
  };
}

export function collationOf(oid: Oid): Collation {
  const c = known.get(oid) ?? provider(oid);
  if (c !== undefined) return c;
  if (oid === 963) {
    const root = icuCollation(963, 'und', true);
    known.set(963, root);
    return root;
  }
  if (oid === 0) return defaultCollation;
  throw new SqlError('0A000', `collation with OID ${oid} is not supported yet`);
}

/** Order of the UTF-8 bytes: code points, by moving surrogates above the rest of the BMP. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const n = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      x += x >= 0xe000 ? -0x800 : 0x2000;
      y += y >= 0xe000 ? -0x800 : 0x2000;
    }
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** varstr_cmp */
export function compareText(a: string, b: string, collation: Oid): number {
  if (collation === DEFAULT_COLLATION || collation === C_COLLATION || collation === 0) return compareCodePoints(a, b);
  const c = collationOf(collation);
  return c.compare === undefined ? compareCodePoints(a, b) : c.compare(a, b);
}

export function equalText(a: string, b: string, collation: Oid): boolean {
  if (a === b) return true;
  if (collation === DEFAULT_COLLATION || collation === C_COLLATION || collation === 0) return false;
  const c = collationOf(collation);
  return !c.deterministic && c.compare !== undefined && c.compare(a, b) === 0;
}
