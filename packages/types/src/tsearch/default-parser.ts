/**
 * The default text search parser (wparser_def.c): a state machine with a stack of positions to fall back to. Hosts after
 * an @ and URL paths are recognised by a second machine that is started in the middle of the text.
 */
import { STATES, TOKEN_TYPES } from './parser-states.js';

export interface ParsedToken { readonly type: number; readonly text: string }

const BINGO = 1, POP = 2, PUSH = 4, RERUN = 8, CLEAR = 16, MERGE = 32, CLEARALL = 64;
const FLAGS: Readonly<Record<string, number>> = { next: 0, bingo: BINGO, pop: POP, push: PUSH, rerun: RERUN, clear: CLEAR, merge: MERGE, clearall: CLEARALL };

export const TYPE_NUMBERS: Readonly<Record<string, number>> = Object.fromEntries(TOKEN_TYPES.map(([alias], i) => [alias, i]));
const HOST = TYPE_NUMBERS.host!;
const URL_PATH = TYPE_NUMBERS.url_path!;

interface Position {
  prev: Position | undefined;
  state: number;
  /** Position as an index of characters. */
  at: number;
  /** Characters of the token so far. */
  length: number;
  pushedAt: number;
}

type Special = (p: TextParser) => void;
interface Rule { fits: (p: TextParser, c: string) => boolean; flags: number; to: number; type: number; special: Special | undefined }

const stateNames = Object.keys(STATES);
const DIGIT = /[0-9]/;
const SPACE = /[\t-\r ]/;
const MARK = /[\p{M}\p{Cf}]/u;

