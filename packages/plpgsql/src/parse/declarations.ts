/** DECLARE sections: variables, aliases, bound cursors; and the type names in them. */
import { SqlError } from '@pglitedb/types';
import type { PlDatum, PlType, ScrollOption } from '../tree.js';
import type { Unit } from './unit.js';

const REFCURSOR = 1790;
const AFTER_TYPE = new Set(['collate', 'not', 'default']);

/** Reads one section; answers the dnos to be initialised at block entry. */
export function declarations(u: Unit): number[] {
  const first = u.datums.length;
  for (;;) {
    const t = u.peek();
    if (t.kind === 'word' && t.value === 'declare') { u.next(); continue; }
    if (t.kind === 'op' && t.text === '<<') throw u.errorAt(t, '42601', 'block label must be placed before DECLARE, not after');
    if (t.kind === 'word' && t.value === 'begin') break;
    declaration(u);
  }
  return u.datums.slice(first).filter((d) => d.dtype === 'var' || d.dtype === 'rec').map((d) => d.dno);
}

function declaration(u: Unit): void {
  const nameToken = u.identifier();
  const name = nameToken.value;
  if (u.scope.lookup([name], true) !== undefined) u.fail('duplicate declaration', nameToken);
  if (u.warnShadowed !== undefined && u.scope.lookup([name]) !== undefined) u.warnShadowed(name, nameToken.start);
  if (u.isWord('alias') && u.isWord('for', 1)) return alias(u, name);
  if (u.isWord('cursor') || (u.isWord('scroll') && u.isWord('cursor', 1)) || (u.isWord('no') && u.isWord('scroll', 1) && u.isWord('cursor', 2))) return cursor(u, name, nameToken.line);
  const isConst = u.takeWord('constant');
  let type = dataType(u);
  if (u.takeWord('collate')) {
    const { parts, tokens } = u.names();
    u.at += tokens;
    type = u.types.withCollation(type, parts);
  }
  let notNull = false;
  if (u.takeWord('not')) { u.expectWord('null'); notNull = true; }
  let defaultExpr;
  if (u.isAssignOp() || u.isWord('default')) {
    u.next();
    defaultExpr = u.expressionUntil(';').expr;
  } else u.expectOp(';');
  const v = u.addVariable(name, nameToken.line, type, true);
  if (v.dtype === 'rec' || v.dtype === 'var') {
    v.isConst = isConst;
    v.notNull = notNull;
    v.defaultExpr = defaultExpr;
  }
  if (notNull && defaultExpr === undefined) throw u.errorAt(nameToken, '42601', `variable "${name}" must have a default value, since it's declared NOT NULL`);
}

function alias(u: Unit, name: string): void {
  u.at += 2;
  const t = u.peek();
  if (t.kind === 'param') {
    u.next();
    const found = u.scope.lookup([t.text]);
    if (found === undefined) throw u.errorAt(t, '42703', `variable "${t.text}" does not exist`);
    u.scope.add(name, found);
  } else {
    const { parts, tokens } = u.names();
    const found = parts.length === 0 ? undefined : u.scope.lookup(parts);
    if (parts.length === 0) u.syntaxError();
    if (found === undefined) throw u.errorAt(t, '42703', `variable "${parts.join('.')}" does not exist`);
    u.at += tokens;
    u.scope.add(name, found);
  }
  u.expectOp(';');
}

function cursor(u: Unit, name: string, line: number): void {
  let scroll: ScrollOption = 'default';
  if (u.takeWord('no')) { u.expectWord('scroll'); scroll = 'no_scroll'; } else if (u.takeWord('scroll')) scroll = 'scroll';
  u.expectWord('cursor');
  u.push(undefined, 'other');
  const fields: { name: string; dno: number }[] = [];
  if (u.takeOp('(')) {
    do {
      const arg = u.identifier();
      if (u.warnShadowed !== undefined && u.scope.lookup([arg.value]) !== undefined) u.warnShadowed(arg.value, arg.start);
      const type = dataType(u, true);
      fields.push({ name: arg.value, dno: u.addVariable(arg.value, arg.line, type, true).dno });
    } while (u.takeOp(','));
    u.expectOp(')');
  }
  const argRow = fields.length === 0 ? -1 : u.addRow('(unnamed row)', line, fields);
  if (!u.takeWord('is')) u.expectWord('for');
  const { query } = u.queryUntil(';');
  u.pop();
  const v = u.addVariable(name, line, u.types.byOid(REFCURSOR), true);
  if (v.dtype === 'var') v.cursor = { query, argRow, scroll };
}

/** A type name, with %TYPE and %ROWTYPE; in a list it ends at a comma or parenthesis too. */
export function dataType(u: Unit, inList = false): PlType {
  const start = u.peek();
  const byReference = referencedType(u);
  if (byReference !== undefined) return byReference;
  let depth = 0;
  for (;;) {
    const t = u.peek();
    if (t.kind === 'eof') u.fail('incomplete data type declaration', t);
    if (depth === 0) {
      if (t.kind === 'op' && (t.text === ';' || t.text === ':=' || t.text === '=' || (inList && (t.text === ',' || t.text === ')')))) break;
      if (t.kind === 'word' && AFTER_TYPE.has(t.value)) break;
    }
    if (t.kind === 'op' && t.text === '(') depth++;
    if (t.kind === 'op' && t.text === ')' && --depth < 0) break;
    u.next();
  }
  if (depth > 0) u.fail('mismatched parentheses');
  const text = u.source.slice(start.start, u.peek().start).trim();
  if (text === '') u.fail('missing data type declaration');
  try {
    return u.types.byText(text);
  } catch (error) {
    if (error instanceof SqlError && error.position !== undefined) error.position = [...u.source.slice(0, start.start)].length + Math.max(error.position - u.types.textPrefix, 1);
    throw error;
  }
}

function referencedType(u: Unit): PlType | undefined {
  const { parts, tokens } = u.names();
  if (parts.length === 0 || !u.isOp('%', tokens)) return undefined;
  const first = u.peek();
  const word = u.peek(tokens + 1);
  if (word.kind !== 'word' || (word.value !== 'type' && word.value !== 'rowtype')) return undefined;
  let type: PlType;
  if (word.value === 'type') {
    const known = u.datumHere();
    type = known !== undefined && known.names.length === parts.length ? datumType(u, known.datum) : u.types.columnType(parts, (m, c) => u.errorAt(first, c, m));
  } else type = u.types.rowType(parts, (m, c) => u.errorAt(first, c, m));
  u.at += tokens + 2;
  return arrayDecoration(u, type);
}
function datumType(u: Unit, d: PlDatum): PlType {
  if (d.dtype === 'var' || d.dtype === 'rec') return d.type;
  if (d.dtype === 'recfield') {
    const rec = u.datums[d.recno]!;
    if (rec.dtype === 'rec') return u.types.fieldType(rec.type, d.field);
  }
  throw new SqlError('42601', 'a variable of this kind has no type to refer to');
}
function arrayDecoration(u: Unit, type: PlType): PlType {
  let isArray = false;
  if (u.takeWord('array')) {
    isArray = true;
    if (u.takeOp('[')) { if (u.peek().kind === 'number') u.next(); u.expectOp(']'); }
  }
  while (u.takeOp('[')) {
    isArray = true;
    if (u.peek().kind === 'number') u.next();
    u.expectOp(']');
  }
  return isArray ? u.types.arrayOf(type) : type;
}
