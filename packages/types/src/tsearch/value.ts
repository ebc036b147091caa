/**
 * tsvector: lexemes in byte order, each with its positions (or none). A position is a number 1..16383 with its weight
 * (D 0, C 1, B 2, A 3) in the two bits above. tsquery: a tree of operands and operators.
 */
import { compareCodePoints } from '../text/collation.js';
import { SqlError } from '../errors.js';
import { utf8Length } from '../any/utf8.js';

/** Bytes of a lexeme: one less than MAXSTRLEN. */
export const LEXEME_MAX = 2046;
/** MAXSTRPOS: bytes of all lexemes and positions. */
export const VECTOR_MAX = (1 << 20) - 1;
export const POSITION_MAX = 16383;
/** MAXNUMPOS: positions of a lexeme. */
export const POSITIONS_MAX = 256;
/** MAXENTRYPOS */
export const DISTANCE_MAX = 16384;
/** Weights by number. */
export const WEIGHTS = 'DCBA';

export const positionOf = (p: number): number => p & 0x3fff;
export const weightOf = (p: number): number => p >> 14;
export const packPosition = (position: number, weight: number): number => (weight << 14) | position;
export const limitPosition = (p: number): number => (p < POSITION_MAX ? p : POSITION_MAX);

export interface Lexeme { readonly word: string; readonly positions: readonly number[] }

/** No positions: the lexeme has none at all (it is stripped). */
const none: readonly number[] = [];
export const NO_POSITIONS = none;

export class TsVector {
  constructor(readonly lexemes: readonly Lexeme[]) {}

  /** Index of the word, -1 where it is not there. */
  indexOf(word: string): number {
    let lo = 0;
    let hi = this.lexemes.length - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const c = compareCodePoints(this.lexemes[mid]!.word, word);
      if (c === 0) return mid;
      if (c < 0) lo = mid + 1;
      else hi = mid - 1;
    }
    return -1;
  }

  /** First index whose word is not before `word`. */
  lowerBound(word: string): number {
    let lo = 0;
    let hi = this.lexemes.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (compareCodePoints(this.lexemes[mid]!.word, word) < 0) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  static readonly empty = new TsVector([]);
}

export interface Operand { readonly kind: 'val'; readonly word: string; readonly weight: number; readonly prefix: boolean }
export interface Not { readonly kind: 'not'; readonly arg: QueryNode }
export interface Binary { readonly kind: 'and' | 'or' | 'phrase'; readonly left: QueryNode; readonly right: QueryNode; readonly distance: number }
export type QueryNode = Operand | Not | Binary;

export class TsQuery {
  constructor(readonly root: QueryNode | undefined) {}
  static readonly empty = new TsQuery(undefined);
}

/** Number of operators and operands (numnode). */
export function nodeCount(n: QueryNode | undefined): number {
  if (n === undefined) return 0;
  if (n.kind === 'val') return 1;
  return n.kind === 'not' ? 1 + nodeCount(n.arg) : 1 + nodeCount(n.left) + nodeCount(n.right);
}

/** Operands in the order in which PostgreSQL stores them: an operator's right side comes first. */
export function operandsOf(n: QueryNode | undefined, out: Operand[] = []): Operand[] {
  if (n === undefined) return out;
  if (n.kind === 'val') out.push(n);
  else if (n.kind === 'not') operandsOf(n.arg, out);
  else {
    operandsOf(n.right, out);
    operandsOf(n.left, out);
  }
  return out;
}

const align2 = (n: number): number => n + (n & 1);

/** The varlena size that PostgreSQL's comparison looks at first. */
export function vectorSize(v: TsVector): number {
  let bytes = 0;
  for (const l of v.lexemes) {
    bytes += utf8Length(l.word);
    if (l.positions.length > 0) bytes = align2(bytes) + 2 + 2 * l.positions.length;
  }
  return 8 + 4 * v.lexemes.length + bytes;
}

/** silly_cmp_tsvector: a total order that means nothing. */
export function compareVectors(a: TsVector, b: TsVector): number {
  const size = vectorSize(a) - vectorSize(b);
  if (size !== 0) return size < 0 ? -1 : 1;
  if (a.lexemes.length !== b.lexemes.length) return a.lexemes.length < b.lexemes.length ? -1 : 1;
  for (let i = 0; i < a.lexemes.length; i++) {
    const x = a.lexemes[i]!;
    const y = b.lexemes[i]!;
    const [m, n] = [x.positions.length, y.positions.length];
    if ((m > 0) !== (n > 0)) return m > 0 ? -1 : 1;
    const c = compareCodePoints(x.word, y.word);
    if (c !== 0) return c < 0 ? -1 : 1;
    if (m !== n) return m > n ? -1 : 1;
    for (let k = 0; k < m; k++) {
      const [p, q] = [x.positions[k]!, y.positions[k]!];
      if (positionOf(p) !== positionOf(q)) return positionOf(p) > positionOf(q) ? -1 : 1;
      if (weightOf(p) !== weightOf(q)) return weightOf(p) > weightOf(q) ? -1 : 1;
    }
  }
  return 0;
}

/** Positions sorted, of equal ones the heaviest, at most POSITIONS_MAX of them. */
export function uniquePositions(positions: readonly number[]): number[] {
  if (positions.length <= 1) return [...positions];
  const sorted = [...positions].sort((a, b) => positionOf(a) - positionOf(b));
  const out: number[] = [sorted[0]!];
  for (let i = 1; i < sorted.length; i++) {
    const last = out[out.length - 1]!;
    const p = sorted[i]!;
    if (positionOf(p) !== positionOf(last)) {
      out.push(p);
      if (out.length >= POSITIONS_MAX - 1 || positionOf(p) === POSITION_MAX) break;
    } else if (weightOf(p) > weightOf(last)) out[out.length - 1] = packPosition(positionOf(last), weightOf(p));
  }
  return out;
}

/** A vector of words in any order, equal words merged. */
export function makeVector(words: readonly Lexeme[]): TsVector {
  const merged = new Map<string, number[]>();
  for (const w of words) {
    const known = merged.get(w.word);
    if (known === undefined) merged.set(w.word, [...w.positions]);
    else known.push(...w.positions);
  }
  const lexemes = [...merged].map(([word, positions]) => ({ word, positions: positions.length > 0 ? uniquePositions(positions) : NO_POSITIONS }));
  lexemes.sort((a, b) => compareCodePoints(a.word, b.word));
  const v = new TsVector(lexemes);
  checkVectorSize(v);
  return v;
}

export function checkVectorSize(v: TsVector): void {
  let bytes = 0;
  for (const l of v.lexemes) {
    if (bytes > VECTOR_MAX) break;
    bytes += utf8Length(l.word);
    if (l.positions.length > 0) bytes = align2(bytes) + 2 + 2 * l.positions.length;
  }
  if (bytes > VECTOR_MAX) throw new SqlError('54000', `string is too long for tsvector (${bytes} bytes, max ${VECTOR_MAX} bytes)`);
}
