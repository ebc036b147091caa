/**
 * Compiled regular expressions, kept by pattern, options and collation. Matching is by code unit: a text with characters
 * beyond the BMP is first rewritten with one unit, a surrogate that names the character's colour, for each of those.
 */
import { LRUCache } from 'lru-cache';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import type { ByteTest } from '../function-impl.js';
import { isBmp } from '../any/utf8.js';
import { collationOf } from '../text/collation.js';
import { anyNode, type RegexNode } from './ast.js';
import { classTable } from './classes.js';
import { RegexMatcher } from './matcher.js';
import { RegexParser, regexError, type RegexFlags } from './parse.js';

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** [start, end] of each group, undefined for one that took no part. Filled on demand. */
  readonly groups: readonly (readonly [number, number] | undefined)[];
}

/** What PostgreSQL's compiler allows: states, and arcs that runs of optional items need (one for each pair). */
const STATES_MAX = 100_000;
const OPTIONAL_RUN_MAX = 1414;

const isOptional = (n: RegexNode): boolean =>
  (n.kind === 'repeat' && (n.min === 0 || isOptional(n.item))) || (n.kind === 'group' && isOptional(n.item)) ||
  (n.kind === 'alternation' && n.items.some(isOptional)) || (n.kind === 'sequence' && n.items.every(isOptional));

function stateCount(n: RegexNode): number {
  switch (n.kind) {
    case 'sequence':
    case 'alternation': return n.items.reduce((sum, i) => sum + stateCount(i), 1);
    case 'group':
    case 'look': return stateCount(n.item);
    case 'repeat': return stateCount(n.item) * Math.max(n.max === Infinity ? n.min : n.max, 1) + 1;
    default: return 1;
  }
}

function longestOptionalRun(n: RegexNode): number {
  let longest = 0;
  anyNode(n, (x) => {
    let run = 0;
    if (x.kind === 'sequence') for (const i of x.items) longest = Math.max(longest, (run = isOptional(i) ? run + 1 : 0));
    return false;
  });
  return longest;
}

function checkComplexity(root: RegexNode): void {
  if (stateCount(root) > STATES_MAX || longestOptionalRun(root) > OPTIONAL_RUN_MAX) {
    throw regexError('regular expression is too complex');
  }
}

/** A text of one unit per character, where each begins in the original, and the characters themselves. */
interface Narrowed { text: string; narrow: string; starts: number[]; characters: string[] }

export class CompiledRegex {
  readonly groupCount: number;
  private readonly matcher: RegexMatcher;
  private last: Narrowed | undefined;

  constructor(pattern: string, flags: RegexFlags, ctype: 'c' | 'unicode') {
    const classes = classTable(ctype);
    const parser = new RegexParser(pattern, flags, classes);
    const root = parser.parse();
    checkComplexity(root);
    this.groupCount = parser.groups;
    this.matcher = new RegexMatcher(root, parser.groups, flags.ignoreCase, classes);
  }

  byteTest(): ByteTest | undefined { return this.matcher.byteTest(); }

  /** Is there a match anywhere? */
  test(text: string): boolean {
    if (!isBmp(text)) return this.matcher.test(this.narrowed(text).narrow, 0);
    this.matcher.characters = undefined;
    return this.matcher.test(text, 0);
  }

  /** The leftmost match at or after `from` (a UTF-16 index), with groups where `wantGroups`. */
  match(text: string, from: number, wantGroups: boolean): RegexMatch | null {
    if (isBmp(text)) {
      this.matcher.characters = undefined;
      return this.found(this.matcher.find(text, from, wantGroups), wantGroups, (at) => at);
    }
    const n = this.narrowed(text);
    const begin = n.starts.indexOf(from);
    return this.found(this.matcher.find(n.narrow, begin < 0 ? n.narrow.length : begin, wantGroups), wantGroups, (at) => n.starts[at]!);
  }

  private found(spans: Int32Array | undefined, wantGroups: boolean, place: (at: number) => number): RegexMatch | null {
    if (spans === undefined) return null;
    const groups: ([number, number] | undefined)[] = [];
    for (let g = 1; wantGroups && g <= this.groupCount; g++) groups.push(spans[2 * g]! < 0 ? undefined : [place(spans[2 * g]!), place(spans[2 * g + 1]!)]);
    return { start: place(spans[0]!), end: place(spans[1]!), groups };
  }

  private using(n: Narrowed): Narrowed {
    this.matcher.characters = n.characters;
    return n;
  }

  private narrowed(text: string): Narrowed {
    if (this.last?.text === text) return this.using(this.last);
    const starts: number[] = [];
    const characters: string[] = [];
    let narrow = '';
    let at = 0;
    for (const ch of text) {
      starts.push(at);
      characters.push(ch);
      narrow += ch.length === 1 ? ch : this.matcher.colours.unitFor(ch.codePointAt(0)!);
      at += ch.length;
    }
    starts.push(at);
    return this.using((this.last = { text, narrow, starts, characters }));
  }
}

const cache = new LRUCache<string, CompiledRegex>({ max: 300 });

/** Compiles, or finds, the expression. 2201B where it is malformed; 42P22 without a collation. */
export function compileRegex(pattern: string, flags: RegexFlags, collation: Oid): CompiledRegex {
  if (collation === 0) {
    throw new SqlError('42P22', 'could not determine which collation to use for regular expression', {
      hint: 'Use the COLLATE clause to set the collation explicitly.',
    });
  }
  const c = collationOf(collation);
  if (!c.deterministic) {
    throw new SqlError('0A000', 'nondeterministic collations are not supported for regular expressions');
  }
  const bits = [flags.ignoreCase, flags.newlineStops, flags.lineAnchors, flags.expanded, flags.literal, flags.advanced, flags.basic];
  const key = `${bits.map(Number).join('')}${c.ctype}${pattern}`;
  let r = cache.get(key);
  if (r === undefined) {
    r = new CompiledRegex(pattern, { ...flags }, c.ctype);
    cache.set(key, r);
  }
  return r;
}
