/**
 * Affix and dictionary files of the ispell template: ispell's own format, and MySpell's and Hunspell's with their flag
 * kinds (one character, two characters, numbers) and aliases. Only what PostgreSQL uses of them is read.
 */
import { SqlError } from '../errors.js';
import { fold } from './dictionary.js';

export const COMPOUND_ONLY = 1;
export const COMPOUND_BEGIN = 2;
export const COMPOUND_MIDDLE = 4;
export const COMPOUND_LAST = 8;
export const COMPOUND = COMPOUND_BEGIN | COMPOUND_MIDDLE | COMPOUND_LAST;
export const COMPOUND_PERMIT = 16;
export const COMPOUND_FORBID = 32;
export const CROSS_PRODUCT = 64;

export interface Affix {
  readonly suffix: boolean;
  readonly flag: string;
  readonly flags: number;
  /** What the base form ends (or begins) with, and what stands there in the word. */
  readonly find: string;
  readonly replace: string;
  readonly mask: RegExp | undefined;
}

export interface Spelling { readonly flags: ReadonlySet<string>; readonly compound: number }

export class SpellFiles {
  readonly affixes: Affix[] = [];
  readonly words = new Map<string, Spelling[]>();
  usesCompounds = false;
  private flagKind: 'char' | 'long' | 'num' = 'char';
  private readonly compoundValues = new Map<string, number>();
  private readonly aliases: string[] = [];

  /** The flags of a set as written after a slash. */
  private split(set: string): string[] {
    if (this.flagKind === 'num') return set.split(',').map((f) => f.trim()).filter((f) => f !== '');
    if (this.flagKind === 'long') return set.match(/[\s\S]{1,2}/gu) ?? [];
    return Array.from(set);
  }

  private aliased(set: string): string {
    if (this.aliases.length === 0 || set === '') return set;
    if (!/^\d+$/.test(set)) return set;
    const n = Number(set);
    if (n > this.aliases.length) throw new SqlError('F0000', `invalid affix alias "${set}"`);
    return n === 0 ? '' : this.aliases[n - 1]!;
  }

  private compoundValue(flags: readonly string[]): number {
    return flags.reduce((sum, f) => sum | (this.compoundValues.get(f) ?? 0), 0);
  }

