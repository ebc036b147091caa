/**
 * Evaluates a query over a document (TS_execute): three-valued, because positions may be unknown (a stripped tsvector,
 * an operand that the index cannot check), and with match positions for the phrase operator.
 */
import type { Operand, QueryNode } from './value.js';

export const NO = 0;
export const YES = 1;
export const MAYBE = 2;
export type Truth = typeof NO | typeof YES | typeof MAYBE;

/** Where an operand or phrase matches: positions of its last word, ascending; `negate`: everywhere else. */
export interface Matches {
  positions: readonly number[];
  negate: boolean;
  /** Words of the match less one. */
  width: number;
}

/** Finds an operand; fills `matches` with its positions where that is wanted. */
export type Check = (operand: Operand, matches: Matches | undefined) => Truth;

export interface Options {
  /** False: NOT of anything answers YES (for what an index can tell). */
  readonly calcNot?: boolean;
  /** An operand without positions may match in a phrase. */
  readonly phraseNoPos?: boolean;
}

export const emptyMatches = (): Matches => ({ positions: [], negate: false, width: 0 });

function contains(n: QueryNode, kind: 'phrase'): boolean {
  if (n.kind === 'val') return false;
  if (n.kind === kind) return true;
  return n.kind === 'not' ? contains(n.arg, kind) : contains(n.left, kind) || contains(n.right, kind);
}
export const hasPhrase = (n: QueryNode): boolean => contains(n, 'phrase');

const LEFT_ONLY = 1;
const RIGHT_ONLY = 2;
const BOTH = 4;

/** Merges two position lists shifted to a common end; `emit` says which of left only, right only and both are kept. */
function merge(out: Matches, left: Matches, right: Matches, emit: number, leftOffset: number, rightOffset: number, max: number): Truth {
  const positions: number[] = [];
  let i = 0;
  let j = 0;
  while (i < left.positions.length || j < right.positions.length) {
    const l = i < left.positions.length ? left.positions[i]! + leftOffset : Infinity;
    const r = j < right.positions.length ? right.positions[j]! + rightOffset : Infinity;
    if (l === Infinity && !(emit & RIGHT_ONLY)) break;
    if (r === Infinity && !(emit & LEFT_ONLY)) break;
    if (l < r) {
      if (emit & LEFT_ONLY && l > 0) positions.push(l);
      i++;
    } else if (l === r) {
      if (emit & BOTH && l > 0) positions.push(l);
      i++;
      j++;
    } else {
      if (emit & RIGHT_ONLY && r > 0) positions.push(r);
      j++;
    }
    if (positions.length >= max) break;
  }
  out.positions = positions;
  return positions.length > 0 ? YES : NO;
}

/** TS_phrase_execute */
function phrase(n: QueryNode, check: Check, o: Options, out: Matches | undefined): Truth {
  switch (n.kind) {
    case 'val': return check(n, out);
    case 'not': {
      const r = phrase(n.arg, check, o, out);
      if (r === MAYBE) return MAYBE;
      if (r === NO) {
        if (out !== undefined) {
          out.width = 0;
          out.negate = true;
          out.positions = [];
        }
        return YES;
      }
      if (out === undefined) return NO;
      out.negate = !out.negate;
      return out.positions.length > 0 ? YES : NO;
    }
    case 'or': return phraseOr(n, check, o, out);
    default: return phraseAnd(n, check, o, out);
  }
}

function phraseAnd(n: Extract<QueryNode, { distance: number }>, check: Check, o: Options, out: Matches | undefined): Truth {
  const left = emptyMatches();
  const right = emptyMatches();
  const l = phrase(n.left, check, o, left);
  if (l === NO) return NO;
  const r = phrase(n.right, check, o, right);
  if (r === NO) return NO;
  if (l === MAYBE || r === MAYBE) return MAYBE;
  let leftOffset: number;
  let rightOffset: number;
  let width: number;
  if (n.kind === 'phrase') {
    // The left side's last word and the right side's first are `distance` apart.
    leftOffset = n.distance + right.width;
    rightOffset = 0;
    width = left.width + n.distance + right.width;
  } else {
    width = Math.max(left.width, right.width);
    leftOffset = width - left.width;
    rightOffset = width - right.width;
  }
  const result = out ?? emptyMatches();
  result.width = width;
  const max = out === undefined ? 1 : Infinity;
  if (left.negate && right.negate) {
    merge(result, left, right, LEFT_ONLY | RIGHT_ONLY | BOTH, leftOffset, rightOffset, Infinity);
    result.negate = true;
    return YES;
  }
  if (left.negate) return merge(result, left, right, RIGHT_ONLY, leftOffset, rightOffset, max);
  if (right.negate) return merge(result, left, right, LEFT_ONLY, leftOffset, rightOffset, max);
  return merge(result, left, right, BOTH, leftOffset, rightOffset, max);
}

