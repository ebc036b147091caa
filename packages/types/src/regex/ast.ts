/** Syntax tree of a regular expression: what the parser makes, and automata and sub-expressions are made from. */
export type AssertKind = 'begin' | 'end' | 'lineBegin' | 'lineEnd' | 'wordBegin' | 'wordEnd' | 'wordEdge' | 'notWordEdge';

export type RegexNode =
  /** One character; `source` is its JavaScript class or escaped literal. */
  | { readonly kind: 'char'; readonly source: string }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'alternation'; readonly items: readonly RegexNode[] }
  /** `exact`: written {m}, which leaves the greediness to the atom. */
  | { readonly kind: 'repeat'; readonly item: RegexNode; readonly min: number; readonly max: number; readonly lazy: boolean; readonly exact: boolean }
  /** index 0: not capturing. */
  | { readonly kind: 'group'; readonly item: RegexNode; readonly index: number }
  | { readonly kind: 'assert'; readonly what: AssertKind }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negative: boolean; readonly item: RegexNode }
  | { readonly kind: 'backReference'; readonly index: number };

/** Folds over all nodes. */
export function anyNode(n: RegexNode, test: (n: RegexNode) => boolean): boolean {
  if (test(n)) return true;
  switch (n.kind) {
    case 'sequence':
    case 'alternation': return n.items.some((i) => anyNode(i, test));
    case 'repeat':
    case 'group':
    case 'look': return anyNode(n.item, test);
    default: return false;
  }
}
