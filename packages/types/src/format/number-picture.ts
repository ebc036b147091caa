/**
 * The pictures of to_char and to_number for numbers ('FM999,990.00S'): a picture becomes a list of nodes and a
 * description (NUMDesc) of its digit counts and flags; both are cached.
 */
import { LRUCache } from 'lru-cache';
import { SqlError } from '../errors.js';

export type NumberKey =
  | ',' | '.' | '0' | '9' | 'B' | 'C' | 'D' | 'E' | 'FM' | 'G' | 'L' | 'MI' | 'PL' | 'PR' | 'RN' | 'rn' | 'SG' | 'SP' | 'S'
  | 'TH' | 'th' | 'V';

/** A picture element: a keyword, or literal text. */
export interface PictureNode { readonly key?: NumberKey; readonly text: string }

export interface NumberPicture {
  readonly nodes: readonly PictureNode[];
  readonly pre: number;
  readonly post: number;
  readonly multi: number;
  readonly zero: boolean;
  readonly zeroStart: number;
  readonly zeroEnd: number;
  readonly decimal: boolean;
  readonly fill: boolean;
  readonly blank: boolean;
  readonly lsign: 'none' | 'pre' | 'post';
  readonly hasLsign: boolean;
  readonly preLsign: number;
  readonly minus: boolean;
  readonly plus: boolean;
  readonly bracket: boolean;
  readonly roman: boolean;
  readonly isMulti: boolean;
  readonly eeee: boolean;
}

type Draft = { -readonly [K in keyof NumberPicture]: NumberPicture[K] };

/** Longer words first among those with a common beginning. Both cases count, but not mixed case. */
const WORDS: readonly [string, NumberKey][] = [
  [',', ','], ['.', '.'], ['0', '0'], ['9', '9'], ['B', 'B'], ['C', 'C'], ['D', 'D'], ['EEEE', 'E'], ['FM', 'FM'],
  ['G', 'G'], ['L', 'L'], ['MI', 'MI'], ['PL', 'PL'], ['PR', 'PR'], ['RN', 'RN'], ['SG', 'SG'], ['SP', 'SP'], ['S', 'S'],
  ['TH', 'TH'], ['V', 'V'],
];

function keywordAt(text: string, at: number): [string, NumberKey] | undefined {
  for (const [word, key] of WORDS) {
    if (text.startsWith(word, at)) return [word, key];
    if (text.startsWith(word.toLowerCase(), at)) {
      return [word, key === 'RN' ? 'rn' : key === 'TH' ? 'th' : key];
    }
  }
  return undefined;
}

function parseNodes(text: string): PictureNode[] {
  const nodes: PictureNode[] = [];
  for (let i = 0; i < text.length; ) {
    const hit = keywordAt(text, i);
    if (hit !== undefined) {
      nodes.push({ key: hit[1], text: hit[0] });
      i += hit[0].length;
    } else if (text[i] === '"') {
      i++;
      while (i < text.length) {
        if (text[i] === '"') {
          i++;
          break;
        }
        if (text[i] === '\\' && i + 1 < text.length) i++;
        i = pushChar(nodes, text, i);
      }
    } else {
      if (text[i] === '\\' && text[i + 1] === '"') i++;
      i = pushChar(nodes, text, i);
    }
  }
  return nodes;
}

function pushChar(nodes: PictureNode[], text: string, i: number): number {
  const ch = String.fromCodePoint(text.codePointAt(i)!);
  nodes.push({ text: ch });
  return i + ch.length;
}

const syntax = (message: string, detail?: string): SqlError => new SqlError('42601', message, detail ? { detail } : {});
const signClash = (d: Draft, name: string): void => {
  if (d.hasLsign) throw syntax(`cannot use "S" and "${name}" together`);
};

