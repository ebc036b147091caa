/** jsonpath's parser: operator precedence over the tokens, accessors after each primary. */
import { SqlError } from '../errors.js';
import { stackDepthExceeded } from '../json/parse.js';
import { numericFromText } from '../any/numeric-bridge.js';
import { builtinFunction } from '../function-impl.js';
import { chain, item, JsonPath, LAST, regexOptions, type Method, type PathItem } from './nodes.js';
import { scanPath, syntaxError, wordError, type PathToken } from './scan.js';

const METHODS = new Set<string>(['type', 'size', 'abs', 'floor', 'ceiling', 'double', 'keyvalue', 'bigint', 'boolean', 'date', 'integer', 'number',
  'string', 'datetime', 'decimal', 'time', 'time_tz', 'timestamp', 'timestamp_tz']);
const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1, '&&': 2, '==': 3, '!=': 3, '<': 3, '>': 3, '<=': 3, '>=': 3, '+': 4, '-': 4, '*': 5, '/': 5, '%': 5,
};
const predicates = new Set(['not', 'exists', 'isUnknown', 'startsWith', 'likeRegex']);
const boolOps = new Set(['&&', '||', '==', '!=', '<', '>', '<=', '>=']);

export const isPredicate = (i: PathItem): boolean => i.next === undefined && (predicates.has(i.kind) || (i.kind === 'binary' && boolOps.has(i.text)));

class PathParser {
  private readonly tokens: PathToken[];
  private pos = 0;
  private filterDepth = 0;
  private subscriptDepth = 0;

  constructor(private readonly text: string) {
    this.tokens = scanPath(text);
  }

  private get token(): PathToken { return this.tokens[this.pos]!; }

  /** What stands where the parse stopped; a word has already read the blank that ended it, and nothing of what else may. */
  private fail(t = this.token): SqlError {
    if (t.kind === 'ident') return wordError(this.text, t.end);
    return syntaxError(this.text, t.kind === 'end' ? undefined : this.text.slice(t.at, t.end));
  }

  private isOp(text: string): boolean { return this.token.kind === 'op' && this.token.text === text; }
  private isWord(text: string): boolean { return this.token.kind === 'ident' && this.token.text.toLowerCase() === text && this.text.slice(this.token.at, this.token.end).length === text.length; }

  private accept(op: string): boolean {
    if (!this.isOp(op)) return false;
    this.pos++;
    return true;
  }

  private expect(op: string): void {
    if (!this.accept(op)) throw this.fail();
  }

  parse(): JsonPath {
    let lax = true;
    if (this.isWord('strict') || this.isWord('lax')) {
      lax = this.isWord('lax');
      this.pos++;
    }
    const root = this.expression(0);
    if (this.token.kind !== 'end') throw this.fail();
    return new JsonPath(lax, root);
  }

  private expression(min: number): PathItem {
    let left = this.unary();
    for (;;) {
      const t = this.token;
      if (t.kind === 'ident' && min <= 3) {
        const special = this.wordPredicate(left);
        if (special !== undefined) {
          left = special;
          continue;
        }
      }
      const op = t.kind === 'op' ? (t.text === '<>' ? '!=' : t.text) : '';
      const p = PRECEDENCE[op];
      if (p === undefined || p < min || (p === 3 && min > 3)) return left;
      this.pos++;
      const right = this.expression(p + 1);
      const logical = op === '&&' || op === '||';
      if (logical ? !(isPredicate(left) && isPredicate(right)) : isPredicate(left) || isPredicate(right)) throw this.fail(logical ? this.token : t);
      left = item('binary', { text: op, args: [left, right] });
    }
  }

  private wordPredicate(left: PathItem): PathItem | undefined {
    if (this.isWord('starts')) {
      this.pos++;
      if (!this.isWord('with')) throw this.fail();
      this.pos++;
      const t = this.token;
      if (t.kind !== 'string' && t.kind !== 'variable') throw this.fail();
      this.pos++;
      return item('startsWith', { args: [left, item(t.kind, { text: t.text })] });
    }
    if (this.isWord('like_regex')) {
      this.pos++;
      const pattern = this.stringToken();
      let flags = '';
      if (this.isWord('flag')) {
        this.pos++;
        flags = this.stringToken();
      }
      checkRegex(pattern, checkFlags(flags));
      return item('likeRegex', { text: pattern, flags: checkFlags(flags), args: [left] });
    }
    return undefined;
  }

  private stringToken(): string {
    const t = this.token;
    if (t.kind !== 'string') throw this.fail();
    this.pos++;
    return t.text;
  }

  private unary(): PathItem {
    if (this.isOp('!')) {
      this.pos++;
      if (this.isWord('exists')) return item('not', { args: [this.exists()] });
      this.expect('(');
      const arg = this.expression(0);
      if (!isPredicate(arg)) throw this.fail();
      this.expect(')');
      return item('not', { args: [arg] });
    }
    if (this.isOp('+') || this.isOp('-')) {
      const kind = this.isOp('+') ? 'plus' : 'minus';
      this.pos++;
      const arg = this.unary();
      if (arg.kind === 'number' && arg.next === undefined) {
        return kind === 'plus' ? arg : item('number', { number: numericFromText(negated(arg.text)), text: negated(arg.text) });
      }
      return item(kind, { args: [arg] });
    }
    return this.accessed();
  }

  private exists(): PathItem {
    this.pos++;
    this.expect('(');
    const arg = this.expression(0);
    this.expect(')');
    return item('exists', { args: [arg] });
  }

