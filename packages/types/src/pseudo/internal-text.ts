/** Types whose values only the system makes: shown as text, never read from it. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineType } from '../type-registry.js';
import { utf8 } from '../any/utf8.js';
import { textFromBytes } from '../text/types.js';
import type { PgArray } from '../array/value.js';

const INTERNAL: readonly [oid: number, name: string][] = [
  [194, 'pg_node_tree'], [3361, 'pg_ndistinct'], [3402, 'pg_dependencies'], [5017, 'pg_mcv_list'],
];

for (const [oid, name] of INTERNAL) {
  // The catalog's loader reads stored values through parse; SQL cannot, for the input function refuses.
  defineType({
    oid, name, physical: 'text', len: -1,
    parse: (text) => text,
    format: (v: string) => v,
    send: utf8,
    receive: textFromBytes,
  });
  const refuse = (): never => {
    throw new SqlError('0A000', `cannot accept a value of type ${name}`);
  };
  defineFunctions({
    [`${name}_in`]: refuse,
    [`${name}_recv`]: refuse,
    [`${name}_out`]: (v: string) => v,
    [`${name}_send`]: (v: string) => utf8(v),
  });
}

const toAscii = (): never => {
  throw new SqlError('0A000', 'encoding conversion from UTF8 to ASCII not supported');
};

defineFunctions({
  oidvectortypes: (v: PgArray, ctx: CallContext) => v.elements.map((oid) => ctx.env.types.formatType(oid, -1)).join(', '),
  to_ascii_default: toAscii,
  to_ascii_enc: toAscii,
  to_ascii_encname: toAscii,
});
