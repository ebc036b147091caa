/** An idle session costs kilobytes. */
import { expect, test } from '@jest/globals';
import v8 from 'node:v8';
import vm from 'node:vm';
import { PGliteDB } from '../api/pglitedb.js';

const SESSIONS = 500;
const KILOBYTES_MAX = 40;

test(`${SESSIONS} sessions take less than ${KILOBYTES_MAX} KB each`, async () => {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const used = (): number => { gc(); const { heapUsed, arrayBuffers } = process.memoryUsage(); return heapUsed + arrayBuffers; };
  const db = await PGliteDB.open();
  await db.query('SELECT 1');
  const first = db.session();
  const before = used();
  const sessions = Array.from({ length: SESSIONS }, () => db.session());
  expect((used() - before) / SESSIONS / 1024).toBeLessThan(KILOBYTES_MAX);
  for (const s of [first, ...sessions]) await s.close();
  await db.close();
});
