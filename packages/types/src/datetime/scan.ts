/** ParseDateTime: splits an input into fields by what their characters look like. */
import { dateToken } from './tokens.js';

export type FieldKind = 'NUMBER' | 'STRING' | 'DATE' | 'TIME' | 'TZ' | 'SPECIAL';
export interface Field { text: string; readonly kind: FieldKind }

const FIELDS_MAX = 25;
const BUFFER_MAX = 128 + 25;

const numberDate = /(\d+)(?:(:[\d:.]*)|([-/.])(?:(\d+)(?:(\3)(?:\d|\3)*)?|((?:[A-Za-z0-9]|\3)*)))?/y;
const fraction = /\.\d*/y;
const word = /[A-Za-z]+/y;
const wordDate = /[-+/_.:A-Za-z0-9]+/y;
const signed = /([+-])\s*(?:(\d[\d:.-]*)|([A-Za-z]+))/y;
const space = /[ \t\n\r\v\f]/;
const punctuation = /[!-/:-@[-`{-~]/;

/** The fields, or undefined where a character fits nowhere. */
export function scanDateTime(input: string): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  let buffered = 0;
  while (at < input.length) {
    const c = input[at]!;
    if (space.test(c)) {
      at++;
      continue;
    }
    let field: Field | undefined;
    if (c >= '0' && c <= '9') {
      numberDate.lastIndex = at;
      const m = numberDate.exec(input)!;
      at += m[0].length;
      let kind: FieldKind = 'NUMBER';
      if (m[2] !== undefined) kind = 'TIME';
      else if (m[3] !== undefined) kind = m[4] === undefined || m[5] !== undefined || m[3] !== '.' ? 'DATE' : 'NUMBER';
      field = { text: m[0].toLowerCase(), kind };
    } else if (c === '.') {
      fraction.lastIndex = at;
      const m = fraction.exec(input)!;
      at += m[0].length;
      field = { text: m[0], kind: 'NUMBER' };
    } else if (/[A-Za-z]/.test(c)) {
      word.lastIndex = at;
      let text = word.exec(input)![0].toLowerCase();
      at += text.length;
      const next = input[at] ?? '';
      const isDate = '-/.'.includes(next) && next !== '' ? true : /[+\d]/.test(next) && dateToken(text) === undefined;
      if (isDate) {
        wordDate.lastIndex = at;
        const m = wordDate.exec(input);
        if (m !== null) {
          text += m[0].toLowerCase();
          at += m[0].length;
        }
      }
      field = { text, kind: isDate ? 'DATE' : 'STRING' };
    } else if (c === '+' || c === '-') {
      signed.lastIndex = at;
      const m = signed.exec(input);
      if (m === null) return undefined;
      at += m[0].length;
      field = m[2] !== undefined ? { text: m[1]! + m[2], kind: 'TZ' } : { text: m[1]! + m[3]!.toLowerCase(), kind: 'SPECIAL' };
    } else if (punctuation.test(c)) {
      at++;
      continue;
    } else return undefined;
    buffered += field.text.length + 1;
    if (fields.length >= FIELDS_MAX || buffered > BUFFER_MAX) return undefined;
    fields.push(field);
  }
  return fields;
}
