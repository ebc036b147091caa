/** Selectivity of operators, with pg_statistic where there is any: PostgreSQL's selfuncs.c. */
import type { Datum } from '@pglitedb/types';
import type { Expr, JoinType, OpExpr } from '../nodes/index.js';
import { estimateExpr } from './evalconst.js';
import { likePattern, patternSelectivity } from './patternsel.js';
import type { PlannerInfo, RelOptInfo, SpecialJoinInfo } from './pathnodes.js';
import { examineVariable, numDistinct, type VarStats } from './stats.js';
import { pullVarnos } from './vars.js';

export const clampProbability = (p: number): number => (p < 0 ? 0 : p > 1 ? 1 : p);
const DEFAULT_EQ = 0.005;
const DEFAULT_INEQ = 0.3333333333333333;
const DEFAULT_RANGE = 0.005;
export { DEFAULT_RANGE, DEFAULT_INEQ };

/** Splits `var op const`; undefined when neither side is free of variables. */
export function varAndOther(root: PlannerInfo, args: readonly Expr[]): { v: VarStats; other: Expr; onLeft: boolean } | undefined {
  const [l, r] = args;
  if (!l || !r) return undefined;
  const lr = pullVarnos(root, l);
  const rr = pullVarnos(root, r);
  if (lr && !rr) return { v: examineVariable(root, l), other: estimateExpr(root, r), onLeft: true };
  if (rr && !lr) return { v: examineVariable(root, r), other: estimateExpr(root, l), onLeft: false };
  return undefined;
}

export function eqsel(root: PlannerInfo, args: readonly Expr[], negate: boolean): number {
  const s = varAndOther(root, args);
  if (!s) return negate ? 1 - DEFAULT_EQ : DEFAULT_EQ;
  return s.other.kind === 'Const' ? eqConst(root, s.v, s.other.constvalue, negate) : eqNonConst(root, s.v, negate);
}
function same(v: VarStats, a: Datum, b: Datum): boolean {
  try { return v.impl?.compare ? v.impl.compare(a, b) === 0 : a === b; } catch { return false; }
}
export function eqConst(root: PlannerInfo, v: VarStats, value: Datum, negate: boolean): number {
  if (value === null) return 0;
  const nullfrac = v.stats?.nullfrac ?? 0;
  let sel: number;
  if (v.unique && v.rel && v.rel.tuples >= 1) sel = 1 / v.rel.tuples;
  else if (v.stats) {
    const mcv = v.stats.mcv;
    const at = mcv ? mcv.values.findIndex((x) => same(v, x, value)) : -1;
    if (at >= 0) sel = mcv!.numbers[at]!;
    else {
      let sum = 0;
      for (const n of mcv?.numbers ?? []) sum += n;
      sel = clampProbability(1 - sum - nullfrac);
      const other = numDistinct(root, v).n - (mcv?.numbers.length ?? 0);
      if (other > 1) sel /= other;
      const last = mcv?.numbers[mcv.numbers.length - 1];
      if (last !== undefined && sel > last) sel = last;
    }
  } else sel = 1 / numDistinct(root, v).n;
  return clampProbability(negate ? 1 - sel - nullfrac : sel);
}
export function eqNonConst(root: PlannerInfo, v: VarStats, negate: boolean): number {
  const nullfrac = v.stats?.nullfrac ?? 0;
  let sel: number;
  if (v.unique && v.rel && v.rel.tuples >= 1) sel = 1 / v.rel.tuples;
  else if (v.stats) {
    sel = 1 - nullfrac;
    const d = numDistinct(root, v).n;
    if (d > 1) sel /= d;
    const first = v.stats.mcv?.numbers[0];
    if (first !== undefined && sel > first) sel = first;
  } else sel = 1 / numDistinct(root, v).n;
  return clampProbability(negate ? 1 - sel - nullfrac : sel);
}

