/** ts_rank and ts_rank_cd (tsrank.c): float4 arithmetic as PostgreSQL does it. */
import { SqlError } from '../errors.js';
import type { PgArray } from '../array/value.js';
import { executeQuery, NO, YES, type Check } from './execute.js';
import { operandsOf, positionOf, weightOf, type Lexeme, type Operand, type TsQuery, type TsVector } from './value.js';
import { compareCodePoints } from '../text/collation.js';

const f = Math.fround;
const DEFAULT_WEIGHTS = [0.1, 0.2, 0.4, 1.0].map(f);

const LOGLENGTH = 0x01;
const LENGTH = 0x02;
const EXTDIST = 0x04;
const UNIQ = 0x08;
const LOGUNIQ = 0x10;
const RDIVRPLUS1 = 0x20;

/** An operand that has no position: as if it stood at the end of the document. */
const NO_POSITION: readonly number[] = [16383];

export function rankWeights(a: PgArray | undefined): readonly number[] {
  if (a === undefined) return DEFAULT_WEIGHTS;
  if (a.ndim !== 1) throw new SqlError('2202E', 'array of weight must be one-dimensional');
  if (a.elements.length < 4) throw new SqlError('2202E', 'array of weight is too short');
  if (a.hasNulls()) throw new SqlError('22004', 'array of weight must not contain nulls');
  return DEFAULT_WEIGHTS.map((d, i) => {
    const w = a.elements[i] as number;
    if (w > 1) throw new SqlError('22023', 'weight out of range');
    return w >= 0 ? w : d;
  });
}

/** Words further apart count less. */
const wordDistance = (w: number): number => (w > 100 ? f(1e-30) : f(1 / (1.005 + 0.05 * Math.exp(f(w) / 1.5 - 2))));

const documentLength = (v: TsVector): number => v.lexemes.reduce((n, l) => n + (l.positions.length || 1), 0);

/** Operands sorted by word, each word once. */
function uniqueOperands(q: TsQuery): Operand[] {
  const sorted = operandsOf(q.root).sort((a, b) => compareCodePoints(a.word, b.word));
  return sorted.filter((o, i) => i === 0 || o.word !== sorted[i - 1]!.word);
}

/** Lexemes that an operand finds. */
function lexemesOf(v: TsVector, o: Operand): readonly Lexeme[] {
  if (!o.prefix) {
    const i = v.indexOf(o.word);
    return i < 0 ? [] : [v.lexemes[i]!];
  }
  const out: Lexeme[] = [];
  for (let i = v.lowerBound(o.word); i < v.lexemes.length && v.lexemes[i]!.word.startsWith(o.word); i++) out.push(v.lexemes[i]!);
  return out;
}

function rankOr(w: readonly number[], v: TsVector, q: TsQuery): number {
  const items = uniqueOperands(q);
  let result = 0;
  for (const item of items) {
    for (const l of lexemesOf(v, item)) {
      const positions = l.positions.length > 0 ? l.positions : [0];
      let sum = 0;
      let best = -1;
      let bestAt = 0;
      positions.forEach((p, j) => {
        const weight = w[weightOf(p)]!;
        sum = f(sum + f(weight / ((j + 1) * (j + 1))));
        if (weight > best) {
          best = weight;
          bestAt = j;
        }
      });
      // The sum of 1/n² has the limit 1.64493406685.
      result = f(result + (best + sum - f(best / ((bestAt + 1) * (bestAt + 1)))) / 1.64493406685);
    }
  }
  return items.length > 0 ? f(result / items.length) : result;
}

function rankAnd(w: readonly number[], v: TsVector, q: TsQuery): number {
  const items = uniqueOperands(q);
  if (items.length < 2) return rankOr(w, v, q);
  const seen: (readonly number[] | undefined)[] = [];
  let result = -1;
  items.forEach((item, i) => {
    for (const l of lexemesOf(v, item)) {
      const own = l.positions.length > 0 ? l.positions : NO_POSITION;
      const unplaced = l.positions.length === 0;
      seen[i] = own;
      for (let k = 0; k < i; k++) {
        const other = seen[k];
        if (other === undefined) continue;
        for (const p of own) {
          for (const r of other) {
            let distance = Math.abs(positionOf(p) - positionOf(r));
            if (distance === 0 && !(unplaced || other === NO_POSITION)) continue;
            if (distance === 0) distance = 16384;
            const current = f(Math.sqrt(f(f(w[weightOf(p)]! * w[weightOf(r)]!) * wordDistance(distance))));
            result = f(result < 0 ? current : 1 - (1 - result) * f(1 - current));
          }
        }
      }
    }
  });
  return result;
}

/** `base`: of the logarithm of the document's length, which the two functions choose differently. */
function normalise(result: number, v: TsVector, method: number, base: number): number {
  let r = result;
  if (method & LOGLENGTH && v.lexemes.length > 0) r = f(r / (Math.log(documentLength(v) + 1) / Math.log(base)));
  if (method & LENGTH) {
    const n = documentLength(v);
    if (n > 0) r = f(r / n);
  }
  return r;
}

