/**
 * Parser of PostgreSQL's advanced regular expressions (and EREs): directors, embedded options, brackets, escapes,
 * bounds, lookaround, back references. Messages are those of regerrs.h.
 */
import { SqlError, notImplemented } from '../errors.js';
import type { AssertKind, RegexNode } from './ast.js';
import { CHARACTER_NAMES, escapeChar, type ClassTable } from './classes.js';

export interface RegexFlags {
  ignoreCase: boolean;
  /** . and [^x] do not match newline. */
  newlineStops: boolean;
  /** ^ and $ match at lines. */
  lineAnchors: boolean;
  expanded: boolean;
  literal: boolean;
  /** Advanced syntax; false for ERE, where a backslash only quotes. */
  advanced: boolean;
  basic: boolean;
}

export const defaultFlags = (): RegexFlags => ({
  ignoreCase: false, newlineStops: false, lineAnchors: false, expanded: false, literal: false, advanced: true, basic: false,
});

/** Sets one option letter; false for a letter that is none. */
export function applyOption(f: RegexFlags, letter: string): boolean {
  switch (letter) {
    case 'b': f.advanced = false; f.basic = true; f.literal = false; return true;
    case 'c': f.ignoreCase = false; return true;
    case 'e': f.advanced = false; f.basic = false; f.literal = false; return true;
    case 'i': f.ignoreCase = true; return true;
    case 'm':
    case 'n': f.newlineStops = f.lineAnchors = true; return true;
    case 'p': f.newlineStops = true; f.lineAnchors = false; return true;
    case 'q': f.literal = true; f.advanced = false; return true;
    case 's': f.newlineStops = f.lineAnchors = false; return true;
    case 't': f.expanded = false; return true;
    case 'w': f.newlineStops = false; f.lineAnchors = true; return true;
    case 'x': f.expanded = true; return true;
    default: return false;
  }
}

export const regexError = (message: string): SqlError => new SqlError('2201B', `invalid regular expression: ${message}`);

