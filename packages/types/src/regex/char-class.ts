/**
 * Characters by class: each one-character test of an expression, and the colours that they divide all characters into.
 * Two characters of one colour behave the same in every part of the expression, so automata work on colours.
 */
import type { ClassTable } from './classes.js';
import { regexError } from './parse.js';

type CharTest = (code: number) => boolean;

/** Colour 0 stands for the end of the text. */
export const END = 0;

const asciiCase = (ch: string, upper: boolean): string => (ch >= '\x80' ? ch : upper ? ch.toUpperCase() : ch.toLowerCase());
/** Case mapping of one character, where that is one character. */
function mapped(ch: string, upper: boolean, ascii: boolean): string {
  if (ascii) return asciiCase(ch, upper);
  const m = upper ? ch.toUpperCase() : ch.toLowerCase();
  return m.length === ch.length ? m : ch;
}

export class Colours {
  private readonly tests: CharTest[] = [];
  private readonly bySource = new Map<string, number>();
  private readonly byAnswers = new Map<string, number>();
  private readonly pages: (Int16Array | undefined)[] = [];
  private readonly beyond = new Map<number, number>();
  /** Of each colour, which tests hold. */
  private readonly answers: Uint8Array[] = [new Uint8Array(0)];
  readonly isWord: number;
  readonly isNewline: number;

  constructor(private readonly ignoreCase: boolean, private readonly classes: ClassTable) {
    this.isWord = this.testOf(`[${classes['word']!}]`);
    this.isNewline = this.testOf('\\u{a}');
  }

  /** The number of a test by its JavaScript source. All tests exist before the first colour is asked for. */
  testOf(source: string): number {
    let n = this.bySource.get(source);
    if (n === undefined) {
      n = this.tests.push(this.makeTest(source)) - 1;
      this.bySource.set(source, n);
    }
    return n;
  }

  /** REG_ICASE adds to every character of a class its other cases. */
  private makeTest(source: string): CharTest {
    if (source.startsWith('[^') && source !== '[^]') {
      const excluded = this.makeTest(`[${source.slice(2)}`);
      return (code) => !excluded(code);
    }
    const re = new RegExp(`^${source}$`, 'u');
    if (!this.ignoreCase) return (code) => re.test(String.fromCodePoint(code));
    const ascii = this.classes['word'] === 'A-Za-z0-9_';
    return (code) => {
      const ch = String.fromCodePoint(code);
      if (re.test(ch)) return true;
      const lower = mapped(ch, false, ascii);
      if (lower !== ch && mapped(lower, true, ascii) === ch && re.test(lower)) return true;
      const upper = mapped(ch, true, ascii);
      return upper !== ch && mapped(upper, false, ascii) === ch && re.test(upper);
    };
  }

  /** Does the test hold for characters of that colour? */
  holds(test: number, colour: number): boolean { return this.answers[colour]![test] === 1; }

  get count(): number { return this.answers.length; }

  private readonly ascii = new Int16Array(128);

  of(code: number): number {
    if (code < 128) {
      const known = this.ascii[code]!;
      return known !== 0 ? known : (this.ascii[code] = this.compute(code));
    }
    if (code > 0xffff) return this.ofBeyond(code);
    let page = this.pages[code >> 8];
    if (page === undefined) page = this.pages[code >> 8] = new Int16Array(256);
    const known = page[code & 255]!;
    return known !== 0 ? known : (page[code & 255] = this.compute(code));
  }

  private ofBeyond(code: number): number {
    let colour = this.beyond.get(code);
    if (colour === undefined) this.beyond.set(code, (colour = this.compute(code)));
    return colour;
  }

  /** A surrogate that stands for a character beyond the BMP: one for each colour. */
  unitFor(code: number): string {
    const colour = this.ofBeyond(code);
    const unit = 0xd800 + colour;
    if (unit > 0xdfff) throw regexError('regular expression is too complex');
    const page = (this.pages[unit >> 8] ??= new Int16Array(256));
    page[unit & 255] = colour;
    return String.fromCharCode(unit);
  }

  private compute(code: number): number {
    const row = Uint8Array.from(this.tests, (t) => (t(code) ? 1 : 0));
    const key = row.join('');
    let colour = this.byAnswers.get(key);
    if (colour === undefined) {
      colour = this.answers.push(row) - 1;
      this.byAnswers.set(key, colour);
    }
    return colour;
  }
}

/** Case-insensitive equality of two characters, for back references. */
export function sameIgnoringCase(a: string, b: string): boolean {
  return a === b || mapped(a, false, false) === mapped(b, false, false) || mapped(a, true, false) === mapped(b, true, false);
}