/** scalarineqsel; gt: var > const. */
export function ineqsel(root: PlannerInfo, args: readonly Expr[], gt: boolean, orEqual: boolean): number {
  const s = varAndOther(root, args);
  if (!s) return DEFAULT_INEQ;
  if (s.other.kind !== 'Const') return DEFAULT_INEQ;
  if (s.other.constvalue === null) return 0;
  return ineqConst(root, s.v, s.onLeft ? gt : !gt, orEqual, s.other.constvalue, s.other.consttype);
}
export function ineqConst(root: PlannerInfo, v: VarStats, gt: boolean, orEqual: boolean, constant: Datum, constType: number): number {
  const value = onScaleOf(v.type, constType, constant);
  if (!v.stats) return v.expr.kind === 'Var' && v.expr.varattno === -1 ? ctidSel(v, gt, orEqual, value) : DEFAULT_INEQ;
  const cmp = comparator(root, v, constType);
  if (!cmp) return DEFAULT_INEQ;
  const passes = (x: Datum): boolean => { const c = cmp(x, value); return gt ? (orEqual ? c >= 0 : c > 0) : orEqual ? c <= 0 : c < 0; };
  let mcvSel = 0;
  let sumCommon = 0;
  const mcv = v.stats.mcv;
  for (let i = 0; i < (mcv?.values.length ?? 0); i++) {
    const f = mcv!.numbers[i]!;
    sumCommon += f;
    if (passes(mcv!.values[i])) mcvSel += f;
  }
  const hist = histogramSel(root, v, cmp, gt, orEqual, value);
  let sel = clampProbability(1 - v.stats.nullfrac - sumCommon);
  sel *= hist >= 0 ? hist : 0.5;
  return clampProbability(sel + mcvSel);
}
const DATE = 1082;
const TIMESTAMPS: ReadonlySet<number> = new Set([1114, 1184]);
const MICROS_A_DAY = 86_400_000_000;
/** Dates count days and timestamps microseconds: a constant of the other kind moves to the column's scale (convert_timevalue_to_scalar). */
function onScaleOf(type: number, constType: number, value: Datum): Datum {
  if (type === DATE && TIMESTAMPS.has(constType)) return Number(value) / MICROS_A_DAY;
  if (TIMESTAMPS.has(type) && constType === DATE) return Number(value) * MICROS_A_DAY;
  return value;
}
function ctidSel(v: VarStats, gt: boolean, orEqual: boolean, value: Datum): number {
  const rel = v.rel;
  if (!rel || rel.pages === 0 || typeof value !== 'number') return DEFAULT_INEQ;
  const density = rel.tuples / rel.pages || 1;
  let block = Math.floor(value / 1024);
  block += (value % 1024) / density;
  const sel = clampProbability(block / rel.pages);
  void orEqual;
  return gt ? 1 - sel : sel;
}
function comparator(root: PlannerInfo, v: VarStats, constType: number): ((a: Datum, b: Datum) => number) | undefined {
  const impl = v.impl;
  if (!impl?.compare) return undefined;
  if (constType === v.type || typeof v.stats?.histogram?.values[0] === 'number' || root === undefined) return (a, b) => { try { return typeof a === 'number' && typeof b === 'number' ? a - b : impl.compare!(a, b); } catch { return 0; } };
  return (a, b) => { try { return impl.compare!(a, b); } catch { return 0; } };
}
/** ineq_histogram_selectivity, -1 without histogram. */
function histogramSel(root: PlannerInfo, v: VarStats, cmp: (a: Datum, b: Datum) => number, gt: boolean, orEqual: boolean, value: Datum): number {
  const h = v.stats!.histogram?.values;
  if (!h || h.length < 2) return -1;
  const n = h.length;
  let lo = 0;
  let hi = n;
  // For < and >=: first entry not less than the value; for <= and >: first greater.
  const le = gt ? !orEqual : orEqual;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    const c = cmp(h[mid], value);
    if (le ? c <= 0 : c < 0) lo = mid + 1; else hi = mid;
  }
  let frac: number;
  if (lo <= 0) frac = 0;
  else if (lo >= n) frac = 1;
  else {
    const i = lo;
    const low = scalar(h[i - 1]);
    const high = scalar(h[i]);
    const val = scalar(value);
    let bin = 0.5;
    if (low !== undefined && high !== undefined && val !== undefined) {
      if (high <= low) bin = 0.5;
      else if (val <= low) bin = 0;
      else if (val >= high) bin = 1;
      else bin = (val - low) / (high - low);
    } else if (typeof value === 'string' && typeof h[i] === 'string') bin = stringFraction(h[i - 1] as string, h[i] as string, value);
    frac = (i - 1 + bin) / (n - 1);
    const other = numDistinct(root, v).n - (v.stats!.mcv?.values.length ?? 0);
    let eq = 0;
    if (i === 1 || le === false || le === true) eq = other > 1 ? 1 / other : 0;
    // The bin estimate is for <=; strict comparison leaves the equal ones out, and the first bin's low end counts in.
    if (i === 1) frac += eq * (1 - bin);
    if (!le) frac -= eq;
    void eq;
  }
  let sel = gt ? 1 - frac : frac;
  const cutoff = 0.01 / (n - 1);
  if (sel < cutoff) sel = cutoff;
  else if (sel > 1 - cutoff) sel = 1 - cutoff;
  return sel;
}
function scalar(v: Datum): number | undefined {
  if (typeof v === 'number') return v;
  if (typeof v === 'bigint') return Number(v);
  if (typeof v === 'boolean') return v ? 1 : 0;
  if (v !== null && typeof v === 'object') {
    if ('months' in v && 'days' in v && 'micros' in v) return Number(v.micros) + v.days * 86400000000 + v.months * (365.25 / 12) * 86400000000;
    if (v.constructor?.name === 'Numeric') { const n = Number(String(v.toString())); return Number.isNaN(n) ? undefined : n; }
  }
  return undefined;
}
/** convert_string_to_scalar over the common range of characters. */
function stringFraction(low: string, high: string, val: string): number {
  let p = 0;
  while (p < low.length && p < high.length && p < val.length && low[p] === high[p] && low[p] === val[p]) p++;
  const chars = low + high + val;
  let min = 255; let max = 0;
  for (let i = 0; i < chars.length; i++) { const c = chars.charCodeAt(i) & 255; if (c < min) min = c; if (c > max) max = c; }
  const widen = (a: number, b: number): void => { if (min <= b && max >= a) { if (min > a) min = a; if (max < b) max = b; } };
  widen(65, 90); widen(97, 122); widen(48, 57);
  if (max - min < 9) { min = 32; max = 127; }
  const conv = (s: string): number => {
    let x = 0; let d = max - min + 1;
    const b = d;
    for (let i = p; i < Math.min(s.length, p + 12); i++) { let c = s.charCodeAt(i); if (c < min) c = min - 1; else if (c > max) c = max + 1; x += (c - min) / d; d *= b; }
    return x;
  };
  const l = conv(low); const h = conv(high); const x = conv(val);
  return h <= l ? 0.5 : x <= l ? 0 : x >= h ? 1 : (x - l) / (h - l);
}

