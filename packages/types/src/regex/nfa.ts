/** Thompson automaton of a syntax tree: the language of it and of each of its parts, for the DFA to be made from. */
import { regexError } from './parse.js';
import type { AssertKind, RegexNode } from './ast.js';
import type { Colours } from './char-class.js';

export type Look = Extract<RegexNode, { kind: 'look' }>;

export interface NfaState {
  /** Consumes one character for which the test holds; -1: none. */
  readonly test: number;
  readonly assert: AssertKind | undefined;
  readonly look: Look | undefined;
  next: number[];
}

const STATES_MAX = 200_000;

export class Nfa {
  readonly states: NfaState[] = [];
  readonly start: number;
  readonly accept: number;
  hasContext = false;

  /** `groups`: what each capturing group holds, which a back reference may match. */
  constructor(root: RegexNode, private readonly colours: Colours, private readonly groups: ReadonlyMap<number, RegexNode>, anywhere: boolean) {
    this.accept = this.add(-1, []);
    const entry = this.build(root, this.accept, false);
    this.start = entry;
    if (anywhere) {
      const loop = this.add(-1, [entry]);
      this.states[loop]!.next.push(this.add(this.colours.testOf('[^]'), [loop]));
      this.start = loop;
    }
  }

  private add(test: number, next: number[], assert?: AssertKind, look?: Look): number {
    if (this.states.length >= STATES_MAX) throw regexError('regular expression is too complex');
    if (assert !== undefined || look !== undefined) this.hasContext = true;
    return this.states.push({ test, assert, look, next }) - 1;
  }

  /** States that match the node and go on to `to`; returns the entry. `bare`: without constraints, for back references. */
  private build(n: RegexNode, to: number, bare: boolean): number {
    switch (n.kind) {
      case 'char': return this.add(this.colours.testOf(n.source), [to]);
      case 'sequence': return n.items.reduceRight((after, i) => this.build(i, after, bare), to);
      case 'alternation': return this.add(-1, n.items.map((i) => this.build(i, to, bare)));
      case 'group': return this.build(n.item, to, bare);
      case 'assert': return bare ? to : this.add(-1, [to], n.what);
      case 'look': return bare ? to : this.add(-1, [to], undefined, n);
      case 'repeat': return this.buildRepeat(n.item, n.min, n.max, to, bare);
      case 'backReference': {
        const group = this.groups.get(n.index);
        return group === undefined ? this.add(-1, []) : this.build(group, to, true);
      }
    }
  }

  private buildRepeat(item: RegexNode, min: number, max: number, to: number, bare: boolean): number {
    let entry = to;
    if (max === Infinity) {
      const loop = this.add(-1, []);
      this.states[loop]!.next = [this.build(item, loop, bare), to];
      entry = loop;
    } else {
      for (let i = min; i < max; i++) entry = this.add(-1, [this.build(item, entry, bare), to]);
    }
    for (let i = 0; i < min; i++) entry = this.build(item, entry, bare);
    return entry;
  }
}
