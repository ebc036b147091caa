/**
 * Text through a configuration: tokens of the parser, each given to its dictionaries in turn until one knows it
 * (ts_parse.c). A dictionary that reads phrases holds tokens back until it knows; then they are given out or replaced.
 */
import type { Oid } from '../brand.js';
import { utf8Length } from '../any/utf8.js';
import type { TypeEnv } from '../type-impl.js';
import { parseText, type ParsedToken } from './default-parser.js';
import { ADD_POSITION, FILTER, textSearch, type Dictionary, type DictionaryLexeme, type PhraseState, type TextSearchCatalog, type TextSearchConfig } from './dictionary.js';
import { LEXEME_MAX } from './value.js';

interface Result { readonly token: ParsedToken; readonly lexemes: readonly DictionaryLexeme[] | undefined }

/** Gives tokens to dictionaries; results come out in the tokens' order. */
export class Lexizer {
  private readonly queue: ParsedToken[] = [];
  private pending: { dictionary: Oid; state: PhraseState; taken: number; best: { lexemes: readonly DictionaryLexeme[]; used: number } | undefined } | undefined;

  constructor(private readonly catalog: TextSearchCatalog, private readonly config: TextSearchConfig) {
    catalog.checkParser(config.parserOid);
  }

  private readonly known = new Map<Oid, Dictionary>();

  private dictionary(oid: Oid): Dictionary {
    let d = this.known.get(oid);
    if (d === undefined) {
      d = this.catalog.dictionary(oid);
      this.known.set(oid, d);
    }
    return d;
  }

  private dictionariesOf(type: number): readonly Oid[] | undefined {
    return this.config.dictionaries[type];
  }

  add(token: ParsedToken | undefined, out: Result[]): void {
    if (token !== undefined) this.queue.push(token);
    while (this.queue.length > 0 && this.step(token === undefined, out));
  }

  /** Settles the first token of the queue; false where more tokens are needed. */
  private step(atEnd: boolean, out: Result[]): boolean {
    const token = this.queue[0]!;
    const dictionaries = this.dictionariesOf(token.type);
    if (dictionaries === undefined || dictionaries.length === 0) {
      this.queue.shift();
      out.push({ token, lexemes: undefined });
      return true;
    }
    let word = token.text;
    for (const oid of dictionaries) {
      const answer = this.ask(this.dictionary(oid), oid, word, atEnd);
      if (answer === 'more') return false;
      if (answer === undefined) continue;
      if (answer.lexemes.length === 1 && answer.lexemes[0]!.flags & FILTER) {
        word = answer.lexemes[0]!.word;
        continue;
      }
      // Tokens that the parser gives for layout only come out as they are.
      const used = this.queue.splice(0, answer.used);
      out.push({ token, lexemes: answer.lexemes });
      for (const t of used.slice(1)) out.push({ token: t, lexemes: this.dictionariesOf(t.type)?.length ? SWALLOWED : undefined });
      return true;
    }
    this.queue.shift();
    out.push({ token, lexemes: undefined });
    return true;
  }

  private ask(dictionary: Dictionary, oid: Oid, word: string, atEnd: boolean): { lexemes: readonly DictionaryLexeme[]; used: number } | 'more' | undefined {
    const state: PhraseState = { isEnd: false, getNext: false, own: undefined };
    let lexemes = dictionary.lexize(word, state);
    if (!state.getNext) return lexemes === undefined ? undefined : { lexemes, used: 1 };
    let best = lexemes === undefined ? undefined : { lexemes, used: 1 };
    for (let i = 1; state.getNext; i++) {
      if (i === this.queue.length) {
        if (!atEnd) return 'more';
        break;
      }
      const next = this.queue[i]!;
      const dictionaries = this.dictionariesOf(next.type);
      if (dictionaries === undefined || dictionaries.length === 0) continue;
      // A word that does not come to this dictionary ends the phrase.
      if (!dictionaries.includes(oid)) break;
      lexemes = dictionary.lexize(next.text, state);
      if (lexemes !== undefined) best = { lexemes, used: i + 1 };
      else if (!state.getNext) break;
    }
    return best;
  }
}

/** A token that belongs to a phrase answered with the phrase's first word. */
export const SWALLOWED: readonly DictionaryLexeme[] = [];

export interface Word { readonly word: string; readonly position: number; readonly variant: number; readonly flags: number }

/** All results of a text, token by token. */
export function* lexizeText(env: TypeEnv, configOid: Oid, text: string): Generator<Result> {
  const catalog = textSearch(env);
  const lexizer = new Lexizer(catalog, catalog.config(configOid));
  const out: Result[] = [];
  for (const token of parseText(text)) {
    if (utf8Length(token.text) > LEXEME_MAX) {
      env.notice('NOTICE', '54000', 'word is too long to be indexed', `Words longer than ${LEXEME_MAX + 1} characters are ignored.`);
      continue;
    }
    lexizer.add(token, out);
    yield* out.splice(0);
  }
  lexizer.add(undefined, out);
  yield* out;
}

/** parsetext: the lexemes of a text with their positions, counted on from `position`. */
export function parseWords(env: TypeEnv, configOid: Oid, text: string, position = 0): { words: Word[]; position: number } {
  const words: Word[] = [];
  let at = position;
  for (const { lexemes } of lexizeText(env, configOid, text)) {
    if (lexemes === undefined || lexemes === SWALLOWED) continue;
    at++;
    for (const l of lexemes) {
      if (l.flags & ADD_POSITION) at++;
      words.push({ word: l.word, position: at, variant: l.variant, flags: l.flags });
    }
  }
  return { words, position: at };
}