const PATTERN: Readonly<Record<string, [kind: 'like' | 'ilike' | 'regex' | 'iregex' | 'prefix', negate: boolean]>> = {
  likesel: ['like', false], nlikesel: ['like', true], iclikesel: ['ilike', false], icnlikesel: ['ilike', true], regexeqsel: ['regex', false], regexnesel: ['regex', true], icregexeqsel: ['iregex', false], icregexnesel: ['iregex', true], prefixsel: ['prefix', false],
};
const FIXED: Readonly<Record<string, number>> = { contsel: 0.001, areasel: 0.005, positionsel: 0.1, matchingsel: 0.01, arraycontsel: 0.005, rangesel: 0.01, multirangesel: 0.01, tsmatchsel: 0.001, networksel: 0.005 };

/** restriction_selectivity of a two-argument operator. */
export function restrictionSel(root: PlannerInfo, opno: number, args: readonly Expr[], _rel: RelOptInfo | undefined): number {
  const op = root.glob.look.operator(opno);
  switch (op?.rest) {
    case 'eqsel': return eqsel(root, args, false);
    case 'neqsel': return eqsel(root, args, true);
    case 'scalarltsel': return ineqsel(root, args, false, false);
    case 'scalarlesel': return ineqsel(root, args, false, true);
    case 'scalargtsel': return ineqsel(root, args, true, false);
    case 'scalargesel': return ineqsel(root, args, true, true);
    case undefined: case '': return 0.5;
  }
  const p = PATTERN[op!.rest];
  if (p) return patternSelectivity(root, args, p[0], p[1]);
  return FIXED[op!.rest] ?? 0.5;
}