function takeDigit(d: Draft, key: '0' | '9'): void {
  if (d.bracket) throw syntax(`"${key}" must be ahead of "PR"`);
  if (key === '9') {
    if (d.isMulti) d.multi++;
    else if (d.decimal) d.post++;
    else d.pre++;
    return;
  }
  if (!d.zero && !d.decimal) {
    d.zero = true;
    d.zeroStart = d.pre;
  }
  if (d.decimal) d.post++;
  else d.pre++;
  d.zeroEnd = d.pre + d.post;
}

function takeSign(d: Draft): void {
  if (d.hasLsign) throw syntax('cannot use "S" twice');
  if (d.plus || d.minus || d.bracket) throw syntax('cannot use "S" and "PL"/"MI"/"SG"/"PR" together');
  d.hasLsign = true;
  d.lsign = d.decimal ? 'post' : 'pre';
  if (!d.decimal) d.preLsign = d.pre;
}

function takeExponent(d: Draft): void {
  if (d.eeee) throw syntax('cannot use "EEEE" twice');
  if (d.blank || d.fill || d.hasLsign || d.bracket || d.minus || d.plus || d.roman || d.isMulti) {
    throw syntax('"EEEE" is incompatible with other formats',
      '"EEEE" may only be used together with digit and decimal point patterns.');
  }
  d.eeee = true;
}

const TAKE: Partial<Record<NumberKey, (d: Draft) => void>> = {
  '9': (d) => takeDigit(d, '9'),
  '0': (d) => takeDigit(d, '0'),
  B: (d) => { if (d.pre === 0 && d.post === 0 && !d.zero) d.blank = true; },
  D: takePoint,
  '.': takePoint,
  FM: (d) => { d.fill = true; },
  S: takeSign,
  MI: (d) => { signClash(d, 'MI'); d.minus = true; },
  PL: (d) => { signClash(d, 'PL'); d.plus = true; },
  SG: (d) => { signClash(d, 'SG'); d.minus = d.plus = true; },
  PR: (d) => {
    if (d.hasLsign || d.plus || d.minus) throw syntax('cannot use "PR" and "S"/"PL"/"MI"/"SG" together');
    d.bracket = true;
  },
  RN: takeRoman,
  rn: takeRoman,
  V: (d) => {
    if (d.decimal) throw syntax('cannot use "V" and decimal point together');
    d.isMulti = true;
  },
  E: takeExponent,
};

function takePoint(d: Draft): void {
  if (d.decimal) throw syntax('multiple decimal points');
  if (d.isMulti) throw syntax('cannot use "V" and decimal point together');
  d.decimal = true;
}

function takeRoman(d: Draft): void {
  if (d.roman) throw syntax('cannot use "RN" twice');
  d.roman = true;
}

function describe(text: string): NumberPicture {
  const d: Draft = {
    nodes: parseNodes(text), pre: 0, post: 0, multi: 0, zero: false, zeroStart: 0, zeroEnd: 0, decimal: false, fill: false,
    blank: false, lsign: 'none', hasLsign: false, preLsign: 0, minus: false, plus: false, bracket: false, roman: false,
    isMulti: false, eeee: false,
  };
  for (const n of d.nodes) {
    if (n.key === undefined) continue;
    if (d.eeee && n.key !== 'E') throw syntax('"EEEE" must be the last pattern used');
    TAKE[n.key]?.(d);
    const others = d.zero || d.blank || d.decimal || d.hasLsign || d.bracket || d.minus || d.plus || d.isMulti || d.eeee;
    if (d.roman && others) {
      throw syntax('"RN" is incompatible with other formats', '"RN" may only be used together with "FM".');
    }
  }
  return d;
}

const cache = new LRUCache<string, NumberPicture>({ max: 200 });

/** The picture's description; 42601 for pictures that contradict themselves. */
export function numberPicture(text: string): NumberPicture {
  let p = cache.get(text);
  if (p === undefined) {
    p = describe(text);
    cache.set(text, p);
  }
  return p;
}
