/**
 * The JSON parser: one pass over the text, calling a builder for each value. Complaints carry jsonapi.c's DETAIL and
 * the CONTEXT line with what was read so far.
 */
import { SqlError } from '../errors.js';
import type { TypeEnv } from '../type-impl.js';

export type ScalarKind = 'string' | 'number' | 'boolean' | 'null';

/** Makes what the caller wants of the values; positions are into the source text. */
export interface JsonBuilder<T> {
  /** Decode escapes in strings (which finds lone surrogates and \u0000), or hand on raw text. */
  readonly decode: boolean;
  scalar(kind: ScalarKind, text: string, start: number, end: number): T;
  array(items: T[], start: number, end: number): T;
  object(keys: string[], values: T[], start: number, end: number): T;
}

type Token = 'string' | 'number' | 'true' | 'false' | 'null' | '{' | '}' | '[' | ']' | ',' | ':' | 'end';

const CONTEXT_MAX = 50;
const numberRe = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordRe = /[A-Za-z0-9_\u0080-\uffff]*/y;
/** How much of a malformed number belongs to it before the trailing garbage. */
const looseNumberRe = /-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?/y;
// eslint-disable-next-line no-control-regex
const plainString = /"[^"\\\x00-\x1f]*"/y;
const simpleEscapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class JsonParser<T> {
  private at = 0;
  private start = 0;
  private end = 0;
  private token: Token = 'end';
  private value = '';
  private line = 1;
  private lineStart = 0;
  private readonly keys = new Map<string, string>();

  constructor(private readonly text: string, private readonly build: JsonBuilder<T>, private readonly depthMax: number) {}

  parse(): T {
    this.next();
    const v = this.any();
    if (this.token !== 'end') throw this.expected('Expected end of input');
    return v;
  }

  private fail(detail: string, atEnd = false, code = '22P02', message = 'invalid input syntax for type json'): SqlError {
    let from = this.lineStart;
    while (this.end - from >= CONTEXT_MAX) from += this.text.codePointAt(from)! > 0xffff ? 2 : 1;
    if (from - this.lineStart <= 3) from = this.lineStart;
    const prefix = from > this.lineStart ? '...' : '';
    const follow = this.text[this.end];
    const suffix = !atEnd && follow !== undefined && follow !== '\n' && follow !== '\r' ? '...' : '';
    return new SqlError(code, message,
      { detail, where: `JSON data, line ${this.line}: ${prefix}${this.text.slice(from, this.end)}${suffix}` });
  }

  private expected(what: string): SqlError {
    if (this.token === 'end') return this.fail('The input string ended unexpectedly.', true);
    return this.fail(`${what}, but found "${this.text.slice(this.start, this.end)}".`);
  }

  private next(): void {
    const { text } = this;
    for (;;) {
      const c = text.charCodeAt(this.at);
      if (c === 10) {
        this.line++;
        this.lineStart = ++this.at;
      } else if (c === 32 || c === 9 || c === 13) this.at++;
      else break;
    }
    this.start = this.at;
    if (this.at >= text.length) {
      this.end = this.at;
      this.token = 'end';
      return;
    }
    const c = text[this.at]!;
    switch (c) {
      case '{': case '}': case '[': case ']': case ',': case ':':
        this.end = ++this.at;
        this.token = c;
        return;
      case '"': this.string(); return;
      default:
        if (c === '-' || (c >= '0' && c <= '9')) this.number();
        else this.word();
    }
  }

  private invalidToken(): SqlError {
    return this.fail(`Token "${this.text.slice(this.start, this.end)}" is invalid.`);
  }

  private word(): void {
    wordRe.lastIndex = this.at;
    const word = wordRe.exec(this.text)![0];
    this.end = this.at + (word.length || (this.text.codePointAt(this.at)! > 0xffff ? 2 : 1));
    if (word !== 'true' && word !== 'false' && word !== 'null') throw this.invalidToken();
    this.token = word;
    this.at = this.end;
  }

  private number(): void {
    numberRe.lastIndex = this.at;
    const m = numberRe.exec(this.text);
    let end = m === null ? this.at : this.at + m[0].length;
    wordRe.lastIndex = end;
    const garbage = wordRe.exec(this.text)![0];
    if (m === null || garbage !== '' || this.text[end] === '.') {
      looseNumberRe.lastIndex = this.at;
      end = this.at + looseNumberRe.exec(this.text)![0].length;
      wordRe.lastIndex = end;
      const more = wordRe.exec(this.text)![0];
      if (m === null || garbage !== '' || end !== this.at + m[0].length) {
        this.end = end + more.length;
        throw this.invalidToken();
      }
    }
    this.value = m![0];
    this.end = this.at = end;
    this.token = 'number';
  }

  private string(): void {
    plainString.lastIndex = this.at;
    const m = plainString.exec(this.text);
    this.token = 'string';
    if (m !== null) {
      this.value = m[0].slice(1, -1);
      this.end = this.at = this.at + m[0].length;
      return;
    }
    this.escapedString();
  }

  private escapedString(): void {
    const { text } = this;
    const { decode } = this.build;
    let out = '';
    let high = -1;
    let i = this.at + 1;
    const failAt = (end: number, detail: string | undefined): SqlError => {
      this.end = end;
      return detail === undefined ? this.invalidToken() : this.fail(detail);
    };
    const lowFirst = 'Unicode low surrogate must follow a high surrogate.';
    for (;; i++) {
      const c = text[i];
      if (c === undefined) throw failAt(i, undefined);
      if (c === '"') break;
      if (c < ' ') throw failAt(i, `Character with value 0x${c.charCodeAt(0).toString(16).padStart(2, '0')} must be escaped.`);
      if (c !== '\\') {
        if (high !== -1 && decode) throw failAt(i + 1, lowFirst);
        out += c;
        continue;
      }
      const e = text[++i];
      if (e === undefined) throw failAt(i, undefined);
      if (e === 'u') {
        for (let k = 1; k <= 4; k++) {
          const h = text[i + k];
          if (h === undefined) throw failAt(i + k, undefined);
          if (!/[0-9a-fA-F]/.test(h)) throw failAt(i + k + 1, '"\\u" must be followed by four hexadecimal digits.');
        }
        const code = parseInt(text.slice(i + 1, i + 5), 16);
        i += 4;
        if (!decode) continue;
        if (code === 0) {
          this.end = i + 1;
          throw this.fail('\\u0000 cannot be converted to text.', false, '22P05', 'unsupported Unicode escape sequence');
        }
        if (code >= 0xd800 && code <= 0xdbff) {
          if (high !== -1) throw failAt(i + 1, 'Unicode high surrogate must not follow a high surrogate.');
          high = code;
        } else if (code >= 0xdc00 && code <= 0xdfff) {
          if (high === -1) throw failAt(i + 1, lowFirst);
          out += String.fromCharCode(high, code);
          high = -1;
        } else {
          if (high !== -1) throw failAt(i + 1, lowFirst);
          out += String.fromCharCode(code);
        }
        continue;
      }
      if (high !== -1 && decode) throw failAt(i + 1, lowFirst);
      const simple = simpleEscapes[e];
      if (simple === undefined) {
        const width = text.codePointAt(i)! > 0xffff ? 2 : 1;
        throw failAt(i + width, `Escape sequence "\\${text.slice(i, i + width)}" is invalid.`);
      }
      out += simple;
    }
    if (high !== -1 && decode) throw failAt(i + 1, lowFirst);
    this.value = out;
    this.end = this.at = i + 1;
  }

  /** Objects and arrays that are open. */
  private depth = 0;

  private any(): T {
    const { start } = this;
    switch (this.token) {
      case '{': case '[': {
        if (++this.depth > this.depthMax) throw new RangeError('JSON nests too deeply');
        const v = this.token === '{' ? this.object(start) : this.array(start);
        this.depth--;
        return v;
      }
      case 'string': case 'number': {
        const v = this.build.scalar(this.token, this.value, start, this.end);
        this.next();
        return v;
      }
      case 'true': case 'false': case 'null': {
        const v = this.build.scalar(this.token === 'null' ? 'null' : 'boolean', this.token, start, this.end);
        this.next();
        return v;
      }
      default: throw this.expected('Expected JSON value');
    }
  }

  private array(start: number): T {
    this.next();
    const items: T[] = [];
    if ((this.token as Token) !== ']') {
      items.push(this.any());
      while ((this.token as Token) === ',') {
        this.next();
        items.push(this.any());
      }
    }
    if ((this.token as Token) !== ']') throw this.expected('Expected "," or "]"');
    const { end } = this;
    this.next();
    return this.build.array(items, start, end);
  }

  private object(start: number): T {
    this.next();
    const keys: string[] = [];
    const values: T[] = [];
    const first = this.token as Token;
    if (first === 'string') {
      for (;;) {
        keys.push(this.key());
        this.next();
        if ((this.token as Token) !== ':') throw this.expected('Expected ":"');
        this.next();
        values.push(this.any());
        if ((this.token as Token) !== ',') break;
        this.next();
        if ((this.token as Token) !== 'string') throw this.expected('Expected string');
      }
      if ((this.token as Token) !== '}') throw this.expected('Expected "," or "}"');
    } else if (first !== '}') throw this.expected('Expected string or "}"');
    const { end } = this;
    this.next();
    return this.build.object(keys, values, start, end);
  }

  /** Keys repeat from object to object: one string for each. */
  private key(): string {
    const k = this.keys.get(this.value);
    if (k !== undefined) return k;
    this.keys.set(this.value, this.value);
    return this.value;
  }
}

