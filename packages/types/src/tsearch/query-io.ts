/** tsquery's text and binary forms, and the parser that to_tsquery and websearch_to_tsquery share (tsquery.c). */
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';
import { utf8Length } from '../any/utf8.js';
import { isQueryOperator, LexemeScanner, type ScanMode } from './lexeme-scan.js';
import { quoteLexeme, readCString } from './vector-io.js';
import { DISTANCE_MAX, LEXEME_MAX, nodeCount, TsQuery, VECTOR_MAX, type Binary, type QueryNode } from './value.js';

export const PRIORITY: Readonly<Record<QueryNode['kind'], number>> = { or: 1, and: 2, phrase: 3, not: 4, val: 5 };

/** A stop word, or what is left of one while a query is made. */
export interface Stop { readonly kind: 'stop' }
export type ParsedNode = QueryNode | Stop | { readonly kind: 'not'; readonly arg: ParsedNode }
  | { readonly kind: 'and' | 'or' | 'phrase'; readonly left: ParsedNode; readonly right: ParsedNode; readonly distance: number };

/** What an operand's text becomes: one node for a literal, several for text that a configuration parses. */
export type PushOperand = (word: string, weight: number, prefix: boolean) => ParsedNode;

type Token = { kind: 'end' } | { kind: 'stop' } | { kind: 'val'; word: string; weight: number; prefix: boolean } | { kind: 'open' } | { kind: 'close' }
  | { kind: 'op'; op: 'not' | 'and' | 'or' | 'phrase'; distance: number };

const DEPTH_MAX = 6000;
/** STACKDEPTH: operators waiting for their right side. */
const OPERATORS_MAX = 32;

