/** Blocks and control statements: recursive descent over PL/pgSQL's grammar. */
import { CONDITIONS } from '../conditions.js';
import type { Token } from '../lexer.js';
import { PseudoTypeError } from '../type-lookup.js';
import type { Block, Case, Exceptions, ExceptionHandler, If, Stmt } from '../tree.js';
import { declarations } from './declarations.js';
import { assignment, call, execSql, getDiagnostics, perform, dynamicExecute } from './sql-statements.js';
import { closeCursor, fetchCursor, openCursor } from './cursors.js';
import { forLoop, foreachLoop } from './loops.js';
import { raise, returnStatement } from './raise-return.js';
import type { Unit } from './unit.js';

const TEXT = 25;

/** The whole function: options, the block, nothing after it. */
export function parseFunction(u: Unit): Block {
  while (u.isOp('#')) option(u);
  const label = takeLabel(u);
  if (!u.isWord('declare') && !u.isWord('begin')) u.syntaxError();
  const block = parseBlock(u, label);
  u.takeOp(';');
  if (u.peek().kind !== 'eof') u.syntaxError();
  return block;
}

function option(u: Unit): void {
  u.next();
  const name = u.next();
  if (name.value === 'option') { u.expectWord('dump'); return; }
  const value = u.next();
  if (name.value === 'variable_conflict' && ['error', 'use_variable', 'use_column'].includes(value.value)) u.variableConflict = value.value as Unit['variableConflict'];
  else if (name.value === 'print_strict_params' && (value.value === 'on' || value.value === 'off')) u.printStrictParams = value.value === 'on';
  else u.syntaxError(['variable_conflict', 'print_strict_params'].includes(name.value) ? value : name);
}

export function takeLabel(u: Unit): string | undefined {
  if (!u.takeOp('<<')) return undefined;
  const name = u.identifier();
  u.expectOp('>>');
  return name.value;
}

/** [DECLARE …] BEGIN … [EXCEPTION …] END [label]; the closing semicolon is the caller's. */
export function parseBlock(u: Unit, label: string | undefined): Block {
  u.push(label, 'block');
  let init: number[] = [];
  if (u.takeWord('declare')) {
    const before = u.peek();
    try {
      init = declarations(u);
    } catch (error) {
      if (error instanceof PseudoTypeError) throw u.errorAt(before, '0A000', `variable "${pseudoName(u)}" has pseudo-type ${error.typeName}`);
      throw error;
    }
  }
  const begin = u.expectWord('begin');
  const body = statements(u, 'end', 'exception');
  const exceptions = u.takeWord('exception') ? parseExceptions(u) : undefined;
  u.expectWord('end');
  endLabel(u, label, 'block');
  u.pop();
  return { kind: 'block', line: begin.line, label, init, body, exceptions };
}
/** The name before the type that was refused. */
function pseudoName(u: Unit): string {
  let k = -1;
  while (!['word', 'quoted'].includes(u.peek(k).kind) || u.isOp(')', k)) k--;
  for (; u.at + k > 0 && !u.isOp(';', k - 1) && !u.isWord('declare', k - 1); k--);
  return u.peek(k).value;
}

/** A label after END must be the one before. */
export function endLabel(u: Unit, label: string | undefined, what: string): void {
  const t = u.peek();
  if (t.kind !== 'word' && t.kind !== 'quoted') return;
  u.next();
  if (label === undefined) throw u.errorAt(t, '42601', `end label "${t.value}" specified for unlabeled block`);
  if (t.value !== label) throw u.errorAt(t, '42601', `end label "${t.value}" differs from block's label "${label}"`);
  void what;
}

