import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Numeric, parseNumeric } from '../index.js';
import { decodeNumeric, encodeNumeric, numericSortKey, receiveNumeric, sendNumeric } from './binary-io.js';
import { compareBytes } from '../any/bytes.js';
import { divNumeric, modNumeric, numericKey, sqrtNumeric } from './value.js';
import { expNumeric, lnNumeric, logNumeric, powerNumeric } from './transcendental.js';

const n = (s: string): Numeric => parseNumeric(s);

const numerics = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 30 }))
  .map(([c, scale, cut]) => Numeric.of(c / 10n ** BigInt(cut), scale));

describe('numeric', () => {
  it('reads and writes its text', () => {
    fc.assert(fc.property(numerics, (v) => parseNumeric(v.toString()).toString() === v.toString()));
  });

  it('survives its binary forms', () => {
    fc.assert(
      fc.property(numerics, (v) => {
        expect(receiveNumeric(sendNumeric(v)).toString()).toBe(v.toString());
        expect(decodeNumeric(encodeNumeric(v)).toString()).toBe(v.toString());
      }),
    );
  });

  it('orders its sort keys as its values, and hashes equal values equally', () => {
    fc.assert(
      fc.property(numerics, numerics, (a, b) => {
        const c = a.compare(b);
        expect(Math.sign(compareBytes(numericSortKey(a), numericSortKey(b)))).toBe(c);
        expect(numericKey(a) === numericKey(b)).toBe(c === 0);
        expect(numericKey(a.round(a.dscale + 3))).toBe(numericKey(a));
      }),
    );
  });

  it('adds, subtracts and multiplies exactly', () => {
    fc.assert(
      fc.property(numerics, numerics, (a, b) => {
        expect(a.add(b).sub(b).compare(a)).toBe(0);
        expect(a.mul(b).compare(b.mul(a))).toBe(0);
        expect(a.add(b).mul(a).compare(a.mul(a).add(b.mul(a)))).toBe(0);
      }),
    );
  });

  it('divides with a remainder', () => {
    fc.assert(
      fc.property(numerics, numerics, (a, b) => {
        fc.pre(!b.isZero());
        const r = modNumeric(a, b);
        const whole = divNumeric(a.sub(r), b);
        expect(whole.trunc(0).compare(whole)).toBe(0);
      }),
    );
  });

  it('gives the scales that PostgreSQL gives', () => {
    const cases: [Numeric, string][] = [
      [divNumeric(n('1'), n('3')), '0.33333333333333333333'],
      [divNumeric(n('100'), n('7')), '14.2857142857142857'],
      [divNumeric(n('1e30'), n('7')), '142857142857142857142857142857'],
      [sqrtNumeric(n('2')), '1.414213562373095'],
      [expNumeric(n('1')), '2.7182818284590452'],
      [lnNumeric(n('10')), '2.3025850929940457'],
      [logNumeric(n('2'), n('8')), '3.0000000000000000'],
      [powerNumeric(n('2'), n('0.5')), '1.4142135623730950'],
      [powerNumeric(n('1.0001'), n('10000')), '2.7181459268252249'],
    ];
    for (const [value, text] of cases) expect(value.toString()).toBe(text);
  });

  it('knows its special values', () => {
    expect(n('NaN').compare(n('Infinity'))).toBe(1);
    expect(n('-inf').compare(n('-1e1000'))).toBe(-1);
    expect(n('inf').sub(n('inf')).toString()).toBe('NaN');
    expect(() => divNumeric(n('1'), n('0'))).toThrow('division by zero');
    expect(() => parseNumeric('1__0')).toThrow('invalid input syntax for type numeric: "1__0"');
  });
});
