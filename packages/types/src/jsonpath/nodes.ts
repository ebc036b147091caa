/** The tree of a jsonpath. Each item may be followed by `next`, the accessor applied to its result. */
import type { Datum } from '../datum.js';

export type BinaryOp = '&&' | '||' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '+' | '-' | '*' | '/' | '%';
export type Method =
  | 'type' | 'size' | 'abs' | 'floor' | 'ceiling' | 'double' | 'keyvalue' | 'bigint' | 'boolean' | 'date' | 'integer' | 'number' | 'string'
  | 'datetime' | 'decimal' | 'time' | 'time_tz' | 'timestamp' | 'timestamp_tz';

/** Level of the innermost array: "last" in .** ranges. */
export const LAST = 0xffffffff;

export interface PathItem {
  readonly kind:
    | 'null' | 'string' | 'number' | 'bool' | 'variable' | 'root' | 'current' | 'last' | 'binary' | 'plus' | 'minus' | 'not' | 'exists'
    | 'isUnknown' | 'startsWith' | 'likeRegex' | 'filter' | 'key' | 'anyKey' | 'anyArray' | 'index' | 'any' | 'method';
  /** string, key, variable: text; binary: operator; method: name; likeRegex: pattern. */
  readonly text: string;
  readonly number: Datum;
  /** Operands, or subscripts (from, to) flat with undefined for no "to", or a method's arguments. */
  readonly args: readonly (PathItem | undefined)[];
  readonly flags: string;
  /** .** levels */
  readonly first: number;
  readonly last: number;
  readonly next?: PathItem;
}

export class JsonPath {
  constructor(readonly lax: boolean, readonly root: PathItem) {}
}

export function item(kind: PathItem['kind'], fields: Partial<PathItem> = {}): PathItem {
  return { kind, text: '', number: null, args: [], flags: '', first: 0, last: 0, ...fields };
}

/** Hangs accessors after an item, as its chain of `next`. */
export function chain(items: readonly PathItem[]): PathItem {
  let out: PathItem | undefined;
  for (let i = items.length - 1; i >= 0; i--) {
    const it = items[i]!;
    out = out === undefined ? it : { ...it, next: it.next === undefined ? out : chain([it.next, out]) };
  }
  return out!;
}

/** XQuery's flags as the regex engine's embedded options: there . stops at newlines unless 's'. */
export function regexOptions(flags: string): string {
  let options = flags.includes('i') ? 'i' : '';
  if (flags.includes('q')) options += 'q';
  else if (flags.includes('s')) options += flags.includes('m') ? 'w' : 's';
  else options += flags.includes('m') ? 'n' : 'p';
  return `(?${options})`;
}
