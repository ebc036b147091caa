/**
 * The dictionary template ispell (spell.c): base forms of a word by its affixes, and words put together of several.
 * A compound is split from the left, shorter parts first; an affix that may stand between parts is tried at each place.
 */
import { SqlError } from '../errors.js';
import { fold, lexeme, readStopWords, type Dictionary, type DictionaryLexeme, type DictionarySetup } from './dictionary.js';
import {
  COMPOUND, COMPOUND_BEGIN, COMPOUND_FORBID, COMPOUND_LAST, COMPOUND_MIDDLE, COMPOUND_ONLY, CROSS_PRODUCT, SpellFiles, type Affix,
} from './ispell-files.js';

/** MAXNORMLEN */
const WORD_MAX = 256;
/** Splits of one word are bounded, so that no dictionary makes them run away. */
const SPLITS_MAX = 1000;

class Speller {
  private readonly prefixes: readonly Affix[];
  private readonly suffixes: readonly Affix[];
  /** Suffixes that may stand between the parts of a compound. */
  private readonly joints: readonly string[];
  private readonly starts = new Set<string>();

  constructor(private readonly files: SpellFiles) {
    this.prefixes = files.affixes.filter((a) => !a.suffix);
    this.suffixes = files.affixes.filter((a) => a.suffix);
    const used = new Set([...files.words.values()].flatMap((list) => list.flatMap((e) => [...e.flags])));
    this.joints = [...new Set(files.affixes.filter((a) => a.flags & COMPOUND && a.replace !== '' && used.has(a.flag)).map((a) => a.replace))];
    for (const w of files.words.keys()) for (let i = 1; i <= w.length; i++) this.starts.add(w.slice(0, i));
  }

  /** FindWord: a word of the dictionary that may take the affix, in a compound's part where `place` says so. */
  private known(word: string, flag: string, place: number): boolean {
    for (const e of this.files.words.get(word) ?? []) {
      if (place === 0 ? e.compound & COMPOUND_ONLY : !(e.compound & place)) continue;
      if (flag === '' || e.flags.has(flag)) return true;
    }
    return false;
  }

  /** CheckAffix: the word without the affix. */
  private strip(word: string, a: Affix, place: number, kept: { base: number } | undefined): string | undefined {
    if (place === 0) {
      if (a.flags & COMPOUND_ONLY) return undefined;
    } else if (a.flags & COMPOUND_FORBID) return undefined;
    else if (place & COMPOUND_BEGIN && !(a.flags & COMPOUND_BEGIN) && a.suffix) return undefined;
    else if (place & COMPOUND_MIDDLE && !(a.flags & COMPOUND_MIDDLE)) return undefined;
    else if (place & COMPOUND_LAST && !(a.flags & COMPOUND_LAST) && !a.suffix) return undefined;
    let out: string;
    if (a.suffix) {
      if (!word.endsWith(a.replace)) return undefined;
      const length = word.length - a.replace.length;
      if (kept !== undefined) kept.base = length;
      out = word.slice(0, length) + a.find;
    } else {
      if (!word.startsWith(a.replace)) return undefined;
      // The whole word would be prefix and suffix.
      if (kept !== undefined && kept.base + a.find.length <= a.replace.length) return undefined;
      out = a.find + word.slice(a.replace.length);
    }
    return a.mask === undefined || a.mask.test(out) ? out : undefined;
  }

  /** NormalizeSubWord */
  forms(word: string, place: number): string[] {
    if (word.length > WORD_MAX) return [];
    const out: string[] = [];
    const add = (w: string): void => { if (out[out.length - 1] !== w) out.push(w); };
    if (this.known(word, '', place)) add(word);
    for (const p of this.prefixes) {
      const base = this.strip(word, p, place, undefined);
      if (base !== undefined && this.known(base, p.flag, place)) add(base);
    }
    for (const s of this.suffixes) {
      const kept = { base: 0 };
      const base = this.strip(word, s, place, kept);
      if (base === undefined) continue;
      if (this.known(base, s.flag, place)) add(base);
      for (const p of this.prefixes) {
        const inner = this.strip(base, p, place, kept);
        if (inner === undefined) continue;
        if (this.known(inner, p.flags & s.flags & CROSS_PRODUCT ? '' : p.flag, place)) add(inner);
      }
    }
    return out;
  }

