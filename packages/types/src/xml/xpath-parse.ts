/** XPath 1.0 expressions: lexer and recursive descent parser to a tree. */

export type Axis = 'ancestor' | 'ancestor-or-self' | 'attribute' | 'child' | 'descendant' | 'descendant-or-self' | 'following' | 'following-sibling' | 'namespace' | 'parent' | 'preceding' | 'preceding-sibling' | 'self';
export const AXES: ReadonlySet<string> = new Set('ancestor ancestor-or-self attribute child descendant descendant-or-self following following-sibling namespace parent preceding preceding-sibling self'.split(' '));

/** any: node(); name: prefix undefined for no prefix, local '*' for all. */
export type NodeTest =
  | { readonly test: 'any' } | { readonly test: 'text' } | { readonly test: 'comment' } | { readonly test: 'pi'; readonly target: string | undefined }
  | { readonly test: 'name'; readonly prefix: string | undefined; readonly local: string };

export interface Step { readonly axis: Axis; readonly node: NodeTest; readonly predicates: readonly XPathExpr[] }
export type BinaryOperator = 'or' | 'and' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | 'div' | 'mod' | '|';

export type XPathExpr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly XPathExpr[] }
  | { readonly kind: 'negate'; readonly arg: XPathExpr }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: XPathExpr; readonly right: XPathExpr }
  | { readonly kind: 'filter'; readonly base: XPathExpr; readonly predicates: readonly XPathExpr[] }
  /** base undefined: from the context node, or from the root. */
  | { readonly kind: 'path'; readonly base: XPathExpr | undefined; readonly absolute: boolean; readonly steps: readonly Step[] };

/** The expression is not XPath; the message is libxml2's. */
export class XPathSyntaxError extends Error {}

interface Token { readonly type: 'number' | 'string' | 'name' | 'op' | 'end'; readonly text: string; readonly start: number; readonly end: number }

