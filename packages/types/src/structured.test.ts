import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { staticResolver } from './any/static-resolver.js';
import { compareBytes } from './any/bytes.js';
import { baseType, builtinFunction, Interval, PgArray, PgRange, PgRecord, SqlError, type CallContext, type TypeEnv } from './index.js';

const [INT4, TEXT, DATE, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ, INTERVAL] = [23, 25, 1082, 1083, 1266, 1114, 1184, 1186];
const [INT4_ARRAY, TEXT_ARRAY, INT4RANGE, INT4MULTIRANGE, COLOUR, PAIR, JSONB] = [1007, 1009, 3904, 4451, 90001, 90002, 3802];

const types = staticResolver({
  types: [
    { oid: INT4, name: 'integer', kind: 'b', arrayOid: INT4_ARRAY },
    { oid: TEXT, name: 'text', kind: 'b', arrayOid: TEXT_ARRAY },
    { oid: INT4_ARRAY, name: 'integer[]', kind: 'a', elementOid: INT4 },
    { oid: TEXT_ARRAY, name: 'text[]', kind: 'a', elementOid: TEXT },
    { oid: INT4RANGE, name: 'int4range', kind: 'r' },
    { oid: INT4MULTIRANGE, name: 'int4multirange', kind: 'm' },
    { oid: COLOUR, name: 'colour', kind: 'e' },
    { oid: PAIR, name: 'pair', kind: 'c' },
  ],
  fields: { [PAIR]: [{ name: 'n', typeOid: INT4, typmod: -1, collation: 0 }, { name: 't', typeOid: TEXT, typmod: -1, collation: 100 }] },
  labels: { [COLOUR]: ['red', 'green', 'blue'].map((label, i) => ({ oid: 100 - i, label, sortOrder: i + 1 })) },
  ranges: [{ rangeOid: INT4RANGE, multirangeOid: INT4MULTIRANGE, subtypeOid: INT4, collation: 0, canonical: 'int4range_canonical', subtypeDiff: 'int4range_subdiff' }],
});
const settings: Record<string, string> = { TimeZone: 'America/New_York', DateStyle: 'ISO, MDY', IntervalStyle: 'postgres' };
const env: TypeEnv = {
  setting: (name) => settings[name], types, transactionTimestamp: () => 8e14, statementTimestamp: () => 8e14, clockTimestamp: () => 8e14,
  notice: () => undefined,
};
const context = (resultType = 0, argTypes: number[] = []): CallContext => ({
  env, collation: 100, argTypes, resultType, variadic: false, cache: undefined, inAggregate: false,
});
const call = (name: string, ...args: unknown[]): never => builtinFunction(name)!.fn(...args, context()) as never;
const read = (oid: number, text: string): never => types.typeImpl(oid).parse(text, -1, env) as never;
const show = (oid: number, v: unknown): string => types.typeImpl(oid).format(v, env);

const sqlText = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((s) => !s.includes('\0') && !/\p{Surrogate}/u.test(s));
const array = <T>(oid: number, element: fc.Arbitrary<T>): fc.Arbitrary<PgArray> =>
  fc.oneof(
    fc.array(fc.option(element), { maxLength: 6 }).map((e) => PgArray.of(oid, e)),
    fc.tuple(fc.integer({ min: -3, max: 3 }), fc.array(fc.tuple(element, element), { minLength: 1, maxLength: 3 }))
      .map(([low, rows]) => new PgArray(oid, [rows.length, 2], [low, 1], rows.flat())),
  );
const micros = fc.oneof(fc.integer({ min: -8e15, max: 8e15 }), fc.constantFrom(Infinity, -Infinity, 0));
const interval = fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -90000, max: 90000 }), fc.integer({ min: -1e14, max: 1e14 }))
  .map(([m, d, t]) => new Interval(m, d, t));
const range = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 9 }), fc.boolean(), fc.boolean())
  .map(([low, n, openLow, openHigh]) => read(INT4RANGE, `[${openLow ? '' : low},${openHigh ? '' : low + n})`) as PgRange);
const json: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 3 }).filter((v) => !/\\u|e[-+]/.test(JSON.stringify(v)));

const VALUES: readonly [string, number, fc.Arbitrary<unknown>][] = [
  ['integer[]', INT4_ARRAY, array(INT4, fc.integer())],
  ['text[]', TEXT_ARRAY, array(TEXT, sqlText)],
  ['pair', PAIR, fc.tuple(fc.option(fc.integer()), fc.option(sqlText)).map((v) => new PgRecord(PAIR, v, [INT4, TEXT]))],
  ['colour', COLOUR, fc.constantFrom(100, 99, 98)],
  ['int4range', INT4RANGE, range],
  ['int4multirange', INT4MULTIRANGE, fc.array(range, { maxLength: 4 }).map((r) => builtinFunction('multirange_constructor2')!.fn(PgArray.of(INT4RANGE, r), context(INT4MULTIRANGE)))],
  ['date', DATE, fc.oneof(fc.integer({ min: -2451545, max: 2145031948 }), fc.constantFrom(Infinity, -Infinity))],
  ['time', TIME, fc.integer({ min: 0, max: 86_400_000_000 })],
  ['timestamp', TIMESTAMP, micros],
  ['timestamptz', TIMESTAMPTZ, micros],
  ['interval', INTERVAL, interval],
  ['timetz', TIMETZ, fc.tuple(fc.integer({ min: 0, max: 86_400_000_000 }), fc.integer({ min: -50000, max: 50000 })).map(([t, z]) => read(TIMETZ, `${show(TIME, t)}${show(TIMETZ, { micros: 0, zoneSeconds: z }).slice(8)}`))],
  ['jsonb', JSONB, json.map((v) => read(JSONB, JSON.stringify(v)))],
];