  private accessed(): PathItem {
    if (this.isWord('exists') && this.tokens[this.pos + 1]?.text === '(') return this.exists();
    if (this.isOp('(')) {
      this.pos++;
      const inner = this.expression(0);
      this.expect(')');
      if (isPredicate(inner) && this.isWord('is')) {
        this.pos++;
        if (!this.isWord('unknown')) throw this.fail();
        this.pos++;
        return item('isUnknown', { args: [inner] });
      }
      const after = this.accessors();
      return after.length === 0 ? inner : chain([inner, ...after]);
    }
    return chain([this.primary(), ...this.accessors()]);
  }

  private primary(): PathItem {
    const t = this.token;
    this.pos++;
    switch (t.kind) {
      case 'string': return item('string', { text: t.text });
      case 'variable': return item('variable', { text: t.text });
      case 'number': return item('number', { text: t.text, number: numericFromText(t.text) });
      case 'op':
        if (t.text === '$') return item('root');
        if (t.text === '@') {
          if (this.filterDepth === 0) throw new SqlError('42601', '@ is not allowed in root expressions');
          return item('current');
        }
        break;
      case 'ident':
        switch (this.text.slice(t.at, t.end)) {
          case 'null': return item('null');
          case 'true': case 'false': return item('bool', { text: t.text });
        }
        if (t.text.toLowerCase() === 'last') {
          if (this.subscriptDepth === 0) throw new SqlError('42601', 'LAST is allowed only in array subscripts');
          return item('last');
        }
    }
    this.pos--;
    throw this.fail();
  }

  private accessors(): PathItem[] {
    const out: PathItem[] = [];
    for (;;) {
      if (this.accept('.')) out.push(this.member());
      else if (this.isOp('[')) out.push(this.subscripts());
      else if (this.accept('?')) {
        this.expect('(');
        this.filterDepth++;
        const arg = this.expression(0);
        this.filterDepth--;
        if (!isPredicate(arg)) throw this.fail();
        this.expect(')');
        out.push(item('filter', { args: [arg] }));
      } else if (this.token.kind === 'number' && this.token.text.startsWith('.')) throw this.fail();
      else return out;
    }
  }

  private member(): PathItem {
    if (this.accept('**')) return this.anyLevels();
    if (this.accept('*')) return item('anyKey');
    const t = this.token;
    if (t.kind !== 'ident' && t.kind !== 'string' && t.kind !== 'variable') throw this.fail();
    this.pos++;
    if (t.kind === 'ident' && METHODS.has(t.text) && this.isOp('(')) return this.method(t.text as Method);
    return item('key', { text: t.kind === 'variable' ? `$${t.text}` : t.text });
  }

  private method(name: Method): PathItem {
    this.expect('(');
    const args: PathItem[] = [];
    if (!this.isOp(')')) {
      if (name === 'datetime') args.push(item('string', { text: this.stringToken() }));
      else if (name === 'decimal' || name === 'time' || name === 'time_tz' || name === 'timestamp' || name === 'timestamp_tz') {
        do args.push(this.unary());
        while (name === 'decimal' && args.length < 2 && this.accept(','));
        if (args.some((a) => a.kind !== 'number')) throw this.fail();
      } else throw this.fail();
    }
    this.expect(')');
    return item('method', { text: name, args });
  }

  private anyLevels(): PathItem {
    if (!this.accept('{')) return item('any', { first: 0, last: LAST });
    const level = (): number => {
      const t = this.token;
      this.pos++;
      if (t.kind === 'number' && /^\d+$/.test(t.text)) return Number(t.text);
      if (t.kind === 'ident' && t.text.toLowerCase() === 'last') return LAST;
      this.pos--;
      throw this.fail();
    };
    const first = level();
    let last = first;
    if (this.isWord('to')) {
      this.pos++;
      last = level();
    }
    this.expect('}');
    return item('any', { first, last });
  }

  private subscripts(): PathItem {
    this.expect('[');
    if (this.isOp('*') && this.tokens[this.pos + 1]?.text === ']') {
      this.pos += 2;
      return item('anyArray');
    }
    const args: (PathItem | undefined)[] = [];
    this.subscriptDepth++;
    do {
      args.push(this.expression(0));
      if (this.isWord('to')) {
        this.pos++;
        args.push(this.expression(0));
      } else args.push(undefined);
    } while (this.accept(','));
    this.subscriptDepth--;
    this.expect(']');
    return item('index', { args });
  }
}

/** A pattern that does not compile is refused when the path is read. */
function checkRegex(pattern: string, flags: string): void {
  builtinFunction('textregexeq')?.fn('', regexOptions(flags) + pattern, { collation: 100, cache: undefined });
}

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

function checkFlags(flags: string): string {
  const known = new Set<string>();
  for (const f of flags) {
    if (!'ismxq'.includes(f)) {
      throw new SqlError('42601', 'invalid input syntax for type jsonpath', { detail: `Unrecognized flag character "${f}" in LIKE_REGEX predicate.` });
    }
    known.add(f);
  }
  if (known.has('x') && !known.has('q')) throw new SqlError('0A000', 'XQuery "x" flag (expanded regular expressions) is not implemented');
  return [...'ismxq'].filter((f) => known.has(f)).join('');
}

export function parsePath(text: string): JsonPath {
  if (/^\s*$/.test(text)) throw new SqlError('22P02', `invalid input syntax for type jsonpath: "${text}"`);
  try {
    return new PathParser(text).parse();
  } catch (e) {
    if (e instanceof RangeError) throw stackDepthExceeded(undefined);
    throw e;
  }
}
