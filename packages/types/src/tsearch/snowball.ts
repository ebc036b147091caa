/** The dictionary template snowball: stop words, then the stemmer of a language. */
import { notImplemented, SqlError } from '../errors.js';
import { fold, lexeme, readStopWords, type Dictionary, type DictionarySetup } from './dictionary.js';
import { stemEnglish } from './snowball-english.js';

/** Languages that have a stemmer in PostgreSQL. */
const LANGUAGES = new Set([
  'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'dutch_porter', 'english', 'estonian', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian',
  'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'porter', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish',
  'swedish', 'tamil', 'turkish', 'yiddish',
]);

const STEMMERS: Readonly<Record<string, (word: string) => string>> = { english: stemEnglish };

export function snowballDictionary(setup: DictionarySetup): Dictionary {
  let stop: Set<string> | undefined;
  let language: string | undefined;
  for (const o of setup.options) {
    const name = o.name.toLowerCase();
    if (name === 'stopwords') {
      if (stop !== undefined) throw new SqlError('22023', 'multiple StopWords parameters');
      stop = readStopWords(setup.readFile, o.value);
    } else if (name === 'language') {
      if (language !== undefined) throw new SqlError('22023', 'multiple Language parameters');
      language = o.value.toLowerCase();
    } else throw new SqlError('22023', `unrecognized Snowball parameter: "${o.name}"`);
  }
  if (language === undefined) throw new SqlError('22023', 'missing Language parameter');
  if (!LANGUAGES.has(language)) throw new SqlError('42704', `no Snowball stemmer available for language "${language}" and encoding "UTF8"`);
  const stem = Object.hasOwn(STEMMERS, language) ? STEMMERS[language] : undefined;
  return {
    lexize(word) {
      const w = fold(word);
      // Very long words are passed on as they are.
      if (w.length > 1000) return [lexeme(w)];
      if (w === '' || stop?.has(w)) return [];
      if (stem === undefined) throw notImplemented(`the Snowball stemmer for ${language}`);
      return [lexeme(stem(w))];
    },
  };
}
