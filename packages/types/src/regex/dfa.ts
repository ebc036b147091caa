/**
 * DFA made lazily from an NFA, one state at a time as texts ask for them. A state is the set of NFA states reached after
 * a character, before constraints are looked at: those need the next character too. So a transition by the colour of the
 * next character answers both whether a match ends before it and which state follows it. Lookaround is never remembered.
 */
import { END, type Colours } from './char-class.js';
import type { Look, Nfa } from './nfa.js';
import { regexError } from './parse.js';

/** Steps that one search may take: the bound that no expression passes, whatever the text. */
export const STEPS_MAX = 400_000_000;
const STATES_MAX = 3000;
const DEAD = 0;

/** What the automata of one search share: the text, lookaround and the count of steps. */
export interface Search {
  readonly text: string;
  readonly colours: Colours;
  steps: number;
  lookHolds(look: Look, at: number): boolean;
}

const AT_BEGIN = 1;
const AFTER_NEWLINE = 2;
const AFTER_WORD = 4;

export function countSteps(search: Search, steps: number): void {
  search.steps += steps;
  if (search.steps > STEPS_MAX) throw regexError('regular expression is too complex');
}

export class Dfa {
  /** By state: the NFA states it stands for, what came before it, whether it is the start without any match under way. */
  private kernels: Int32Array[] = [];
  private contexts: number[] = [];
  private initial: boolean[] = [];
  private readonly numbers = new Map<string, number>();
  /** By state and colour: 0 unknown, otherwise 4 * next state + (2: a match ends before the character) + 1. */
  private table = new Int32Array(0);
  private shift = 4;
  private readonly starts = new Int32Array(8);
  private readonly mark: Uint32Array;
  private round = 0;
  private sawLook = false;
  private readonly list: number[] = [];
  private readonly stack: number[] = [];
  /** Where shortest() last was without any match under way. */
  cold = 0;

  constructor(private readonly nfa: Nfa) {
    this.mark = new Uint32Array(nfa.states.length);
    this.reset();
  }

  private reset(): void {
    this.kernels = [new Int32Array(0)];
    this.contexts = [0];
    this.initial = [false];
    this.numbers.clear();
    this.starts.fill(-1);
    this.table = new Int32Array(16 << this.shift);
  }

  private contextAt(search: Search, at: number): number {
    if (!this.nfa.hasContext) return 0;
    if (at === 0) return AT_BEGIN;
    return this.contextAfter(search.colours, search.colours.of(search.text.charCodeAt(at - 1)));
  }
  private contextAfter(colours: Colours, colour: number): number {
    if (!this.nfa.hasContext) return 0;
    return (colours.holds(colours.isNewline, colour) ? AFTER_NEWLINE : 0) | (colours.holds(colours.isWord, colour) ? AFTER_WORD : 0);
  }