const REPEAT_MAX = 255;
/** Parentheses within parentheses. */
const DEPTH_MAX = 500;
const CONTROL: Readonly<Record<string, string>> = { a: '\x07', b: '\b', B: '\\', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const CLASS_ESCAPES: Readonly<Record<string, [string, boolean]>> = {
  d: ['digit', false], s: ['space', false], w: ['word', false], D: ['digit', true], S: ['space', true], W: ['word', true],
};
const ASSERTIONS: Readonly<Record<string, AssertKind>> = {
  A: 'begin', m: 'wordBegin', M: 'wordEnd', y: 'wordEdge', Y: 'notWordEdge', Z: 'end',
};

export class RegexParser {
  private at = 0;
  private readonly chars: string[];
  groups = 0;
  private readonly closed = new Set<number>();
  private lookDepth = 0;

  constructor(pattern: string, readonly flags: RegexFlags, private readonly classes: ClassTable) {
    let text = pattern;
    if (text.startsWith('***:')) {
      flags.advanced = true;
      text = text.slice(4);
    } else if (text.startsWith('***=')) {
      flags.literal = true;
      text = text.slice(4);
    } else if (text.startsWith('***')) throw regexError('quantifier operand invalid');
    if (flags.advanced && !flags.literal) {
      const m = /^\(\?([a-z]+)\)/.exec(text);
      if (m !== null) {
        for (const letter of m[1]!) if (!applyOption(flags, letter)) throw regexError('invalid embedded option');
        text = text.slice(m[0].length);
      }
    }
    if (flags.basic) throw notImplemented('basic regular expression syntax');
    this.chars = Array.from(text);
  }

  parse(): RegexNode {
    if (this.flags.literal) return { kind: 'sequence', items: this.chars.map((c) => this.literal(c)) };
    const n = this.alternation(0);
    if (this.at < this.chars.length) throw regexError('parentheses () not balanced');
    return n;
  }

  private literal(ch: string): RegexNode { return { kind: 'char', source: escapeChar(ch) }; }

  private get next(): string | undefined { return this.chars[this.at]; }

  private starts(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.chars[this.at + i] !== text[i]) return false;
    return true;
  }

  /** Comments, and white space in expanded syntax. */
  private skip(): void {
    for (;;) {
      if (this.flags.expanded && this.next !== undefined && /\s/.test(this.next)) this.at++;
      else if (this.flags.expanded && this.next === '#') {
        while (this.chars[this.at] !== undefined && this.chars[this.at] !== '\n') this.at++;
      } else if (this.flags.advanced && this.starts('(?#')) {
        while (this.next !== undefined && this.next !== ')') this.at++;
        this.at++;
      } else return;
    }
  }

  private alternation(depth: number): RegexNode {
    const items = [this.branch(depth)];
    while (this.next === '|') {
      this.at++;
      items.push(this.branch(depth));
    }
    return items.length === 1 ? items[0]! : { kind: 'alternation', items };
  }

  private branch(depth: number): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      this.skip();
      const ch = this.next;
      if (ch === undefined || ch === '|') break;
      if (ch === ')' && depth > 0) break;
      items.push(this.piece(depth));
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items };
  }

  private piece(depth: number): RegexNode {
    const atom = this.atom(depth);
    this.skip();
    const q = this.quantifier();
    if (q === undefined) return atom;
    if (atom.kind === 'assert' || atom.kind === 'look') throw regexError('quantifier operand invalid');
    this.skip();
    if (this.next === '*' || this.next === '+' || this.next === '?' || this.startsBound()) throw regexError('quantifier operand invalid');
    return { kind: 'repeat', item: atom, ...q };
  }

  private startsBound(): boolean {
    return this.next === '{' && /[0-9]/.test(this.chars[this.at + 1] ?? '');
  }

  private quantifier(): { min: number; max: number; lazy: boolean; exact: boolean } | undefined {
    const ch = this.next;
    let min = 0;
    let max = Infinity;
    let exact = false;
    if (ch === '*') this.at++;
    else if (ch === '+') {
      this.at++;
      min = 1;
    } else if (ch === '?') {
      this.at++;
      max = 1;
    } else if (this.startsBound()) {
      this.at++;
      [min, max, exact] = this.bound();
    } else if (ch === '{' && !this.flags.advanced) throw regexError('invalid repetition count(s)');
    else return undefined;
    let lazy = false;
    if (this.next === '?' && this.flags.advanced) {
      this.at++;
      lazy = true;
    }
    return { min, max, lazy, exact };
  }

  private bound(): [number, number, boolean] {
    const number = (): number => {
      let digits = '';
      while (this.next !== undefined && /[0-9]/.test(this.next)) digits += this.chars[this.at++]!;
      const n = digits === '' ? Infinity : Number(digits);
      if (n !== Infinity && n > REPEAT_MAX) throw regexError('invalid repetition count(s)');
      return n;
    };
    const min = number();
    let max = min;
    let exact = true;
    if (this.next === ',') {
      this.at++;
      exact = false;
      max = number();
    }
    if (this.next !== '}') throw regexError(this.next === undefined ? 'braces {} not balanced' : 'invalid repetition count(s)');
    this.at++;
    if (min > max) throw regexError('invalid repetition count(s)');
    return [min, max, exact];
  }

  private atom(depth: number): RegexNode {
    const ch = this.chars[this.at++]!;
    switch (ch) {
      case '(': return this.group(depth);
      case ')':
        if (this.flags.advanced || depth > 0) throw regexError('parentheses () not balanced');
        return this.literal(ch);
      case '[': return this.bracket();
      case '.': return { kind: 'char', source: this.flags.newlineStops ? '[^\\n]' : '[^]' };
      case '^': return { kind: 'assert', what: this.flags.lineAnchors ? 'lineBegin' : 'begin' };
      case '$': return { kind: 'assert', what: this.flags.lineAnchors ? 'lineEnd' : 'end' };
      case '*': case '+': case '?': throw regexError('quantifier operand invalid');
      case '{':
        if (/[0-9]/.test(this.next ?? '')) throw regexError('quantifier operand invalid');
        return this.literal(ch);
      case '\\': return this.escape();
      default: return this.literal(ch);
    }
  }

  private group(depth: number): RegexNode {
    if (depth > DEPTH_MAX) throw regexError('regular expression is too complex');
    const finish = <T>(make: (item: RegexNode) => T): T => {
      const item = this.alternation(depth + 1);
      if (this.next !== ')') throw regexError('parentheses () not balanced');
      this.at++;
      return make(item);
    };
    if (this.flags.advanced && this.next === '?') {
      for (const [mark, ahead, negative] of [['?=', true, false], ['?!', true, true], ['?<=', false, false], ['?<!', false, true]] as const) {
        if (this.starts(mark)) {
          this.at += mark.length;
          this.lookDepth++;
          return finish((item) => {
            this.lookDepth--;
            return { kind: 'look', ahead, negative, item };
          });
        }
      }
      if (!this.starts('?:')) throw regexError('quantifier operand invalid');
      this.at += 2;
      return finish((item) => ({ kind: 'group', item, index: 0 }));
    }
    if (this.lookDepth > 0) return finish((item) => ({ kind: 'group', item, index: 0 }));
    const index = ++this.groups;
    return finish((item) => {
      this.closed.add(index);
      return { kind: 'group', item, index };
    });
  }

  private hex(count: number): string {
    const digits = this.chars.slice(this.at, this.at + count).join('');
    if (digits.length !== count || !/^[0-9a-fA-F]+$/.test(digits)) throw regexError('invalid escape \\ sequence');
    this.at += count;
    const code = parseInt(digits, 16);
    if (code > 0x10ffff) throw regexError('invalid escape \\ sequence');
    return String.fromCodePoint(code);
  }

  /** The character that an escape denotes, undefined where it is not a character escape. The backslash is behind us. */
  private characterEscape(inBracket: boolean): string | undefined {
    const ch = this.next;
    if (ch === undefined) throw regexError('invalid escape \\ sequence');
    if (!/[A-Za-z0-9]/.test(ch)) {
      this.at++;
      return ch;
    }
    if (CONTROL[ch] !== undefined) {
      this.at++;
      return CONTROL[ch];
    }
    if (ch === 'c') {
      this.at += 2;
      return String.fromCharCode((this.chars[this.at - 1] ?? '\0').charCodeAt(0) & 0x1f);
    }
    if (ch === 'u' || ch === 'U') {
      this.at++;
      return this.hex(ch === 'u' ? 4 : 8);
    }
    if (ch === 'x') {
      this.at++;
      const m = /^[0-9a-fA-F]+/.exec(this.chars.slice(this.at).join(''));
      if (m === null) throw regexError('invalid escape \\ sequence');
      this.at += m[0].length;
      const code = parseInt(m[0], 16);
      if (code > 0x10ffff) throw regexError('invalid escape \\ sequence');
      return String.fromCodePoint(code);
    }
    const m = /^(?:0[0-7]{0,2}|[0-7]{2,3})/.exec(this.chars.slice(this.at, this.at + 3).join(''));
    const octal = m !== null && (ch === '0' || inBracket || Number(/^[0-9]+/.exec(this.chars.slice(this.at).join(''))![0]) > this.groups);
    if (m !== null && octal) {
      this.at += m[0].length;
      return String.fromCharCode(parseInt(m[0], 8));
    }
    return undefined;
  }

  private escape(): RegexNode {
    const ch = this.next;
    if (ch === undefined) throw regexError('invalid escape \\ sequence');
    if (!this.flags.advanced) {
      this.at++;
      return this.literal(ch);
    }
    const cls = CLASS_ESCAPES[ch];
    if (cls !== undefined) {
      this.at++;
      const newline = cls[1] && this.flags.newlineStops && cls[0] !== 'space' ? '\\n' : '';
      return { kind: 'char', source: `[${cls[1] ? '^' : ''}${this.classes[cls[0]]!}${newline}]` };
    }
    const what = ASSERTIONS[ch];
    if (what !== undefined) {
      this.at++;
      return { kind: 'assert', what };
    }
    const c = this.characterEscape(false);
    if (c !== undefined) return this.literal(c);
    const m = /^[1-9][0-9]*/.exec(this.chars.slice(this.at).join(''));
    if (m === null) throw regexError('invalid escape \\ sequence');
    const digits = Number(m[0]) <= this.groups ? m[0] : m[0][0]!;
    this.at += digits.length;
    if (!this.closed.has(Number(digits)) || this.lookDepth > 0) throw regexError('invalid backreference number');
    return { kind: 'backReference', index: Number(digits) };
  }

  private bracket(): RegexNode {
    for (const [mark, what] of [['[:<:]]', 'wordBegin'], ['[:>:]]', 'wordEnd']] as const) {
      if (this.starts(mark)) {
        this.at += mark.length;
        return { kind: 'assert', what };
      }
    }
    let negative = false;
    if (this.next === '^') {
      negative = true;
      this.at++;
    }
    let body = '';
    for (let first = true; ; first = false) {
      const ch = this.next;
      if (ch === undefined) throw regexError('brackets [] not balanced');
      if (ch === ']' && !first) break;
      body += this.bracketItem();
    }
    this.at++;
    if (negative) return { kind: 'char', source: `[^${body}${this.flags.newlineStops ? '\\n' : ''}]` };
    return { kind: 'char', source: `[${body}]` };
  }

  /** One element or range of a bracket expression, as class source. */
  private bracketItem(): string {
    const start = this.bracketElement();
    if (start.class !== undefined) return start.class;
    const isRange = this.next === '-' && this.chars[this.at + 1] !== ']' && this.chars[this.at + 1] !== undefined;
    if (!isRange) return escapeChar(start.char!);
    this.at++;
    const end = this.bracketElement();
    if (end.char === undefined || end.char.codePointAt(0)! < start.char!.codePointAt(0)!) throw regexError('invalid character range');
    return `${escapeChar(start.char!)}-${escapeChar(end.char)}`;
  }

  private bracketElement(): { char?: string; class?: string } {
    if (this.starts('[:') || this.starts('[.') || this.starts('[=')) {
      const kind = this.chars[this.at + 1]!;
      let end = this.at + 2;
      while (end < this.chars.length && !(this.chars[end] === kind && this.chars[end + 1] === ']')) end++;
      if (end >= this.chars.length) throw regexError('brackets [] not balanced');
      const name = this.chars.slice(this.at + 2, end).join('');
      this.at = end + 2;
      if (kind === ':') {
        const cls = this.classes[name];
        if (cls === undefined) throw regexError('invalid character class');
        return { class: cls };
      }
      const char = [...name].length === 1 ? name : CHARACTER_NAMES[name];
      if (char === undefined) throw regexError('invalid collating element');
      return { char };
    }
    const ch = this.chars[this.at++]!;
    if (ch !== '\\' || !this.flags.advanced) return { char: ch };
    const cls = CLASS_ESCAPES[this.next ?? ''];
    if (cls !== undefined) {
      this.at++;
      return { class: cls[1] ? complementBody(cls[0], this.classes) : this.classes[cls[0]]! };
    }
    const c = this.characterEscape(true);
    if (c === undefined) throw regexError('invalid escape \\ sequence');
    return { char: c };
  }
}

/** \D, \S and \W inside brackets, as class bodies. */
function complementBody(name: string, classes: ClassTable): string {
  const ascii = classes['word'] === 'A-Za-z0-9_';
  if (name === 'digit') return '\\D';
  if (name === 'space') return '\\S';
  return ascii ? '\\W' : '\\P{Alphabetic}';
}