export function parseJson<T>(text: string, build: JsonBuilder<T>, env?: TypeEnv): T {
  try {
    return new JsonParser(text, build, depthMax(env)).parse();
  } catch (e) {
    if (e instanceof RangeError) throw stackDepthExceeded(env);
    throw e;
  }
}

/** Stack that PostgreSQL takes for one level of nesting, measured. The host's own stack varies with its compiler's state. */
const LEVEL_BYTES = 160;
function stackKilobytes(env: TypeEnv | undefined): number {
  const m = /^(\d+)(MB)?/.exec(env?.setting('max_stack_depth') ?? '2MB');
  return m === null ? 2048 : Number(m[1]) * (m[2] === undefined ? 1 : 1024);
}
const depthMax = (env: TypeEnv | undefined): number => Math.floor((stackKilobytes(env) * 1024) / LEVEL_BYTES);

/** PostgreSQL's stack limit is reached, or the host's stack ran out. */
export function stackDepthExceeded(env: TypeEnv | undefined): SqlError {
  const kilobytes = stackKilobytes(env);
  return new SqlError('54001', 'stack depth limit exceeded', {
    hint: `Increase the configuration parameter "max_stack_depth" (currently ${kilobytes}kB), after ensuring the platform's stack depth limit is adequate.`,
  });
}