export function tooDeep(): SqlError {
  return new SqlError('54001', 'stack depth limit exceeded',
    { hint: 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.' });
}

class QueryParser {
  private readonly scan: LexemeScanner;
  private wantOperand = true;
  private depth = 0;

  constructor(private readonly text: string, private readonly mode: 'query' | 'web' | 'plain', private readonly push: PushOperand) {
    this.scan = new LexemeScanner(text, (mode === 'plain' ? 'query' : mode) as ScanMode);
  }

  private syntax(): SqlError { return new SqlError('42601', `syntax error in tsquery: "${this.text}"`); }

  private operand(t: { word: string; weight: number; prefix: boolean }): ParsedNode {
    return this.push(t.word, t.weight, t.prefix);
  }

  /** Operands and operators by precedence, as makepol's stack has it. */
  parse(): ParsedNode | undefined {
    const out: ParsedNode[] = [];
    const ops: { op: 'not' | 'and' | 'or' | 'phrase'; distance: number }[] = [];
    if (++this.depth > DEPTH_MAX) throw tooDeep();
    const apply = (): void => {
      const o = ops.pop()!;
      if (o.op === 'not') {
        out.push({ kind: 'not', arg: out.pop()! });
        return;
      }
      const right = out.pop()!;
      out.push({ kind: o.op, left: out.pop()!, right, distance: o.distance });
    };
    loop: for (;;) {
      const t = this.token();
      switch (t.kind) {
        case 'val': out.push(this.operand(t)); break;
        case 'op': {
          while (ops.length > 0 && t.op !== 'not' && PRIORITY[t.op] <= PRIORITY[ops[ops.length - 1]!.op]) apply();
          if (ops.length === OPERATORS_MAX) throw new SqlError('XX000', 'tsquery stack too small');
          ops.push(t);
          break;
        }
        case 'open': {
          const inner = this.parse();
          if (inner !== undefined) out.push(inner);
          break;
        }
        case 'stop': out.push({ kind: 'stop' }); break loop;
        case 'close': case 'end': break loop;
      }
    }
    while (ops.length > 0) apply();
    this.depth--;
    return out[0];
  }

  private open = 0;

  private token(): Token {
    if (this.mode === 'plain') return this.plainToken();
    return this.mode === 'web' ? this.webToken() : this.queryToken();
  }

  private plainToken(): Token {
    if (!this.wantOperand) return { kind: 'end' };
    this.wantOperand = false;
    return { kind: 'val', word: this.text, weight: 0, prefix: false };
  }

  private skipSpace(): string {
    const { scan } = this;
    while (scan.at < this.text.length && /\s/.test(this.text[scan.at]!)) scan.at++;
    return this.text[scan.at] ?? '';
  }

  private queryToken(): Token {
    const { scan } = this;
    const c = this.skipSpace();
    if (this.wantOperand) {
      if (c === '!') {
        scan.at++;
        return { kind: 'op', op: 'not', distance: 0 };
      }
      if (c === '(') {
        scan.at++;
        this.open++;
        return { kind: 'open' };
      }
      if (c === ':') throw this.syntax();
      if (!scan.next()) {
        if (this.text.trim() === '') return { kind: 'end' };
        throw new SqlError('42601', `no operand in tsquery: "${this.text}"`);
      }
      this.wantOperand = false;
      return { kind: 'val', word: scan.word, ...this.modifiers() };
    }
    return this.queryOperator(c);
  }

  private queryOperator(c: string): Token {
    const { scan } = this;
    if (c === '&' || c === '|') {
      scan.at++;
      this.wantOperand = true;
      return { kind: 'op', op: c === '&' ? 'and' : 'or', distance: 0 };
    }
    if (c === '<') {
      const distance = this.phraseDistance();
      this.wantOperand = true;
      return { kind: 'op', op: 'phrase', distance };
    }
    if (c === ')') {
      scan.at++;
      if (--this.open < 0) throw this.syntax();
      return { kind: 'close' };
    }
    if (c === '') {
      if (this.open > 0) throw this.syntax();
      return { kind: 'end' };
    }
    throw this.syntax();
  }

  /** `<->` or `<N>` */
  private phraseDistance(): number {
    const re = /<(-|\d+)>/y;
    re.lastIndex = this.scan.at;
    const m = re.exec(this.text);
    if (m === null) throw this.syntax();
    const distance = m[1] === '-' ? 1 : Number(m[1]);
    if (distance < 0 || distance > DISTANCE_MAX) {
      throw new SqlError('22023', `distance in phrase operator must be an integer value between zero and ${DISTANCE_MAX} inclusive`);
    }
    this.scan.at += m[0].length;
    return distance;
  }

  /** `:*AB` behind an operand. */
  private modifiers(): { weight: number; prefix: boolean } {
    const { scan } = this;
    let weight = 0;
    let prefix = false;
    if (this.text[scan.at] === ':') {
      for (scan.at++; scan.at < this.text.length; scan.at++) {
        const c = this.text[scan.at]!;
        const w = c === '*' ? -1 : 'DCBA'.indexOf(c.toUpperCase());
        if (c === '*') prefix = true;
        else if (w >= 0) weight |= 1 << w;
        else break;
      }
    }
    return { weight, prefix };
  }

  private webToken(): Token {
    const { scan } = this;
    const c = this.skipSpace();
    if (!this.wantOperand) return this.webOperator(c);
    if (c === '-') {
      scan.at++;
      this.begun = true;
      return { kind: 'op', op: 'not', distance: 0 };
    }
    if (c === '"') {
      const from = scan.at + 1;
      const quote = this.text.indexOf('"', from);
      const end = quote < 0 ? this.text.length : quote;
      scan.at = quote < 0 ? end : end + 1;
      return this.webOperand(this.text.slice(from, end));
    }
    if (c !== '' && isQueryOperator(c)) {
      scan.at++;
      this.begun = true;
      return this.webToken();
    }
    if (scan.next()) return this.webOperand(scan.word);
    return this.begun && this.needsOperand ? { kind: 'stop' } : { kind: 'end' };
  }

  private begun = false;
  private needsOperand = true;

  private webOperand(word: string): Token {
    this.wantOperand = false;
    this.begun = true;
    this.needsOperand = false;
    return { kind: 'val', word, weight: 0, prefix: false };
  }

  private webOperator(c: string): Token {
    if (c === '') return { kind: 'end' };
    if (isQueryOperator(c)) {
      this.scan.at++;
      return this.webToken();
    }
    this.wantOperand = true;
    this.needsOperand = true;
    if (!this.takeOr()) return { kind: 'op', op: 'and', distance: 0 };
    this.scan.at += 2;
    return { kind: 'op', op: 'or', distance: 0 };
  }

  /** OR is an operator where it is a word of its own with something behind it. */
  private takeOr(): boolean {
    const from = this.scan.at;
    if (this.text.slice(from, from + 2).toLowerCase() !== 'or') return false;
    const after = this.text.slice(from + 2);
    return after !== '' && !/^[-_\p{L}\p{N}]/u.test(after) && Array.from(after).slice(1).some((c) => !/\s/.test(c));
  }
}

export function parseQuery(text: string, mode: 'query' | 'web' | 'plain', push: PushOperand): ParsedNode | undefined {
  return new QueryParser(text, mode, push).parse();
}

/** An operand as it stands. */
export function literalOperand(word: string, weight: number, prefix: boolean): QueryNode {
  if (utf8Length(word) > LEXEME_MAX) throw new SqlError('54000', `word is too long in tsquery: "${word}"`);
  return { kind: 'val', word, weight, prefix };
}

export function parseLiteralQuery(text: string, notice: (message: string) => void): TsQuery {
  if (Buffer.byteLength(text) > VECTOR_MAX * 256) throw new SqlError('54000', 'tsquery is too large');
  let bytes = 0;
  const root = parseQuery(text, 'query', (word, weight, prefix) => {
    if (bytes >= VECTOR_MAX) throw new SqlError('54000', `value is too big in tsquery: "${text}"`);
    bytes += utf8Length(word) + 1;
    return literalOperand(word, weight, prefix);
  });
  if (root === undefined) notice(`text-search query doesn't contain lexemes: "${text}"`);
  return new TsQuery(root as QueryNode | undefined);
}

function formatOperand(n: Extract<QueryNode, { kind: 'val' }>): string {
  let out = quoteLexeme(n.word);
  if (n.prefix || n.weight !== 0) {
    out += `:${n.prefix ? '*' : ''}`;
    for (let w = 3; w >= 0; w--) if (n.weight & (1 << w)) out += 'DCBA'[w]!;
  }
  return out;
}

const operatorText = (n: Binary): string =>
  n.kind === 'or' ? ' | ' : n.kind === 'and' ? ' & ' : n.distance === 1 ? ' <-> ' : ` <${n.distance}> `;

function formatNode(n: QueryNode, parent: number, rightOfPhrase: boolean): string {
  if (n.kind === 'val') return formatOperand(n);
  const priority = PRIORITY[n.kind];
  const text = n.kind === 'not' ? `!${formatNode(n.arg, priority, false)}`
    : formatNode(n.left, priority, false) + operatorText(n) + formatNode(n.right, priority, n.kind === 'phrase');
  return priority < parent || (rightOfPhrase && n.kind === 'phrase') ? `( ${text} )` : text;
}

export function formatQuery(q: TsQuery): string {
  return q.root === undefined ? '' : formatNode(q.root, -1, false);
}

const OPERATOR_CODES: Readonly<Record<string, number>> = { not: 1, and: 2, or: 3, phrase: 4 };

export function sendQuery(q: TsQuery): Uint8Array {
  const w = new ByteWriter(64);
  const put = (n: QueryNode): void => {
    if (n.kind === 'val') {
      w.u8(1);
      w.u8(n.weight);
      w.u8(n.prefix ? 1 : 0);
      w.text(n.word);
      w.u8(0);
      return;
    }
    w.u8(2);
    w.u8(OPERATOR_CODES[n.kind]!);
    if (n.kind === 'not') put(n.arg);
    else {
      if (n.kind === 'phrase') w.i16(n.distance);
      put(n.right);
      put(n.left);
    }
  };
  w.i32(nodeCount(q.root));
  if (q.root !== undefined) put(q.root);
  return w.done();
}

export function receiveQuery(b: Uint8Array): TsQuery {
  const r = new ByteReader(b);
  const count = r.i32();
  if (count < 0 || count > b.length) throw new SqlError('XX000', 'invalid size of tsquery');
  let left = count;
  const take = (depth: number): QueryNode => {
    if (--left < 0) throw new SqlError('XX000', 'malformed tsquery: operator and operand count mismatch');
    if (depth > DEPTH_MAX) throw tooDeep();
    const type = r.u8();
    if (type === 1) {
      const weight = r.u8();
      const prefix = r.u8() !== 0;
      const word = readCString(r);
      if (weight > 0xf) throw new SqlError('XX000', 'invalid tsquery: invalid weight bitmap');
      if (utf8Length(word) > LEXEME_MAX) throw new SqlError('XX000', 'invalid tsquery: operand too long');
      return { kind: 'val', word, weight, prefix };
    }
    if (type !== 2) throw new SqlError('XX000', `unrecognized tsquery node type: ${type}`);
    const op = r.u8();
    if (op === 1) return { kind: 'not', arg: take(depth + 1) };
    const kind = (['and', 'or', 'phrase'] as const)[op - 2];
    if (kind === undefined) throw new SqlError('XX000', `invalid tsquery: unrecognized operator type ${op}`);
    const distance = kind === 'phrase' ? r.i16() : 0;
    const right = take(depth + 1);
    return { kind, left: take(depth + 1), right, distance };
  };
  const root = count === 0 ? undefined : take(0);
  if (left !== 0) throw new SqlError('XX000', 'invalid tsquery: extra nodes');
  return new TsQuery(root);
}
