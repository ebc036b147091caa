/** Dictionary templates by the name of their lexize function. */
import { SqlError } from '../errors.js';
import { simpleDictionary, synonymDictionary, thesaurusDictionary } from './dictionaries.js';
import type { Dictionary, DictionarySetup } from './dictionary.js';
import { ispellDictionary } from './ispell.js';
import { snowballDictionary } from './snowball.js';

const TEMPLATES: Readonly<Record<string, (setup: DictionarySetup) => Dictionary>> = {
  dsimple_lexize: simpleDictionary, dsynonym_lexize: synonymDictionary, thesaurus_lexize: thesaurusDictionary,
  dsnowball_lexize: snowballDictionary, dispell_lexize: ispellDictionary,
};

/** A dictionary of the template whose lexize function is `lexize`; raises what the template's init raises. */
export function makeDictionary(lexize: string, setup: DictionarySetup): Dictionary {
  const make = Object.hasOwn(TEMPLATES, lexize) ? TEMPLATES[lexize] : undefined;
  if (make === undefined) throw new SqlError('0A000', `text search templates with the function ${lexize} are not supported yet`);
  return make(setup);
}
