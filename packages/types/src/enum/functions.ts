/** Enum functions by prosrc. */
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import { comparisons } from '../any/compare-family.js';
import { compareOf } from '../any/datum-codec.js';
import { checkUsable } from './type.js';
import { PgArray } from '../array/value.js';

let context: CallContext;
const compare = (a: Oid, b: Oid): number => (a === b ? 0 : compareOf(context.env.types.typeImpl(context.argTypes[0]!))(a, b));

function enumType(c: CallContext): Oid {
  let oid = c.argTypes[0] ?? 0;
  let info = c.env.types.typeInfo(oid);
  while (info?.kind === 'd') {
    oid = info.baseOid;
    info = c.env.types.typeInfo(oid);
  }
  if (info?.kind !== 'e') throw new SqlError('0A000', 'could not determine actual enum type');
  return oid;
}

function range(from: Oid | null, to: Oid | null, c: CallContext): PgArray {
  const type = enumType(c);
  const labels = c.env.types.enumLabels(type);
  const start = from === null ? 0 : labels.findIndex((l) => l.oid === from);
  const end = to === null ? labels.length - 1 : labels.findIndex((l) => l.oid === to);
  const chosen = labels.slice(start, end + 1);
  for (const l of chosen) checkUsable(l.oid, l.label, type, c.env);
  return PgArray.of(type, chosen.map((l) => l.oid));
}

function edge(first: boolean, c: CallContext): Oid {
  const type = enumType(c);
  const labels = c.env.types.enumLabels(type);
  const label = first ? labels[0] : labels[labels.length - 1];
  if (label === undefined) throw new SqlError('55000', `enum ${c.env.types.formatType(type, -1)} contains no values`);
  checkUsable(label.oid, label.label, type, c.env);
  return label.oid;
}

const ordered: Record<string, BuiltinFn> = {};
for (const [name, f] of Object.entries({
  ...comparisons<Oid, Oid>('enum', compare),
  enum_cmp: compare,
  enum_larger: (a: Oid, b: Oid) => (compare(a, b) > 0 ? a : b),
  enum_smaller: (a: Oid, b: Oid) => (compare(a, b) < 0 ? a : b),
})) {
  ordered[name] = (a: Oid, b: Oid, c: CallContext) => {
    context = c;
    return f(a, b);
  };
}

defineFunctions({
  ...ordered,
  enum_eq: (a: Oid, b: Oid) => a === b,
  enum_ne: (a: Oid, b: Oid) => a !== b,
  enum_first: (_v: Oid | null, c: CallContext) => edge(true, c),
  enum_last: (_v: Oid | null, c: CallContext) => edge(false, c),
  enum_range_all: (_v: Oid | null, c: CallContext) => range(null, null, c),
  enum_range_bounds: range,
});
