/** The dictionary template ispell. */
import { notImplemented } from '../errors.js';
import type { Dictionary, DictionarySetup } from './dictionary.js';

export function ispellDictionary(_setup: DictionarySetup): Dictionary {
  throw notImplemented('the dictionary template ispell');
}
