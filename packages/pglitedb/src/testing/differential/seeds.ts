/** The tests of random statements by fixed seeds; each test file takes some of them, so that jest's workers share the work. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { campaign, type Sides } from './campaign.js';
import { openOracle, openOurs } from './sides.js';

const COUNT = 1000;

/** Defines one test for each seed, and gives the databases they run in. */
export function seedTests(seeds: readonly number[]): () => Sides {
  let sides: Sides;
  beforeAll(async () => {
    const [ours, oracle] = await Promise.all([openOurs(), openOracle()]);
    sides = { ours, oracle };
  }, 300_000);
  afterAll(async () => {
    await sides.ours.close();
    await sides.oracle.close();
  }, 300_000);
  test.each(seeds)(`seed %i: ${COUNT} random statements answer as PGlite`, async (seed) => {
    const { statements, differences } = await campaign(sides, { seed, count: COUNT, shrink: true, differencesMax: 3 });
    expect(differences).toEqual([]);
    expect(statements).toBeGreaterThanOrEqual(COUNT);
  }, 1_800_000);
  return () => sides;
}