function parseExceptions(u: Unit): Exceptions {
  const { line } = u.peek(-1);
  u.push(undefined, 'other');
  const sqlstate = u.addVariable('sqlstate', line, u.types.byOid(TEXT), true);
  const sqlerrm = u.addVariable('sqlerrm', line, u.types.byOid(TEXT), true);
  for (const v of [sqlstate, sqlerrm]) v.isConst = true;
  const handlers: ExceptionHandler[] = [];
  do {
    const when = u.expectWord('when');
    const conditions: { name: string; codes: readonly string[] }[] = [];
    do conditions.push(condition(u)); while (u.takeWord('or'));
    u.expectWord('then');
    handlers.push({ line: when.line, conditions, body: statements(u, 'when', 'end') });
  } while (u.isWord('when'));
  u.pop();
  return { handlers, sqlstate: sqlstate.dno, sqlerrm: sqlerrm.dno };
}
function condition(u: Unit): { name: string; codes: readonly string[] } {
  const t = u.identifier();
  if (t.value === 'sqlstate') return { name: 'sqlstate', codes: [sqlstateLiteral(u)] };
  if (t.value === 'others') return { name: 'others', codes: [] };
  const codes = Object.hasOwn(CONDITIONS, t.value) ? CONDITIONS[t.value] : undefined;
  if (codes === undefined) throw u.errorAt(t, '42704', `unrecognized exception condition "${t.value}"`);
  return { name: t.value, codes };
}
export function sqlstateLiteral(u: Unit): string {
  const t = u.next();
  if (t.kind !== 'string') u.syntaxError(t);
  if (!/^[0-9A-Z]{5}$/.test(t.value)) u.fail('invalid SQLSTATE code', t);
  return t.value;
}

/** Statements up to one of the words, which stays unread. */
export function statements(u: Unit, ...until: string[]): Stmt[] {
  const out: Stmt[] = [];
  for (;;) {
    const t = u.peek();
    if (t.kind === 'eof') u.fail('syntax error', t);
    if (t.kind === 'word' && until.includes(t.value)) return out;
    const s = statement(u);
    if (s !== undefined) out.push(s);
  }
}

type StatementParser = (u: Unit, t: Token) => Stmt | undefined;
/** Words that begin a statement only where no variable of that name is assigned to. */
const UNRESERVED: Readonly<Record<string, StatementParser>> = {
  assert: assertStatement, call: (u, t) => call(u, t, true), do: (u, t) => call(u, t, false), close: closeCursor, commit: endTransaction, rollback: endTransaction, continue: exit, exit,
  fetch: (u, t) => fetchCursor(u, t, false), move: (u, t) => fetchCursor(u, t, true), get: getDiagnostics, open: openCursor, perform, raise, return: returnStatement, foreach: foreachLoop,
};
const RESERVED: Readonly<Record<string, StatementParser>> = {
  if: ifStatement, case: caseStatement, loop: (u, t) => plainLoop(u, t, undefined), while: (u, t) => whileLoop(u, t, undefined), for: (u, t) => forLoop(u, t, undefined), execute: dynamicExecute, null: nullStatement, foreach: foreachLoop,
};

function statement(u: Unit): Stmt | undefined {
  const t = u.peek();
  if (u.isOp('<<')) return labelled(u);
  if (t.kind === 'word' && (t.value === 'declare' || t.value === 'begin')) return closed(u, parseBlock(u, undefined));
  if (t.kind === 'word' && Object.hasOwn(RESERVED, t.value)) { u.next(); return RESERVED[t.value]!(u, t); }
  const target = u.datumHere();
  const after = target?.tokens ?? 0;
  const assigned = target !== undefined && (u.isAssignOp(after) || u.isOp('[', after) || (u.isOp('.', after) && target.datum.dtype !== 'var'));
  if (assigned) return assignment(u, t);
  if (t.kind === 'word' && Object.hasOwn(UNRESERVED, t.value)) { u.next(); return UNRESERVED[t.value]!(u, t); }
  return execSql(u, t);
}

function labelled(u: Unit): Stmt {
  const label = takeLabel(u)!;
  const t = u.peek();
  if (t.kind !== 'word') u.syntaxError();
  switch (t.value) {
    case 'declare': case 'begin': return closed(u, parseBlock(u, label));
    case 'loop': u.next(); return plainLoop(u, t, label);
    case 'while': u.next(); return whileLoop(u, t, label);
    case 'for': u.next(); return forLoop(u, t, label);
    case 'foreach': u.next(); return foreachLoop(u, t, label);
    default: return u.syntaxError();
  }
}
function closed<T>(u: Unit, s: T): T { u.expectOp(';'); return s; }

function nullStatement(u: Unit): undefined { u.expectOp(';'); return undefined; }

