/**
 * Search and dissection, after Henry Spencer's regex library as PostgreSQL has it: automata find the leftmost match and
 * its end; then the tree of sub-expressions is fitted into that span, each part taking the longest or the shortest piece
 * that lets the rest match. Every step is counted, so no expression and no text can hold the thread for long.
 */
import type { ByteTest } from '../function-impl.js';
import { byteLikeTest } from '../like/byte-matcher.js';
import type { RegexNode } from './ast.js';
import { anyNode } from './ast.js';
import { Colours, sameIgnoringCase } from './char-class.js';
import type { ClassTable } from './classes.js';
import { countSteps, Dfa, type Search } from './dfa.js';
import { Nfa, type Look } from './nfa.js';
import { SHORTER, subreOf, type Subre } from './subre.js';

/** The text that an expression of nothing but characters stands for. */
function literalOf(n: RegexNode): string | undefined {
  if (n.kind === 'char') {
    const m = /^(?:([A-Za-z0-9])|\\u\{([0-9a-f]+)\})$/.exec(n.source);
    return m === null ? undefined : m[1] ?? String.fromCodePoint(parseInt(m[2]!, 16));
  }
  if (n.kind === 'group' && n.index === 0) return literalOf(n.item);
  if (n.kind !== 'sequence') return undefined;
  const parts = n.items.map(literalOf);
  return parts.includes(undefined) ? undefined : parts.join('');
}

interface LookState { dfa: Dfa; behind: boolean }

export class RegexMatcher implements Search {
  readonly colours: Colours;
  private readonly tree: Subre;
  private readonly groups = new Map<number, RegexNode>();
  private readonly refers: boolean;
  private searcher: Dfa | undefined;
  private readonly automata: Dfa[] = [];
  private readonly looks = new Map<Look, LookState>();
  private parts: Nfa[] = [];
  text = '';
  steps = 0;
  /** Start and end of each group; -1 for one that took no part. */
  private spans: Int32Array;

  constructor(private readonly root: RegexNode, groupCount: number, private readonly ignoreCase: boolean, classes: ClassTable) {
    this.colours = new Colours(ignoreCase, classes);
    anyNode(root, (n) => {
      if (n.kind === 'group' && n.index > 0) this.groups.set(n.index, n.item);
      return false;
    });
    this.tree = subreOf(root);
    this.refers = anyNode(root, (n) => n.kind === 'backReference');
    this.spans = new Int32Array(2 * (groupCount + 1));
    // Colours need all tests before the first character is looked at.
    const search = this.nfa(root, true);
    this.prepare(this.tree);
    this.searcher = new Dfa(search);
  }

  private nfa(language: RegexNode, anywhere: boolean): Nfa {
    anyNode(language, (n) => {
      if (n.kind === 'look' && !this.looks.has(n)) {
        const nfa = this.nfa(n.item, !n.ahead);
        this.looks.set(n, { dfa: new Dfa(nfa), behind: !n.ahead });
      }
      return false;
    });
    return new Nfa(language, this.colours, this.groups, anywhere);
  }
  private prepare(t: Subre): void {
    t.automaton = this.parts.push(this.nfa(t.language, false)) - 1;
    for (const c of t.children) this.prepare(c);
  }
  private dfa(t: Subre): Dfa {
    return (this.automata[t.automaton] ??= new Dfa(this.parts[t.automaton]!));
  }

  lookHolds(look: Look, at: number): boolean {
    const state = this.looks.get(look)!;
    const found = state.behind ? state.dfa.longest(this, 0, at) === at : state.dfa.shortest(this, at, at, this.text.length) >= 0;
    return found !== look.negative;
  }

  /** Is there a match at or after `from`? */
  test(text: string, from: number): boolean {
    if (this.refers) return this.find(text, from, false) !== undefined;
    this.text = text;
    this.steps = 0;
    return this.searcher!.shortest(this, from, from, text.length) >= 0;
  }