/** Characters are classed as the C locale does: all beyond ASCII are letters. */
const isAsciiLetter = (c: string): boolean => (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') && c.length === 1;
const isAlpha = (c: string): boolean => (c > '\x7f' || isAsciiLetter(c));
const isAlnum = (c: string): boolean => c !== '' && (c > '\x7f' || isAsciiLetter(c) || DIGIT.test(c));
const isSpace = (c: string): boolean => c !== '' && SPACE.test(c);

const CLASSES: Readonly<Record<string, (p: TextParser, c: string) => boolean>> = {
  any: () => true,
  eof: (_p, c) => c === '',
  ignore: (p) => p.ignore,
  asclet: (_p, c) => isAsciiLetter(c),
  alpha: (_p, c) => c !== '' && isAlpha(c),
  digit: (_p, c) => c >= '0' && c <= '9' && c.length === 1,
  alnum: (_p, c) => isAlnum(c),
  notalnum: (_p, c) => !isAlnum(c),
  xdigit: (_p, c) => c !== '' && /^[0-9a-fA-F]$/.test(c),
  space: (_p, c) => isSpace(c),
  special: (_p, c) => c > '\x7f' && MARK.test(c),
  urlchar: (_p, c) => c.length === 1 && c > ' ' && c < '\x7f' && !'"<>\\^`{|}'.includes(c),
  stophost: (p) => p.takeWantHost(),
  host: (p) => p.hostFollows(),
  urlpath: (p) => p.urlPathFollows(),
};

const SPECIALS: Readonly<Record<string, Special>> = {
  tags: (p) => p.noteTag(),
  furl: (p) => { p.wantHost = true; p.stepBack(); },
  hyphen: (p) => p.stepBack(),
  verversion: (p) => p.restart(),
};

/** One rule's source: class, flags, state or '-', token type or '-', special. */
function compileRule(source: string): Rule {
  const isChar = source.startsWith("'");
  const words = (isChar ? source.slice(2) : source).trim().split(/\s+/);
  const cls = isChar ? undefined : words.shift()!;
  const wanted = source[1];
  const [flagWords, state, ...more] = words;
  let type = 0;
  let special: Special | undefined;
  for (const word of more) {
    if (word in TYPE_NUMBERS && word !== '') type = TYPE_NUMBERS[word]!;
    else if (word !== '-') special = SPECIALS[word];
  }
  const flags = flagWords!.split('+').reduce((sum, f) => sum | FLAGS[f]!, 0);
  return { fits: cls === undefined ? (_p, c) => c === wanted : CLASSES[cls]!, flags, to: state === undefined || state === '-' ? -1 : stateNames.indexOf(state), type, special };
}

/** Rules are parted by ';' where it is not the character of a rule. */
const rules: readonly (readonly Rule[])[] = stateNames.map((name) =>
  STATES[name]!.split(/(?<!');\s*/).map((s) => compileRule(s.trim())));
const BASE = stateNames.indexOf('Base');
const HOST_FIRST = stateNames.indexOf('HostFirstAN');
const URL_PATH_FIRST = stateNames.indexOf('UrlPathFirst');
/** After these a pushed machine goes on: nothing may recurse without end. */
const NESTING_MAX = 2;

export class TextParser {
  ignore = false;
  wantHost = false;
  private state: Position;
  private tokenStart = 0;
  private tokenLength = 0;
  private type = 0;

  constructor(private readonly chars: readonly string[], at = 0, private readonly nesting = 0) {
    this.state = { prev: undefined, state: BASE, at, length: 0, pushedAt: -1 };
  }

  /** The next token; undefined at the end. */
  next(): ParsedToken | undefined {
    if (!this.advance()) return undefined;
    return { type: this.type, text: this.chars.slice(this.tokenStart, this.tokenStart + this.tokenLength).join('') };
  }

  stepBack(): void {
    this.state.at -= this.state.length;
  }

  restart(): void {
    this.stepBack();
    this.state.length = 0;
  }

  takeWantHost(): boolean {
    if (!this.wantHost) return false;
    this.wantHost = false;
    return true;
  }

  /** Does a host name start here? If so it belongs to the token. */
  hostFollows(): boolean {
    if (this.nesting >= NESTING_MAX) return false;
    const sub = new TextParser(this.chars, this.state.at, this.nesting + 1);
    sub.wantHost = true;
    sub.state.prev = { ...sub.state };
    sub.state.state = HOST_FIRST;
    if (!sub.advance() || sub.type !== HOST) return false;
    this.take(sub);
    return true;
  }

  urlPathFollows(): boolean {
    if (this.nesting >= NESTING_MAX) return false;
    const sub = new TextParser(this.chars, this.state.at, this.nesting + 1);
    sub.state.prev = { ...sub.state };
    sub.state.state = URL_PATH_FIRST;
    if (!sub.advance() || sub.type !== URL_PATH) return false;
    this.take(sub);
    return true;
  }

  private take(sub: TextParser): void {
    this.state.at += sub.tokenLength;
    this.state.length += sub.tokenLength;
  }

  /** Text between script and style tags is not read. */
  noteTag(): void {
    const s = this.state;
    const tag = this.chars.slice(this.tokenStart, this.tokenStart + s.length).join('').toLowerCase();
    if (s.length === 8 && tag === '</script') this.ignore = false;
    else if (s.length === 7 && tag === '</style') this.ignore = false;
    else if (s.length === 7 && tag === '<script') this.ignore = true;
    else if (s.length === 6 && tag === '<style') this.ignore = true;
  }

  private pick(): Rule {
    const s = this.state;
    const list = rules[s.state]!;
    const c = this.chars[s.at] ?? '';
    let i = s.pushedAt + 1;
    s.pushedAt = -1;
    while (!list[i]!.fits(this, c)) i++;
    const rule = list[i]!;
    this.ruleIndex = i;
    return rule;
  }

  private ruleIndex = 0;

  private move(rule: Rule): void {
    const s = this.state;
    if (rule.flags & POP) this.state = s.prev!;
    else if (rule.flags & PUSH) {
      s.pushedAt = this.ruleIndex;
      this.state = { ...s, prev: s, pushedAt: -1 };
    } else if (rule.flags & CLEAR) s.prev = s.prev?.prev;
    else if (rule.flags & CLEARALL) s.prev = undefined;
    else if (rule.flags & MERGE) {
      this.state = s.prev!;
      this.state.at = s.at;
      this.state.length = s.length;
    }
    if (rule.to >= 0) this.state.state = rule.to;
  }

  private advance(): boolean {
    const end = this.chars.length;
    if (this.state.at >= end) return false;
    this.tokenStart = this.state.at;
    this.state.pushedAt = -1;
    let bingo = false;
    while (this.state.at <= end) {
      const atEnd = this.state.at === end;
      const rule = this.pick();
      rule.special?.(this);
      bingo = (rule.flags & BINGO) !== 0;
      if (bingo) {
        this.tokenLength = this.state.length;
        this.state.length = 0;
        this.type = rule.type;
      }
      this.move(rule);
      if (bingo || (this.state.at >= end && (rule.flags & RERUN) === 0)) break;
      if (rule.flags & (RERUN | POP)) continue;
      if (!atEnd) {
        this.state.at++;
        this.state.length++;
      }
    }
    return bingo;
  }
}

export function* parseText(text: string): Generator<ParsedToken> {
  const parser = new TextParser(Array.from(text));
  for (let t = parser.next(); t !== undefined; t = parser.next()) yield t;
}