function normaliseUnique(result: number, v: TsVector, method: number): number {
  let r = result;
  if (method & UNIQ && v.lexemes.length > 0) r = f(r / v.lexemes.length);
  if (method & LOGUNIQ && v.lexemes.length > 0) r = f(r / (Math.log(v.lexemes.length + 1) / Math.log(2)));
  if (method & RDIVRPLUS1) r = f(r / f(r + 1));
  return r;
}

export function rank(w: readonly number[], v: TsVector, q: TsQuery, method: number): number {
  if (v.lexemes.length === 0 || q.root === undefined) return 0;
  let result = q.root.kind === 'and' || q.root.kind === 'phrase' ? rankAnd(w, v, q) : rankOr(w, v, q);
  if (result < 0) result = f(1e-20);
  return normaliseUnique(normalise(result, v, method, 2), v, method);
}

interface DocEntry { readonly at: number; readonly weight: number; readonly lexeme: number; readonly operands: Operand[] }

/** The document as the positions of lexemes that operands find; lexemes without positions are not in it. */
function documentOf(v: TsVector, q: TsQuery): DocEntry[] {
  const entries = new Map<string, DocEntry>();
  for (const o of operandsOf(q.root)) {
    for (const l of lexemesOf(v, o)) {
      const lexeme = v.indexOf(l.word);
      for (const p of l.positions) {
        if (o.weight !== 0 && !(o.weight & (1 << weightOf(p)))) continue;
        const key = `${p} ${lexeme}`;
        const known = entries.get(key);
        if (known === undefined) entries.set(key, { at: positionOf(p), weight: weightOf(p), lexeme, operands: [o] });
        else known.operands.push(o);
      }
    }
  }
  return [...entries.values()].sort((a, b) => a.at - b.at || a.weight - b.weight || a.lexeme - b.lexeme);
}

/** The operands within a window of the document, and where: what the query is evaluated over. */
class Window {
  private readonly found = new Map<Operand, number[]>();

  reset(): void { this.found.clear(); }

  add(e: DocEntry, reverse: boolean): void {
    for (const o of e.operands) {
      const list = this.found.get(o);
      if (list === undefined) this.found.set(o, [e.at]);
      else if (reverse) {
        if (list[0] !== e.at) list.unshift(e.at);
      } else if (list[list.length - 1] !== e.at) list.push(e.at);
    }
  }

  readonly check: Check = (o, matches) => {
    const list = this.found.get(o);
    if (list === undefined) return NO;
    if (matches !== undefined) matches.positions = list;
    return YES;
  };
}

interface Cover { begin: number; end: number; from: number; to: number }

/** The next shortest stretch of the document from entry `start` on for which the query is true. */
function nextCover(doc: readonly DocEntry[], q: TsQuery, window: Window, start: number): Cover | undefined {
  for (let from = start; ; ) {
    window.reset();
    let end = -1;
    for (let i = from; i < doc.length; i++) {
      window.add(doc[i]!, false);
      if (executeQuery(q.root!, window.check)) {
        end = i;
        break;
      }
    }
    if (end < 0) return undefined;
    window.reset();
    for (let i = end; i >= from; i--) {
      window.add(doc[i]!, true);
      if (executeQuery(q.root!, window.check)) return { begin: i, end, from: doc[i]!.at, to: doc[end]!.at };
    }
    from++;
  }
}

export function rankCoverDensity(w: readonly number[], v: TsVector, q: TsQuery, method: number): number {
  if (q.root === undefined) return 0;
  const doc = documentOf(v, q);
  if (doc.length === 0) return 0;
  const inverse = w.map((x) => f(1 / x));
  const window = new Window();
  let result = 0;
  let sumDistance = 0;
  let previous = 0;
  let count = 0;
  for (let start = 0; ;) {
    const cover = nextCover(doc, q, window, start);
    if (cover === undefined) break;
    let inverseSum = 0;
    for (let i = cover.begin; i <= cover.end; i++) inverseSum += inverse[doc[i]!.weight]!;
    let weight = (cover.end - cover.begin + 1) / inverseSum;
    // Words of the cover that are none of the query's.
    let noise = cover.to - cover.from - (cover.end - cover.begin);
    if (noise < 0) noise = Math.trunc((cover.end - cover.begin) / 2);
    weight /= 1 + noise;
    result += weight;
    const middle = f((cover.to + cover.from) / 2);
    if (count > 0 && middle > previous) sumDistance += 1 / (middle - previous);
    previous = middle;
    count++;
    start = cover.begin + 1;
  }
  let r = normalise(f(result), v, method, Math.E);
  if (method & EXTDIST && count > 0 && sumDistance > 0) r = f(r / (count / sumDistance));
  return normaliseUnique(r, v, method);
}
