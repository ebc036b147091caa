/** Functions of tsvector and tsquery that need no configuration. */
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { row } from './rows.js';
import { defineFunctions } from '../function-impl.js';
import { vectorMatches } from './match.js';
import { formatQuery } from './query-io.js';
import { rewriteQuery } from './query-tree.js';
import { rank, rankCoverDensity, rankWeights } from './rank.js';
import {
  checkVectorSize, DISTANCE_MAX, limitPosition, makeVector, NO_POSITIONS, nodeCount, operandsOf, packPosition, positionOf, POSITION_MAX, POSITIONS_MAX,
  TsQuery, TsVector, WEIGHTS, weightOf, type Lexeme, type QueryNode,
} from './value.js';

const TEXT_OID = 25;
const INT2_OID = 21;
const INT2_ARRAY = 1005;
const TEXT_ARRAY = 1009;

/** "char" as it is written: zero and what is beyond ASCII in octal. */
function badWeight(c: string): SqlError {
  const code = c === '' ? 0 : c.charCodeAt(0);
  return new SqlError('22023', `unrecognized weight: "${code === 0 || code > 0x7f ? `\\${code.toString(8).padStart(3, '0')}` : c}"`);
}

function weightNumber(c: string): number {
  const w = c === '' ? -1 : WEIGHTS.indexOf(c.toUpperCase());
  if (w < 0) throw badWeight(c);
  return w;
}

const withWeight = (l: Lexeme, w: number): Lexeme => ({ word: l.word, positions: l.positions.map((p) => packPosition(positionOf(p), w)) });

function wordsOf(a: PgArray, strict: boolean): string[] {
  for (const e of strict ? a.elements : []) {
    if (e === null) throw new SqlError('22004', 'lexeme array may not contain nulls');
    if (e === '') throw new SqlError('2200F', 'lexeme array may not contain empty strings');
  }
  return a.elements.filter((e) => e !== null) as string[];
}

/** The right vector's positions go on after the left one's last. */
function concat(a: TsVector, b: TsVector): TsVector {
  let max = 0;
  for (const l of a.lexemes) for (const p of l.positions) max = Math.max(max, positionOf(p));
  const shift = (l: Lexeme, room: number): number[] => {
    const out: number[] = [];
    for (const p of l.positions) {
      if (out.length >= room || (out.length > 0 && positionOf(out[out.length - 1]!) === POSITION_MAX)) break;
      out.push(packPosition(limitPosition(positionOf(p) + max), weightOf(p)));
    }
    return out;
  };
  const words = new Map<string, readonly number[]>(a.lexemes.map((l) => [l.word, l.positions]));
  for (const l of b.lexemes) {
    const known = words.get(l.word);
    words.set(l.word, known === undefined ? shift(l, POSITIONS_MAX - 1)
      : [...known, ...(known.length > 0 && positionOf(known[known.length - 1]!) === POSITION_MAX ? [] : shift(l, POSITIONS_MAX - 1 - known.length))]);
  }
  const v = new TsVector([...words].map(([word, positions]) => ({ word, positions })).sort((x, y) => (x.word === y.word ? 0 : compareWords(x.word, y.word))));
  checkVectorSize(v);
  return v;
}

const compareWords = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const without = (v: TsVector, words: ReadonlySet<string>): TsVector => new TsVector(v.lexemes.filter((l) => !words.has(l.word)));

function filterWeights(v: TsVector, weights: PgArray): TsVector {
  let mask = 0;
  for (const c of weights.elements as (string | null)[]) {
    if (c === null) throw new SqlError('22004', 'weight array may not contain nulls');
    const w = c === '' ? -1 : WEIGHTS.indexOf(c.toUpperCase());
    if (w < 0) throw badWeight(c);
    mask |= 1 << w;
  }
  const kept = v.lexemes.map((l) => ({ word: l.word, positions: l.positions.filter((p) => mask & (1 << weightOf(p))) }));
  return new TsVector(kept.filter((l) => l.positions.length > 0));
}

function unnest(v: TsVector): unknown[] {
  return v.lexemes.map((l) => row([TEXT_OID, INT2_ARRAY, TEXT_ARRAY], l.positions.length === 0 ? [l.word, null, null]
    : [l.word, PgArray.of(INT2_OID, l.positions.map(positionOf)), PgArray.of(TEXT_OID, l.positions.map((p) => WEIGHTS[weightOf(p)]!))]));
}

function join(kind: 'and' | 'or' | 'phrase', a: TsQuery, b: TsQuery, distance = 0): TsQuery {
  if (a.root === undefined) return b;
  if (b.root === undefined) return a;
  return new TsQuery({ kind, left: a.root, right: b.root, distance });
}