const NCNAME = '[\\p{L}_][\\p{L}\\p{N}\\p{M}_.\\-]*';
const TOKEN = new RegExp(`\\s*(?:(\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?|\\.\\d+(?:[eE][+-]?\\d+)?)|("[^"]*"|'[^']*')|(${NCNAME})|(::|//|\\.\\.|!=|<=|>=|[()\\[\\].@,/|+\\-=<>*$:]))`, 'uy');

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(text);
    if (m === null) {
      const rest = text.slice(at).trimStart();
      if (rest === '') break;
      throw new XPathSyntaxError(rest.startsWith('"') || rest.startsWith("'") ? 'Unfinished literal' : 'Invalid expression');
    }
    at = TOKEN.lastIndex;
    const body = m[0].trimStart();
    const type = m[1] !== undefined ? 'number' : m[2] !== undefined ? 'string' : m[3] !== undefined ? 'name' : 'op';
    tokens.push({ type, text: body, start: at - body.length, end: at });
  }
  tokens.push({ type: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

const LEVELS: readonly (readonly BinaryOperator[])[] = [['or'], ['and'], ['=', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', 'div', 'mod']];
const NODE_TYPES: ReadonlySet<string> = new Set(['node', 'text', 'comment', 'processing-instruction']);
const DESCENDANTS: Step = { axis: 'descendant-or-self', node: { test: 'any' }, predicates: [] };
const DEPTH_MAX = 500;

class XPathParser {
  private readonly tokens: Token[];
  private k = 0;
  private depth = 0;
  constructor(text: string) { this.tokens = tokenize(text); }

  private get token(): Token { return this.tokens[this.k]!; }
  private isOp(text: string, ahead = 0): boolean {
    const t = this.tokens[this.k + ahead];
    return t !== undefined && t.type === 'op' && t.text === text;
  }
  private accept(text: string): boolean {
    if (!this.isOp(text)) return false;
    this.k++;
    return true;
  }
  private expect(text: string): void {
    if (!this.accept(text)) throw this.bad();
  }
  private bad(): XPathSyntaxError { return new XPathSyntaxError('Invalid expression'); }

  whole(): XPathExpr {
    const e = this.expression();
    if (this.token.type !== 'end') throw this.bad();
    return e;
  }

  private expression(): XPathExpr {
    if (++this.depth > DEPTH_MAX) throw this.bad();
    const e = this.level(0);
    this.depth--;
    return e;
  }

  private level(n: number): XPathExpr {
    if (n === LEVELS.length) return this.unary();
    let left = this.level(n + 1);
    for (;;) {
      const op = LEVELS[n]!.find((o) => this.token.text === o && (this.token.type === 'op' || this.token.type === 'name'));
      if (op === undefined) return left;
      this.k++;
      left = { kind: 'binary', op, left, right: this.level(n + 1) };
    }
  }

  private unary(): XPathExpr {
    let negations = 0;
    while (this.accept('-')) negations++;
    let e = this.union();
    for (; negations > 0; negations--) e = { kind: 'negate', arg: e };
    return e;
  }

  private union(): XPathExpr {
    let left = this.path();
    while (this.accept('|')) left = { kind: 'binary', op: '|', left, right: this.path() };
    return left;
  }

  private path(): XPathExpr {
    if (this.startsFilter()) {
      const base = this.filter();
      const steps: Step[] = [];
      this.moreSteps(steps);
      return steps.length === 0 ? base : { kind: 'path', base, absolute: false, steps };
    }
    const steps: Step[] = [];
    if (this.accept('/')) {
      if (this.startsStep()) {
        steps.push(this.step());
        this.moreSteps(steps);
      }
      return { kind: 'path', base: undefined, absolute: true, steps };
    }
    const absolute = this.accept('//');
    if (absolute) steps.push(DESCENDANTS);
    steps.push(this.step());
    this.moreSteps(steps);
    return { kind: 'path', base: undefined, absolute, steps };
  }

  private moreSteps(steps: Step[]): void {
    for (;;) {
      if (this.accept('//')) steps.push(DESCENDANTS);
      else if (!this.accept('/')) return;
      steps.push(this.step());
    }
  }

  private startsFilter(): boolean {
    const t = this.token;
    if (t.type === 'number' || t.type === 'string' || this.isOp('$') || this.isOp('(')) return true;
    if (t.type !== 'name') return false;
    if (this.isOp('(', 1)) return !NODE_TYPES.has(t.text);
    return this.isOp(':', 1) && this.tokens[this.k + 2]?.type === 'name' && this.isOp('(', 3);
  }
  private startsStep(): boolean { return this.token.type === 'name' || ['.', '..', '@', '*'].some((o) => this.isOp(o)); }

  private filter(): XPathExpr {
    const base = this.primary();
    const predicates = this.predicates();
    return predicates.length === 0 ? base : { kind: 'filter', base, predicates };
  }

  private primary(): XPathExpr {
    const t = this.token;
    if (t.type === 'number') return this.k++, { kind: 'number', value: Number(t.text) };
    if (t.type === 'string') return this.k++, { kind: 'string', value: t.text.slice(1, -1) };
    if (this.accept('$')) return { kind: 'variable', name: this.qname() };
    if (this.accept('(')) {
      const e = this.expression();
      this.expect(')');
      return e;
    }
    const name = this.qname();
    this.expect('(');
    const args: XPathExpr[] = [];
    if (!this.accept(')')) {
      do args.push(this.expression()); while (this.accept(','));
      this.expect(')');
    }
    return { kind: 'call', name, args };
  }

  private qname(): string {
    const t = this.token;
    if (t.type !== 'name') throw this.bad();
    this.k++;
    if (!this.isOp(':') || this.tokens[this.k + 1]?.type !== 'name') return t.text;
    this.k += 2;
    return `${t.text}:${this.tokens[this.k - 1]!.text}`;
  }

  private predicates(): XPathExpr[] {
    const list: XPathExpr[] = [];
    while (this.accept('[')) {
      list.push(this.expression());
      this.expect(']');
    }
    return list;
  }

  private step(): Step {
    if (this.accept('.')) return { axis: 'self', node: { test: 'any' }, predicates: [] };
    if (this.accept('..')) return { axis: 'parent', node: { test: 'any' }, predicates: [] };
    let axis: Axis = 'child';
    if (this.accept('@')) axis = 'attribute';
    else if (this.token.type === 'name' && this.isOp('::', 1)) {
      if (!AXES.has(this.token.text)) throw this.bad();
      axis = this.token.text as Axis;
      this.k += 2;
    }
    const node = this.nodeTest();
    return { axis, node, predicates: this.predicates() };
  }

  private nodeTest(): NodeTest {
    if (this.accept('*')) return { test: 'name', prefix: undefined, local: '*' };
    const t = this.token;
    if (t.type !== 'name') throw this.bad();
    if (NODE_TYPES.has(t.text) && this.isOp('(', 1)) {
      this.k += 2;
      let target: string | undefined;
      if (t.text === 'processing-instruction' && this.token.type === 'string') {
        target = this.token.text.slice(1, -1);
        this.k++;
      }
      this.expect(')');
      return t.text === 'node' ? { test: 'any' } : t.text === 'processing-instruction' ? { test: 'pi', target } : { test: t.text as 'text' | 'comment' };
    }
    this.k++;
    if (this.isOp(':') && this.token.start === t.end) {
      const next = this.tokens[this.k + 1]!;
      if (next.type !== 'name' && next.text !== '*') throw this.bad();
      this.k += 2;
      return { test: 'name', prefix: t.text, local: next.text };
    }
    return { test: 'name', prefix: undefined, local: t.text };
  }
}

/** @throws XPathSyntaxError */
export function parseXPath(text: string): XPathExpr { return new XPathParser(text).whole(); }
