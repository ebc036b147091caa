/** OPEN, FETCH, MOVE, CLOSE, the arguments of bound cursors, and USING lists. */
import type { PlExpr } from '../expression.js';
import type { Token } from '../lexer.js';
import type { Fetch, FetchDirection, ScrollOption, Stmt, VarDatum } from '../tree.js';
import { intoTarget } from './targets.js';
import type { Unit } from './unit.js';

const REFCURSOR = 1790;

/** Expressions after USING up to one of the ends, which is consumed. */
export function usingList(u: Unit, ...ends: string[]): PlExpr[] {
  const out: PlExpr[] = [];
  for (;;) {
    const { expr, terminator } = u.expressionUntil(',', ...ends);
    out.push(expr);
    if (terminator !== ',') return out;
  }
}

export function cursorVariable(u: Unit): VarDatum {
  const t = u.peek();
  const known = u.datumHere();
  if (known === undefined) {
    const { parts } = u.names();
    if (parts.length === 0) u.syntaxError();
    throw u.errorAt(t, '42601', `"${parts.join('.')}" is not a known variable`);
  }
  u.at += known.tokens;
  if (known.datum.dtype !== 'var') throw u.errorAt(t, '42804', 'cursor variable must be a simple variable');
  if (known.datum.type.oid !== REFCURSOR) throw u.errorAt(t, '42804', `variable "${known.datum.name}" must be of type cursor or refcursor`);
  return known.datum;
}

export function openCursor(u: Unit, t: Token): Stmt {
  const cursor = cursorVariable(u);
  const common = { kind: 'open' as const, line: t.line, cursor: cursor.dno };
  if (cursor.cursor !== undefined) {
    if (cursor.cursor.argRow < 0 && !u.isOp(';') && !u.isOp('(')) u.syntaxError();
    return { ...common, args: cursorArguments(u, cursor, ';'), query: undefined, dynamic: undefined, params: [], scroll: cursor.cursor.scroll };
  }
  let scroll: ScrollOption = 'default';
  if (u.takeWord('no')) { u.expectWord('scroll'); scroll = 'no_scroll'; } else if (u.takeWord('scroll')) scroll = 'scroll';
  if (!u.takeWord('for')) u.fail('syntax error, expected "FOR"');
  if (!u.takeWord('execute')) return { ...common, args: undefined, query: u.queryUntil(';').query, dynamic: undefined, params: [], scroll };
  const { expr, terminator } = u.expressionUntil('using', ';');
  return { ...common, args: undefined, query: undefined, dynamic: expr, params: terminator === 'using' ? usingList(u, ';') : [], scroll };
}