  private splits: string[][] = [];

  /** SplitToVariants: parts of the word from `start` on, where what ends at or before `minimum` was tried. */
  private split(word: string, parts: readonly string[], start: number, minimum: number): void {
    if (this.splits.length >= SPLITS_MAX) return;
    const own = [...parts];
    let from = start;
    let least = minimum;
    for (let at = start; at < word.length; at++) {
      if (at > from) this.splitAtJoint(word, own, from, at);
      const part = word.slice(from, at + 1);
      if (!this.starts.has(part)) break;
      const place = from === 0 ? COMPOUND_BEGIN : at === word.length - 1 ? COMPOUND_LAST : COMPOUND_MIDDLE;
      if (at <= least || !this.known(part, '', place)) continue;
      if (at === word.length - 1) break;
      this.split(word, own, from, at);
      own.push(part);
      from = at + 1;
      least = at;
    }
    own.push(word.slice(from));
    this.splits.push(own);
  }

  private splitAtJoint(word: string, parts: readonly string[], from: number, at: number): void {
    for (const joint of this.joints) {
      if (!word.startsWith(joint, at)) continue;
      const end = at + joint.length;
      const place = from === 0 ? COMPOUND_BEGIN : end === word.length ? COMPOUND_LAST : COMPOUND_MIDDLE;
      const forms = this.forms(word.slice(from, end), place);
      if (forms.length > 0) this.split(word, [...parts, ...forms], end, end - 1);
    }
  }

  normalise(word: string): DictionaryLexeme[] {
    let variant = 1;
    const out = this.forms(word, 0).map((w) => lexeme(w, 0, variant++));
    if (!this.files.usesCompounds) return out;
    this.splits = [];
    this.split(word, [], 0, -1);
    for (const parts of this.splits.reverse()) {
      if (parts.length < 2) continue;
      for (const last of this.forms(parts[parts.length - 1]!, COMPOUND_LAST)) {
        for (const w of [...parts.slice(0, -1), last]) out.push(lexeme(w, 0, variant));
        variant++;
      }
    }
    return out;
  }
}

export function ispellDictionary(setup: DictionarySetup): Dictionary {
  let stop: Set<string> | undefined;
  let affixFile: string | undefined;
  let dictFile: string | undefined;
  for (const o of setup.options) {
    switch (o.name.toLowerCase()) {
      case 'dictfile':
        if (dictFile !== undefined) throw new SqlError('22023', 'multiple DictFile parameters');
        dictFile = o.value;
        break;
      case 'afffile':
        if (affixFile !== undefined) throw new SqlError('22023', 'multiple AffFile parameters');
        affixFile = o.value;
        break;
      case 'stopwords':
        if (stop !== undefined) throw new SqlError('22023', 'multiple StopWords parameters');
        stop = readStopWords(setup.readFile, o.value);
        break;
      default: throw new SqlError('22023', `unrecognized Ispell parameter: "${o.name}"`);
    }
  }
  if (affixFile === undefined && dictFile !== undefined) throw new SqlError('22023', 'missing AffFile parameter');
  if (dictFile === undefined) throw new SqlError('22023', affixFile === undefined ? 'missing AffFile parameter' : 'missing DictFile parameter');
  const files = new SpellFiles();
  files.readAffixes(setup.readFile(affixFile!, 'affix'));
  files.readWords(setup.readFile(dictFile, 'dict'));
  const speller = new Speller(files);
  return {
    lexize(word) {
      if (word === '') return undefined;
      const found = speller.normalise(fold(word));
      if (found.length === 0) return undefined;
      return found.filter((l) => !stop?.has(l.word));
    },
  };
}
