/** RAISE and the three RETURNs. */
import { SqlError } from '@pglitedb/types';
import { CONDITIONS } from '../conditions.js';
import type { PlExpr } from '../expression.js';
import type { Token } from '../lexer.js';
import type { Raise, RaiseLevel, Stmt } from '../tree.js';
import { usingList } from './cursors.js';
import { sqlstateLiteral } from './statements.js';
import type { Unit } from './unit.js';

const VOID = 2278;
const LEVELS = new Set(['exception', 'warning', 'notice', 'info', 'log', 'debug']);
const OPTIONS = new Set(['errcode', 'message', 'detail', 'hint', 'column', 'constraint', 'datatype', 'table', 'schema']);

export function raise(u: Unit, t: Token): Stmt {
  const base = { kind: 'raise' as const, line: t.line, condition: undefined, message: undefined, params: [], options: [], rethrow: false };
  let level: RaiseLevel = 'EXCEPTION';
  if (u.takeOp(';')) return { ...base, level, rethrow: true };
  const first = u.peek();
  if (first.kind === 'word' && LEVELS.has(first.value)) { level = first.value.toUpperCase() as RaiseLevel; u.next(); }
  const what = u.peek();
  let message: string | undefined;
  let condition: string | undefined;
  const params: PlExpr[] = [];
  let options: Raise['options'] = [];
  if (u.takeOp(';')) u.syntaxError(what);
  if (what.kind === 'string') {
    u.next();
    message = what.value;
    let end: string = u.next().text.toLowerCase();
    while (end === ',') {
      const p = u.expressionUntil(',', ';', 'using');
      params.push(p.expr);
      end = p.terminator;
    }
    if (end === 'using') options = raiseOptions(u);
    else if (end !== ';') u.syntaxError(u.peek(-1));
    checkParameters(message, params.length);
    return { ...base, level, message, params, options };
  }
  if (!u.isWord('using')) condition = raiseCondition(u);
  if (u.takeWord('using')) options = raiseOptions(u);
  else u.expectOp(';');
  return { ...base, level, condition, options };
}

function raiseCondition(u: Unit): string {
  const t = u.identifier();
  if (t.value === 'sqlstate') return sqlstateLiteral(u);
  if (!Object.hasOwn(CONDITIONS, t.value)) throw u.errorAt(t, '42704', `unrecognized exception condition "${t.value}"`);
  return t.value;
}
function raiseOptions(u: Unit): { name: string; expr: PlExpr }[] {
  const out: { name: string; expr: PlExpr }[] = [];
  for (;;) {
    const t = u.next();
    if (t.kind !== 'word' || !OPTIONS.has(t.value)) u.fail('unrecognized RAISE statement option', t);
    if (!u.isAssignOp()) u.fail('syntax error, expected "="');
    u.next();
    const { expr, terminator } = u.expressionUntil(',', ';');
    out.push({ name: t.value, expr });
    if (terminator === ';') return out;
  }
}
function checkParameters(message: string, given: number): void {
  const expected = message.replaceAll('%%', '').split('%').length - 1;
  if (expected < given) throw new SqlError('42601', 'too many parameters specified for RAISE');
  if (expected > given) throw new SqlError('42601', 'too few parameters specified for RAISE');
}

export function returnStatement(u: Unit, t: Token): Stmt {
  const { header } = u;
  if (u.isWord('next') && !u.isOp(';', 1) || (u.isWord('next') && header.returnsSet)) { u.next(); return returnNext(u, t); }
  if (u.isWord('query')) { u.next(); return returnQuery(u, t); }
  const place = u.peek();
  const wrong = (message: string, hint?: string): Error => u.errorAt(place, '42804', message, hint === undefined ? {} : { hint });
  if (header.returnsSet) {
    if (!u.isOp(';')) throw wrong('RETURN cannot have a parameter in function returning set', 'Use RETURN NEXT or RETURN QUERY.');
  } else if (header.outParam < 0 && header.returnType === VOID) {
    if (!u.isOp(';')) throw wrong(header.isProcedure ? 'RETURN cannot have a parameter in a procedure' : 'RETURN cannot have a parameter in function returning void');
  } else if (header.outParam >= 0) {
    if (!u.isOp(';')) throw wrong(header.isProcedure ? 'RETURN cannot have a parameter in a procedure' : 'RETURN cannot have a parameter in function with OUT parameters');
    u.next();
    return { kind: 'return', line: t.line, expr: undefined, variable: header.outParam };
  } else {
    const known = u.datumHere();
    if (known !== undefined && known.datum.dtype !== 'recfield' && u.isOp(';', known.tokens)) {
      u.at += known.tokens + 1;
      return { kind: 'return', line: t.line, expr: undefined, variable: known.datum.dno };
    }
    return { kind: 'return', line: t.line, expr: u.expressionUntil(';').expr, variable: -1 };
  }
  u.next();
  return { kind: 'return', line: t.line, expr: undefined, variable: -1 };
}

function returnNext(u: Unit, t: Token): Stmt {
  const { header } = u;
  if (!header.returnsSet) throw u.errorAt(t, '42804', 'cannot use RETURN NEXT in a non-SETOF function');
  if (header.outParam >= 0) {
    if (!u.isOp(';')) throw u.errorAt(u.peek(), '42804', 'RETURN NEXT cannot have a parameter in function with OUT parameters');
    u.next();
    return { kind: 'return_next', line: t.line, expr: undefined, variable: header.outParam };
  }
  const known = u.datumHere();
  if (known !== undefined && known.datum.dtype !== 'recfield' && u.isOp(';', known.tokens)) {
    u.at += known.tokens + 1;
    return { kind: 'return_next', line: t.line, expr: undefined, variable: known.datum.dno };
  }
  return { kind: 'return_next', line: t.line, expr: u.expressionUntil(';').expr, variable: -1 };
}

function returnQuery(u: Unit, t: Token): Stmt {
  if (!u.header.returnsSet) throw u.errorAt(t, '42804', 'cannot use RETURN QUERY in a non-SETOF function');
  if (!u.takeWord('execute')) return { kind: 'return_query', line: t.line, query: u.queryUntil(';').query, dynamic: undefined, params: [] };
  const { expr, terminator } = u.expressionUntil(';', 'using');
  return { kind: 'return_query', line: t.line, query: undefined, dynamic: expr, params: terminator === 'using' ? usingList(u, ';') : [] };
}
