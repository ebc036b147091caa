/** Functions that put text through a configuration: to_tsvector, to_tsquery and their family, ts_headline, ts_lexize, ts_parse. */
import type { Oid } from '../brand.js';
import { PgArray } from '../array/value.js';
import { defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import type { TypeEnv } from '../type-impl.js';
import { parseText } from './default-parser.js';
import { currentConfig, PREFIX, textSearch } from './dictionary.js';
import { headline } from './headline.js';
import { vectorMatches } from './match.js';
import { parseOptions } from './option-list.js';
import { TOKEN_TYPES } from './parser-states.js';
import { parseWords, type Word } from './parse-words.js';
import { row } from './rows.js';
import { literalOperand, parseQuery, type ParsedNode } from './query-io.js';
import { limitPosition, makeVector, TsQuery, type QueryNode, type TsVector } from './value.js';

const TEXT_OID = 25;
const INT4_OID = 23;

export const wordsVector = (words: readonly Word[]): TsVector =>
  makeVector(words.map((w) => ({ word: w.word, positions: [limitPosition(w.position)] })));

/** Texts one after another as one document. */
export function textToVector(env: TypeEnv, config: Oid, texts: readonly string[]): TsVector {
  const words: Word[] = [];
  let position = 0;
  for (const text of texts) {
    const parsed = parseWords(env, config, text, position);
    words.push(...parsed.words);
    ({ position } = parsed);
  }
  return wordsVector(words);
}

const toVector = (env: TypeEnv, config: Oid, text: string): TsVector => wordsVector(parseWords(env, config, text).words);

const stop: ParsedNode = { kind: 'stop' };

/** pushval_morph: the words of an operand's text, joined by `kind`; variants of a word by OR. */
function operandWords(env: TypeEnv, config: Oid, kind: 'and' | 'phrase', text: string, weight: number, prefix: boolean): ParsedNode {
  const { words } = parseWords(env, config, text);
  const join = (left: ParsedNode | undefined, right: ParsedNode, by: 'and' | 'or' | 'phrase', distance = 0): ParsedNode =>
    (left === undefined ? right : { kind: by, left, right, distance });
  let out: ParsedNode | undefined;
  let position = 0;
  for (let i = 0; i < words.length;) {
    const at = words[i]!.position;
    if (position > 0) for (; position + 1 < at; position++) out = join(out, stop, kind, 1);
    position = at;
    let variants: ParsedNode | undefined;
    while (i < words.length && words[i]!.position === at) {
      const { variant } = words[i]!;
      let all: ParsedNode | undefined;
      for (; i < words.length && words[i]!.position === at && words[i]!.variant === variant; i++) {
        all = join(all, literalOperand(words[i]!.word, weight, prefix || (words[i]!.flags & PREFIX) !== 0), 'and');
      }
      variants = join(variants, all!, 'or');
    }
    out = join(out, variants!, kind, kind === 'phrase' ? 1 : 0);
  }
  return out ?? stop;
}

interface Cleaned { node: QueryNode | undefined; left: number; right: number }

/** Takes stop words out; phrases keep the distance between what is left. */
function clean(n: ParsedNode): Cleaned {
  if (n.kind === 'stop') return { node: undefined, left: 0, right: 0 };
  if (n.kind === 'val') return { node: n, left: 0, right: 0 };
  if (n.kind === 'not') {
    const c = clean(n.arg);
    return c.node === undefined ? { node: undefined, left: 0, right: 0 } : { ...c, node: { kind: 'not', arg: c.node } };
  }
  const l = clean(n.left);
  const r = clean(n.right);
  const phrase = n.kind === 'phrase';
  const distance = phrase ? n.distance : 0;
  if (l.node === undefined && r.node === undefined) {
    const width = phrase ? l.left + distance + r.left : Math.max(l.left, r.left);
    return { node: undefined, left: width, right: width };
  }
  if (l.node === undefined) return { node: r.node, left: phrase ? l.left + distance + r.left : r.left, right: r.right };
  if (r.node === undefined) return { node: l.node, left: l.left, right: phrase ? l.right + distance + r.right : l.right };
  if (!phrase) return { node: { kind: n.kind, left: l.node, right: r.node, distance: 0 }, left: 0, right: 0 };
  return { node: { kind: 'phrase', left: l.node, right: r.node, distance: distance + l.right + r.left }, left: l.left, right: r.right };
}

function toQuery(env: TypeEnv, config: Oid, text: string, mode: 'query' | 'web' | 'plain', kind: 'and' | 'phrase'): TsQuery {
  const parsed = parseQuery(text, mode, (word, weight, prefix) => operandWords(env, config, kind, word, weight, prefix));
  if (parsed === undefined) {
    env.notice('NOTICE', '00000', `text-search query doesn't contain lexemes: "${text}"`);
    return TsQuery.empty;
  }
  const { node } = clean(parsed);
  if (node === undefined) env.notice('NOTICE', '00000', "text-search query contains only stop words or doesn't contain lexemes, ignored");
  return new TsQuery(node);
}

/** The function with a configuration, and the one that takes the current configuration. */
function both(name: string, f: (env: TypeEnv, config: Oid, ...args: never[]) => unknown): Record<string, BuiltinFn> {
  const call = f as (env: TypeEnv, config: Oid, ...args: unknown[]) => unknown;
  return {
    [`${name}_byid`]: (config: Oid, ...rest: unknown[]) => call((rest[rest.length - 1] as CallContext).env, config, ...rest.slice(0, -1)),
    [name]: (...rest: unknown[]) => {
      const { env } = rest[rest.length - 1] as CallContext;
      return call(env, currentConfig(env), ...rest.slice(0, -1));
    },
  };
}

function lexize(dictionary: Oid, word: string, c: CallContext): PgArray | null {
  const dict = textSearch(c.env).dictionary(dictionary);
  const state = { isEnd: false, getNext: false, own: undefined };
  let found = dict.lexize(word, state);
  if (state.getNext) {
    state.isEnd = true;
    found = dict.lexize(word, state) ?? found;
  }
  if (found === undefined) return null;
  return PgArray.of(TEXT_OID, found.map((l) => l.word));
}

function parseWith(parser: Oid, text: string, c: CallContext): unknown[] {
  textSearch(c.env).checkParser(parser);
  return Array.from(parseText(text), (t) => row([INT4_OID, TEXT_OID], [t.type, t.text]));
}

function tokenTypes(parser: Oid, c: CallContext): unknown[] {
  textSearch(c.env).checkParser(parser);
  return TOKEN_TYPES.slice(1).map(([alias, description], i) => row([INT4_OID, TEXT_OID, TEXT_OID], [i + 1, alias, description]));
}

const withOptions = (env: TypeEnv, config: Oid, text: string, query: TsQuery, options?: string): string =>
  headline(env, config, text, query, options === undefined ? [] : parseOptions(options));

defineFunctions({
  ...both('to_tsvector', toVector),
  ...both('to_tsquery', (env, config, text: string) => toQuery(env, config, text, 'query', 'phrase')),
  ...both('plainto_tsquery', (env, config, text: string) => toQuery(env, config, text, 'plain', 'and')),
  ...both('phraseto_tsquery', (env, config, text: string) => toQuery(env, config, text, 'plain', 'phrase')),
  ...both('websearch_to_tsquery', (env, config, text: string) => toQuery(env, config, text, 'web', 'phrase')),
  ts_match_tt: (text: string, query: string, c: CallContext) => {
    const config = currentConfig(c.env);
    return vectorMatches(toVector(c.env, config, text), toQuery(c.env, config, query, 'plain', 'and'));
  },
  ts_match_tq: (text: string, query: TsQuery, c: CallContext) => vectorMatches(toVector(c.env, currentConfig(c.env), text), query),
  ts_headline: (text: string, q: TsQuery, c: CallContext) => withOptions(c.env, currentConfig(c.env), text, q),
  ts_headline_opt: (text: string, q: TsQuery, o: string, c: CallContext) => withOptions(c.env, currentConfig(c.env), text, q, o),
  ts_headline_byid: (config: Oid, text: string, q: TsQuery, c: CallContext) => withOptions(c.env, config, text, q),
  ts_headline_byid_opt: (config: Oid, text: string, q: TsQuery, o: string, c: CallContext) => withOptions(c.env, config, text, q, o),
  ts_lexize: lexize,
  ts_parse_byid: { fn: parseWith as never, set: true },
  ts_parse_byname: { fn: ((name: string, text: string, c: CallContext) => parseWith(textSearch(c.env).parserByName(name), text, c)) as never, set: true },
  ts_token_type_byid: { fn: tokenTypes as never, set: true },
  ts_token_type_byname: { fn: ((name: string, c: CallContext) => tokenTypes(textSearch(c.env).parserByName(name), c)) as never, set: true },
  get_current_ts_config: (c: CallContext) => currentConfig(c.env),
});