describe('structured and date/time types', () => {
  it.each(VALUES)('%s keeps its values through text, binary and chunk bytes', (_name, oid, values) => {
    const type = types.typeImpl(oid);
    fc.assert(
      fc.property(values, (v) => {
        const text = type.format(v, env);
        expect(type.format(type.parse(text, -1, env), env)).toBe(text);
        expect(type.format(type.receive(type.send(v, env), -1, env), env)).toBe(text);
        if (type.encode !== undefined) expect(type.format(type.decode!(type.encode(v)), env)).toBe(text);
      }),
    );
  });

  it.each(VALUES)('%s has hash keys and sort keys that agree with its order', (_name, oid, values) => {
    const type = types.typeImpl(oid);
    fc.assert(
      fc.property(values, values, (a, b) => {
        const order = Math.sign(type.compare!(a, b));
        expect(Math.sign(type.compare!(b, a)) + order).toBe(0);
        expect(type.hashKey!(a) === type.hashKey!(b)).toBe(order === 0);
        if (type.sortKey !== undefined) expect(Math.sign(compareBytes(type.sortKey(a), type.sortKey(b)))).toBe(order);
      }),
    );
  });
});

describe('date and time arithmetic', () => {
  it('takes back what it added, where no month end is in the way', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3e15, max: 3e15 }), interval, (t, v) => {
        const days = new Interval(0, v.days, v.micros);
        expect(call('timestamp_mi_interval', call('timestamp_pl_interval', t, days), days)).toBe(t);
      }),
    );
  });

  it('reads in any zone what it wrote in another', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3e15, max: 3e15 }), fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/Sao_Paulo', 'EST5EDT', '<+03>-3'), (t, zone) => {
        settings['TimeZone'] = zone;
        const text = show(TIMESTAMPTZ, t);
        settings['TimeZone'] = 'America/New_York';
        expect(read(TIMESTAMPTZ, text)).toBe(t);
      }),
    );
  });

  it.each([
    [DATE, 'January 8, 99 BC', '0099-01-08 BC'], [DATE, 'J2451187', '1999-01-08'], [TIMESTAMP, '19990108T040506.789', '1999-01-08 04:05:06.789'],
    [TIMESTAMPTZ, '2024-03-10 02:30', '2024-03-10 03:30:00-04'], [TIMESTAMPTZ, '2024-07-01 12:00 PST', '2024-07-01 16:00:00-04'],
    [INTERVAL, 'P1Y2M3DT4H5M6.7S', '1 year 2 mons 3 days 04:05:06.7'], [INTERVAL, '1-2 3 4:05:06 ago', '-1 years -2 mons -3 days -04:05:06'],
  ])('type %i reads "%s"', (oid, text, shown) => {
    expect(show(oid, read(oid, text))).toBe(shown);
  });

  it.each([
    [DATE, 'abc', '22007', 'invalid input syntax for type date: "abc"'], [DATE, '1999-13-01', '22008', 'date/time field value out of range: "1999-13-01"'],
    [TIMESTAMPTZ, '2001-01-01 Mars/Phobos', '22023', 'time zone "mars/phobos" not recognized'],
    [INTERVAL, '99999999999 years', '22015', 'interval field value out of range: "99999999999 years"'],
  ])('type %i refuses "%s"', (oid, text, code, message) => {
    expect(() => read(oid, text)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('sets of integers as ranges', () => {
  const members = (v: unknown): Set<number> => {
    const kit = Array.from({ length: 81 }, (_, i) => i - 40);
    const name = v instanceof PgRange ? 'range_contains_elem' : 'multirange_contains_elem';
    return new Set(kit.filter((i) => call(name, v, i)));
  };
  const multi = (r: PgRange[]): unknown => builtinFunction('multirange_constructor2')!.fn(PgArray.of(INT4RANGE, r), context(INT4MULTIRANGE));
  const ranges = fc.array(range, { maxLength: 4 });

  it('multirange union, intersection and difference are those of sets', () => {
    fc.assert(
      fc.property(ranges, ranges, (p, q) => {
        const [a, b] = [multi(p), multi(q)];
        const [x, y] = [members(a), members(b)];
        expect(members(call('multirange_union', a, b))).toEqual(new Set([...x, ...y]));
        expect(members(call('multirange_intersect', a, b))).toEqual(new Set([...x].filter((i) => y.has(i))));
        expect(members(call('multirange_minus', a, b))).toEqual(new Set([...x].filter((i) => !y.has(i))));
      }),
    );
  });
});

describe('json', () => {
  it('jsonb agrees with the host on what JSON means', () => {
    fc.assert(
      fc.property(json, (v) => {
        expect(JSON.parse(show(JSONB, read(JSONB, JSON.stringify(v))))).toEqual(JSON.parse(JSON.stringify(v)));
      }),
    );
  });

  it('accepts exactly the texts that the host accepts', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', '0', '.5', 'e1', 'true', 'nul', 'null', ' ')).map((t) => t.join('')), (text) => {
        const host = ((): boolean => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        })();
        const ours = ((): boolean => {
          try {
            baseType(JSONB)!.parse(text, -1, env);
            return true;
          } catch (e) {
            expect(e).toBeInstanceOf(SqlError);
            return false;
          }
        })();
        expect(ours).toBe(host);
      }),
    );
  });

  it('every jsonb contains itself, and its path $ is itself', () => {
    fc.assert(
      fc.property(json, (v) => {
        const d = read(JSONB, JSON.stringify(v));
        expect(call('jsonb_contains', d, d)).toBe(true);
        const first = call('jsonb_path_query_first', d, read(4072, '$'), read(JSONB, '{}'), false);
        expect(call('jsonb_eq', first, d)).toBe(true);
      }),
    );
  });
});