  private mask(text: string, suffix: boolean): RegExp | undefined {
    if (text === '.' || text === '') return undefined;
    const source = fold(text).replace(/-(?=[^\]]*\])/g, '\\-');
    try {
      return new RegExp(suffix ? `(?:${source})$` : `^(?:${source})`, 'u');
    } catch {
      throw new SqlError('2201B', `invalid regular expression: ${text}`);
    }
  }

  private add(flag: string, flags: number, maskText: string, find: string, replace: string, suffix: boolean): void {
    if (find === '' && replace === '') return;
    const all = flags & (COMPOUND_ONLY | COMPOUND_PERMIT) && !(flags & COMPOUND) ? flags | COMPOUND : flags;
    this.affixes.push({ suffix, flag, flags: all, find: fold(find), replace: fold(replace), mask: this.mask(maskText, suffix) });
  }

  readAffixes(text: string): void {
    const lines = text.split('\n');
    if (lines.some((l) => /^(?:COMPOUNDFLAG|COMPOUNDMIN|PFX|SFX|FLAG|AF)\s/.test(l))) this.readHunspell(lines);
    else this.readIspell(lines);
    this.affixes.sort((a, b) => a.replace.length - b.replace.length);
  }

  private readonly compoundWords: Readonly<Record<string, number>> = {
    COMPOUNDFLAG: COMPOUND, COMPOUNDBEGIN: COMPOUND_BEGIN, COMPOUNDMIDDLE: COMPOUND_MIDDLE, COMPOUNDEND: COMPOUND_LAST, COMPOUNDLAST: COMPOUND_LAST,
    ONLYINCOMPOUND: COMPOUND_ONLY, COMPOUNDPERMITFLAG: COMPOUND_PERMIT, COMPOUNDFORBIDFLAG: COMPOUND_FORBID,
  };

  private readHunspell(lines: readonly string[]): void {
    for (const line of lines) {
      const [word, value] = line.trim().split(/\s+/);
      if (word === 'FLAG') {
        if (value !== 'long' && value !== 'num' && value !== 'default') throw new SqlError('F0000', 'Ispell dictionary supports only "default", "long", and "num" flag values');
        this.flagKind = value === 'default' ? 'char' : value;
      }
    }
    for (const line of lines) {
      const [word, value] = line.trim().split(/\s+/);
      const compound = word === undefined || !Object.hasOwn(this.compoundWords, word) ? undefined : this.compoundWords[word];
      if (compound !== undefined && value !== undefined) {
        this.compoundValues.set(value, (this.compoundValues.get(value) ?? 0) | compound);
        this.usesCompounds = true;
      }
    }
    let counted = false;
    const cross = new Map<string, number>();
    for (const line of lines) {
      if (/^\s*#/.test(line)) continue;
      const [type, flag, find, replace, mask] = line.trim().split(/\s+/);
      if (type === 'AF') {
        if (counted) this.aliases.push(flag ?? '');
        counted = true;
      }
      if ((type !== 'PFX' && type !== 'SFX') || flag === undefined) continue;
      if (mask === undefined || mask.startsWith('#')) {
        cross.set(type + flag, find?.toUpperCase() === 'Y' ? CROSS_PRODUCT : 0);
        continue;
      }
      const [repl, set] = (replace ?? '').split('/');
      const extra = set === undefined ? 0 : this.compoundValue(this.split(this.aliased(set)));
      const clean = (s: string): string => (s === '0' ? '' : s);
      this.add(flag, (cross.get(type + flag) ?? 0) | extra, mask, clean(find!), clean(repl!), type === 'SFX');
    }
  }

  private readIspell(lines: readonly string[]): void {
    let suffix: boolean | undefined;
    let flag = '';
    let flags = 0;
    for (const raw of lines) {
      const line = raw.replace(/(?<!\\)#.*$/, '').trim();
      const compound = /^compoundwords\s+controlled\s+(\S)/i.exec(line);
      if (compound !== null) {
        this.compoundValues.set(compound[1]!, COMPOUND);
        this.usesCompounds = true;
      } else if (/^suffixes/i.test(line)) suffix = true;
      else if (/^prefixes/i.test(line)) suffix = false;
      else if (/^flag\s/i.test(line)) {
        const m = /^flag\s+([*~]*)(?:\\(.)|(.))/i.exec(line);
        if (m === null) continue;
        flag = m[2] ?? m[3]!;
        flags = (m[1]!.includes('*') ? CROSS_PRODUCT : 0) | (m[1]!.includes('~') ? COMPOUND_ONLY : 0);
      } else if (suffix !== undefined && line.includes('>')) {
        const [mask, rule] = line.split('>') as [string, string];
        const parts = /^\s*(?:-([^,\s]*)\s*,\s*)?([^\s,]*)/.exec(rule)!;
        const replace = parts[2] === '-' ? '' : parts[2]!;
        this.add(flag, flags, mask.replace(/\s+/g, ''), parts[1] ?? '', replace, suffix);
      }
    }
  }

  readWords(text: string): void {
    for (const line of text.split('\n')) {
      const slash = line.indexOf('/');
      const word = (slash < 0 ? line : line.slice(0, slash)).trim().split(/\s/)[0]!;
      if (word === '') continue;
      const set = slash < 0 ? '' : line.slice(slash + 1).trim().split(/\s/)[0]!;
      const flags = this.split(this.aliased(set));
      const entry = { flags: new Set(flags), compound: this.compoundValue(flags) };
      const key = fold(word);
      const known = this.words.get(key);
      if (known === undefined) this.words.set(key, [entry]);
      else known.push(entry);
    }
    // A word written on several lines has all their flags.
    for (const [key, list] of this.words) {
      if (list.length < 2) continue;
      this.words.set(key, [{ flags: new Set(list.flatMap((e) => [...e.flags])), compound: list.reduce((sum, e) => sum | e.compound, 0) }]);
    }
  }
}