/** (arg, name := arg …) of a bound cursor, as one expression that gives them in order; `until` is consumed. */
export function cursorArguments(u: Unit, cursor: VarDatum, until: string): PlExpr | undefined {
  const bound = cursor.cursor!;
  const isUntil = (): boolean => (until === ';' ? u.isOp(';') : u.isWord(until));
  if (bound.argRow < 0) {
    if (u.isOp('(')) throw u.errorAt(u.peek(), '42601', `cursor "${cursor.name}" has no arguments`);
    if (!isUntil()) u.syntaxError();
    u.next();
    return undefined;
  }
  const row = u.datums[bound.argRow]!;
  if (row.dtype !== 'row') return undefined;
  if (!u.isOp('(')) throw u.errorAt(u.peek(), '42601', `cursor "${cursor.name}" has arguments`);
  const open = u.next();
  const values: string[] = new Array<string>(row.fields.length);
  let anyNamed = false;
  let count = 0;
  let start = open.end;
  for (;;) {
    const place = u.peek();
    let position = count;
    if ((place.kind === 'word' || place.kind === 'quoted') && (u.isOp(':=', 1) || u.isOp('=>', 1))) {
      position = row.fields.findIndex((f) => f.name === place.value);
      if (position < 0) throw u.errorAt(place, '42601', `cursor "${cursor.name}" has no argument named "${place.value}"`);
      u.at += 2;
      anyNamed = true;
    }
    if (position >= row.fields.length) throw u.errorAt(place, '42601', `too many arguments for cursor "${cursor.name}"`);
    if (values[position] !== undefined) throw u.errorAt(place, '42601', `value for parameter "${row.fields[position]!.name}" of cursor "${cursor.name}" specified more than once`);
    const { expr, terminator, at } = argument(u);
    if (count === 0) start = at;
    values[position] = expr;
    count++;
    if (terminator === ')') {
      if (count < row.fields.length) throw u.errorAt(u.peek(-1), '42601', `not enough arguments for cursor "${cursor.name}"`);
      break;
    }
    if (count >= row.fields.length) throw u.errorAt(u.peek(-1), '42601', `too many arguments for cursor "${cursor.name}"`);
  }
  if (!isUntil()) u.syntaxError();
  u.next();
  const text = values.map((v, k) => (anyNamed ? `${v} AS ${quote(row.fields[k]!.name)}` : v)).join(', ');
  return u.expr(text, start, 'expr');
}
function argument(u: Unit): { expr: string; terminator: string; at: number } {
  const { text, start } = u.sqlUntil([',', ')'], '," or ")', true);
  u.expr(text, start, 'expr');
  return { expr: text, terminator: u.next().text, at: start };
}
function quote(name: string): string { return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`; }

export function fetchCursor(u: Unit, t: Token, isMove: boolean): Stmt {
  const d = direction(u);
  const cursor = cursorVariable(u);
  let target = -1;
  if (!isMove) {
    u.expectWord('into');
    target = intoTarget(u, false).target;
  }
  u.expectOp(';');
  if (!isMove && d.returnsMultiple) throw u.errorAt(t, '0A000', 'FETCH statement cannot return multiple rows');
  return { kind: 'fetch', line: t.line, cursor: cursor.dno, target, isMove, ...d };
}

type Direction = Pick<Fetch, 'direction' | 'count' | 'countExpr' | 'returnsMultiple'>;
const FIXED: Readonly<Record<string, { direction: FetchDirection; count: number }>> = {
  next: { direction: 'forward', count: 1 }, prior: { direction: 'backward', count: 1 }, first: { direction: 'absolute', count: 1 }, last: { direction: 'absolute', count: -1 },
};
function direction(u: Unit): Direction {
  const one: Direction = { direction: 'forward', count: 1, countExpr: undefined, returnsMultiple: false };
  const t = u.peek();
  const variable = u.datumHere();
  if (t.kind === 'eof') u.fail('unexpected end of function definition', t);
  if (variable !== undefined && !u.isWord('from', variable.tokens) && !u.isWord('in', variable.tokens)) return one;
  if (t.kind === 'word') {
    const fixed = Object.hasOwn(FIXED, t.value) ? FIXED[t.value] : undefined;
    if (fixed !== undefined) { u.next(); return { ...one, ...fixed, ...from(u) }; }
    if (t.value === 'absolute' || t.value === 'relative') { u.next(); return { ...one, direction: t.value, countExpr: countUntilFrom(u) }; }
    if (t.value === 'all') { u.next(); from(u); return { ...one, count: Infinity, returnsMultiple: true }; }
    if (t.value === 'forward' || t.value === 'backward') { u.next(); return { ...one, direction: t.value, ...counted(u) }; }
    if (t.value === 'from' || t.value === 'in') { u.next(); return one; }
    if (variable === undefined && !isCount(u)) throw u.errorAt(t, '42601', `"${u.names().parts.join('.')}" is not a known variable`);
  }
  return { ...one, countExpr: countUntilFrom(u), returnsMultiple: true };
}
function isCount(u: Unit): boolean { return u.peek().kind === 'number'; }
function from(u: Unit): object {
  if (!u.takeWord('from')) u.takeWord('in');
  return {};
}
function countUntilFrom(u: Unit): PlExpr { return u.expressionUntil('from', 'in').expr; }
/** What follows FORWARD and BACKWARD: a variable, FROM, ALL, or a count. */
function counted(u: Unit): Partial<Direction> {
  if (u.datumHere() !== undefined) return {};
  if (u.isWord('from') || u.isWord('in')) { u.next(); return {}; }
  if (u.takeWord('all')) { from(u); return { count: Infinity, returnsMultiple: true }; }
  return { countExpr: countUntilFrom(u), returnsMultiple: true };
}

export function closeCursor(u: Unit, t: Token): Stmt {
  const cursor = cursorVariable(u);
  u.expectOp(';');
  return { kind: 'close', line: t.line, cursor: cursor.dno };
}
