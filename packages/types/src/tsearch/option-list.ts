/** Lists of options in text: name = value, name = 'quoted value' (deserialize_deflist), as dictionaries and headlines have them. */
import { SqlError } from '../errors.js';
import type { DictionaryOption } from './dictionary.js';

const pair = /\s*([^\s="',]+|"(?:[^"]|"")*")\s*=\s*(?:E?'((?:[^'\\]|''|\\[\s\S])*)'|([^,\s]+))\s*(,|$)/y;

export function parseOptions(text: string): DictionaryOption[] {
  const out: DictionaryOption[] = [];
  if (text.trim() === '') return out;
  for (let at = 0; at < text.length;) {
    pair.lastIndex = at;
    const m = pair.exec(text);
    if (m === null) throw new SqlError('42601', `invalid parameter list format: "${text}"`);
    const name = m[1]!.startsWith('"') ? m[1]!.slice(1, -1).replaceAll('""', '"') : m[1]!;
    const value = m[2] === undefined ? m[3]! : m[2].replace(/''|\\([\s\S])/g, (_all, c: string | undefined) => c ?? "'");
    out.push({ name, value });
    at = pair.lastIndex;
    if (m[4] === '') break;
  }
  return out;
}
