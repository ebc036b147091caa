/** FOR and FOREACH loops. */
import type { Token } from '../lexer.js';
import type { PlDatum, Stmt } from '../tree.js';
import { intoTarget, scalarList } from './targets.js';
import { cursorArguments, usingList } from './cursors.js';
import { loopBody } from './statements.js';
import type { Unit } from './unit.js';

const INT4 = 23;
const REFCURSOR = 1790;
const ROW_TARGET = 'loop variable of loop over rows must be a record variable or list of scalar variables';

interface LoopVariable { readonly token: Token; readonly name: string | undefined; readonly datum: PlDatum | undefined; readonly isList: boolean }

function loopVariable(u: Unit): LoopVariable {
  const token = u.peek();
  const known = u.datumHere();
  if (known !== undefined) {
    u.checkAssignable(known.datum, token);
    u.at += known.tokens;
    if (known.datum.dtype === 'rec' || known.datum.dtype === 'row') return { token, name: undefined, datum: known.datum, isList: false };
    if (u.isOp(',')) return { token, name: known.names.join('.'), datum: scalarList(u, token, known.names.join('.'), known.datum), isList: true };
    return { token, name: known.names.join('.'), datum: known.datum, isList: false };
  }
  const { parts, tokens } = u.names();
  if (tokens === 0) u.syntaxError();
  if (parts.length > 1) throw u.errorAt(token, '42601', `"${parts.join('.')}" is not a known variable`);
  u.at += tokens;
  if (u.isOp(',')) throw u.errorAt(token, '42601', `"${parts[0]}" is not a known variable`);
  return { token, name: parts[0], datum: undefined, isList: false };
}

/** A target for rows: a record, or a list of scalars. */
function rowTarget(u: Unit, v: LoopVariable): number {
  const { datum } = v;
  if (datum === undefined) throw u.errorAt(v.token, '42601', ROW_TARGET);
  if (datum.dtype === 'rec' || datum.dtype === 'row') return datum.dno;
  return u.addRow('(unnamed row)', v.token.line, [{ name: v.name ?? '', dno: datum.dno }]);
}

export function forLoop(u: Unit, t: Token, label: string | undefined): Stmt {
  u.push(label, 'loop');
  const v = loopVariable(u);
  u.expectWord('in');
  const s = forControl(u, t, label, v);
  u.pop();
  return s;
}

function forControl(u: Unit, t: Token, label: string | undefined, v: LoopVariable): Stmt {
  const { line } = t;
  if (u.takeWord('execute')) {
    const { expr, terminator } = u.expressionUntil('loop', 'using');
    const params = terminator === 'using' ? usingList(u, 'loop') : [];
    const target = rowTarget(u, v);
    return { kind: 'dynfors', line, label, target, query: expr, params, body: loopBody(u, label) };
  }
  const cursor = u.datumHere();
  if (cursor !== undefined && cursor.datum.dtype === 'var' && cursor.datum.type.oid === REFCURSOR && (u.isWord('loop', cursor.tokens) || u.isOp('(', cursor.tokens))) return cursorLoop(u, t, label, v, cursor);
  const first = u.peek();
  const reverse = u.takeWord('reverse');
  const { start, text } = u.sqlUntil(['..', 'loop'], 'LOOP', true);
  if (u.takeOp('..')) return integerLoop(u, t, label, v, { text, start, reverse });
  if (reverse) throw u.errorAt(first, '42601', 'cannot specify REVERSE in query FOR loop');
  u.next();
  const query = u.expr(text, start, 'statement');
  const target = rowTarget(u, v);
  return { kind: 'fors', line, label, target, query, body: loopBody(u, label) };
}

function cursorLoop(u: Unit, t: Token, label: string | undefined, v: LoopVariable, cursor: { datum: PlDatum; tokens: number }): Stmt {
  const place = u.peek();
  u.at += cursor.tokens;
  const d = cursor.datum;
  if (d.dtype !== 'var') return u.syntaxError();
  if (v.isList || v.name !== undefined && v.datum !== undefined) throw u.errorAt(v.token, '42601', 'cursor FOR loop must have only one target variable');
  if (d.cursor === undefined) throw u.errorAt(place, '42601', 'cursor FOR loop must use a bound cursor variable');
  const args = cursorArguments(u, d, 'loop');
  const name = v.name ?? (v.datum!.dtype === 'rec' ? v.datum!.name : '');
  const target = u.addVariable(name, v.token.line, u.types.byOid(2249), true).dno;
  return { kind: 'forc', line: t.line, label, target, cursor: d.dno, args, body: loopBody(u, label) };
}

function integerLoop(u: Unit, t: Token, label: string | undefined, v: LoopVariable, from: { text: string; start: number; reverse: boolean }): Stmt {
  const lower = u.expr(from.text, from.start, 'expr');
  const upper = u.expressionUntil('loop', 'by');
  const step = upper.terminator === 'by' ? u.expressionUntil('loop').expr : undefined;
  if (v.isList) throw u.errorAt(v.token, '42601', 'integer FOR loop must have only one target variable');
  if (v.name === undefined && v.datum?.dtype !== 'rec') u.syntaxError(v.token);
  const name = v.name ?? (v.datum?.dtype === 'rec' ? v.datum.name : '');
  const variable = u.addVariable(name, v.token.line, u.types.byOid(INT4), true).dno;
  return { kind: 'fori', line: t.line, label, variable, lower, upper: upper.expr, step, reverse: from.reverse, body: loopBody(u, label) };
}

export function foreachLoop(u: Unit, t: Token, label?: string): Stmt {
  u.push(label, 'loop');
  const v = loopVariable(u);
  if (v.datum === undefined) throw u.errorAt(v.token, '42601', `loop variable of FOREACH must be a known variable or list of variables`);
  let slice = 0;
  if (u.takeWord('slice')) {
    const n = u.next();
    if (n.kind !== 'number') u.syntaxError(n);
    slice = Number(n.value);
  }
  u.expectWord('in');
  u.expectWord('array');
  const { expr } = u.expressionUntil('loop');
  const body = loopBody(u, label);
  u.pop();
  return { kind: 'foreach', line: t.line, label, target: v.datum.dno, slice, expr, body };
}
export { intoTarget };
