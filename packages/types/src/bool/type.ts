/** boolean: its input words, comparisons, casts and the simple aggregates' transition functions. */
import { defineFunctions } from '../function-impl.js';
import { defineBaseType } from '../any/text-io.js';
import { nativeComparisons, orderNames } from '../any/comparison.js';
import { invalidSyntax } from '../int/text-io.js';
import { oneField, wholeMessage } from '../int/types.js';

const WORDS: readonly [string, boolean, number][] = [
  ['true', true, 1], ['false', false, 1], ['yes', true, 1], ['no', false, 1], ['on', true, 2], ['off', false, 2],
];

/** parse_bool: any unique prefix of the words, or 1 or 0; undefined where the text is none of them. */
export function parseBoolWord(text: string): boolean | undefined {
  const t = text.toLowerCase();
  if (t === '1') return true;
  if (t === '0') return false;
  for (const [word, value, min] of WORDS) if (t.length >= min && word.startsWith(t)) return value;
  return undefined;
}

function parseBool(text: string): boolean {
  const v = parseBoolWord(text.replace(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, ''));
  if (v === undefined) throw invalidSyntax('boolean', text);
  return v;
}

export const boolType = defineBaseType({
  oid: 16, name: 'bool', physical: 'bool', len: 1,
  parse: parseBool,
  format: (v: boolean) => (v ? 't' : 'f'),
  send: (v: boolean) => oneField((w) => w.u8(v ? 1 : 0)),
  receive: (b) => wholeMessage(b, (r) => r.u8() !== 0),
  compare: (a: boolean, b: boolean) => (a === b ? 0 : a ? 1 : -1),
  hashKey: (v: boolean) => v,
  sortKey: (v: boolean) => Uint8Array.of(v ? 1 : 0),
}, ['boolin', 'boolout', 'boolrecv', 'boolsend']);

interface BoolState { count: number; trues: number }

function accumulate(state: BoolState | null, v: boolean | null, by: number): BoolState {
  const s = state ?? { count: 0, trues: 0 };
  if (v !== null) {
    s.count += by;
    if (v) s.trues += by;
  }
  return s;
}

defineFunctions({
  ...nativeComparisons(orderNames('bool', { cmp: 'btboolcmp' })),
  bool_int4: (v: boolean) => (v ? 1 : 0),
  int4_bool: (v: number) => v !== 0,
  booltext: (v: boolean) => (v ? 'true' : 'false'),
  booland_statefunc: (a: boolean, b: boolean) => a && b,
  boolor_statefunc: (a: boolean, b: boolean) => a || b,
  bool_accum: (s: BoolState | null, v: boolean | null) => accumulate(s, v, 1),
  bool_accum_inv: (s: BoolState | null, v: boolean | null) => accumulate(s, v, -1),
  bool_alltrue: (s: BoolState) => (s.count === 0 ? null : s.trues === s.count),
  bool_anytrue: (s: BoolState) => (s.count === 0 ? null : s.trues > 0),
});
