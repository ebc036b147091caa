/** What one compilation builds up: the source, its tokens, the datums and the current scope; shared by the parser's parts. */
import { SqlError, type Oid } from '@pglitedb/types';
import { PlExpr, type ExprMode } from '../expression.js';
import { errorAtSource, tokenize, type Token } from '../lexer.js';
import { Scope, type Found } from '../scope.js';
import type { PlDatum, PlType, RecDatum, VarDatum } from '../tree.js';
import type { TypeLookup } from '../type-lookup.js';

export type VariableConflict = 'error' | 'use_variable' | 'use_column';
/** The header that RETURN is checked against. */
export interface FunctionHeader { readonly returnType: Oid; readonly returnsSet: boolean; readonly isProcedure: boolean; readonly isTrigger: boolean; outParam: number; readonly label: string }

const RESERVED = new Set(['all', 'begin', 'by', 'case', 'declare', 'else', 'end', 'execute', 'for', 'foreach', 'from', 'if', 'in', 'into', 'loop', 'not', 'null', 'or', 'strict', 'then', 'to', 'using', 'when', 'while']);

export class Unit {
  readonly tokens: readonly Token[];
  at = 0;
  readonly datums: PlDatum[] = [];
  scope: Scope;
  variableConflict: VariableConflict = 'error';
  printStrictParams = false;
  /** Expressions in order, numbered for the plan cache. */
  readonly exprs: PlExpr[] = [];

  constructor(readonly source: string, readonly header: FunctionHeader, readonly types: TypeLookup, readonly checkSyntax: boolean, outer: Scope,
    readonly warnShadowed: ((name: string, at: number) => void) | undefined) {
    this.tokens = tokenize(source);
    this.scope = outer;
  }

  // --- tokens --------------------------------------------------------------------------------------------------------
  peek(k = 0): Token { return this.tokens[Math.min(this.at + k, this.tokens.length - 1)]!; }
  next(): Token {
    const t = this.peek();
    if (this.at < this.tokens.length - 1) this.at++;
    return t;
  }
  isWord(word: string, k = 0): boolean { const t = this.peek(k); return t.kind === 'word' && t.value === word; }
  isOp(op: string, k = 0): boolean { const t = this.peek(k); return t.kind === 'op' && t.text === op; }
  takeWord(word: string): boolean { if (!this.isWord(word)) return false; this.at++; return true; }
  takeOp(op: string): boolean { if (!this.isOp(op)) return false; this.at++; return true; }
  expectWord(word: string): Token { return this.isWord(word) ? this.next() : this.syntaxError(); }
  expectOp(op: string): Token { return this.isOp(op) ? this.next() : this.syntaxError(); }
  isAssignOp(k = 0): boolean { return this.isOp(':=', k) || this.isOp('=', k); }

  /** "message at or near token". */
  fail(message: string, token: Token = this.peek()): never {
    if (token.kind === 'eof') throw errorAtSource(this.source, token.start, '42601', `${message} at end of input`);
    throw errorAtSource(this.source, token.start, '42601', `${message} at or near "${token.text}"`);
  }
  syntaxError(token: Token = this.peek()): never { return this.fail('syntax error', token); }
  errorAt(token: Token, code: string, message: string, fields: { detail?: string; hint?: string } = {}): SqlError { return errorAtSource(this.source, token.start, code, message, fields); }

  /** An identifier that is not reserved. */
  identifier(): Token {
    const t = this.peek();
    if (t.kind === 'quoted' || (t.kind === 'word' && !RESERVED.has(t.value))) return this.next();
    return this.syntaxError();
  }

  // --- names and datums ------------------------------------------------------------------------------------------------
  push(label: string | undefined, kind: 'block' | 'loop' | 'other'): void { this.scope = new Scope(this.scope, label, kind); }
  pop(): void { this.scope = this.scope.parent!; }

  /** Dotted names at the cursor: how many tokens they take, and their parts. */
  names(from = 0): { parts: string[]; tokens: number } {
    const parts: string[] = [];
    let k = from;
    for (;;) {
      const t = this.peek(k);
      if (t.kind !== 'word' && t.kind !== 'quoted' && (t.kind !== 'param' || parts.length > 0)) break;
      parts.push(t.value);
      k++;
      if (parts.length === 3 || !this.isOp('.', k) || !['word', 'quoted'].includes(this.peek(k + 1).kind)) break;
      k++;
    }
    return { parts, tokens: k - from };
  }
  /** The variable, or record field, that the names at the cursor mean; tokens: how many they take. */
  datumHere(from = 0): { datum: PlDatum; tokens: number; names: string[] } | undefined {
    const first = this.peek(from);
    if (first.kind === 'word' && RESERVED.has(first.value)) return undefined;
    const { parts } = this.names(from);
    if (parts.length === 0) return undefined;
    const found = this.scope.lookup(parts);
    if (found === undefined) return undefined;
    return this.datumOf(found, parts);
  }
  private datumOf(found: Found, parts: string[]): { datum: PlDatum; tokens: number; names: string[] } {
    const { used } = found;
    if (found.kind === 'rec' && parts.length > used) {
      return { datum: this.recField(found.dno, parts[used]!), tokens: (used + 1) * 2 - 1, names: parts.slice(0, used + 1) };
    }
    return { datum: this.datums[found.dno]!, tokens: used * 2 - 1, names: parts.slice(0, used) };
  }
  recField(recno: number, field: string): PlDatum {
    const known = this.datums.find((d) => d.dtype === 'recfield' && d.recno === recno && d.field === field);
    if (known !== undefined) return known;
    const d: PlDatum = { dtype: 'recfield', dno: this.datums.length, recno, field };
    this.datums.push(d);
    return d;
  }

