/**
 * SQL text as a tree, so that a diverging statement can be cut down: an optional part can go, an item of a list can go,
 * and a node can be replaced by a smaller one of its own tag from below it or by the tag's simplest text.
 */
export interface Node {
  readonly tag: string;
  readonly parts: readonly Part[];
  /** Lists: the fewest items, and what stands between them. */
  readonly list?: { min: number; separator: string };
}
export type Part = string | Node;

export const node = (tag: string, ...parts: Part[]): Node => ({ tag, parts });
export const text = (...parts: Part[]): Node => ({ tag: '', parts });
export const optional = (...parts: Part[]): Node => ({ tag: 'optional', parts });
export const list = (parts: readonly Part[], min = 1, separator = ', '): Node => ({ tag: 'list', parts, list: { min, separator } });

export function render(part: Part): string {
  return typeof part === 'string' ? part : part.parts.map(render).join(part.list?.separator ?? '');
}

/** Nodes below that could stand in the place of one with the tag. */
function* below(parts: readonly Part[], tag: string): Generator<Node> {
  for (const part of parts) {
    if (typeof part === 'string') continue;
    if (part.tag === tag) yield part;
    yield* below(part.parts, tag);
  }
}

function* own(of: Node): Generator<Part> {
  if (of.tag === 'optional') yield '';
  else if (of.list !== undefined) {
    for (let k = 0; of.parts.length > of.list.min && k < of.parts.length; k++) yield { ...of, parts: of.parts.filter((_, at) => at !== k) };
  } else if (of.tag !== '') {
    yield* below(of.parts, of.tag);
    if (of.tag.startsWith('expr:') && of.parts.length > 1) yield `NULL::${of.tag.slice(5)}`;
  }
}

/** Each tree that is one step smaller, the largest steps first. */
export function* smaller(tree: Part): Generator<Part> {
  if (typeof tree === 'string') return;
  yield* own(tree);
  for (let k = 0; k < tree.parts.length; k++) {
    for (const part of smaller(tree.parts[k]!)) yield { ...tree, parts: tree.parts.map((p, at) => (at === k ? part : p)) };
  }
}
