import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { baseType, type TypeEnv } from '@pglitedb/types';
import { KIND, scalarStats, type ColumnInput } from './column-stats.js';

const impl = baseType(23)!;
const input = (values: (number | null)[], totalRows = values.length): ColumnInput => ({
  values, totalRows, target: 10, impl, env: {} as TypeEnv, eqOperator: 96, ltOperator: 97, compare: impl.compare!.bind(impl), equals: undefined,
});

describe('statistics of a column', () => {
  it('a unique column has a histogram and no common values', () => {
    const r = scalarStats(input(Array.from({ length: 100 }, (_, k) => k)));
    expect(r.distinct).toBe(-1);
    expect(r.slots.map((s) => s.kind)).toEqual([KIND.histogram, KIND.correlation]);
    expect(r.slots[0]!.values).toHaveLength(11);
    expect(r.slots[1]!.numbers![0]).toBeCloseTo(1);
  });
  it('a sample of the whole table counts exactly', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 60 }), (values) => {
      const r = scalarStats(input(values));
      const nulls = values.filter((v) => v === null).length;
      expect(r.nullFraction).toBeCloseTo(nulls / values.length);
      const mcv = r.slots.find((s) => s.kind === KIND.mcv);
      mcv?.values!.forEach((v, k) => expect(mcv.numbers![k]).toBeCloseTo(values.filter((x) => x === v).length / values.length));
      const histogram = r.slots.find((s) => s.kind === KIND.histogram)?.values ?? [];
      for (let k = 1; k < histogram.length; k++) expect(histogram[k - 1]).toBeLessThan(histogram[k] as number);
    }));
  });
});
