/** Targets of INTO: a record, or a list of scalar variables. */
import type { Token } from '../lexer.js';
import type { PlDatum } from '../tree.js';
import type { Unit } from './unit.js';

/** The rest of "a, b, c"; the first name is read already. */
export function scalarList(u: Unit, token: Token, firstName: string, first: PlDatum): PlDatum {
  const fields = [{ name: firstName, dno: first.dno }];
  while (u.takeOp(',')) {
    const t = u.peek();
    const known = u.datumHere();
    if (known === undefined) throw u.errorAt(t, '42601', `"${notKnown(u)}" is not a known variable`);
    u.checkAssignable(known.datum, t);
    if (known.datum.dtype === 'rec' || known.datum.dtype === 'row') throw u.errorAt(t, '42601', `"${known.names.join('.')}" is not a scalar variable`);
    u.at += known.tokens;
    fields.push({ name: known.names.join('.'), dno: known.datum.dno });
  }
  return u.datums[u.addRow('(unnamed row)', token.line, fields)]!;
}
/** The text of a name that means nothing here. */
export function notKnown(u: Unit): string {
  const { parts } = u.names();
  return parts.length === 0 ? u.peek().text : parts.join('.');
}

/** INTO [STRICT] target: the dno of a record or row. */
export function intoTarget(u: Unit, allowStrict: boolean): { target: number; strict: boolean } {
  const strict = allowStrict && u.takeWord('strict');
  const t = u.peek();
  const known = u.datumHere();
  if (known === undefined) {
    if (t.kind !== 'word' && t.kind !== 'quoted') u.syntaxError();
    throw u.errorAt(t, '42601', `"${notKnown(u)}" is not a known variable`);
  }
  u.checkAssignable(known.datum, t);
  u.at += known.tokens;
  if (known.datum.dtype === 'rec' || known.datum.dtype === 'row') {
    if (u.isOp(',')) throw u.errorAt(t, '42601', 'record variable cannot be part of multiple-item INTO list');
    return { target: known.datum.dno, strict };
  }
  return { target: scalarList(u, t, known.names.join('.'), known.datum).dno, strict };
}
