/** Comparison, concatenation and cast functions of text, varchar, bpchar and name. */
import { defineFunctions, type ByteTest, type CallContext, type FunctionImpl } from '../function-impl.js';
import { comparisons, orderNames, type ComparisonNames } from '../any/comparison.js';
import { clipUtf8, utf8, utf8Length, charCount } from '../any/utf8.js';
import { collationOf, compareCodePoints, compareText, equalText } from './collation.js';
import { coerceBpchar, coerceVarchar, compareBpchar, trimBlanks } from './types.js';

type Cmp = (a: string, b: string, ctx: CallContext) => number;

/** memcmp with a constant. */
function orderTest(constant: Uint8Array, holds: (r: number) => boolean): ByteTest {
  return (heap, start, end) => {
    const n = Math.min(end - start, constant.length);
    for (let k = 0; k < n; k++) {
      const d = heap[start + k]! - constant[k]!;
      if (d !== 0) return holds(d);
    }
    return holds(end - start - constant.length);
  };
}

/** Comparison functions that pass the collation on; equality has its own shorter way. */
function collated(cmp: Cmp, equal: (a: string, b: string, ctx: CallContext) => boolean, names: ComparisonNames): Record<string, FunctionImpl> {
  const out: Record<string, FunctionImpl> = {};
  if (names.eq) out[names.eq] = { fn: equal };
  if (names.ne) out[names.ne] = { fn: (a: string, b: string, c: CallContext) => !equal(a, b, c) };
  const test = (name: string | undefined, fn: (r: number) => boolean): void => {
    if (name === undefined) return;
    const bytes = (constant: string, c: CallContext): ByteTest | undefined => (cmp === byCollation && collationOf(c.collation).compare === undefined ? orderTest(utf8(constant), fn) : undefined);
    out[name] = { fn: (a: string, b: string, c: CallContext) => fn(cmp(a, b, c)), bytes };
  };
  test(names.lt, (r) => r < 0);
  test(names.le, (r) => r <= 0);
  test(names.gt, (r) => r > 0);
  test(names.ge, (r) => r >= 0);
  if (names.cmp) out[names.cmp] = { fn: cmp };
  if (names.larger) out[names.larger] = { fn: (a: string, b: string, c: CallContext) => (cmp(a, b, c) > 0 ? a : b) };
  if (names.smaller) out[names.smaller] = { fn: (a: string, b: string, c: CallContext) => (cmp(a, b, c) < 0 ? a : b) };
  return out;
}

const byCollation: Cmp = (a, b, c) => compareText(a, b, c.collation);
const equalByCollation = (a: string, b: string, c: CallContext): boolean => a === b || equalText(a, b, c.collation);

const blankTrimmed: Cmp = (a, b, c) => compareText(trimBlanks(a), trimBlanks(b), c.collation);

defineFunctions({
  ...collated(byCollation, equalByCollation, {
    eq: 'texteq', ne: 'textne', lt: 'text_lt', le: 'text_le', gt: 'text_gt', ge: 'text_ge',
    cmp: 'bttextcmp', larger: 'text_larger', smaller: 'text_smaller',
  }),
  ...collated(byCollation, equalByCollation, orderNames('name', { cmp: 'btnamecmp' })),
  ...collated(byCollation, equalByCollation, {
    eq: 'nameeqtext', ne: 'namenetext', lt: 'namelttext', le: 'nameletext', gt: 'namegttext', ge: 'namegetext',
    cmp: 'btnametextcmp',
  }),
  ...collated(byCollation, equalByCollation, {
    eq: 'texteqname', ne: 'textnename', lt: 'textltname', le: 'textlename', gt: 'textgtname', ge: 'textgename',
    cmp: 'bttextnamecmp',
  }),
  ...collated(blankTrimmed, (a, b, c) => equalByCollation(trimBlanks(a), trimBlanks(b), c),
    orderNames('bpchar', { cmp: 'bpcharcmp', larger: 'bpchar_larger', smaller: 'bpchar_smaller' })),
  ...comparisons(compareCodePoints, {
    lt: 'text_pattern_lt', le: 'text_pattern_le', gt: 'text_pattern_gt', ge: 'text_pattern_ge', cmp: 'bttext_pattern_cmp',
  }),
  ...comparisons(compareBpchar, {
    lt: 'bpchar_pattern_lt', le: 'bpchar_pattern_le', gt: 'bpchar_pattern_gt', ge: 'bpchar_pattern_ge',
    cmp: 'btbpchar_pattern_cmp',
  }),
  textcat: { fn: (a: string, b: string) => a + b, js: (a, b) => `(${a} + ${b})` },
  textlen: (s: string) => charCount(s),
  textoctetlen: (s: string) => utf8Length(s),
  bpcharlen: (s: string) => charCount(trimBlanks(s)),
  bpcharoctetlen: (s: string) => utf8Length(s),
  varchar: (s: string, typmod: number, explicit: boolean) => coerceVarchar(s, typmod, explicit),
  bpchar: (s: string, typmod: number, explicit: boolean) => coerceBpchar(s, typmod, explicit),
  text_name: (s: string) => clipUtf8(s, 63),
  name_text: (s: string) => s,
  bpchar_name: (s: string) => trimBlanks(clipUtf8(s, 63)),
  name_bpchar: (s: string) => s,
});