const validator: JsonBuilder<undefined> = { decode: false, scalar: () => undefined, array: () => undefined, object: () => undefined };

/** json_in: the text itself, if it is JSON. The host's parser says yes fast; ours tells what is wrong. */
export function validateJson(text: string, env?: TypeEnv): string {
  try {
    JSON.parse(text);
  } catch {
    parseJson(text, validator, env);
  }
  return text;
}

/** A value of json text with its place in it, for functions that hand on pieces as they were written. */
export interface JsonNode {
  readonly kind: ScalarKind | 'array' | 'object';
  /** A scalar's content: strings unescaped, numbers as written. */
  readonly text: string;
  readonly source: string;
  readonly start: number;
  readonly end: number;
  readonly keys: readonly string[];
  readonly items: readonly JsonNode[];
}

export function parseNodes(source: string, decode = true): JsonNode {
  return parseJson<JsonNode>(source, {
    decode,
    scalar: (kind, text, start, end) => ({ kind, text, source, start, end, keys: [], items: [] }),
    array: (items, start, end) => ({ kind: 'array', text: '', source, start, end, keys: [], items }),
    object: (keys, items, start, end) => ({ kind: 'object', text: '', source, start, end, keys, items }),
  });
}

export const nodeSource = (n: JsonNode): string => n.source.slice(n.start, n.end);
