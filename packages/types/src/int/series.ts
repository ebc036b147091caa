/** generate_series over int4 and int8, and the in_range functions of window frames over integers and floats. */
import { defineFunctions } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import { INT8_MAX, INT8_MIN } from './text-io.js';
import type { Int8 } from './value.js';

const zeroStep = (): SqlError => new SqlError('22023', 'step size cannot equal zero');

function series4(from: number, to: number, step: number): Iterable<number> {
  if (step === 0) throw zeroStep();
  return {
    *[Symbol.iterator]() {
      for (let v = from; step > 0 ? v <= to : v >= to; v += step) {
        if (v > 2147483647 || v < -2147483648) return;
        yield v;
      }
    },
  };
}

function series8(from: Int8, to: Int8, step: Int8): Iterable<Int8> {
  if (step === 0) throw zeroStep();
  const safe = [from, to, step].every((v) => typeof v === 'number' && Math.abs(v) < 2 ** 52);
  if (safe) {
    return {
      *[Symbol.iterator]() {
        for (let v = from as number; step > 0 ? v <= to : v >= to; v += step as number) yield v;
      },
    };
  }
  return {
    *[Symbol.iterator]() {
      const end = BigInt(to);
      const by = BigInt(step);
      for (let v = BigInt(from); by > 0n ? v <= end : v >= end; v += by) {
        if (v > INT8_MAX || v < INT8_MIN) return;
        yield canonicalInt8(v);
      }
    },
  };
}

const badFrame = (): SqlError => new SqlError('22013', 'invalid preceding or following size in window function');

function inRangeInt(value: Int8, base: Int8, offset: Int8, sub: boolean, less: boolean): boolean {
  if (offset < 0) throw badFrame();
  const sum = sub ? BigInt(base) - BigInt(offset) : BigInt(base) + BigInt(offset);
  return less ? BigInt(value) <= sum : BigInt(value) >= sum;
}

function inRangeFloat(value: number, base: number, offset: number, sub: boolean, less: boolean): boolean {
  if (Number.isNaN(offset) || offset < 0) throw badFrame();
  if (Number.isNaN(value)) return Number.isNaN(base) ? true : !less;
  if (Number.isNaN(base)) return less;
  if (offset === Infinity && (base === Infinity || base === -Infinity) && (sub ? base > 0 : base < 0)) return true;
  const sum = sub ? base - offset : base + offset;
  return less ? value <= sum : value >= sum;
}

defineFunctions({
  generate_series_int4: { fn: (a: number, b: number) => series4(a, b, 1), set: true },
  generate_series_step_int4: { fn: (a: number, b: number, s: number) => series4(a, b, s), set: true },
  generate_series_int8: { fn: (a: Int8, b: Int8) => series8(a, b, 1), set: true },
  generate_series_step_int8: { fn: (a: Int8, b: Int8, s: Int8) => series8(a, b, s), set: true },
  in_range_int2_int2: inRangeInt,
  in_range_int2_int4: inRangeInt,
  in_range_int2_int8: inRangeInt,
  in_range_int4_int2: inRangeInt,
  in_range_int4_int4: inRangeInt,
  in_range_int4_int8: inRangeInt,
  in_range_int8_int8: inRangeInt,
  in_range_float4_float8: inRangeFloat,
  in_range_float8_float8: inRangeFloat,
});
