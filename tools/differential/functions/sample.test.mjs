/** A fixed sample of the differential runs, for every change: numbers, dates and times, and regular expressions. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listFunctions } from '../../functions/list.mjs';
import { compareCalls } from './compare.mjs';
import { ours, pglite } from './sides.mjs';
import { subjects } from './subjects.mjs';

let here;
let there;
beforeAll(async () => {
  here = await ours();
  there = await pglite();
});
afterAll(async () => {
  await here.close();
  await there.close();
});

const cases = [
  ['functions of numbers, dates and times', { kind: 'functions', area: 'numbers,numeric,bits,money,uuid,date and time' }, 1],
  ['operators of the same types', { kind: 'operators', area: 'numbers,numeric,bits,money,uuid,date and time' }, 1],
  ['casts', { kind: 'casts', only: '^(bool|int[248]|float[48]|numeric|money|date|time|timetz|timestamp|timestamptz|interval|bit|varbit)::' }, 1],
  ['regular expressions', { kind: 'regexes' }, 300],
];

test.each(cases)('%s', async (_name, options, calls) => {
  const differences = [];
  for (const subject of await subjects(await listFunctions(), here, options)) differences.push(...(await compareCalls(subject, here, there, calls, 11)).differences);
  expect(differences).toEqual([]);
}, 300_000);

test('a wrong answer is noticed', async () => {
  const lying = { ...here, ask: async () => ({ rows: [['43']] }) };
  const { differences } = await compareCalls({ name: 'lie', make: () => 'SELECT 42::text' }, lying, there, 1, 1);
  expect(differences).toHaveLength(1);
}, 60_000);
