/** RAISE: messages with placeholders, conditions, options. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type ErrorFields } from '@pglitedb/types';
import { CONDITIONS } from '../conditions.js';
import { fullContext, type Frame } from '../frame.js';
import type { Raise } from '../tree.js';
import { evaluate, evaluateText, textOf } from './values.js';

const FIELDS: Readonly<Record<string, keyof ErrorFields>> = { detail: 'detail', hint: 'hint', column: 'column', constraint: 'constraint', datatype: 'dataType', table: 'table', schema: 'schema' };

export function* raise(frame: Frame, s: Raise): Steps<void> {
  if (s.rethrow) {
    if (frame.handled === undefined) throw new SqlError('0Z002', 'RAISE without parameters cannot be used outside an exception handler');
    throw rethrown(frame.handled);
  }
  let code: string | undefined;
  let message: string | undefined;
  let condition: string | undefined;
  if (s.condition !== undefined) {
    code = codeOf(s.condition);
    condition = s.condition;
  }
  if (s.message !== undefined) message = yield* formatted(frame, s);
  const fields: ErrorFields = {};
  for (const { name, expr } of s.options) {
    const text = yield* evaluateText(frame, expr);
    if (text === null) throw new SqlError('22004', 'RAISE statement option cannot be null');
    if (name === 'errcode') {
      if (code !== undefined) throw already('ERRCODE');
      code = codeOf(text);
      condition = text;
    } else if (name === 'message') {
      if (message !== undefined) throw already('MESSAGE');
      message = text;
    } else {
      if (fields[FIELDS[name]!] !== undefined) throw already(name.toUpperCase());
      Object.assign(fields, { [FIELDS[name]!]: text });
    }
  }
  const sqlstate = code ?? (s.level === 'EXCEPTION' ? 'P0001' : s.level === 'WARNING' ? '01000' : '00000');
  const text = message ?? condition ?? sqlstate;
  if (s.level === 'EXCEPTION') throw new SqlError(sqlstate, text, fields);
  frame.session.notice(s.level, sqlstate, text, { ...fields, where: fullContext(frame.session) });
}
/** The same error again, with the context it had when it was raised first. */
function rethrown(e: SqlError & { handledContext?: string }): SqlError {
  const fields: ErrorFields = {};
  for (const k of ['detail', 'hint', 'column', 'constraint', 'dataType', 'table', 'schema', 'internalQuery', 'internalPosition', 'severity'] as const) if (e[k] !== undefined) Object.assign(fields, { [k]: e[k] });
  const again: SqlError & { contextComplete?: boolean } = new SqlError(e.code, e.message, fields);
  if (e.handledContext !== undefined) again.where = e.handledContext;
  again.contextComplete = true;
  return again;
}
function already(option: string): SqlError { return new SqlError('42601', `RAISE option already specified: ${option}`); }
function codeOf(condition: string): string {
  if (/^[0-9A-Z]{5}$/.test(condition)) return condition;
  const codes = Object.hasOwn(CONDITIONS, condition) ? CONDITIONS[condition] : undefined;
  if (codes === undefined) throw new SqlError('42704', `unrecognized exception condition "${condition}"`);
  return codes[0]!;
}

/** Puts the parameters in the places of %; %% is a percent sign. */
function* formatted(frame: Frame, s: Raise): Steps<string> {
  let out = '';
  let next = 0;
  const text = s.message!;
  for (let k = 0; k < text.length; k++) {
    if (text[k] !== '%') { out += text[k]; continue; }
    if (text[k + 1] === '%') { out += '%'; k++; continue; }
    const param = s.params[next++];
    if (param === undefined) throw new SqlError('42601', 'too few parameters specified for RAISE');
    out += textOf(frame, yield* evaluate(frame, param)) ?? '<NULL>';
  }
  return out;
}
