/**
 * ts_headline (prsd_headline and ts_parse.c): the document's words with the operands that each of them answers, the
 * stretches ("covers") in which the query is true, and the choice of what is shown.
 */
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { utf8Length } from '../any/utf8.js';
import type { TypeEnv } from '../type-impl.js';
import { TYPE_NUMBERS } from './default-parser.js';
import { ADD_POSITION, type DictionaryLexeme, type DictionaryOption } from './dictionary.js';
import { executeLocations, executeQuery, NO, YES, type Check, type Matches } from './execute.js';
import { lexizeText, SWALLOWED } from './parse-words.js';
import { limitPosition, operandsOf, type Operand, type TsQuery } from './value.js';

interface HeadlineWord {
  readonly type: number;
  readonly text: string;
  readonly length: number;
  position: number;
  item: Operand | undefined;
  /** The same word once more, for a further operand that it answers. */
  readonly repeated: boolean;
  selected: boolean;
  shown: boolean;
  replace: boolean;
  skip: boolean;
}

const types = (...names: string[]): ReadonlySet<number> => new Set(names.map((n) => TYPE_NUMBERS[n]!));
const TAG = types('tag');
const COMPLEX = types('url', 'numhword', 'asciihword', 'hword');
const NON_WORD = types('blank', 'tag', 'url', 'numhword', 'asciihword', 'hword');
const NO_END = new Set([...NON_WORD, ...types('sfloat', 'version', 'float', 'int', 'uint', 'protocol', 'entity')]);

const SELECTOR_MAX = 32767;

interface Settings {
  startSel: string; stopSel: string; delimiter: string;
  maxWords: number; minWords: number; shortWord: number; maxFragments: number; all: boolean;
}

function integer(o: DictionaryOption): number {
  if (!/^\s*[+-]?\d+\s*$/.test(o.value)) throw new SqlError('22P02', `invalid input syntax for type integer: "${o.value}"`);
  return Number(o.value);
}

export function headlineSettings(options: readonly DictionaryOption[]): Settings {
  const s: Settings = { startSel: '<b>', stopSel: '</b>', delimiter: ' ... ', maxWords: 35, minWords: 15, shortWord: 3, maxFragments: 0, all: false };
  for (const o of options) {
    switch (o.name.toLowerCase()) {
      case 'maxwords': s.maxWords = integer(o); break;
      case 'minwords': s.minWords = integer(o); break;
      case 'shortword': s.shortWord = integer(o); break;
      case 'maxfragments': s.maxFragments = integer(o); break;
      case 'startsel': s.startSel = o.value; break;
      case 'stopsel': s.stopSel = o.value; break;
      case 'fragmentdelimiter': s.delimiter = o.value; break;
      case 'highlightall': s.all = ['1', 'on', 'true', 't', 'y', 'yes'].includes(o.value.toLowerCase()); break;
      default: throw new SqlError('22023', `unrecognized headline parameter: "${o.name}"`);
    }
  }
  const tooLong = ([name, value]: readonly [string, string]): void => {
    if (value.length > SELECTOR_MAX) throw new SqlError('22023', `value for "${name}" is too long`);
  };
  ([['StartSel', s.startSel], ['StopSel', s.stopSel], ['FragmentDelimiter', s.delimiter]] as const).forEach(tooLong);
  if (!s.all) {
    const bad = (message: string): SqlError => new SqlError('22023', message);
    if (s.minWords >= s.maxWords) throw bad('MinWords must be less than MaxWords');
    if (s.minWords <= 0) throw bad('MinWords must be positive');
    if (s.shortWord < 0) throw bad('ShortWord must be >= 0');
    if (s.maxFragments < 0) throw bad('MaxFragments must be >= 0');
  }
  return s;
}

const check = (words: readonly HeadlineWord[], from: number, to: number): Check => (operand, matches) => {
  const positions: number[] = [];
  for (let i = from; i < to; i++) {
    const w = words[i]!;
    if (w.item !== operand) continue;
    if (matches === undefined) return YES;
    if (positions.length === 0 || positions[positions.length - 1]! < w.position) positions.push(w.position);
  }
  if (matches !== undefined) matches.positions = positions;
  return positions.length > 0 ? YES : NO;
};

interface Cover { from: number; to: number; words: number; items: number; chosen: boolean; excluded: boolean }

class Headline {
  private readonly words: HeadlineWord[] = [];
  private locations: readonly Matches[] = [];
  private nextPosition = 0;

  constructor(env: TypeEnv, config: Oid, text: string, private readonly query: TsQuery, private readonly settings: Settings) {
    this.read(env, config, text);
  }

