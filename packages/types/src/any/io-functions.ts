/** Input and output functions of the date/time and structured types, by prosrc; the pseudo-types' among them. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type BuiltinFn, type CallContext } from '../function-impl.js';
import { baseType } from '../type-registry.js';
import type { TypeImpl } from '../type-impl.js';
import type { PgArray } from '../array/value.js';
import type { PgMultirange, PgRange } from '../range/value.js';
import type { PgRecord } from '../record/value.js';
import { ioFunctions } from './text-io.js';

type Ctx = CallContext;

const bases: readonly [number, string][] = [
  [1082, 'date'], [1083, 'time'], [1266, 'timetz'], [1114, 'timestamp'], [1184, 'timestamptz'], [1186, 'interval'],
  [114, 'json'], [3802, 'jsonb'], [4072, 'jsonpath'],
];
for (const [oid, name] of bases) defineFunctions(ioFunctions(baseType(oid)!, [`${name}_in`, `${name}_out`, `${name}_recv`, `${name}_send`]));

/** Functions of types made from others: the type comes as an argument on the way in, from the value on the way out. */
function derived(name: string, inType: (arg: Oid, c: Ctx) => Oid, outType: (v: Datum, c: Ctx) => Oid): Record<string, BuiltinFn> {
  const impl = (oid: Oid, c: Ctx): TypeImpl => c.env.types.typeImpl(oid);
  const typmod = (t: unknown): number => (typeof t === 'number' ? t : -1);
  return {
    [`${name}_in`]: (text: string, oid: Oid, t: unknown, c?: Ctx) => {
      const ctx = (c ?? t) as Ctx;
      return impl(inType(oid, ctx), ctx).parse(text, typmod(t), ctx.env);
    },
    [`${name}_recv`]: (bytes: Uint8Array, oid: Oid, t: unknown, c?: Ctx) => {
      const ctx = (c ?? t) as Ctx;
      return impl(inType(oid, ctx), ctx).receive(bytes, typmod(t), ctx.env);
    },
    [`${name}_out`]: (v: Datum, c: Ctx) => impl(outType(v, c), c).format(v, c.env),
    [`${name}_send`]: (v: Datum, c: Ctx) => impl(outType(v, c), c).send(v, c.env),
  };
}

const own = (oid: Oid): Oid => oid;
const arrayOf = (element: Oid, c: Ctx): Oid => {
  const oid = c.env.types.typeInfo(element)?.arrayOid;
  if (!oid) throw new SqlError('42704', `could not find array type for data type ${c.env.types.formatType(element, -1)}`);
  return oid;
};
const ofArray = (v: PgArray, c: Ctx): Oid => arrayOf(v.elementOid, c);
const ofRange = (v: PgRange): Oid => v.rangeOid;
const ofMultirange = (v: PgMultirange): Oid => v.multirangeOid;
const ofRecord = (v: PgRecord): Oid => v.typeOid;
const argument = (_v: Datum, c: Ctx): Oid => c.argTypes[0]!;

function refusing(name: string, output?: BuiltinFn): Record<string, BuiltinFn> {
  const refuse = (): never => {
    throw new SqlError('0A000', `cannot accept a value of type ${name}`);
  };
  return output === undefined ? { [`${name}_in`]: refuse } : { [`${name}_in`]: refuse, [`${name}_out`]: output };
}

const array = derived('array', arrayOf, ofArray);
const range = derived('range', own, ofRange);
const multirange = derived('multirange', own, ofMultirange);
const enums = derived('enum', own, argument);

defineFunctions({
  ...array,
  ...range,
  ...multirange,
  ...enums,
  ...derived('record', own, ofRecord),
  ...refusing('anyarray', array['array_out']),
  ...refusing('anycompatiblearray', array['array_out']),
  anyarray_send: array['array_send']!,
  anycompatiblearray_send: array['array_send']!,
  ...refusing('anyenum', enums['enum_out']),
  ...refusing('anyrange', range['range_out']),
  ...refusing('anycompatiblerange', range['range_out']),
  ...refusing('anymultirange', multirange['multirange_out']),
  ...refusing('anycompatiblemultirange', multirange['multirange_out']),
  domain_in: (text: string | null, oid: Oid, _typmod: number, c: Ctx) => {
    if (text !== null) return c.env.types.typeImpl(oid).parse(text, -1, c.env);
    c.env.types.checkDomain(oid, null, c.env);
    return null;
  },
  domain_recv: (bytes: Uint8Array | null, oid: Oid, _typmod: number, c: Ctx) => {
    if (bytes !== null) return c.env.types.typeImpl(oid).receive(bytes, -1, c.env);
    c.env.types.checkDomain(oid, null, c.env);
    return null;
  },
});
