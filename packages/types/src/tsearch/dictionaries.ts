/** The dictionary templates simple, synonym and thesaurus. */
import { SqlError } from '../errors.js';
import { booleanOption, fold, lexeme, PREFIX, readStopWords, type Dictionary, type DictionaryLexeme, type DictionarySetup, type PhraseState } from './dictionary.js';

const unrecognised = (template: string, name: string): SqlError =>
  new SqlError('22023', `unrecognized ${template} parameter: "${name}"`);

export function simpleDictionary(setup: DictionarySetup): Dictionary {
  let stop: Set<string> | undefined;
  let accept: boolean | undefined;
  for (const o of setup.options) {
    const name = o.name.toLowerCase();
    if (name === 'stopwords') {
      if (stop !== undefined) throw new SqlError('22023', 'multiple StopWords parameters');
      stop = readStopWords(setup.readFile, o.value);
    } else if (name === 'accept') {
      if (accept !== undefined) throw new SqlError('22023', 'multiple Accept parameters');
      accept = booleanOption(o);
    } else throw new SqlError('22023', `unrecognized simple dictionary parameter: "${o.name}"`);
  }
  return {
    lexize(word) {
      const w = fold(word);
      if (stop?.has(w)) return [];
      return accept === false ? undefined : [lexeme(w)];
    },
  };
}

export function synonymDictionary(setup: DictionarySetup): Dictionary {
  let file: string | undefined;
  let caseSensitive = false;
  for (const o of setup.options) {
    const name = o.name.toLowerCase();
    if (name === 'synonyms') file = o.value;
    else if (name === 'casesensitive') caseSensitive = booleanOption(o);
    else throw unrecognised('synonym', o.name);
  }
  if (file === undefined) throw new SqlError('22023', 'missing Synonyms parameter');
  const synonyms = new Map<string, DictionaryLexeme>();
  for (const line of setup.readFile(file, 'syn').split('\n')) {
    const [from, to] = line.trim().split(/\s+/);
    if (from === undefined || from === '' || to === undefined) continue;
    const flags = to.endsWith('*') ? PREFIX : 0;
    const word = flags === 0 ? to : to.slice(0, -1);
    const key = caseSensitive ? from : fold(from);
    if (!synonyms.has(key)) synonyms.set(key, lexeme(caseSensitive ? word : fold(word), flags));
  }
  return {
    lexize(word) {
      const found = synonyms.get(caseSensitive ? word : fold(word));
      return found === undefined || word === '' ? undefined : [found];
    },
  };
}

interface Phrase { readonly words: readonly string[]; readonly replacement: readonly DictionaryLexeme[] }

const STOP = '?';

/** Lines `word word : word word`; `?` stands for any stop word, `*` before a word keeps it from the subdictionary. */
export function thesaurusDictionary(setup: DictionarySetup): Dictionary {
  let file: string | undefined;
  let subName: string | undefined;
  for (const o of setup.options) {
    const name = o.name.toLowerCase();
    if (name === 'dictfile') {
      if (file !== undefined) throw new SqlError('22023', 'multiple DictFile parameters');
      file = o.value;
    } else if (name === 'dictionary') {
      if (subName !== undefined) throw new SqlError('22023', 'multiple Dictionary parameters');
      subName = o.value;
    } else throw unrecognised('Thesaurus', o.name);
  }
  if (file === undefined) throw new SqlError('22023', 'missing DictFile parameter');
  if (subName === undefined) throw new SqlError('22023', 'missing Dictionary parameter');
  const sub = setup.dictionaryByName(subName);
  const phrases = readThesaurus(setup.readFile(file, 'ths'), sub);
  const byFirst = new Map<string, Phrase[]>();
  for (const p of phrases) {
    const list = byFirst.get(p.words[0]!);
    if (list === undefined) byFirst.set(p.words[0]!, [p]);
    else list.push(p);
  }
  return { lexize: (word, state) => continuePhrase(sub, byFirst, word, state) };
}

function readThesaurus(text: string, sub: Dictionary): Phrase[] {
  const phrases: Phrase[] = [];
  text.split('\n').forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const colon = trimmed.indexOf(':');
    const bad = (message: string): SqlError => new SqlError('F0000', message, { where: `line ${i + 1} of thesaurus file` });
    if (colon < 0) throw bad('missing delimiter');
    const words = trimmed.slice(0, colon).trim().split(/\s+/).filter((w) => w !== '');
    const targets = trimmed.slice(colon + 1).trim().split(/\s+/).filter((w) => w !== '');
    if (words.length === 0) throw bad('unexpected end of line');
    if (targets.length === 0) throw bad('unexpected end of line');
    const variants = words.map((w) => sampleWord(w, sub, i + 1));
    const replacement: DictionaryLexeme[] = [];
    targets.forEach((t, n) => targetWord(t, n, sub, i + 1, replacement));
    // Each word may have several normal forms.
    for (const combination of product(variants)) phrases.push({ words: combination, replacement });
  });
  return phrases;
}

function* product(lists: readonly (readonly string[])[], from = 0): Generator<string[]> {
  if (from === lists.length) {
    yield [];
    return;
  }
  for (const w of lists[from]!) for (const rest of product(lists, from + 1)) yield [w, ...rest];
}

function sampleWord(word: string, sub: Dictionary, rule: number): readonly string[] {
  if (word === STOP) return [STOP];
  const found = sub.lexize(word);
  if (found === undefined) throw new SqlError('F0000', `thesaurus sample word "${word}" isn't recognized by subdictionary (rule ${rule})`);
  if (found.length === 0) {
    throw new SqlError('F0000', `thesaurus sample word "${word}" is a stop word (rule ${rule})`, { hint: 'Use "?" to represent a stop word within a sample phrase.' });
  }
  return found.map((l) => l.word);
}

function targetWord(target: string, n: number, sub: Dictionary, rule: number, out: DictionaryLexeme[]): void {
  const first = out.length === 0 || n === 0 ? 0 : 1;
  if (target.startsWith('*')) {
    out.push(lexeme(target.slice(1), first));
    return;
  }
  const found = sub.lexize(target);
  if (found === undefined) throw new SqlError('F0000', `thesaurus substitute word "${target}" isn't recognized by subdictionary (rule ${rule})`);
  if (found.length === 0) throw new SqlError('F0000', `thesaurus substitute word "${target}" is a stop word (rule ${rule})`);
  found.forEach((l, i) => out.push(lexeme(l.word, i === 0 ? first : 0, l.variant)));
}

interface Progress { readonly candidates: readonly Phrase[]; readonly at: number }

/** The phrases that the words so far begin; the answer is the longest one that they complete. */
function continuePhrase(sub: Dictionary, byFirst: ReadonlyMap<string, Phrase[]>, word: string, state: PhraseState | undefined): readonly DictionaryLexeme[] | undefined {
  const found = sub.lexize(word);
  const forms = found === undefined ? [] : found.length === 0 ? [STOP] : found.map((l) => l.word);
  const before = state?.own as Progress | undefined;
  const at = before?.at ?? 0;
  const candidates = before === undefined ? forms.flatMap((w) => byFirst.get(w) ?? [])
    : before.candidates.filter((p) => at < p.words.length && forms.includes(p.words[at]!));
  const complete = candidates.find((p) => p.words.length === at + 1);
  const longer = candidates.filter((p) => p.words.length > at + 1);
  if (state !== undefined) {
    state.getNext = longer.length > 0;
    state.own = { candidates: longer, at: at + 1 } satisfies Progress;
  }
  return complete?.replacement;
}