function ifStatement(u: Unit, t: Token): If {
  const arms = [{ cond: u.expressionUntil('then').expr, body: statements(u, 'elsif', 'elseif', 'else', 'end') }];
  let otherwise: Stmt[] = [];
  for (;;) {
    const word = u.next();
    if (word.value === 'elsif' || word.value === 'elseif') { arms.push({ cond: u.expressionUntil('then').expr, body: statements(u, 'elsif', 'elseif', 'else', 'end') }); continue; }
    if (word.value === 'else') { otherwise = statements(u, 'end'); u.next(); }
    break;
  }
  u.expectWord('if');
  u.expectOp(';');
  return { kind: 'if', line: t.line, arms, otherwise };
}

function caseStatement(u: Unit, t: Token): Case {
  let test;
  let variable = -1;
  if (!u.isWord('when')) {
    const { text, start } = u.sqlUntil(['when'], 'WHEN', true);
    test = u.expr(text, start, 'expr');
    variable = u.addVariable(`__Case__Variable_${u.datums.length}__`, t.line, u.types.byOid(23), true).dno;
  }
  const arms: Case['arms'][number][] = [];
  while (u.isWord('when')) {
    const when = u.next();
    const { text, start } = u.sqlUntil(['then'], 'THEN', true);
    u.next();
    const name = variable < 0 ? '' : `"__Case__Variable_${variable}__" IN (`;
    const cond = variable < 0 ? u.expr(text, start, 'expr') : u.expr(`${name}${text})`, start - name.length, 'expr');
    arms.push({ line: when.line, cond, body: statements(u, 'when', 'else', 'end') });
  }
  if (arms.length === 0) u.syntaxError();
  const otherwise = u.takeWord('else') ? statements(u, 'end') : undefined;
  u.expectWord('end');
  u.expectWord('case');
  u.expectOp(';');
  return { kind: 'case', line: t.line, test, variable, arms, otherwise };
}

/** LOOP … END LOOP [label]; */
export function loopBody(u: Unit, label: string | undefined): Stmt[] {
  const body = statements(u, 'end');
  u.next();
  u.expectWord('loop');
  endLabel(u, label, 'loop');
  u.expectOp(';');
  return body;
}
function plainLoop(u: Unit, t: Token, label: string | undefined): Stmt {
  u.push(label, 'loop');
  const body = loopBody(u, label);
  u.pop();
  return { kind: 'loop', line: t.line, label, body };
}
function whileLoop(u: Unit, t: Token, label: string | undefined): Stmt {
  u.push(label, 'loop');
  const cond = u.expressionUntil('loop').expr;
  const body = loopBody(u, label);
  u.pop();
  return { kind: 'while', line: t.line, label, cond, body };
}

function exit(u: Unit, t: Token): Stmt {
  const isExit = t.value === 'exit';
  let label: string | undefined;
  const next = u.peek();
  if (!u.isOp(';') && !u.isWord('when')) {
    label = u.identifier().value;
    const scope = u.scope.findLabel(label);
    if (scope === undefined || scope.labelKind === 'other') throw u.errorAt(next, '42601', `there is no label "${label}" attached to any block or loop enclosing this statement`);
    if (scope.labelKind !== 'loop' && !isExit) throw u.errorAt(next, '42601', `block label "${label}" cannot be used in CONTINUE`);
  } else if (u.scope.innermostLoop() === undefined) {
    throw u.errorAt(t, '42601', isExit ? 'EXIT cannot be used outside a loop, unless it has a label' : 'CONTINUE cannot be used outside a loop');
  }
  const cond = u.takeWord('when') ? u.expressionUntil(';').expr : (u.expectOp(';'), undefined);
  return { kind: 'exit', line: t.line, isExit, label, cond };
}

function assertStatement(u: Unit, t: Token): Stmt {
  const first = u.expressionUntil(',', ';');
  const message = first.terminator === ',' ? u.expressionUntil(';').expr : undefined;
  return { kind: 'assert', line: t.line, cond: first.expr, message };
}

function endTransaction(u: Unit, t: Token): Stmt {
  let chain = false;
  if (u.takeWord('and')) {
    chain = !u.takeWord('no');
    u.expectWord('chain');
  }
  u.expectOp(';');
  return { kind: t.value as 'commit' | 'rollback', line: t.line, chain };
}