  addVariable(name: string, line: number, type: PlType, visible: boolean): VarDatum | RecDatum {
    const dno = this.datums.length;
    const common = { dno, name, line, type, isConst: false, notNull: false, defaultExpr: undefined };
    const d: VarDatum | RecDatum = type.kind === 'rec' ? { dtype: 'rec', ...common } : { dtype: 'var', ...common };
    this.datums.push(d);
    if (visible) this.scope.add(name, { dno, kind: d.dtype });
    return d;
  }
  addRow(name: string, line: number, fields: readonly { name: string; dno: number }[]): number {
    const dno = this.datums.length;
    this.datums.push({ dtype: 'row', dno, name, line, fields });
    return dno;
  }

  /** CONSTANTs are not assigned to. */
  checkAssignable(datum: PlDatum, token: Token): void {
    const owner = datum.dtype === 'recfield' ? this.datums[datum.recno]! : datum;
    if (owner.dtype === 'row') { for (const f of owner.fields) this.checkAssignable(this.datums[f.dno]!, token); return; }
    if (owner.dtype !== 'recfield' && owner.isConst) throw this.errorAt(token, '22005', `variable "${owner.name}" is declared CONSTANT`);
  }

  // --- SQL inside --------------------------------------------------------------------------------------------------------
  expr(text: string, start: number, mode: ExprMode): PlExpr {
    const e = new PlExpr(text, mode, this.scope, this.exprs.length);
    this.exprs.push(e);
    if (this.checkSyntax) this.checkSql(e, start);
    return e;
  }
  private checkSql(e: PlExpr, start: number): void {
    try {
      e.parse();
    } catch (error) {
      if (error instanceof SqlError && error.position !== undefined) {
        const inside = Math.max(error.position - 1 - e.prefixLength, 0);
        error.position = [...this.source.slice(0, start)].length + inside + 1;
      }
      throw error;
    }
  }

  /** Reads up to one of the terminators (at depth 0), which stays unread. Raises "missing expression" for nothing. */
  sqlUntil(terminators: readonly string[], expected: string, isExpression: boolean): { start: number; end: number; text: string } {
    const first = this.peek();
    let depth = 0;
    for (;;) {
      const t = this.peek();
      if (depth === 0 && (t.kind === 'op' || t.kind === 'word') && terminators.includes(t.kind === 'word' ? t.value : t.text)) break;
      if (t.kind === 'op' && (t.text === '(' || t.text === '[')) depth++;
      else if (t.kind === 'op' && (t.text === ')' || t.text === ']') && --depth < 0) this.fail('mismatched parentheses', t);
      if (t.kind === 'eof' || (t.kind === 'op' && t.text === ';')) {
        if (depth !== 0) this.fail('mismatched parentheses', t);
        throw isExpression ? this.missing(`missing "${expected}" at end of SQL expression`, t) : this.missing(`missing "${expected}" at end of SQL statement`, t);
      }
      this.at++;
    }
    const end = this.peek().start;
    const start = first.start;
    if (end <= start) this.fail(isExpression ? 'missing expression' : 'missing SQL statement');
    return { start, end, text: this.source.slice(start, end).trimEnd() };
  }
  private missing(message: string, t: Token): SqlError {
    return t.kind === 'eof' ? errorAtSource(this.source, t.start, '42601', `${message} at end of input`) : this.errorAt(t, '42601', message);
  }
  /** An expression up to a terminator, which is consumed; answers it too. */
  expressionUntil(...terminators: string[]): { expr: PlExpr; terminator: string } {
    const { text, start } = this.sqlUntil(terminators, terminators[0]!.toUpperCase(), true);
    const expr = this.expr(text, start, 'expr');
    const t = this.next();
    return { expr, terminator: t.kind === 'word' ? t.value : t.text };
  }
  queryUntil(...terminators: string[]): { query: PlExpr; terminator: string } {
    const { text, start } = this.sqlUntil(terminators, terminators[0]!.toUpperCase(), false);
    const query = this.expr(text, start, 'statement');
    const t = this.next();
    return { query, terminator: t.kind === 'word' ? t.value : t.text };
  }
}
