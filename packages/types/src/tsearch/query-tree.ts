/**
 * Queries as n-ary trees (tsquery_util.c): AND and OR hold all their operands at one level, sorted, which makes queries
 * comparable and lets ts_rewrite find a part of a conjunction.
 */
import { compareCodePoints } from '../text/collation.js';
import { utf8 } from '../any/utf8.js';
import { operandsOf, nodeCount, TsQuery, type Operand, type QueryNode } from './value.js';

export interface Tree {
  kind: QueryNode['kind'];
  children: Tree[];
  distance: number;
  value: Operand | undefined;
  /** A bit for each word below: an early answer to 'is this contained'. */
  sign: number;
  noChange: boolean;
}

const CODES: Readonly<Record<QueryNode['kind'], number>> = { not: 1, and: 2, or: 3, phrase: 4, val: 0 };

/** The CRC-32 table of the usual (reflected) polynomial. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

const crcs = new WeakMap<Operand, number>();

/** The legacy CRC of an operand's word: the reflected table used the other way round. */
export function wordCrc(o: Operand): number {
  let crc = crcs.get(o);
  if (crc === undefined) {
    crc = -1;
    for (const b of utf8(o.word)) crc = CRC_TABLE[((crc >>> 24) ^ b) & 0xff]! ^ (crc << 8);
    crc = ~crc;
    crcs.set(o, crc);
  }
  return crc;
}

export function toTree(n: QueryNode): Tree {
  if (n.kind === 'val') return { kind: 'val', children: [], distance: 0, value: n, sign: 1 << ((wordCrc(n) >>> 0) % 32), noChange: false };
  const children = n.kind === 'not' ? [toTree(n.arg)] : [toTree(n.right), toTree(n.left)];
  const sign = children.reduce((s, c) => s | c.sign, 0);
  return { kind: n.kind, children, distance: n.kind === 'phrase' ? n.distance : 0, value: undefined, sign, noChange: false };
}

/** Back to binary operators, the first child right; more than two are paired as QTNBinary does it. */
export function fromTree(t: Tree): QueryNode {
  if (t.kind === 'val') return t.value!;
  if (t.kind === 'not') return { kind: 'not', arg: fromTree(t.children[0]!) };
  const { kind, distance } = t;
  const rest = t.children.map(fromTree);
  while (rest.length > 2) {
    rest[0] = { kind, left: rest[1]!, right: rest[0]!, distance };
    const last = rest.pop()!;
    if (rest.length > 1) rest[1] = last;
  }
  return { kind, left: rest[1]!, right: rest[0]!, distance };
}

/** Pulls operands of nested ANDs and ORs up into one level. */
export function flatten(t: Tree): void {
  t.children.forEach(flatten);
  if (t.kind !== 'and' && t.kind !== 'or') return;
  t.children = t.children.flatMap((c) => (c.kind === t.kind ? c.children : [c]));
}

/** QTNodeCompare */
export function compareTrees(a: Tree, b: Tree): number {
  const leafA = a.kind === 'val';
  if (leafA !== (b.kind === 'val')) return leafA ? 1 : -1;
  if (leafA) return compareOperands(a.value!, b.value!);
  if (a.kind !== b.kind) return CODES[a.kind] > CODES[b.kind] ? -1 : 1;
  if (a.children.length !== b.children.length) return a.children.length > b.children.length ? -1 : 1;
  for (let i = 0; i < a.children.length; i++) {
    const c = compareTrees(a.children[i]!, b.children[i]!);
    if (c !== 0) return c;
  }
  if (a.kind === 'phrase' && a.distance !== b.distance) return a.distance > b.distance ? -1 : 1;
  return 0;
}

function compareOperands(a: Operand, b: Operand): number {
  const [x, y] = [wordCrc(a), wordCrc(b)];
  return x !== y ? (x > y ? -1 : 1) : compareCodePoints(a.word, b.word);
}

/** Sorts operands where their order does not matter. */
export function sortTree(t: Tree): void {
  t.children.forEach(sortTree);
  if (t.kind === 'and' || t.kind === 'or') t.children.sort(compareTrees);
}