function phraseDistance(a: TsQuery, b: TsQuery, distance: number): TsQuery {
  if (distance < 0 || distance > DISTANCE_MAX) {
    throw new SqlError('22023', `distance in phrase operator must be an integer value between zero and ${DISTANCE_MAX} inclusive`);
  }
  return join('phrase', a, b, distance);
}

/** What an index can be asked for: without negations (querytree). */
function searchable(n: QueryNode): QueryNode | undefined {
  if (n.kind === 'val') return n;
  if (n.kind === 'not') return undefined;
  const left = searchable(n.left);
  const right = searchable(n.right);
  if (n.kind === 'or') return left === undefined || right === undefined ? undefined : { ...n, left, right };
  return left === undefined ? right : right === undefined ? left : { ...n, left, right };
}

function containsQuery(a: TsQuery, b: TsQuery): boolean {
  const words = new Set(operandsOf(a.root).map((o) => o.word));
  return operandsOf(b.root).every((o) => words.has(o.word));
}

defineFunctions({
  array_to_tsvector: (a: PgArray) => makeVector(wordsOf(a, true).map((word) => ({ word, positions: NO_POSITIONS }))),
  tsvector_to_array: (v: TsVector) => PgArray.of(TEXT_OID, v.lexemes.map((l) => l.word)),
  tsvector_unnest: { fn: unnest as never, set: true },
  tsvector_length: (v: TsVector) => v.lexemes.length,
  tsvector_strip: (v: TsVector) => new TsVector(v.lexemes.map((l) => ({ word: l.word, positions: NO_POSITIONS }))),
  tsvector_concat: concat,
  tsvector_setweight: (v: TsVector, c: string) => {
    const w = weightNumber(c);
    return new TsVector(v.lexemes.map((l) => withWeight(l, w)));
  },
  tsvector_setweight_by_filter: (v: TsVector, c: string, words: PgArray) => {
    const w = weightNumber(c);
    const wanted = new Set(wordsOf(words, false));
    return new TsVector(v.lexemes.map((l) => (wanted.has(l.word) ? withWeight(l, w) : l)));
  },
  tsvector_delete_str: (v: TsVector, word: string) => without(v, new Set([word])),
  tsvector_delete_arr: (v: TsVector, words: PgArray) => without(v, new Set(wordsOf(words, false))),
  tsvector_filter: filterWeights,
  ts_match_vq: vectorMatches,
  ts_match_qv: (q: TsQuery, v: TsVector) => vectorMatches(v, q),
  tsquery_and: (a: TsQuery, b: TsQuery) => join('and', a, b),
  tsquery_or: (a: TsQuery, b: TsQuery) => join('or', a, b),
  tsquery_phrase: (a: TsQuery, b: TsQuery) => join('phrase', a, b, 1),
  tsquery_phrase_distance: phraseDistance,
  tsquery_not: (q: TsQuery) => (q.root === undefined ? q : new TsQuery({ kind: 'not', arg: q.root })),
  tsquery_numnode: (q: TsQuery) => nodeCount(q.root),
  tsquerytree: (q: TsQuery) => {
    if (q.root === undefined) return '';
    const n = searchable(q.root);
    return n === undefined ? 'T' : formatQuery(new TsQuery(n));
  },
  tsq_mcontains: containsQuery,
  tsq_mcontained: (a: TsQuery, b: TsQuery) => containsQuery(b, a),
  tsquery_rewrite: (q: TsQuery, find: TsQuery, by: TsQuery) => rewriteQuery(q, find, by),
  ts_rank_tt: (v: TsVector, q: TsQuery) => rank(rankWeights(undefined), v, q, 0),
  ts_rank_ttf: (v: TsVector, q: TsQuery, method: number) => rank(rankWeights(undefined), v, q, method),
  ts_rank_wtt: (w: PgArray, v: TsVector, q: TsQuery) => rank(rankWeights(w), v, q, 0),
  ts_rank_wttf: (w: PgArray, v: TsVector, q: TsQuery, method: number) => rank(rankWeights(w), v, q, method),
  ts_rankcd_tt: (v: TsVector, q: TsQuery) => rankCoverDensity(rankWeights(undefined), v, q, 0),
  ts_rankcd_ttf: (v: TsVector, q: TsQuery, method: number) => rankCoverDensity(rankWeights(undefined), v, q, method),
  ts_rankcd_wtt: (w: PgArray, v: TsVector, q: TsQuery) => rankCoverDensity(rankWeights(w), v, q, 0),
  ts_rankcd_wttf: (w: PgArray, v: TsVector, q: TsQuery, method: number) => rankCoverDensity(rankWeights(w), v, q, method),
});