  /** test() over UTF-8 bytes; undefined where the text itself is needed: for lookaround and back references. */
  byteTest(): ByteTest | undefined {
    if (this.refers || this.looks.size > 0) return undefined;
    const literal = this.ignoreCase ? undefined : literalOf(this.root);
    if (literal !== undefined && literal !== '') return byteLikeTest(`%${literal.replace(/[\\%_]/g, '\\$&')}%`);
    const dfa = this.searcher!;
    return (heap, start, end) => {
      this.steps = end - start;
      return dfa.existsInBytes(this, heap, start, end);
    };
  }

  /** The leftmost match at or after `from`: [start, end] of it and, where wanted, of each group. */
  find(text: string, from: number, wantGroups: boolean): Int32Array | undefined {
    this.text = text;
    this.steps = 0;
    const shorter = (this.tree.flags & SHORTER) !== 0;
    const whole = this.dfa(this.tree);
    const dissects = wantGroups || this.refers;
    // A later try starts only before the end of the text, which back references can notice: PostgreSQL's cfindloop.
    for (let close = from; close === from || close < text.length; close++) {
      close = this.searcher!.shortest(this, close, close, text.length);
      if (close < 0) return undefined;
      for (let begin = this.searcher!.cold; begin <= close; begin++) {
        let least = begin;
        let limit = text.length;
        for (;;) {
          const end = shorter ? whole.shortest(this, begin, least, limit) : whole.longest(this, begin, limit);
          if (end < 0) break;
          this.spans.fill(-1);
          if (!dissects || this.dissect(this.tree, begin, end)) {
            this.spans[0] = begin;
            this.spans[1] = end;
            return this.spans;
          }
          if (shorter ? end === limit : end === begin) break;
          if (shorter) least = end + 1;
          else limit = end - 1;
        }
      }
    }
    return undefined;
  }

  private forget(t: Subre): void {
    if (t.group > 0) this.spans[2 * t.group] = this.spans[2 * t.group + 1] = -1;
    for (const c of t.children) this.forget(c);
  }

  private dissect(t: Subre, begin: number, end: number): boolean {
    countSteps(this, 1);
    let fits: boolean;
    switch (t.op) {
      case '=': fits = true; break;
      case 'b': fits = this.backReference(t, begin, end); break;
      case '.': fits = (t.children[0]!.flags & SHORTER) !== 0 ? this.concatenateShort(t, begin, end) : this.concatenateLong(t, begin, end); break;
      case '|': fits = t.children.some((c) => this.dfa(c).longest(this, begin, end) === end && this.dissect(c, begin, end)); break;
      case '*': fits = (t.children[0]!.flags & SHORTER) !== 0 ? this.iterateShort(t, begin, end) : this.iterateLong(t, begin, end); break;
      case '(': fits = this.dissect(t.children[0]!, begin, end); break;
    }
    if (fits && t.group > 0) {
      this.spans[2 * t.group] = begin;
      this.spans[2 * t.group + 1] = end;
    }
    return fits;
  }

  private backReference(t: Subre, begin: number, end: number): boolean {
    const from = this.spans[2 * t.reference]!;
    if (from < 0) return false;
    const length = this.spans[2 * t.reference + 1]! - from;
    if (length === 0) return begin === end && t.min <= t.max;
    if (begin === end) return t.min === 0;
    const times = (end - begin) / length;
    if (!Number.isInteger(times) || times < t.min || times > t.max) return false;
    for (let at = begin; at < end; at++) {
      const a = this.charAt(from + ((at - begin) % length));
      const b = this.charAt(at);
      if (a !== b && !(this.ignoreCase && sameIgnoringCase(a, b))) return false;
    }
    return true;
  }
  /** The characters that the text stands for, where some of them are beyond the BMP. */
  characters: readonly string[] | undefined;
  private charAt(at: number): string { return this.characters === undefined ? this.text[at]! : this.characters[at]!; }

