/** What a text search dictionary is, the catalog that holds configurations, and the simple helpers all dictionaries share. */
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import type { TypeEnv, TypeResolver } from '../type-impl.js';

/** TSL_ADDPOS: the lexeme has the next position. TSL_PREFIX: it matches as a prefix. TSL_FILTER: it goes on to the next dictionary. */
export const ADD_POSITION = 1;
export const PREFIX = 2;
export const FILTER = 4;

export interface DictionaryLexeme { readonly word: string; readonly variant: number; readonly flags: number }

/** State of a dictionary that reads phrases (thesaurus), between the words of one document. */
export interface PhraseState {
  /** The document's last word was given. */
  isEnd: boolean;
  /** Set by the dictionary: it wants the next word before it answers. */
  getNext: boolean;
  own: unknown;
}

export interface Dictionary {
  /** undefined: an unknown word. No lexemes: a stop word. */
  lexize(word: string, phrase?: PhraseState): readonly DictionaryLexeme[] | undefined;
}

export interface TextSearchConfig {
  readonly parserOid: Oid;
  /** Dictionaries by token type. */
  readonly dictionaries: readonly (readonly Oid[] | undefined)[];
}

/** The catalog's side of text search. Every lookup raises 42704 where there is no such object. */
export interface TextSearchCatalog {
  configByName(name: string): Oid;
  config(oid: Oid): TextSearchConfig;
  dictionary(oid: Oid): Dictionary;
  parserByName(name: string): Oid;
  /** Raises unless it is the default parser, the only one there is. */
  checkParser(oid: Oid): void;
}

export function textSearch(env: TypeEnv): TextSearchCatalog {
  const catalog = (env.types as TypeResolver & { textSearch?: TextSearchCatalog }).textSearch;
  if (catalog === undefined) throw new SqlError('0A000', 'text search needs a catalog');
  return catalog;
}

export function currentConfig(env: TypeEnv): Oid {
  return textSearch(env).configByName(env.setting('default_text_search_config') ?? 'pg_catalog.simple');
}

/** Reads a dictionary's file: name and extension without a folder. */
export type ReadFile = (name: string, extension: string) => string;

export interface DictionaryOption { readonly name: string; readonly value: string }

/** What a dictionary template needs to make a dictionary. */
export interface DictionarySetup {
  readonly options: readonly DictionaryOption[];
  readonly readFile: ReadFile;
  /** Another dictionary by its name (thesaurus). */
  readonly dictionaryByName: (name: string) => Dictionary;
}

export const lexeme = (word: string, flags = 0, variant = 0): DictionaryLexeme => ({ word, flags, variant });

export const fold = (word: string): string => {
  let out = '';
  for (const c of word) {
    // The one letter whose lower case is two characters has one of its own here.
    out += c === '\u0130' ? 'i' : c.toLowerCase();
  }
  return out;
};

export function booleanOption(o: DictionaryOption): boolean {
  const v = o.value.toLowerCase();
  if (['true', 'on', '1'].includes(v)) return true;
  if (['false', 'off', '0'].includes(v)) return false;
  throw new SqlError('42601', `${o.name} requires a Boolean value`);
}

/** One word a line. */
export function readStopWords(readFile: ReadFile, name: string): Set<string> {
  const words = readFile(name, 'stop').split('\n').map((line) => line.split(/\s/, 1)[0]!).filter((w) => w !== '');
  return new Set(words.map(fold));
}
