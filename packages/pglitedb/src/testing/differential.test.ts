/**
 * Random statements here and in PGlite must answer the same rows or the same error. The seeds are fixed, so that each
 * run is the same; longer runs with other seeds: npm run differential -- --seed N --count N.
 */
import { describe, expect, test } from '@jest/globals';
import { difference, type Answer } from './differential/answer.js';
import { seedTests } from './differential/seeds.js';

describe('differential', () => {
  const sides = seedTests([1, 2, 3]);
  test('planted differences are found', async () => {
    const of = async (ours: string, theirs: string, ordered: boolean): Promise<string | undefined> => {
      const answers: [Answer, Answer] = [await sides().ours.run(ours), await sides().oracle.run(theirs)];
      return difference(...answers, ordered);
    };
    expect(await of('SELECT 1 AS a', 'SELECT 2 AS a', false)).toBe('rows');
    expect(await of('SELECT 1 AS a', 'SELECT 1 AS b', false)).toBe('columns');
    expect(await of('SELECT 1/0', "SELECT 'x'::int", false)).toBe('error 22012 for 22P02');
    expect(await of('SELECT 1 UNION ALL SELECT 2', 'SELECT 2 UNION ALL SELECT 1', true)).toBe('rows');
    expect(await of('SELECT 1 UNION ALL SELECT 2', 'SELECT 2 UNION ALL SELECT 1', false)).toBeUndefined();
  });
});