  private read(env: TypeEnv, config: Oid, text: string): void {
    const operands = operandsOf(this.query.root);
    let position = 0;
    let norms: readonly DictionaryLexeme[] | undefined;
    let base = 0;
    for (const { token, lexemes } of lexizeText(env, config, text)) {
      this.words.push(newWord(token.type, token.text));
      if (lexemes !== SWALLOWED) {
        norms = lexemes;
        if (lexemes !== undefined) base = ++position;
      }
      if (norms === undefined || (lexemes === undefined && norms !== lexemes)) continue;
      let at = base;
      for (const l of norms) {
        if (l.flags & ADD_POSITION) at++;
        this.note(operands, at, l.word);
      }
      position = at > position ? at : position;
    }
  }

  private note(operands: readonly Operand[], position: number, lexeme: string): void {
    let i = this.words.length - 1;
    while (this.words[i]!.repeated) i--;
    const word = this.words[i]!;
    word.position = limitPosition(position);
    for (const o of operands) {
      if (o.prefix ? !lexeme.startsWith(o.word) : lexeme !== o.word) continue;
      if (word.item === undefined) word.item = o;
      else this.words.push({ ...word, item: o, repeated: true });
    }
  }

  make(): string {
    const { words, query, settings } = this;
    this.locations = query.root === undefined ? [] : (executeLocations(query.root, check(words, 0, words.length)) ?? []);
    if (settings.maxFragments === 0) this.markWords();
    else this.markFragments();
    return this.format();
  }

  private interesting(i: number): boolean {
    const w = this.words[i]!;
    return w.item !== undefined && !w.repeated;
  }

  private counts(i: number): boolean { return !NON_WORD.has(this.words[i]!.type); }

  private badEnd(i: number): boolean {
    const w = this.words[i];
    return w !== undefined && (NO_END.has(w.type) || w.length <= this.settings.shortWord) && !this.interesting(i);
  }

  /** hlCover: the shortest and earliest stretch from the next position on that has all terms. */
  private nextCover(): readonly [number, number] | undefined {
    const { words } = this;
    for (let position = this.nextPosition; ;) {
      let end = -1;
      for (const m of this.locations) {
        const first = m.positions.find((p) => p - m.width >= position);
        if (first === undefined) return undefined;
        end = Math.max(end, first);
      }
      if (end < 0) return undefined;
      let begin = Infinity;
      for (const m of this.locations) {
        let last = -1;
        for (const p of m.positions) if (p <= end) last = p - m.width;
        begin = Math.min(begin, last);
      }
      begin = Math.max(begin, position);
      if (begin <= end) {
        let from = -1;
        let to = -1;
        for (let i = 0; i < words.length; i++) {
          const w = words[i]!;
          if (w.item === undefined) continue;
          if (from < 0 && w.position >= begin) from = i;
          if (w.position <= end) to = i;
          else break;
        }
        if (from >= 0 && to >= from && executeQuery(this.query.root!, check(words, from, to + 1))) {
          this.nextPosition = begin + 1;
          return [from, to];
        }
      }
      position = begin + 1;
    }
  }

  private mark(from: number, to: number): void {
    for (let i = from; i <= to; i++) {
      const w = this.words[i]!;
      if (w.item !== undefined) w.selected = true;
      if (!this.settings.all && TAG.has(w.type)) w.replace = true;
      else if (COMPLEX.has(w.type)) w.skip = true;
      w.shown = !w.repeated;
    }
  }

  /** The first words, where nothing matches. */
  private markStart(): void {
    let count = 0;
    let to = -1;
    for (let i = 0; i < this.words.length && count < this.settings.minWords; i++) {
      if (this.counts(i)) count++;
      to = i;
    }
    this.mark(0, to);
  }

  private markWords(): void {
    if (this.settings.all) {
      this.mark(0, this.words.length - 1);
      return;
    }
    let best: { from: number; to: number; items: number; covers: boolean } | undefined;
    for (let cover = this.nextCover(); cover !== undefined; cover = this.nextCover()) {
      const c = this.fit(cover[0], cover[1]);
      const covers = c.from <= cover[0] && c.to >= cover[1];
      const better = best === undefined || (covers !== best.covers ? covers
        : c.items !== best.items ? c.items > best.items : !this.badEnd(c.to) && this.badEnd(best.to));
      if (better) best = { ...c, covers };
    }
    if (best === undefined) this.markStart();
    else this.mark(best.from, best.to);
  }

