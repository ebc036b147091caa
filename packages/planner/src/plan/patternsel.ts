/** LIKE and regular expressions: what a fixed prefix and the rest of the pattern let through. PostgreSQL's like_support.c. */
import type { Expr } from '../nodes/index.js';
import type { PlannerInfo } from './pathnodes.js';
import { eqConst, ineqConst, varAndOther } from './selfuncs.js';
import type { VarStats } from './stats.js';

export type PatternKind = 'like' | 'ilike' | 'regex' | 'iregex' | 'prefix';
export interface Pattern { prefix: string; exact: boolean; rest: number }

const FIXED_CHAR = 0.2;
const ANY_CHAR = 0.9;
const FULL_WILDCARD = 5;

export function likePattern(p: string, kind: PatternKind): Pattern {
  if (kind === 'prefix') return { prefix: p, exact: false, rest: 1 };
  if (kind === 'regex' || kind === 'iregex') return regexPattern(p, kind === 'iregex');
  let prefix = '';
  let i = 0;
  for (; i < p.length; i++) {
    let c = p[i]!;
    if (c === '%' || c === '_') break;
    if (c === '\\') { i++; if (i >= p.length) break; c = p[i]!; }
    if (kind === 'ilike' && /[a-zA-Z\u0080-\uffff]/.test(c)) break;
    prefix += c;
  }
  return { prefix, exact: i >= p.length && prefix.length > 0, rest: likeRest(p.slice(i), kind === 'ilike') };
}
function likeRest(rest: string, _ci: boolean): number {
  let i = 0;
  while (i < rest.length && (rest[i] === '%' || rest[i] === '_')) i++;
  let sel = 1;
  for (; i < rest.length; i++) {
    const c = rest[i];
    if (c === '%') sel *= FULL_WILDCARD;
    else if (c === '_') sel *= ANY_CHAR;
    else { if (c === '\\') i++; sel *= FIXED_CHAR; }
  }
  return Math.min(sel, 1);
}
function regexPattern(p: string, ci: boolean): Pattern {
  const anchored = p.startsWith('^');
  let prefix = '';
  let i = anchored ? 1 : 0;
  if (anchored && !ci && !p.includes('|')) {
    for (; i < p.length && /[^\\^$.[\]()*+?{}|]/.test(p[i]!) && !/[*?{]/.test(p[i + 1] ?? ''); i++) prefix += p[i];
    if (p[i] === '$' && i === p.length - 1) return { prefix, exact: true, rest: 1 };
  }
  const body = p.slice(i);
  let sel = 1;
  for (let k = 0; k < body.length; k++) {
    const c = body[k]!;
    if (c === '*' || c === '?' ) sel *= 2;
    else if (c === '+') sel *= 2;
    else if (c === '.') sel *= ANY_CHAR;
    else if (c === '\\') { k++; sel *= FIXED_CHAR; }
    else if (c === '[') { sel *= 0.25; while (k < body.length && body[k] !== ']') k++; }
    else if (c !== '^' && c !== '$' && c !== '(' && c !== ')') sel *= FIXED_CHAR;
  }
  if (!body.endsWith('$')) sel *= FULL_WILDCARD;
  return { prefix, exact: false, rest: Math.min(sel, 1) };
}

export function patternSelectivity(root: PlannerInfo, args: readonly Expr[], kind: PatternKind, negate: boolean): number {
  const dflt = negate ? 0.995 : 0.005;
  const s = varAndOther(root, args);
  if (!s || !s.onLeft || s.other.kind !== 'Const') return dflt;
  if (s.other.constvalue === null) return 0;
  if (typeof s.other.constvalue !== 'string') return dflt;
  const pat = likePattern(s.other.constvalue, kind);
  const nullfrac = s.v.stats?.nullfrac ?? 0;
  let sel: number;
  if (pat.exact) sel = eqConst(root, s.v, pat.prefix, false);
  else sel = matchSelectivity(root, s.v, pat, kind, s.other.constvalue, s.other.consttype);
  return Math.min(1, Math.max(0, negate ? 1 - sel - nullfrac : sel));
}
function matchSelectivity(root: PlannerInfo, v: VarStats, pat: Pattern, kind: PatternKind, text: string, type: number): number {
  const test = matcher(text, kind);
  const hist = v.stats?.histogram?.values;
  let sel: number;
  const inner = hist ? hist.slice(1, -1).filter((x) => typeof x === 'string') : [];
  const byHist = inner.length > 0 ? inner.filter((x) => test(x as string)).length / inner.length : -1;
  if (inner.length >= 100) sel = byHist;
  else {
    const prefixSel = pat.prefix === '' ? 1 : prefixRange(root, v, pat.prefix, type);
    const heur = prefixSel * pat.rest;
    sel = inner.length >= 10 ? byHist * (inner.length / 100) + heur * (1 - inner.length / 100) : heur;
  }
  sel = Math.min(Math.max(sel, inner.length >= 10 || true ? 0.0001 : 0), 0.9999);
  let mcvSel = 0;
  let sum = 0;
  const mcv = v.stats?.mcv;
  for (let i = 0; i < (mcv?.values.length ?? 0); i++) { sum += mcv!.numbers[i]!; if (test(String(mcv!.values[i]))) mcvSel += mcv!.numbers[i]!; }
  return sel * (1 - (v.stats?.nullfrac ?? 0) - sum) + mcvSel;
}
function prefixRange(root: PlannerInfo, v: VarStats, prefix: string, type: number): number {
  const eq = eqConst(root, v, prefix, false);
  const ge = v.stats ? ineqConst(root, v, true, true, prefix, type) : 0.3333333333333333;
  const upper = greaterString(prefix);
  let sel = ge;
  if (upper !== undefined) {
    const lt = v.stats ? ineqConst(root, v, false, false, upper, type) : 0.3333333333333333;
    if (ge === 0.3333333333333333 && lt === ge) sel = 0.005;
    else { sel = lt + ge - 1 + (v.stats?.nullfrac ?? 0); if (sel <= 0) sel = sel < -0.01 ? 0.005 : 1e-10; }
  }
  return Math.max(sel, eq);
}
/** make_greater_string under C collation: the last character incremented. */
export function greaterString(s: string): string | undefined {
  const chars = [...s];
  while (chars.length) {
    const c = chars[chars.length - 1]!.codePointAt(0)!;
    if (c < 0x10ffff) { chars[chars.length - 1] = String.fromCodePoint(c + 1 === 0xd800 ? 0xe000 : c + 1); return chars.join(''); }
    chars.pop();
  }
  return undefined;
}
function matcher(text: string, kind: PatternKind): (s: string) => boolean {
  if (kind === 'prefix') return (s) => s.startsWith(text);
  try {
    if (kind === 'regex' || kind === 'iregex') { const r = new RegExp(text, kind === 'iregex' ? 'iu' : 'u'); return (s) => r.test(s); }
    let src = '';
    for (let i = 0; i < text.length; i++) {
      let c = text[i]!;
      if (c === '%') { src += '.*'; continue; }
      if (c === '_') { src += '.'; continue; }
      if (c === '\\') c = text[++i] ?? '\\';
      src += c.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    }
    const r = new RegExp(`^${src}$`, kind === 'ilike' ? 'ius' : 'us');
    return (s) => r.test(s);
  } catch { return () => false; }
}