const querySize = (q: TsQuery): number => 8 + 12 * nodeCount(q.root) + operandsOf(q.root).reduce((n, o) => n + utf8(o.word).length + 1, 0);

/** CompareTSQ */
export function compareQueries(a: TsQuery, b: TsQuery): number {
  const [m, n] = [nodeCount(a.root), nodeCount(b.root)];
  if (m !== n) return m < n ? -1 : 1;
  const [x, y] = [querySize(a), querySize(b)];
  if (x !== y) return x < y ? -1 : 1;
  return m === 0 ? 0 : compareTrees(toTree(a.root!), toTree(b.root!));
}

const sameTrees = (a: Tree, b: Tree): boolean => a.sign === b.sign && compareTrees(a, b) === 0;

/**
 * findeq: where `t` is the searched tree, its replacement (undefined: it vanishes); where a flat AND or OR holds all the
 * searched operands, these are replaced by one.
 */
function replaceHere(t: Tree, find: Tree, by: Tree | undefined, found: { any: boolean }): Tree | undefined {
  if ((t.sign & find.sign) !== find.sign || t.kind !== find.kind || t.noChange) return t;
  if (t.kind === 'val' || t.children.length === find.children.length) {
    if (!sameTrees(t, find)) return t;
    found.any = true;
    return by === undefined ? undefined : { ...copyTree(by), noChange: true };
  }
  if ((t.kind !== 'and' && t.kind !== 'or') || t.children.length < find.children.length) return t;
  const matched = new Set<number>();
  let i = 0;
  let j = 0;
  while (i < t.children.length && j < find.children.length) {
    const c = compareTrees(t.children[i]!, find.children[j]!);
    if (c === 0) {
      matched.add(i++);
      j++;
    } else if (c < 0) i++;
    else break;
  }
  if (matched.size !== find.children.length) return t;
  found.any = true;
  const rest = t.children.filter((_, k) => !matched.has(k));
  if (by !== undefined) rest.push({ ...copyTree(by), noChange: true });
  const out: Tree = { ...t, children: rest };
  out.sign = rest.reduce((s, c) => s | c.sign, 0);
  sortTree(out);
  return out;
}

const copyTree = (t: Tree): Tree => ({ ...t, children: t.children.map(copyTree) });

/** dofindsubquery: an operator that lost its operands goes, too. */
function replaceBelow(t: Tree, find: Tree, by: Tree | undefined, found: { any: boolean }): Tree | undefined {
  const here = replaceHere(t, find, by, found);
  if (here === undefined || here.noChange || here.kind === 'val') return here;
  here.children = here.children.map((c) => replaceBelow(c, find, by, found)).filter((c) => c !== undefined);
  if (here.children.length === 0) return undefined;
  return here.children.length === 1 && here.kind !== 'not' ? here.children[0] : here;
}

/** A tree ready to be searched. */
export function searchTree(n: QueryNode): Tree {
  const t = toTree(n);
  flatten(t);
  sortTree(t);
  return t;
}

function rewriteTree(t: Tree, find: TsQuery, by: TsQuery): Tree | undefined {
  if (find.root === undefined) return t;
  return replaceBelow(t, searchTree(find.root), by.root === undefined ? undefined : toTree(by.root), { any: false });
}

function clearMarks(t: Tree): void {
  t.noChange = false;
  t.children.forEach(clearMarks);
}

/** ts_rewrite: `find` in `q` becomes `by`. */
export function rewriteQuery(q: TsQuery, find: TsQuery, by: TsQuery): TsQuery {
  if (q.root === undefined || find.root === undefined) return q;
  const tree = rewriteTree(searchTree(q.root), find, by);
  return tree === undefined ? TsQuery.empty : new TsQuery(fromTree(tree));
}

/** The same for each pair in turn. */
export function rewriteByPairs(q: TsQuery, pairs: Iterable<readonly [TsQuery, TsQuery]>): TsQuery {
  if (q.root === undefined) return q;
  let tree: Tree | undefined = searchTree(q.root);
  for (const [find, by] of pairs) {
    tree = rewriteTree(tree, find, by);
    if (tree === undefined) return TsQuery.empty;
    clearMarks(tree);
    flatten(tree);
    sortTree(tree);
  }
  return new TsQuery(fromTree(tree));
}
