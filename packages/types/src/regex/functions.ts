/** The ~ operators and regexp_match, matches, replace, split, count, instr, like, substr, and substring(from pattern). */
import { defineFunctions, notBytes, type BuiltinFn, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { charCount } from '../any/utf8.js';
import { compileRegex, type CompiledRegex, type RegexMatch } from './compile.js';
import { applyOption, defaultFlags, type RegexFlags } from './parse.js';

const TEXT = 25;

interface Kept { key: string; regex: CompiledRegex }

/** The compiled expression, kept with the call while pattern and options stay the same. */
function regexFor(pattern: string, flags: RegexFlags, options: string, ctx: CallContext): CompiledRegex {
  const kept = ctx.cache as Kept | undefined;
  const key = `${options}\0${pattern}`;
  if (kept !== undefined && kept.key === key) return kept.regex;
  const regex = compileRegex(pattern, flags, ctx.collation);
  ctx.cache = { key, regex } satisfies Kept;
  return regex;
}

/** parse_re_flags */
function parseOptions(options: string): { flags: RegexFlags; global: boolean } {
  const flags = defaultFlags();
  let global = false;
  for (const letter of options) {
    if (letter === 'g') global = true;
    else if (!applyOption(flags, letter)) throw new SqlError('22023', `invalid regular expression option: "${letter}"`);
  }
  return { flags, global };
}

const PLAIN = defaultFlags();
const NO_CASE: RegexFlags = { ...PLAIN, ignoreCase: true };

const matches: BuiltinFn = (s: string, p: string, ctx: CallContext) => regexFor(p, PLAIN, '', ctx).test(s);
const matchesNoCase: BuiltinFn = (s: string, p: string, ctx: CallContext) => regexFor(p, NO_CASE, 'i', ctx).test(s);
const not = (f: BuiltinFn): BuiltinFn => (a, b, ctx) => !f(a, b, ctx);

const badParameter = (name: string, v: number): SqlError => new SqlError('22023', `invalid value for parameter "${name}": ${v}`);

function noGlobal(fn: string, hint?: string): SqlError {
  return new SqlError('22023', `${fn} does not support the "global" option`, hint ? { hint } : {});
}

/** Options of a function that forbids 'g'. */
function optionsWithoutGlobal(options: string, fn: string, hint?: string): RegexFlags {
  const { flags, global } = parseOptions(options);
  if (global) throw noGlobal(fn, hint);
  return flags;
}

/** UTF-16 index of the n-th character (1-based); beyond the end for a start after the last. */
function indexOfChar(s: string, start: number): number {
  let at = 0;
  for (let i = 1; i < start && at <= s.length; i++) at += (s.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

const oneCharAfter = (s: string, at: number): number => at + ((s.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** Matches one after another from `from`; a match of no length moves the search on by one character. */
function* allMatches(regex: CompiledRegex, s: string, from: number, wantGroups: boolean): Generator<RegexMatch> {
  let at = from;
  while (at <= s.length) {
    const m = regex.match(s, at, wantGroups);
    if (m === null) return;
    yield m;
    at = m.end > m.start ? m.end : oneCharAfter(s, m.end);
  }
}

const piece = (s: string, span: readonly [number, number] | undefined): string | null =>
  span === undefined ? null : s.slice(span[0], span[1]);

/** A match as text[]: its groups, or itself where there are none. */
function asArray(s: string, regex: CompiledRegex, m: RegexMatch): PgArray {
  const parts = regex.groupCount === 0 ? [s.slice(m.start, m.end)] : m.groups.map((g) => piece(s, g));
  return PgArray.of(TEXT, parts);
}

function regexpMatch(s: string, p: string, options: string, ctx: CallContext): PgArray | null {
  const flags = optionsWithoutGlobal(options, 'regexp_match()', 'Use the regexp_matches function instead.');
  const regex = regexFor(p, flags, options, ctx);
  const m = regex.match(s, 0, true);
  return m === null ? null : asArray(s, regex, m);
}

function* regexpMatches(s: string, p: string, options: string, ctx: CallContext): Generator<PgArray> {
  const { flags, global } = parseOptions(options);
  const regex = regexFor(p, flags, options, ctx);
  for (const m of allMatches(regex, s, 0, true)) {
    yield asArray(s, regex, m);
    if (!global) return;
  }
}

/** The replacement's pieces: text, and numbers for \1…\9 (0 for \&). */
function parseReplacement(text: string): (string | number)[] {
  if (!text.includes('\\')) return [text];
  const out: (string | number)[] = [];
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    const next = text[i] === '\\' ? text[i + 1] : undefined;
    if (next === undefined) {
      plain += text[i]!;
    } else if (next === '&' || (next >= '1' && next <= '9')) {
      out.push(plain, next === '&' ? 0 : Number(next));
      plain = '';
      i++;
    } else if (next === '\\') {
      plain += '\\';
      i++;
    } else plain += '\\';
  }
  out.push(plain);
  return out;
}

/** replace_text_regexp: the n-th match, or all for n = 0. */
function replaceMatches(regex: CompiledRegex, s: string, replacement: string, from: number, n: number): string {
  const parts = parseReplacement(replacement);
  const wantGroups = parts.some((x) => typeof x === 'number' && x > 0);
  let out = '';
  let copied = 0;
  let count = 0;
  for (const m of allMatches(regex, s, from, wantGroups)) {
    if (n > 0 && ++count !== n) continue;
    out += s.slice(copied, m.start);
    for (const x of parts) {
      if (typeof x === 'string') out += x;
      else if (x === 0) out += s.slice(m.start, m.end);
      else out += piece(s, m.groups[x - 1]) ?? '';
    }
    copied = m.end;
    if (n > 0) break;
  }
  return copied === 0 && out === '' ? s : out + s.slice(copied);
}

function replaceWithOptions(s: string, p: string, r: string, options: string, ctx: CallContext): string {
  if (/^[0-9]/.test(options)) {
    throw new SqlError('22023', `invalid regular expression option: "${options[0]}"`, {
      hint: 'If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.',
    });
  }
  const { flags, global } = parseOptions(options);
  return replaceMatches(regexFor(p, flags, options, ctx), s, r, 0, global ? 0 : 1);
}

function replaceExtended(s: string, p: string, r: string, start: number, n: number, options: string, ctx: CallContext): string {
  if (start <= 0) throw badParameter('start', start);
  if (n < 0) throw badParameter('n', n);
  const { flags } = parseOptions(options);
  return replaceMatches(regexFor(p, flags, options, ctx), s, r, indexOfChar(s, start), n);
}

function* splitPieces(s: string, p: string, options: string, fn: string, ctx: CallContext): Generator<string> {
  const regex = regexFor(p, optionsWithoutGlobal(options, fn), options, ctx);
  let copied = 0;
  let previousEnd = 0;
  for (const m of allMatches(regex, s, 0, false)) {
    if (m.start < s.length && m.end > previousEnd) {
      yield s.slice(copied, m.start);
      copied = m.end;
    }
    previousEnd = m.end;
  }
  yield s.slice(copied);
}

function count(s: string, p: string, start: number, options: string, ctx: CallContext): number {
  if (start <= 0) throw badParameter('start', start);
  const regex = regexFor(p, optionsWithoutGlobal(options, 'regexp_count()'), options, ctx);
  let n = 0;
  for (const m of allMatches(regex, s, indexOfChar(s, start), false)) n += m === undefined ? 0 : 1;
  return n;
}

/** The n-th match's span, or that of one of its groups; undefined where there is none. */
function nthSpan(regex: CompiledRegex, s: string, start: number, n: number, group: number): readonly [number, number] | undefined {
  let seen = 0;
  // Without groups the whole match is the first one.
  const whole = group === 0 || regex.groupCount === 0;
  for (const m of allMatches(regex, s, indexOfChar(s, start), !whole)) {
    if (++seen < n) continue;
    return whole ? [m.start, m.end] : m.groups[group - 1];
  }
  return undefined;
}

function checkNth(start: number, n: number): void {
  if (start <= 0) throw badParameter('start', start);
  if (n <= 0) throw badParameter('n', n);
}

function instr(s: string, p: string, start: number, n: number, endOption: number, options: string, group: number, ctx: CallContext): number {
  checkNth(start, n);
  if (endOption < 0 || endOption > 1) throw badParameter('endoption', endOption);
  if (group < 0) throw badParameter('subexpr', group);
  const regex = regexFor(p, optionsWithoutGlobal(options, 'regexp_instr()'), options, ctx);
  if (group > Math.max(regex.groupCount, 1)) return 0;
  const span = nthSpan(regex, s, start, n, group);
  return span === undefined ? 0 : charCount(s.slice(0, span[endOption])) + 1;
}

function substr(s: string, p: string, start: number, n: number, options: string, group: number, ctx: CallContext): string | null {
  checkNth(start, n);
  if (group < 0) throw badParameter('subexpr', group);
  const regex = regexFor(p, optionsWithoutGlobal(options, 'regexp_substr()'), options, ctx);
  if (group > Math.max(regex.groupCount, 1)) return null;
  return piece(s, nthSpan(regex, s, start, n, group));
}

/** substring(s from p): the first group where there is one. */
function substringFrom(s: string, p: string, ctx: CallContext): string | null {
  const regex = regexFor(p, PLAIN, '', ctx);
  const m = regex.match(s, 0, true);
  if (m === null) return null;
  return regex.groupCount > 0 ? piece(s, m.groups[0]) : s.slice(m.start, m.end);
}

const like = (s: string, p: string, options: string, ctx: CallContext): boolean =>
  regexFor(p, optionsWithoutGlobal(options, 'regexp_like()'), options, ctx).test(s);

type C = CallContext;
const splitTable = (s: string, p: string, o: string, c: C): Generator<string> => splitPieces(s, p, o, 'regexp_split_to_table()', c);
const splitArray = (s: string, p: string, o: string, c: C): PgArray =>
  PgArray.of(TEXT, [...splitPieces(s, p, o, 'regexp_split_to_array()', c)]);

defineFunctions({
  textregexeq: { fn: matches, bytes: (p, ctx) => regexFor(p, PLAIN, '', ctx).byteTest() },
  textregexne: { fn: not(matches), bytes: (p, ctx) => notBytes(regexFor(p, PLAIN, '', ctx).byteTest()) },
  nameregexeq: matches,
  nameregexne: not(matches),
  texticregexeq: { fn: matchesNoCase, bytes: (p, ctx) => regexFor(p, NO_CASE, 'i', ctx).byteTest() },
  texticregexne: { fn: not(matchesNoCase), bytes: (p, ctx) => notBytes(regexFor(p, NO_CASE, 'i', ctx).byteTest()) },
  nameicregexeq: matchesNoCase,
  nameicregexne: not(matchesNoCase),
  textregexsubstr: substringFrom,
  textregexreplace_noopt: (s: string, p: string, r: string, c: C) => replaceWithOptions(s, p, r, '', c),
  textregexreplace: replaceWithOptions,
  textregexreplace_extended: replaceExtended,
  textregexreplace_extended_no_flags: (s: string, p: string, r: string, start: number, n: number, c: C) =>
    replaceExtended(s, p, r, start, n, '', c),
  textregexreplace_extended_no_n: (s: string, p: string, r: string, start: number, c: C) => replaceExtended(s, p, r, start, 1, '', c),
  regexp_match: regexpMatch,
  regexp_match_no_flags: (s: string, p: string, c: C) => regexpMatch(s, p, '', c),
  regexp_matches: { fn: regexpMatches, set: true },
  regexp_matches_no_flags: { fn: (s: string, p: string, c: C) => regexpMatches(s, p, '', c), set: true },
  regexp_split_to_table: { fn: splitTable, set: true },
  regexp_split_to_table_no_flags: { fn: (s: string, p: string, c: C) => splitTable(s, p, '', c), set: true },
  regexp_split_to_array: splitArray,
  regexp_split_to_array_no_flags: (s: string, p: string, c: C) => splitArray(s, p, '', c),
  regexp_count: count,
  regexp_count_no_flags: (s: string, p: string, start: number, c: C) => count(s, p, start, '', c),
  regexp_count_no_start: (s: string, p: string, c: C) => count(s, p, 1, '', c),
  regexp_instr: instr,
  regexp_instr_no_subexpr: (s: string, p: string, a: number, n: number, e: number, o: string, c: C) => instr(s, p, a, n, e, o, 0, c),
  regexp_instr_no_flags: (s: string, p: string, a: number, n: number, e: number, c: C) => instr(s, p, a, n, e, '', 0, c),
  regexp_instr_no_endoption: (s: string, p: string, a: number, n: number, c: C) => instr(s, p, a, n, 0, '', 0, c),
  regexp_instr_no_n: (s: string, p: string, a: number, c: C) => instr(s, p, a, 1, 0, '', 0, c),
  regexp_instr_no_start: (s: string, p: string, c: C) => instr(s, p, 1, 1, 0, '', 0, c),
  regexp_substr: substr,
  regexp_substr_no_subexpr: (s: string, p: string, a: number, n: number, o: string, c: C) => substr(s, p, a, n, o, 0, c),
  regexp_substr_no_flags: (s: string, p: string, a: number, n: number, c: C) => substr(s, p, a, n, '', 0, c),
  regexp_substr_no_n: (s: string, p: string, a: number, c: C) => substr(s, p, a, 1, '', 0, c),
  regexp_substr_no_start: (s: string, p: string, c: C) => substr(s, p, 1, 1, '', 0, c),
  regexp_like: like,
  regexp_like_no_flags: (s: string, p: string, c: C) => like(s, p, '', c),
});
