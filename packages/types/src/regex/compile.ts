/**
 * Compiled regular expressions. The JavaScript engine finds where the leftmost match starts, which no semantics changes;
 * where its end could differ from POSIX's (alternations, several quantifiers) the NFA says the end and JavaScript then
 * only fills in the groups of that exact span. Expressions whose backtracking could explode are searched by the NFA.
 */
import { LRUCache } from 'lru-cache';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { collationOf } from '../text/collation.js';
import { anyNode, greedOf, type RegexNode } from './ast.js';
import { classTable } from './classes.js';
import { Nfa } from './nfa.js';
import { RegexParser, regexError, type RegexFlags } from './parse.js';
import { toJavaScript } from './to-js.js';

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** [start, end] of each group, undefined for one that took no part. Filled on demand. */
  readonly groups: readonly (readonly [number, number] | undefined)[];
}

/** A quantifier that can vary. */
const varies = (n: RegexNode): boolean => n.kind === 'repeat' && n.min !== n.max;
const isContext = (n: RegexNode): boolean => n.kind === 'look' || (n.kind === 'assert' && n.what !== 'begin');

function countVarying(n: RegexNode): number {
  let count = 0;
  anyNode(n, (x) => {
    if (varies(x) || x.kind === 'alternation') count++;
    return false;
  });
  return count;
}

/** An unbounded repetition around something that itself varies: exponential backtracking is possible. */
function canExplode(root: RegexNode): boolean {
  return anyNode(root, (n) => n.kind === 'repeat' && n.max > 8 && anyNode(n.item, (x) => varies(x) || x.kind === 'alternation'));
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

export class CompiledRegex {
  readonly groupCount: number;
  private readonly search: RegExp;
  private readonly source: string;
  private readonly flagText: string;
  private exact: RegExp | undefined;
  private readonly nfa: Nfa | undefined;
  private readonly ambiguous: boolean;
  private readonly shortest: boolean;
  private readonly explosive: boolean;
  private readonly contextual: boolean;

  constructor(pattern: string, flags: RegexFlags, ctype: 'c' | 'unicode') {
    const classes = classTable(ctype);
    const parser = new RegexParser(pattern, flags, classes);
    const root = parser.parse();
    checkComplexity(root);
    this.groupCount = parser.groups;
    this.source = toJavaScript(root, classes);
    this.flagText = flags.ignoreCase ? 'dui' : 'du';
    try {
      this.search = new RegExp(this.source, `g${this.flagText.slice(1)}`);
    } catch {
      throw regexError('regular expression is too complex');
    }
    this.ambiguous = countVarying(root) > 1 || anyNode(root, (n) => n.kind === 'alternation');
    this.explosive = canExplode(root);
    this.nfa = this.ambiguous ? Nfa.of(root, flags.ignoreCase, classes['word']!) : undefined;
    this.shortest = greedOf(root) === 'lazy';
    this.contextual = anyNode(root, isContext);
  }

  /** Is there a match anywhere? */
  test(text: string): boolean {
    if (this.explosive && this.nfa !== undefined) return this.nfa.exists(text, 0);
    this.search.lastIndex = 0;
    return this.search.test(text);
  }

  /** The leftmost match at or after `from` (a UTF-16 index), with groups where `wantGroups`. */
  match(text: string, from: number, wantGroups: boolean): RegexMatch | null {
    if (this.explosive && this.nfa !== undefined) return this.matchByNfa(text, from, wantGroups);
    this.search.lastIndex = from;
    const m = this.search.exec(text);
    if (m === null) return null;
    const start = m.index;
    let end = start + m[0].length;
    if (this.nfa !== undefined) end = this.nfa.matchEnd(text, start, this.shortest);
    return this.withGroups(text, start, end, wantGroups);
  }

  private matchByNfa(text: string, from: number, wantGroups: boolean): RegexMatch | null {
    const nfa = this.nfa!;
    if (!nfa.exists(text, from)) return null;
    for (let start = from; start <= text.length; start++) {
      const end = nfa.matchEnd(text, start, this.shortest);
      if (end >= 0) return this.withGroups(text, start, end, wantGroups);
    }
    return null;
  }

  private withGroups(text: string, start: number, end: number, wantGroups: boolean): RegexMatch {
    if (!wantGroups || this.groupCount === 0) return { start, end, groups: [] };
    const m = this.exactMatch(text, start, end);
    if (m === null) throw new SqlError('XX000', 'regular expression failed: cannot determine its groups');
    return { start, end, groups: m.indices!.slice(1) as (readonly [number, number] | undefined)[] };
  }

  /** JavaScript's match of exactly that span, for its groups. */
  private exactMatch(text: string, start: number, end: number): RegExpExecArray | null {
    let re: RegExp;
    let subject = text;
    if (this.contextual && end < text.length) {
      re = new RegExp(`(?:${this.source})(?=[^]{${[...text.slice(end)].length}}(?![^]))`, `y${this.flagText}`);
    } else {
      this.exact ??= new RegExp(`(?:${this.source})(?![^])`, `y${this.flagText}`);
      re = this.exact;
      subject = text.slice(0, end);
    }
    re.lastIndex = start;
    return re.exec(subject);
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