  /** A cover made longer or shorter, to have between the least and the most words and to end well. */
  private fit(p: number, q: number): { from: number; to: number; items: number } {
    const { maxWords, minWords } = this.settings;
    let count = 0;
    let items = 0;
    let to = p;
    let from = p;
    let i = p;
    const add = (k: number, sign: number): void => {
      if (this.counts(k)) count += sign;
      if (this.interesting(k)) items += sign;
    };
    for (; i <= q && count < maxWords; i++) {
      add(i, 1);
      to = i;
    }
    if (count < maxWords) {
      for (i--; i < this.words.length && count < maxWords; i++) {
        if (i > q) add(i, 1);
        to = i;
        if (!this.badEnd(i) && count >= minWords) break;
      }
      if (count < minWords) {
        for (i = p - 1; i >= 0; i--) {
          add(i, 1);
          if (count >= maxWords || (!this.badEnd(i) && count >= minWords)) break;
        }
        from = Math.max(i, 0);
      }
    } else {
      for (i = Math.min(i, q); count > minWords && this.badEnd(i); i--) {
        add(i, -1);
        to = i - 1;
      }
    }
    return { from, to, items };
  }

  private markFragments(): void {
    const covers = this.fragments();
    let marked = 0;
    for (; marked < this.settings.maxFragments; marked++) {
      let best: Cover | undefined;
      for (const c of covers) {
        if (c.chosen || c.excluded || c.items === 0) continue;
        if (best === undefined || c.items > best.items || (c.items === best.items && c.words < best.words)) best = c;
      }
      if (best === undefined) break;
      best.chosen = true;
      if (best.words < this.settings.maxWords) this.stretch(best);
      this.mark(best.from, best.to);
      for (const c of covers) {
        if (c === best) continue;
        if ((c.from >= best.from && c.from <= best.to) || (c.to >= best.from && c.to <= best.to) || (c.from < best.from && c.to > best.to)) c.excluded = true;
      }
    }
    if (marked === 0) this.markStart();
  }

  /** All covers, cut into pieces of at most the most words that begin and end with a word of the query. */
  private fragments(): Cover[] {
    const covers: Cover[] = [];
    for (let cover = this.nextCover(); cover !== undefined; cover = this.nextCover()) {
      for (let from = cover[0]; from <= cover[1];) {
        const piece = this.piece(from, cover[1]);
        covers.push(piece);
        from = piece.to + 1;
      }
    }
    return covers;
  }

  private piece(start: number, end: number): Cover {
    let from = start;
    for (let i = start; i <= end; i++) {
      from = i;
      if (this.interesting(i)) break;
    }
    let words = 0;
    let items = 0;
    let i = from;
    for (; i <= end && words < this.settings.maxWords; i++) {
      if (this.counts(i)) words++;
      if (this.interesting(i)) items++;
    }
    let to = end;
    if (to > i) {
      to = i;
      for (; i >= from; i--) {
        to = i;
        if (this.interesting(i)) break;
        if (this.counts(i)) words--;
      }
    }
    return { from, to, words, items, chosen: false, excluded: false };
  }

  private stretch(c: Cover): void {
    const { maxWords } = this.settings;
    const room = Math.trunc((maxWords - c.words) / 2);
    let used = 0;
    let edge = c.from;
    let i: number;
    for (i = c.from - 1; i >= 0 && used < room && !this.words[i]!.shown; i--) {
      if (this.counts(i)) {
        c.words++;
        used++;
      }
      edge = i;
    }
    for (i = edge; i < c.from && this.badEnd(i); i++) if (this.counts(i)) c.words--;
    c.from = i;
    edge = c.to;
    for (i = c.to + 1; i < this.words.length && c.words < maxWords && !this.words[i]!.shown; i++) {
      if (this.counts(i)) c.words++;
      edge = i;
    }
    for (i = edge; i > c.to && this.badEnd(i); i--) if (this.counts(i)) c.words--;
    c.to = i;
  }

  private format(): string {
    const { startSel, stopSel, delimiter } = this.settings;
    let out = '';
    let fragments = 0;
    let inside = false;
    for (const w of this.words) {
      if (w.repeated) continue;
      if (!w.shown) {
        inside = false;
        continue;
      }
      if (!inside) {
        inside = true;
        if (++fragments > 1) out += delimiter;
      }
      if (w.replace) out += ' ';
      else if (!w.skip) out += w.selected ? startSel + w.text + stopSel : w.text;
    }
    return out;
  }
}

const newWord = (type: number, text: string): HeadlineWord =>
  ({ type, text, length: utf8Length(text), position: 0, item: undefined, repeated: false, selected: false, shown: false, replace: false, skip: false });

export function headline(env: TypeEnv, config: Oid, text: string, query: TsQuery, options: readonly DictionaryOption[]): string {
  return new Headline(env, config, text, query, headlineSettings(options)).make();
}
