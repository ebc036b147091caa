import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { baseType, builtinFunction, type CallContext, type TypeEnv } from './index.js';
import { compareBytes } from './any/bytes.js';
import { codegenScope } from './codegen-scope.js';

const env = { setting: () => undefined } as unknown as TypeEnv;
const ctx = (): CallContext => ({
  env, collation: 100, argTypes: [], resultType: 0, variadic: false, cache: undefined, inAggregate: false,
});
const call = (name: string, ...args: unknown[]): unknown => builtinFunction(name)!.fn(...args, ctx());

const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) => baseType(20)!.parse(String(v), -1, env) as number | bigint);
const sqlText = fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0') && !/\p{Surrogate}/u.test(s));

const VALUES: readonly [oid: number, fc.Arbitrary<unknown>][] = [
  [16, fc.boolean()],
  [20, int8],
  [21, fc.integer({ min: -32768, max: 32767 })],
  [23, fc.integer()],
  [25, sqlText],
  [26, fc.nat({ max: 0xffffffff })],
  [700, fc.float().map((v) => (Object.is(v, -0) ? 0 : v))],
  [701, fc.double().map((v) => (Object.is(v, -0) ? 0 : v))],
  [17, fc.uint8Array()],
  [1562, fc.array(fc.constantFrom('0', '1')).map((b) => b.join(''))],
  [2950, fc.uuid()],
  [790, int8],
];

describe('scalar types', () => {
  it.each(VALUES)('type %i keeps its values through text and binary', (oid, values) => {
    const type = baseType(oid)!;
    fc.assert(
      fc.property(values, (v) => {
        expect(type.parse(type.format(v, env), -1, env)).toEqual(v);
        expect(type.receive(type.send(v, env), -1, env)).toEqual(v);
        if (type.encode !== undefined) expect(type.decode!(type.encode(v))).toEqual(v);
      }),
    );
  });

  it.each(VALUES)('type %i has sort keys and hash keys that agree with its order', (oid, values) => {
    const type = baseType(oid)!;
    fc.assert(
      fc.property(values, values, (a, b) => {
        const order = Math.sign(type.compare!(a, b));
        expect(Math.sign(compareBytes(type.sortKey!(a), type.sortKey!(b)))).toBe(order);
        expect(type.hashKey!(a) === type.hashKey!(b)).toBe(order === 0);
      }),
    );
  });

  it('computes int8 as bigint arithmetic would', () => {
    fc.assert(
      fc.property(int8, int8, (a, b) => {
        for (const [fn, op] of [['int8pl', (x: bigint, y: bigint) => x + y], ['int8mul', (x: bigint, y: bigint) => x * y]] as const) {
          const exact = op(BigInt(a), BigInt(b));
          if (exact === BigInt.asIntN(64, exact)) expect(String(call(fn, a, b))).toBe(String(exact));
          else expect(() => call(fn, a, b)).toThrow('bigint out of range');
        }
      }),
    );
  });

  it('generates the same results as the functions', () => {
    const names = ['int4pl', 'int4mul', 'int4div', 'int4lt', 'float8mul', 'float8lt', 'int8pl'];
    for (const name of names) {
      const impl = builtinFunction(name)!;
      const make = new Function(...Object.keys(codegenScope), `return (a, b) => ${impl.js!('a', 'b')}`);
      const generated = make(...Object.values(codegenScope)) as (a: number, b: number) => unknown;
      fc.assert(
        fc.property(fc.integer(), fc.integer(), (a, b) => {
          const run = (f: () => unknown): unknown => {
            try {
              return f();
            } catch (e) {
              return (e as Error).message;
            }
          };
          expect(run(() => generated(a, b))).toEqual(run(() => call(name, a, b)));
        }),
      );
    }
  });

  it('raises the errors that PostgreSQL raises', () => {
    const bad: readonly [number, string, string][] = [
      [23, 'abc', 'invalid input syntax for type integer: "abc"'],
      [23, '99999999999', 'value "99999999999" is out of range for type integer'],
      [21, '0x8000', 'value "0x8000" is out of range for type smallint'],
      [16, 'maybe', 'invalid input syntax for type boolean: "maybe"'],
      [701, '1e400', '"1e400" is out of range for type double precision'],
      [2950, 'x', 'invalid input syntax for type uuid: "x"'],
      [1560, '2', '"2" is not a valid binary digit'],
    ];
    for (const [oid, text, message] of bad) expect(() => baseType(oid)!.parse(text, -1, env)).toThrow(message);
    expect(() => call('int4pl', 2147483647, 1)).toThrow('integer out of range');
  });
});

describe('strings', () => {
  it('LIKE agrees with an equivalent regular expression', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '%', '_')).map((p) => p.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', 'c')).map((p) => p.join(''));
    fc.assert(
      fc.property(text, pattern, (s, p) => {
        const re = new RegExp(`^${p.replaceAll('%', '.*').replaceAll('_', '.')}$`);
        expect(call('textlike', s, p)).toBe(re.test(s));
      }),
    );
  });

  it('finds the longest match that regular expressions allow', () => {
    expect(call('textregexsubstr', 'foobar', 'o|oo|oob')).toBe('oob');
    expect(call('textregexsubstr', 'XY1234Z', 'Y*([0-9]{1,3})')).toBe('123');
    expect(call('textregexsubstr', 'XY1234Z', 'Y*?([0-9]{1,3})')).toBe('1');
    expect(call('textregexreplace', 'foobarbaz', 'b..', 'X', 'g')).toBe('fooXX');
    expect(() => call('textregexeq', 'a', '(')).toThrow('invalid regular expression: parentheses () not balanced');
  });

  it('answers in time where backtracking would explode', () => {
    expect(call('textregexeq', `${'a'.repeat(200)}c`, '(a+)+b')).toBe(false);
  });

  it('formats numbers by pictures', () => {
    expect(call('int4_to_char', 1234567, 'FM9,999,999')).toBe('1,234,567');
    expect(call('float8_to_char', -0.1, '99.99')).toBe('  -.10');
    expect(call('int4_to_char', 485, 'FMRN')).toBe('CDLXXXV');
  });
});
