/** Random DDL, DML and restarts. PGLITEDB_RESTART_RUNS=N runs N cases, PGLITEDB_RESTART_SEED=S other ones. */
import { it } from '@jest/globals';
import fc from 'fast-check';
import { runSteps } from './campaign.js';
import { KIND_COUNT, NUMBER_MAX, type Step } from './statements.js';

const RUNS = Number(process.env.PGLITEDB_RESTART_RUNS ?? 4);
const SEED = Number(process.env.PGLITEDB_RESTART_SEED ?? 18);
const number = fc.nat(NUMBER_MAX);
const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(KIND_COUNT - 1), number, number, number);
const configuration = fc.record({
  poolBytes: fc.constantFrom(200_000, 128_000_000),
  placement: fc.constantFrom('append' as const, 'in_place' as const),
  checkpointBytes: fc.constantFrom(100_000, 64_000_000),
});

it('finds after each restart what was there before it, indexes included', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), configuration, runSteps), { numRuns: RUNS, seed: SEED, endOnFailure: RUNS < 100, interruptAfterTimeLimit: RUNS * 20_000 });
}, 120_000 + RUNS * 20_000);