  private state(kernel: number[], context: number): number {
    if (kernel.length === 0) return DEAD;
    const sorted = Int32Array.from(kernel).sort();
    const key = `${context}:${sorted.join()}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const n = this.kernels.push(sorted) - 1;
    this.contexts.push(context);
    this.initial.push(sorted.length === 1 && sorted[0] === this.nfa.start);
    this.numbers.set(key, n);
    if ((n + 1) << this.shift > this.table.length) {
      const longer = new Int32Array(2 * this.table.length);
      longer.set(this.table);
      this.table = longer;
    }
    return n;
  }

  /** More colours than the table is wide: its rows are made anew. */
  private widen(colour: number): void {
    while (colour >> this.shift !== 0) this.shift++;
    this.table = new Int32Array(Math.max(16, 2 * this.kernels.length) << this.shift);
  }

  private holds(what: string, context: number, colour: number, colours: Colours): boolean {
    switch (what) {
      case 'begin': return (context & AT_BEGIN) !== 0;
      case 'end': return colour === END;
      case 'lineBegin': return (context & (AT_BEGIN | AFTER_NEWLINE)) !== 0;
      case 'lineEnd': return colour === END || colours.holds(colours.isNewline, colour);
      default: {
        const left = (context & AFTER_WORD) !== 0;
        const right = colour !== END && colours.holds(colours.isWord, colour);
        if (what === 'wordBegin') return !left && right;
        if (what === 'wordEnd') return left && !right;
        return what === 'wordEdge' ? left !== right : left === right;
      }
    }
  }

  /** Follows a state before the character of `colour` at `at`: sets `list` to what then consumes, answers acceptance. */
  private close(s: number, colour: number, search: Search, at: number): boolean {
    const { states, accept } = this.nfa;
    const { list, stack, mark } = this;
    const round = ++this.round;
    let accepted = false;
    list.length = 0;
    const kernel = this.kernels[s]!;
    const context = this.contexts[s]!;
    for (let k = kernel.length - 1; k >= 0; k--) stack.push(kernel[k]!);
    while (stack.length > 0) {
      const i = stack.pop()!;
      if (mark[i] === round) continue;
      mark[i] = round;
      if (i === accept) accepted = true;
      const n = states[i]!;
      if (n.test >= 0) list.push(i);
      else if (n.assert !== undefined && !this.holds(n.assert, context, colour, search.colours)) continue;
      else if (n.look !== undefined && !this.look(n.look, search, at)) continue;
      else for (let k = 0; k < n.next.length; k++) stack.push(n.next[k]!);
    }
    return accepted;
  }
  private look(look: Look, search: Search, at: number): boolean {
    this.sawLook = true;
    return search.lookHolds(look, at);
  }

  /** Computes the transition, as in the table; remembered there unless lookaround took part. */
  private step(s: number, colour: number, search: Search, at: number): number {
    this.sawLook = false;
    const accepted = this.close(s, colour, search, at);
    countSteps(search, this.list.length + 1);
    const target: number[] = [];
    if (colour !== END) {
      const { states } = this.nfa;
      for (const i of this.list) {
        const to = states[i]!.next[0]!;
        if (search.colours.holds(states[i]!.test, colour) && !target.includes(to)) target.push(to);
      }
    }
    const context = colour === END ? 0 : this.contextAfter(search.colours, colour);
    if (this.kernels.length >= STATES_MAX) {
      this.reset();
      return 4 * this.state(target, context) + (accepted ? 3 : 1);
    }
    const value = 4 * this.state(target, context) + (accepted ? 3 : 1);
    if (!this.sawLook) this.table[(s << this.shift) | colour] = value;
    return value;
  }

  private startAt(search: Search, at: number): number {
    const context = this.contextAt(search, at);
    const known = this.starts[context]!;
    if (known >= 0) return known;
    return (this.starts[context] = this.state([this.nfa.start], context));
  }

  /** End of the longest match that begins at `begin` and ends by `limit`, -1 for none. */
  longest(search: Search, begin: number, limit: number): number {
    const { text, colours } = search;
    const length = text.length;
    let s = this.startAt(search, begin);
    let end = -1;
    let at = begin;
    for (; ; at++) {
      const colour = at < length ? colours.of(text.charCodeAt(at)) : END;
      if (colour >> this.shift !== 0) this.widen(colour);
      let value = this.table[(s << this.shift) | colour]!;
      if (value === 0) value = this.step(s, colour, search, at);
      if ((value & 2) !== 0) end = at;
      s = value >> 2;
      if (at >= limit || s === DEAD) break;
    }
    countSteps(search, at - begin + 1);
    return end;
  }

  /** Does a match begin at the start of heap[start .. end), a text in UTF-8? The DFA's NFA begins anywhere. */
  existsInBytes(search: Search, heap: Uint8Array, start: number, end: number): boolean {
    const { colours } = search;
    let s = this.startAt(search, 0);
    for (let at = start; ; ) {
      let colour = END;
      if (at < end) {
        let code = heap[at++]!;
        if (code >= 0x80) {
          const more = code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
          code &= more === 1 ? 0x1f : more === 2 ? 0x0f : 0x07;
          for (let k = 0; k < more; k++) code = (code << 6) | (heap[at++]! & 0x3f);
        }
        colour = colours.of(code);
        if (colour >> this.shift !== 0) this.widen(colour);
      }
      let value = this.table[(s << this.shift) | colour]!;
      if (value === 0) value = this.step(s, colour, search, at);
      if ((value & 2) !== 0) return true;
      s = value >> 2;
      if (colour === END || s === DEAD) return false;
    }
  }

  /** End, from `min` to `max`, of the shortest match that begins at `begin`, -1 for none. Sets `cold`. */
  shortest(search: Search, begin: number, min: number, max: number): number {
    const { text, colours } = search;
    const length = text.length;
    let s = this.startAt(search, begin);
    this.cold = begin;
    let end = -1;
    let at = begin;
    for (; ; at++) {
      if (this.initial[s] === true) this.cold = at;
      const colour = at < length ? colours.of(text.charCodeAt(at)) : END;
      if (colour >> this.shift !== 0) this.widen(colour);
      let value = this.table[(s << this.shift) | colour]!;
      if (value === 0) value = this.step(s, colour, search, at);
      if ((value & 2) !== 0 && at >= min) {
        end = at;
        break;
      }
      s = value >> 2;
      if (at >= max || s === DEAD) break;
    }
    countSteps(search, at - begin + 1);
    return end;
  }
}