/** eqjoinsel and the rest of the join estimators. */
export function joinSel(root: PlannerInfo, e: OpExpr, jointype: JoinType, sj: SpecialJoinInfo | undefined): number {
  const op = root.glob.look.operator(e.opno);
  switch (op?.join) {
    // The join's own type, not the one asked for: an inner join whose inner side is unique is estimated as an inner join.
    case 'eqjoinsel': return eqJoinSel(root, e.args, sj?.jointype ?? jointype, sj);
    case 'neqjoinsel': {
      if (jointype === 'semi' || jointype === 'anti') {
        const v = examineVariable(root, sj && (pullVarnos(root, e.args[0]!) & sj.syn_righthand) ? e.args[1]! : e.args[0]!);
        return 1 - (v.stats?.nullfrac ?? 0);
      }
      return 1 - eqJoinSel(root, e.args, sj?.jointype ?? jointype, sj);
    }
    case 'scalarltjoinsel': case 'scalarlejoinsel': case 'scalargtjoinsel': case 'scalargejoinsel': return DEFAULT_INEQ;
    case 'likejoinsel': case 'iclikejoinsel': case 'regexeqjoinsel': case 'icregexeqjoinsel': case 'prefixjoinsel': return 0.005;
    case 'nlikejoinsel': case 'icnlikejoinsel': case 'regexnejoinsel': case 'icregexnejoinsel': return 0.995;
    case 'contjoinsel': return 0.001;
    case 'areajoinsel': return 0.005;
    case 'positionjoinsel': return 0.1;
    case 'matchingjoinsel': return 0.01;
    case 'arraycontjoinsel': return 0.005;
    default: return 0.5;
  }
}
function eqJoinSel(root: PlannerInfo, args: readonly Expr[], jointype: JoinType, sj: SpecialJoinInfo | undefined): number {
  let v1 = examineVariable(root, args[0]!);
  let v2 = examineVariable(root, args[1]!);
  if (sj && (jointype === 'semi' || jointype === 'anti') && (pullVarnos(root, args[0]!) & sj.syn_righthand) !== 0n) [v1, v2] = [v2, v1];
  const inner = eqJoinInner(root, v1, v2);
  if (jointype === 'semi' || jointype === 'anti') return Math.min(eqJoinSemi(root, v1, v2), rowsOf(v2) * inner);
  return clampProbability(inner);
}
function rowsOf(v: VarStats): number { return v.rel ? v.rel.rows : Number.MAX_VALUE; }
function eqJoinInner(root: PlannerInfo, v1: VarStats, v2: VarStats): number {
  const d1 = numDistinct(root, v1).n;
  const d2 = numDistinct(root, v2).n;
  const m1 = v1.stats?.mcv;
  const m2 = v2.stats?.mcv;
  if (m1 && m2) {
    let matchProd = 0; let match1 = 0; let match2 = 0; let un1 = 0; let un2 = 0; let nmatch = 0;
    const taken = new Array<boolean>(m2.values.length).fill(false);
    for (let i = 0; i < m1.values.length; i++) {
      let hit = -1;
      for (let j = 0; j < m2.values.length; j++) if (!taken[j] && same(v1, m1.values[i], m2.values[j])) { hit = j; break; }
      if (hit >= 0) { taken[hit] = true; nmatch++; matchProd += m1.numbers[i]! * m2.numbers[hit]!; match1 += m1.numbers[i]!; match2 += m2.numbers[hit]!; } else un1 += m1.numbers[i]!;
    }
    for (let j = 0; j < m2.values.length; j++) if (!taken[j]) un2 += m2.numbers[j]!;
    const o1 = clampProbability(1 - v1.stats!.nullfrac - match1 - un1);
    const o2 = clampProbability(1 - v2.stats!.nullfrac - match2 - un2);
    let t1 = matchProd;
    if (d2 > m2.values.length) t1 += (un1 * o2) / (d2 - m2.values.length);
    if (d2 > nmatch) t1 += (o1 * (o2 + un2)) / (d2 - nmatch);
    let t2 = matchProd;
    if (d1 > m1.values.length) t2 += (un2 * o1) / (d1 - m1.values.length);
    if (d1 > nmatch) t2 += (o2 * (o1 + un1)) / (d1 - nmatch);
    return Math.min(t1, t2);
  }
  return ((1 - (v1.stats?.nullfrac ?? 0)) * (1 - (v2.stats?.nullfrac ?? 0))) / Math.max(d1, d2);
}
function eqJoinSemi(root: PlannerInfo, v1: VarStats, v2: VarStats): number {
  const a = numDistinct(root, v1);
  const b = numDistinct(root, v2);
  const nullfrac = v1.stats?.nullfrac ?? 0;
  let d2 = b.n;
  let d2default = b.isDefault;
  if (v2.rel && d2 >= v2.rel.rows) { d2 = v2.rel.rows; d2default = false; }
  const m1 = v1.stats?.mcv;
  const m2 = v2.stats?.mcv;
  if (m1 && m2) {
    const n2 = Math.min(m2.values.length, d2);
    let freq = 0; let nmatch = 0;
    for (let i = 0; i < m1.values.length; i++) for (let j = 0; j < n2; j++) if (same(v1, m1.values[i], m2.values[j])) { freq += m1.numbers[i]!; nmatch++; break; }
    freq = clampProbability(freq);
    let uncertain: number;
    if (!a.isDefault && !d2default) {
      const x = a.n - nmatch; const y = d2 - nmatch;
      uncertain = x <= y || y < 0 ? 1 : y / x;
    } else uncertain = 0.5;
    return freq + uncertain * clampProbability(1 - freq - nullfrac);
  }
  if (!a.isDefault && !d2default) return a.n <= d2 || d2 < 0 ? 1 - nullfrac : (d2 / a.n) * (1 - nullfrac);
  return 0.5 * (1 - nullfrac);
}
export { likePattern };
