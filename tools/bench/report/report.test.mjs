/** The report's arithmetic: medians, ratios by round, slopes; and that no subject vanishes from any output. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkAnswers, differenceOf } from '../harness/answers.mjs';
import { number } from './format.mjs';
import { htmlOf } from './html.mjs';
import { markdownOf } from './markdown.mjs';
import { geometricMean, growthSlope, median, quantile, ratioOf } from './stats.mjs';
import { tableOf } from './terminal.mjs';

const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

describe('statistics', () => {
  it('takes medians and quantiles of sorted neighbours', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8);
    expect(median([])).toBeNaN();
  });
  it('has every median and mean between the extremes', () => {
    fc.assert(fc.property(fc.array(positive, { minLength: 1 }), (values) => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      expect(median(values)).toBeGreaterThanOrEqual(low);
      expect(median(values)).toBeLessThanOrEqual(high);
      expect(geometricMean(values)).toBeGreaterThanOrEqual(low * (1 - 1e-9));
      expect(geometricMean(values)).toBeLessThanOrEqual(high * (1 + 1e-9));
    }));
  });
  it('pairs rounds, so that what slows both leaves the ratio alone', () => {
    expect(ratioOf([10, 5, 20], [5, 2.5, 10], 'higher')).toEqual({ median: 2, low: 2, high: 2, rounds: 3 });
    expect(ratioOf([10, 20], [40, 40], 'lower')).toEqual({ median: 3, low: 2, high: 4, rounds: 2 });
    expect(ratioOf([1], undefined, 'lower')).toBeUndefined();
  });
  it('inverts when the subjects change places', () => {
    fc.assert(fc.property(positive, positive, (a, b) => {
      expect(ratioOf([a], [b], 'lower').median * ratioOf([b], [a], 'lower').median).toBeCloseTo(1, 6);
    }));
  });
  it('finds the exponent of growth', () => {
    expect(growthSlope([[10, 30], [100, 300], [1000, 3000]])).toBeCloseTo(1);
    expect(growthSlope([[10, 7], [100, 7]])).toBeCloseTo(0);
    expect(growthSlope([[1, 1], [10, 100]])).toBeCloseTo(2);
  });
});

describe('answers', () => {
  it('are equal whatever a driver makes of numbers and dates', () => {
    expect(differenceOf([['1.50', new Date(1995, 2, 1), 'x ']], [[1.5, '1995-03-01', 'x']])).toBeUndefined();
    expect(differenceOf([[1], [2]], [[2], [1]], true)).toBeUndefined();
  });
  it('differ in rows, order and values', () => {
    expect(differenceOf([[1]], [])).toBe('0 rows instead of 1');
    expect(differenceOf([[1], [2]], [[2], [1]])).toContain('row 1, column 1');
    expect(differenceOf([[100]], [[100.1]])).toContain('100.1 instead of 100');
  });
  it('name the query that is wrong', () => {
    const [check] = checkAnswers({ postgres: { q1: [[1]], q2: [[2]] }, pglitedb: { q1: [[1]], q2: [[3]] } }, ['postgres']);
    expect(check.ok).toBe(false);
    expect(check.text).toContain('q2');
    expect(check.text).not.toContain('q1');
  });
});

describe('reports', () => {
  const run = {
    at: '2026-01-01T00:00:00.000Z', quick: true, seconds: 1,
    machine: { cpu: 'a cpu', cores: 2, memoryGb: 4, system: 'x', node: 'v20', loadAtStart: 0 },
    results: [{
      key: 'b', title: 'Single-row statements', failed: { sqlite: 'its <binding> is missing' }, notes: {}, checks: [{ ok: false, text: 'pglitedb is wrong' }],
      steps: [{ metrics: [{ id: 'select', title: 'key select', unit: '/s', better: 'higher', target: { pglitedb: 250_000 } }] }],
      metrics: { select: { pglitedb: [100, 200, 300], pglite: [50, 100, 100] } },
    }],
  };
  it.each([['terminal', tableOf(run.results[0])], ['markdown', markdownOf(run)], ['html', htmlOf(run)]])('%s shows values, ratios, failures and checks', (_, text) => {
    for (const part of ['PGlite memory', '200', '2.0 x', '250,000', 'better-sqlite3 memory', 'pglitedb is wrong']) expect(text).toContain(part);
  });
  it('escapes what comes from outside', () => { expect(htmlOf(run)).not.toContain('<binding>'); });
  it('writes numbers with three digits', () => {
    expect([0.01234, 1.26, 12.34, 123.4, 1234.5, 1234567].map(number)).toEqual(['0.012', '1.3', '12.3', '123', '1,235', '1,234,567']);
  });
});