function phraseOr(n: Extract<QueryNode, { distance: number }>, check: Check, o: Options, out: Matches | undefined): Truth {
  const left = emptyMatches();
  const right = emptyMatches();
  const l = phrase(n.left, check, o, left);
  const r = phrase(n.right, check, o, right);
  if (l === NO && r === NO) return NO;
  if (l === MAYBE || r === MAYBE) return MAYBE;
  if (l === NO) left.width = 0;
  if (r === NO) right.width = 0;
  const width = Math.max(left.width, right.width);
  const leftOffset = width - left.width;
  const rightOffset = width - right.width;
  const result = out ?? emptyMatches();
  result.width = width;
  if (left.negate && right.negate) {
    merge(result, left, right, BOTH, leftOffset, rightOffset, Infinity);
    result.negate = true;
    return YES;
  }
  if (left.negate) {
    merge(result, left, right, LEFT_ONLY, leftOffset, rightOffset, Infinity);
    result.negate = true;
    return YES;
  }
  if (right.negate) {
    merge(result, left, right, RIGHT_ONLY, leftOffset, rightOffset, Infinity);
    result.negate = true;
    return YES;
  }
  return merge(result, left, right, LEFT_ONLY | RIGHT_ONLY | BOTH, leftOffset, rightOffset, out === undefined ? 1 : Infinity);
}

export function execute3(n: QueryNode, check: Check, o: Options = {}): Truth {
  switch (n.kind) {
    case 'val': return check(n, undefined);
    case 'not': {
      if (o.calcNot === false) return YES;
      const r = execute3(n.arg, check, o);
      return r === YES ? NO : r === NO ? YES : MAYBE;
    }
    case 'and': {
      const l = execute3(n.left, check, o);
      if (l === NO) return NO;
      const r = execute3(n.right, check, o);
      return r === YES ? l : r;
    }
    case 'or': {
      const l = execute3(n.left, check, o);
      if (l === YES) return YES;
      const r = execute3(n.right, check, o);
      return r === NO ? l : r;
    }
    case 'phrase': {
      const r = phrase(n, check, o, undefined);
      return r === MAYBE && !o.phraseNoPos ? NO : r;
    }
  }
}

/** TS_execute: MAYBE counts as a match. */
export const executeQuery = (n: QueryNode, check: Check, o: Options = {}): boolean => execute3(n, check, o) !== NO;

/** TS_execute_locations: the matches of the operands and phrases that make the query true; undefined: it is not. */
export function executeLocations(n: QueryNode, check: Check): Matches[] | undefined {
  switch (n.kind) {
    case 'val': {
      const m = emptyMatches();
      return check(n, m) === YES ? [m] : undefined;
    }
    case 'not': return executeLocations(n.arg, check) === undefined ? [] : undefined;
    case 'and': {
      const l = executeLocations(n.left, check);
      if (l === undefined) return undefined;
      const r = executeLocations(n.right, check);
      return r === undefined ? undefined : [...l, ...r];
    }
    case 'or': {
      const l = executeLocations(n.left, check);
      const r = executeLocations(n.right, check);
      if (l === undefined && r === undefined) return undefined;
      if (l === undefined || l.length === 0) return r ?? [];
      if (r === undefined || r.length === 0) return l;
      // (A & B) | (C & D) is (A | C) & (A | D) & (B | C) & (B | D).
      return l.flatMap((x) => r.map((y) => {
        const m: Matches = { positions: [], negate: false, width: Math.max(x.width, y.width) };
        merge(m, x, y, LEFT_ONLY | RIGHT_ONLY | BOTH, 0, 0, Infinity);
        return m;
      }));
    }
    case 'phrase': {
      const m = emptyMatches();
      if (phrase(n, check, { phraseNoPos: true }, m) !== YES) return undefined;
      return m.negate ? [] : [m];
    }
  }
}

/** tsquery_requires_match: can it be true of a document with none of its words? */
export function requiresMatch(n: QueryNode): boolean {
  switch (n.kind) {
    case 'val': return true;
    case 'not': return false;
    case 'or': return requiresMatch(n.left) && requiresMatch(n.right);
    default: return requiresMatch(n.left) || requiresMatch(n.right);
  }
}
