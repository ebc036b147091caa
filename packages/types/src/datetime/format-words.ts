/** The keywords of to_char, to_date and to_timestamp templates, and splitting a template into nodes. */
import { SqlError } from '../errors.js';

/** Keyword spellings; the first that matches at a position wins, so longer ones stand before their prefixes. */
const KEYWORDS = [
  'A.D.', 'A.M.', 'AD', 'AM', 'B.C.', 'BC', 'CC', 'DAY', 'DDD', 'DD', 'DY', 'Day', 'Dy', 'D', 'FF1', 'FF2', 'FF3', 'FF4', 'FF5', 'FF6',
  'FX', 'HH24', 'HH12', 'HH', 'IDDD', 'ID', 'IW', 'IYYY', 'IYY', 'IY', 'I', 'J', 'MI', 'MM', 'MONTH', 'MON', 'MS', 'Month', 'Mon', 'OF',
  'P.M.', 'PM', 'Q', 'RM', 'SSSSS', 'SSSS', 'SS', 'TZH', 'TZM', 'TZ', 'US', 'WW', 'W', 'Y,YYY', 'YYYY', 'YYY', 'YY', 'Y',
  'a.d.', 'a.m.', 'ad', 'am', 'b.c.', 'bc', 'cc', 'day', 'ddd', 'dd', 'dy', 'd', 'ff1', 'ff2', 'ff3', 'ff4', 'ff5', 'ff6', 'fx',
  'hh24', 'hh12', 'hh', 'iddd', 'id', 'iw', 'iyyy', 'iyy', 'iy', 'i', 'j', 'mi', 'mm', 'month', 'mon', 'ms', 'of', 'p.m.', 'pm', 'q', 'rm',
  'sssss', 'ssss', 'ss', 'tzh', 'tzm', 'tz', 'us', 'ww', 'w', 'y,yyy', 'yyyy', 'yyy', 'yy', 'y',
];
/** Keywords whose case of writing matters for output. */
const CASED = new Set(['DAY', 'Day', 'day', 'DY', 'Dy', 'dy', 'MONTH', 'Month', 'month', 'MON', 'Mon', 'mon', 'RM', 'rm', 'TZ', 'tz',
  'AD', 'ad', 'A.D.', 'a.d.', 'BC', 'bc', 'B.C.', 'b.c.', 'AM', 'am', 'A.M.', 'a.m.', 'PM', 'pm', 'P.M.', 'p.m.']);

export interface FormatNode {
  /** Keyword in upper case, or '' for literal text. */
  readonly key: string;
  /** As written, where case matters. */
  readonly form: string;
  readonly literal: string;
  /** Literal kinds: a separator character, a space, or anything else (quoted text and letters). */
  readonly literalKind: 'separator' | 'space' | 'text';
  fill: boolean;
  translate: boolean;
  ordinal: '' | 'TH' | 'th';
}

const byFirst = new Map<string, string[]>();
for (const k of KEYWORDS) byFirst.set(k[0]!, [...(byFirst.get(k[0]!) ?? []), k]);
for (const list of byFirst.values()) list.sort((a, b) => b.length - a.length);

const isSeparator = (c: string): boolean => /[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/.test(c);

const cache = new Map<string, FormatNode[]>();
const CACHE_MAX = 200;

/** parse_format: nodes of a template. */
export function parseFormat(format: string): FormatNode[] {
  const known = cache.get(format);
  if (known !== undefined) return known;
  const nodes = parse(format);
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(format, nodes);
  return nodes;
}

function literal(text: string, kind: FormatNode['literalKind']): FormatNode {
  return { key: '', form: '', literal: text, literalKind: kind, fill: false, translate: false, ordinal: '' };
}

function parse(format: string): FormatNode[] {
  const nodes: FormatNode[] = [];
  let at = 0;
  while (at < format.length) {
    let fill = false;
    let translate = false;
    for (;;) {
      const two = format.slice(at, at + 2).toUpperCase();
      if (two === 'FM') fill = true;
      else if (two === 'TM') translate = true;
      else break;
      at += 2;
    }
    const key = byFirst.get(format[at] ?? '')?.find((k) => format.startsWith(k, at));
    if (key !== undefined) {
      at += key.length;
      const node: FormatNode = { key: key.toUpperCase(), form: CASED.has(key) ? key : key.toUpperCase(), literal: '', literalKind: 'text', fill, translate, ordinal: '' };
      for (;;) {
        const two = format.slice(at, at + 2);
        if (two === 'TH' || two === 'th') node.ordinal = two;
        else if (two.toUpperCase() === 'SP') throw new SqlError('0A000', '"SP" format is not supported yet');
        else break;
        at += 2;
      }
      nodes.push(node);
      continue;
    }
    if (at >= format.length) break;
    at = parseLiteral(format, at, nodes);
  }
  return nodes;
}

function parseLiteral(format: string, from: number, nodes: FormatNode[]): number {
  let at = from;
  if (format[at] === '"') {
    at++;
    let text = '';
    while (at < format.length && format[at] !== '"') {
      if (format[at] === '\\' && at + 1 < format.length) at++;
      text += format[at++];
    }
    for (const c of text) nodes.push(literal(c, 'text'));
    return at + 1;
  }
  if (format[at] === '\\' && format[at + 1] === '"') at++;
  const c = String.fromCodePoint(format.codePointAt(at)!);
  nodes.push(literal(c, /\s/.test(c) ? 'space' : isSeparator(c) ? 'separator' : 'text'));
  return at + c.length;
}