  private concatenateLong(t: Subre, begin: number, end: number): boolean {
    const [left, right] = t.children as [Subre, Subre];
    const leftDfa = this.dfa(left);
    const rightDfa = this.dfa(right);
    let middle = leftDfa.longest(this, begin, end);
    while (middle >= 0) {
      if (rightDfa.longest(this, middle, end) === end && this.dissect(left, begin, middle) && this.dissect(right, middle, end)) return true;
      if (middle === begin) return false;
      middle = leftDfa.longest(this, begin, middle - 1);
      this.forget(left);
      this.forget(right);
    }
    return false;
  }

  private concatenateShort(t: Subre, begin: number, end: number): boolean {
    const [left, right] = t.children as [Subre, Subre];
    const leftDfa = this.dfa(left);
    const rightDfa = this.dfa(right);
    let middle = leftDfa.shortest(this, begin, begin, end);
    while (middle >= 0) {
      if (rightDfa.longest(this, middle, end) === end && this.dissect(left, begin, middle) && this.dissect(right, middle, end)) return true;
      if (middle === end) return false;
      middle = leftDfa.shortest(this, begin, middle + 1, end);
      this.forget(left);
      this.forget(right);
    }
    return false;
  }

  /** Do pieces `from + 1` to `count` each match? Answers the number of those that do, in order. */
  private verify(child: Subre, ends: number[], from: number, count: number): number {
    for (let i = from + 1; i <= count; i++) {
      this.forget(child);
      if (!this.dissect(child, ends[i - 1]!, ends[i]!)) return i - 1;
    }
    return count;
  }

  private iterateLong(t: Subre, begin: number, end: number): boolean {
    const child = t.children[0]!;
    const dfa = this.dfa(child);
    const least = Math.max(t.min, 1);
    const most = Math.max(Math.min(end - begin, t.max), least);
    const ends = [begin];
    let verified = 0;
    let k = 1;
    let limit = end;
    while (k > 0) {
      const e = dfa.longest(this, ends[k - 1]!, limit);
      ends[k] = e;
      if (e < 0) k--;
      else {
        if (verified >= k) verified = k - 1;
        if (e !== end) {
          if (k >= most) k--;
          else if (!(e === ends[k - 1]! && (k >= least || least - k < end - e))) {
            k++;
            limit = end;
            continue;
          }
        } else if (k >= least) {
          verified = this.verify(child, ends, verified, k);
          if (verified === k) return true;
        }
      }
      for (; k > 0; k--) {
        const previous = ends[k - 1]!;
        if (ends[k]! > previous) {
          limit = ends[k]! - 1;
          if (limit > previous || (k < least && least - k >= end - previous)) break;
        }
      }
    }
    // No piece at all, the last choice here and the first one of the short form.
    return t.min === 0 && begin === end;
  }

  private iterateShort(t: Subre, begin: number, end: number): boolean {
    const child = t.children[0]!;
    const dfa = this.dfa(child);
    if (t.min === 0 && begin === end) return true;
    const least = Math.max(t.min, 1);
    const most = Math.max(Math.min(end - begin, t.max), least);
    const ends = [begin];
    let verified = 0;
    let k = 1;
    let limit = begin;
    while (k > 0) {
      // An empty piece only where it is needed to reach the least count.
      if (limit === ends[k - 1] && limit !== end && (k >= least || least - k < end - limit)) limit++;
      // The last piece allowed must reach the end.
      if (k >= most) limit = end;
      const e = dfa.shortest(this, ends[k - 1]!, limit, end);
      ends[k] = e;
      if (e < 0) k--;
      else {
        if (verified >= k) verified = k - 1;
        if (e !== end) {
          if (k >= most) k--;
          else {
            k++;
            limit = ends[k - 1]!;
            continue;
          }
        } else if (k >= least) {
          verified = this.verify(child, ends, verified, k);
          if (verified === k) return true;
        }
      }
      for (; k > 0; k--) {
        if (ends[k]! < end) {
          limit = ends[k]! + 1;
          break;
        }
      }
    }
    return false;
  }
}
