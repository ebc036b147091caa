/**
 * Thompson NFA over the syntax tree, run breadth first: finds where the longest or shortest match from a start ends, in
 * time linear in the text. It decides POSIX's overall match, and takes over from backtracking where that could explode.
 */
import type { AssertKind, RegexNode } from './ast.js';
import { anyNode } from './ast.js';

interface State {
  /** Consumes one character. */
  test?: CharTest;
  assert?: AssertKind;
  next: number[];
}

type CharTest = (code: number) => boolean;

const STATES_MAX = 20_000;

/** A predicate made of a one-character regex, its ASCII answers tabulated. */
function charTest(source: string, ignoreCase: boolean): CharTest {
  const re = new RegExp(`^${source}$`, ignoreCase ? 'ui' : 'u');
  const table = new Uint8Array(128);
  for (let i = 0; i < 128; i++) table[i] = re.test(String.fromCharCode(i)) ? 1 : 0;
  return (code) => (code < 128 ? table[code] === 1 : re.test(String.fromCodePoint(code)));
}

export class Nfa {
  private readonly states: State[] = [];
  private readonly start: number;
  private readonly accept: number;
  private mark = new Uint32Array(0);
  private round = 0;
  private readonly isWord: CharTest;
  private readonly tests = new Map<string, CharTest>();

  private constructor(root: RegexNode, private readonly ignoreCase: boolean, word: string) {
    this.isWord = charTest(`[${word}]`, false);
    this.accept = this.add({ next: [] });
    this.start = this.build(root, this.accept);
    this.mark = new Uint32Array(this.states.length);
  }

  /** Undefined where the tree has what an NFA cannot do (back references, lookaround) or is too large. */
  static of(root: RegexNode, ignoreCase: boolean, word: string): Nfa | undefined {
    if (anyNode(root, (n) => n.kind === 'backReference' || n.kind === 'look')) return undefined;
    try {
      return new Nfa(root, ignoreCase, word);
    } catch (e) {
      if (e instanceof RangeError) return undefined;
      throw e;
    }
  }

  private add(s: State): number {
    if (this.states.length >= STATES_MAX) throw new RangeError('regular expression is too complex');
    return this.states.push(s) - 1;
  }

  private test(source: string): CharTest {
    let t = this.tests.get(source);
    if (t === undefined) this.tests.set(source, (t = charTest(source, this.ignoreCase)));
    return t;
  }

  /** States that match the node and go on to `to`; returns the entry. */
  private build(n: RegexNode, to: number): number {
    switch (n.kind) {
      case 'char': return this.add({ test: this.test(n.source), next: [to] });
      case 'sequence': return n.items.reduceRight((after, i) => this.build(i, after), to);
      case 'alternation': return this.add({ next: n.items.map((i) => this.build(i, to)) });
      case 'group': return this.build(n.item, to);
      case 'assert': return this.add({ assert: n.what, next: [to] });
      case 'repeat': return this.buildRepeat(n.item, n.min, n.max, to);
      default: throw new RangeError('not regular');
    }
  }

  private buildRepeat(item: RegexNode, min: number, max: number, to: number): number {
    let entry = to;
    if (max === Infinity) {
      const loop = this.add({ next: [] });
      this.states[loop]!.next = [this.build(item, loop), to];
      entry = loop;
    } else {
      for (let i = min; i < max; i++) {
        const body = this.build(item, entry);
        entry = this.add({ next: [body, to] });
      }
    }
    for (let i = 0; i < min; i++) entry = this.build(item, entry);
    return entry;
  }

  private holds(what: AssertKind, text: string, at: number): boolean {
    const before = at > 0 ? codeBefore(text, at) : -1;
    const after = at < text.length ? text.codePointAt(at)! : -1;
    switch (what) {
      case 'begin': return at === 0;
      case 'end': return at === text.length;
      case 'lineBegin': return at === 0 || before === 10;
      case 'lineEnd': return at === text.length || after === 10;
      default: {
        const left = before >= 0 && this.isWord(before);
        const right = after >= 0 && this.isWord(after);
        if (what === 'wordBegin') return !left && right;
        if (what === 'wordEnd') return left && !right;
        return what === 'wordEdge' ? left !== right : left === right;
      }
    }
  }

  /** Adds a state and all it reaches without consuming; true where acceptance is among them. */
  private close(list: number[], from: number, text: string, at: number): boolean {
    const stack = [from];
    let accepted = false;
    while (stack.length > 0) {
      const i = stack.pop()!;
      if (this.mark[i] === this.round) continue;
      this.mark[i] = this.round;
      if (i === this.accept) accepted = true;
      const s = this.states[i]!;
      if (s.test !== undefined) list.push(i);
      else if (s.assert === undefined || this.holds(s.assert, text, at)) stack.push(...s.next);
    }
    return accepted;
  }

  /** End of the longest (or shortest) match that begins at `from`, -1 for none. */
  matchEnd(text: string, from: number, shortest: boolean): number {
    let current: number[] = [];
    let next: number[] = [];
    this.round++;
    let end = this.close(current, this.start, text, from) ? from : -1;
    for (let at = from; at < text.length && current.length > 0; ) {
      if (shortest && end >= 0) return end;
      const code = text.codePointAt(at)!;
      at += code > 0xffff ? 2 : 1;
      this.round++;
      next.length = 0;
      let accepted = false;
      for (const i of current) {
        const s = this.states[i]!;
        if (s.test!(code) && this.close(next, s.next[0]!, text, at)) accepted = true;
      }
      if (accepted) end = at;
      [current, next] = [next, current];
    }
    return end;
  }

  /** Does any match begin at or after `from`? One pass over the text. */
  exists(text: string, from: number): boolean {
    let current: number[] = [];
    let next: number[] = [];
    this.round++;
    if (this.close(current, this.start, text, from)) return true;
    for (let at = from; at < text.length; ) {
      const code = text.codePointAt(at)!;
      at += code > 0xffff ? 2 : 1;
      this.round++;
      next.length = 0;
      for (const i of current) {
        const s = this.states[i]!;
        if (s.test!(code) && this.close(next, s.next[0]!, text, at)) return true;
      }
      if (this.close(next, this.start, text, at)) return true;
      [current, next] = [next, current];
    }
    return false;
  }
}

function codeBefore(text: string, at: number): number {
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff && at > 1 ? text.codePointAt(at - 2)! : low;
}
