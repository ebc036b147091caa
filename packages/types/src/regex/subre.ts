/**
 * The tree of sub-expressions that decides what the groups of a match hold. A part that no group, back reference or
 * clash of greediness concerns is one leaf, matched as a whole by its DFA; the others are concatenations, alternatives
 * and iterations. How they nest, and whether each prefers the longer or the shorter match, follows the rules of Henry
 * Spencer's regex library as PostgreSQL has it.
 */
import type { RegexNode } from './ast.js';

export type Op = '=' | '.' | '|' | '*' | 'b' | '(';

export interface Subre {
  op: Op;
  flags: number;
  /** Capturing group, 0 for none. */
  group: number;
  min: number;
  max: number;
  /** The group that a back reference means. */
  reference: number;
  children: Subre[];
  /** What it matches as a whole. */
  language: RegexNode;
  /** Of its automaton, kept by the matcher; -1 for none yet. */
  automaton: number;
}

export const LONGER = 1;
export const SHORTER = 2;
const MIXED = 4;
const CAPTURES = 8;
const REFERS = 16;
const LOCAL = LONGER | SHORTER;

/** What a node's flags mean for its parent: greed of its own stays behind, a clash goes up. */
const up = (f: number): number => (f & ~LOCAL) | ((f & LONGER) !== 0 && (f & SHORTER) !== 0 ? MIXED : 0);
const isMessy = (f: number): boolean => (f & (MIXED | CAPTURES | REFERS)) !== 0;
const preference = (a: number, b: number): number => ((a & LOCAL) !== 0 ? a & LOCAL : b & LOCAL);
const combine = (a: number, b: number): number => up(a | b) | preference(a, b);

const sequence = (items: readonly RegexNode[]): RegexNode => (items.length === 1 ? items[0]! : { kind: 'sequence', items });
const repeated = (item: RegexNode, min: number, max: number): RegexNode => ({ kind: 'repeat', item, min, max, lazy: false, exact: false });

function node(op: Op, flags: number, language: RegexNode, children: Subre[] = []): Subre {
  return { op, flags, group: 0, min: 1, max: 1, reference: 0, children, language, automaton: -1 };
}

export function subreOf(n: RegexNode): Subre {
  if (n.kind !== 'alternation') return branch(n.kind === 'sequence' ? n.items : [n], 0);
  const children = n.items.map(subreOf);
  let flags = LONGER;
  for (const c of children) flags |= up(flags | c.flags);
  return node(isMessy(flags) ? '|' : '=', flags, n, isMessy(flags) ? children : []);
}

/** The items from `from` on: plain ones gather in a leaf until one needs a node of its own. */
function branch(items: readonly RegexNode[], from: number): Subre {
  let flags = 0;
  for (let i = from; i < items.length; i++) {
    const item = items[i]!;
    if (item.kind === 'assert' || item.kind === 'look' || (item.kind === 'repeat' && item.max === 0)) continue;
    const { atom, min, max, prefers } = item.kind === 'repeat'
      ? { atom: item.item, min: item.min, max: item.max, prefers: item.exact ? 0 : item.lazy ? SHORTER : LONGER }
      : { atom: item, min: 1, max: 1, prefers: 0 };
    const inner = atomOf(atom);
    const all = flags | prefers | (inner?.flags ?? 0);
    const plain = atom.kind !== 'backReference' && !(atom.kind === 'group' && atom.index > 0) && !isMessy(up(all));
    if (plain) {
      flags = all;
      continue;
    }
    const whole = quantified(inner ?? node('=', 0, atom), atom, min, max, prefers);
    return assemble(node('=', flags, sequence(withoutNothing(items.slice(from, i)))), whole, i + 1 < items.length ? branch(items, i + 1) : undefined, combine(prefers, inner?.flags ?? 0));
  }
  return node('=', flags, sequence(withoutNothing(items.slice(from))));
}
const withoutNothing = (items: readonly RegexNode[]): RegexNode[] => items.filter((i) => !(i.kind === 'repeat' && i.max === 0));

/** The sub-expression of an atom in parentheses or of a back reference; undefined for a plain one. */
function atomOf(atom: RegexNode): Subre | undefined {
  if (atom.kind === 'backReference') {
    const b = node('b', REFERS, atom);
    b.reference = atom.index;
    return b;
  }
  if (atom.kind !== 'group') return undefined;
  const inner = subreOf(atom.item);
  if (atom.index === 0) return inner;
  if (inner.group === 0) {
    inner.flags |= CAPTURES;
    inner.group = atom.index;
    return inner;
  }
  const wrapper = node('(', inner.flags | CAPTURES, atom, [inner]);
  wrapper.group = atom.index;
  return wrapper;
}

/** An atom under its quantifier. */
function quantified(atom: Subre, source: RegexNode, least: number, max: number, prefers: number): Subre {
  const flags = combine(prefers, atom.flags);
  const own = atom.flags & (LOCAL | MIXED);
  if (source.kind === 'backReference') {
    atom.min = least;
    atom.max = max;
    atom.flags |= flags;
    atom.language = repeated(atom.language, least, max);
    return atom;
  }
  if (least === 1 && max === 1 && (prefers === 0 || own === 0 || prefers === own)) return atom;
  const language = repeated(atom.language, least, max);
  if ((atom.flags & (CAPTURES | REFERS)) === 0) return node('=', flags, language);
  if (least > 0 && (atom.flags & REFERS) === 0) {
    const before = node('=', flags & LOCAL, repeated(atom.language, least - 1, max === Infinity ? max : max - 1));
    return node('.', flags, language, [before, atom]);
  }
  const iteration = node('*', flags, language, [atom]);
  iteration.min = least;
  iteration.max = max;
  return iteration;
}

const isVacuous = (s: Subre): boolean => s.op === '=' && s.language.kind === 'sequence' && s.language.items.length === 0;

/** prefix whole rest, as concatenations that lean to the right. */
function assemble(prefix: Subre, whole: Subre, rest: Subre | undefined, flagsOfWhole: number): Subre {
  if (rest === undefined) {
    if (isVacuous(prefix)) return whole;
    return node('.', prefix.flags | combine(prefix.flags, whole.flags), sequence([prefix.language, whole.language]), [prefix, whole]);
  }
  const tailFlags = flagsOfWhole | combine(flagsOfWhole, rest.flags);
  const flags = prefix.flags | combine(prefix.flags, tailFlags);
  const tailLanguage = sequence([whole.language, rest.language]);
  if (isVacuous(prefix)) return node('.', flags, tailLanguage, [whole, rest]);
  const merges = whole.op === '=' && whole.group === 0 && rest.op === '=' && rest.group === 0 && !isMessy(up(whole.flags | rest.flags));
  const tail = merges ? node('=', tailFlags & ~MIXED, tailLanguage) : node('.', tailFlags, tailLanguage, [whole, rest]);
  return node('.', flags, sequence([prefix.language, tailLanguage]), [prefix, tail]);
}
