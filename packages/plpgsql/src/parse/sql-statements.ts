/** Statements that hold SQL: assignment, PERFORM, CALL, plain SQL with INTO, EXECUTE, GET DIAGNOSTICS. */
import type { Token } from '../lexer.js';
import type { Stmt } from '../tree.js';
import { usingList } from './cursors.js';
import { intoTarget, notKnown } from './targets.js';
import type { Unit } from './unit.js';

export function assignment(u: Unit, t: Token): Stmt {
  const known = u.datumHere()!;
  u.checkAssignable(known.datum, t);
  const { start, end, text } = u.sqlUntil([';'], ';', true);
  let depth = 0;
  let op: Token | undefined;
  for (const x of u.tokens) {
    if (x.start < start || x.start >= end || x.kind !== 'op') continue;
    if (x.text === '(' || x.text === '[') depth++;
    if (x.text === ')' || x.text === ']') depth--;
    if (depth === 0 && (x.text === ':=' || x.text === '=')) { op = x; break; }
  }
  if (op === undefined) u.syntaxError(u.peek(-(u.at - u.tokens.indexOf(t)) + known.tokens));
  const expr = u.expr(text, start, { target: text.slice(0, op!.start - start), source: text.slice(op!.end - start), sourceAt: op!.end - start, names: known.names.length });
  u.next();
  return { kind: 'assign', line: t.line, target: known.datum.dno, expr };
}

export function perform(u: Unit, t: Token): Stmt {
  const { text, start } = u.sqlUntil([';'], ';', false);
  u.next();
  // SELECT takes PERFORM's place in the text.
  return { kind: 'perform', line: t.line, expr: u.expr(`SELECT ${text}`, start - 'SELECT '.length, 'statement') };
}

export function call(u: Unit, t: Token, isCall: boolean): Stmt {
  u.at--;
  const { query } = u.queryUntil(';');
  return { kind: 'call', line: t.line, expr: query, isCall };
}

/** A statement of SQL; INTO is taken out of it, blanks in its place. */
export function execSql(u: Unit, first: Token): Stmt {
  if (first.kind !== 'word' && first.kind !== 'quoted') {
    if (first.kind !== 'op' || first.text !== '(') u.syntaxError(first);
  } else if (u.isAssignOp(u.names().tokens) || u.isOp('[', u.names().tokens)) {
    throw u.errorAt(first, '42601', `"${notKnown(u)}" is not a known variable`);
  } else if (first.kind === 'word' && ['elsif', 'elseif', 'else', 'end', 'then', 'when', 'exception', 'in', 'into', 'using', 'from', 'by', 'to', 'or', 'not', 'all', 'strict'].includes(first.value)) u.syntaxError(first);
  const begin = first.start;
  let into: { target: number; strict: boolean; from: number; to: number } | undefined;
  let depth = 0;
  let atomic = 0;
  let before: Token | undefined;
  for (;;) {
    const t = u.peek();
    if (t.kind === 'eof') u.fail('unexpected end of function definition', t);
    if (t.kind === 'op' && t.text === ';' && depth === 0 && atomic === 0) break;
    if (t.kind === 'op' && t.text === '(') depth++;
    if (t.kind === 'op' && t.text === ')') depth--;
    if (t.kind === 'word' && first.value === 'create') {
      if (t.value === 'begin') atomic++;
      if (t.value === 'case' && atomic > 0) atomic++;
      if (t.value === 'end' && atomic > 0) atomic--;
    }
    if (t.kind === 'word' && t.value === 'into' && !takesInto(before, first)) {
      if (into !== undefined) u.fail('INTO specified more than once', t);
      u.next();
      into = { ...intoTarget(u, true), from: t.start, to: u.peek().start };
      before = undefined;
      continue;
    }
    before = u.next();
  }
  const end = u.next().start;
  const text = into === undefined ? u.source.slice(begin, end) : u.source.slice(begin, into.from) + ' '.repeat(into.to - into.from) + u.source.slice(into.to, end);
  const query = u.expr(text.trimEnd(), begin, 'statement');
  return { kind: 'execsql', line: first.line, query, into: into !== undefined, strict: into?.strict ?? false, target: into?.target ?? -1 };
}
/** INSERT INTO, MERGE INTO and IMPORT … INTO are SQL's own. */
function takesInto(before: Token | undefined, first: Token): boolean {
  return before?.kind === 'word' && (before.value === 'insert' || before.value === 'merge') || first.value === 'import';
}

export function dynamicExecute(u: Unit, t: Token): Stmt {
  const { expr, terminator } = u.expressionUntil('into', 'using', ';');
  let end = terminator;
  let into: { target: number; strict: boolean } | undefined;
  let params: ReturnType<typeof usingList> | undefined;
  while (end !== ';') {
    if (end === 'into') {
      if (into !== undefined) u.syntaxError(u.peek(-1));
      into = intoTarget(u, true);
      const next = u.next();
      end = next.kind === 'word' ? next.value : next.text;
      if (![';', 'using', 'into'].includes(end)) u.syntaxError(next);
    } else {
      if (params !== undefined) u.syntaxError(u.peek(-1));
      params = usingList(u, ';', 'into');
      end = u.peek(-1).kind === 'word' ? u.peek(-1).value : u.peek(-1).text;
    }
  }
  return { kind: 'dynexecute', line: t.line, query: expr, into: into !== undefined, strict: into?.strict ?? false, target: into?.target ?? -1, params: params ?? [] };
}

const CURRENT_ITEMS = new Set(['row_count', 'pg_context', 'pg_routine_oid']);
const STACKED_ITEMS = new Set(['returned_sqlstate', 'message_text', 'pg_exception_detail', 'pg_exception_hint', 'pg_exception_context', 'column_name', 'constraint_name', 'pg_datatype_name', 'table_name', 'schema_name']);

export function getDiagnostics(u: Unit, t: Token): Stmt {
  const stacked = u.takeWord('stacked') || (u.takeWord('current'), false);
  u.expectWord('diagnostics');
  const items: { item: string; target: number }[] = [];
  do {
    const place = u.peek();
    const known = u.datumHere();
    if (known === undefined) throw u.errorAt(place, '42601', `"${notKnown(u)}" is not a known variable`);
    if (known.datum.dtype === 'rec' || known.datum.dtype === 'row') throw u.errorAt(place, '42601', `"${known.names.join('.')}" is not a scalar variable`);
    u.checkAssignable(known.datum, place);
    u.at += known.tokens;
    if (!u.isAssignOp()) u.syntaxError();
    u.next();
    const item = u.next();
    if (!CURRENT_ITEMS.has(item.value) && !STACKED_ITEMS.has(item.value)) u.fail('unrecognized GET DIAGNOSTICS item', item);
    if (stacked ? CURRENT_ITEMS.has(item.value) && item.value !== 'pg_context' || item.value === 'pg_context' : STACKED_ITEMS.has(item.value)) {
      throw u.errorAt(item, '42601', `diagnostics item ${item.value.toUpperCase()} is not allowed in GET ${stacked ? 'STACKED' : 'CURRENT'} DIAGNOSTICS`);
    }
    items.push({ item: item.value, target: known.datum.dno });
  } while (u.takeOp(','));
  u.expectOp(';');
  return { kind: 'getdiag', line: t.line, stacked, items };
}
