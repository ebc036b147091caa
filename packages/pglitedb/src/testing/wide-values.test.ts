/** Values of many MB, and rows that grow: chunks stay of a size, and indexes follow rows that had to move. */
import { expect, test } from '@jest/globals';
import { verifyIndexes } from '../check/verify-indexes.js';
import { PGliteDB } from '../api/pglitedb.js';

const ROWS = 30;
const WIDTH = 1_000_000;

test.each(['one statement for all', 'one per row'])('rows that grow to %s MB each', async (how) => {
  const db = await PGliteDB.open();
  await db.exec(`CREATE TABLE w (id int PRIMARY KEY, n int UNIQUE, doc text); INSERT INTO w SELECT g, g FROM generate_series(1, ${ROWS}) g`);
  if (how === 'one per row') for (let id = 1; id <= ROWS; id++) await db.query('UPDATE w SET doc = $1 WHERE id = $2', ['x'.repeat(WIDTH), id]);
  else await db.exec(`UPDATE w SET doc = repeat('x', ${WIDTH})`);
  const { rows } = await db.query('SELECT count(*)::int AS n, sum(length(doc))::int AS s, (max(ctid)::text::point)[0] > 1 AS spread FROM w');
  expect(rows).toEqual([{ n: ROWS, s: ROWS * WIDTH, spread: true }]);
  expect((await db.query('SELECT id, n, length(doc) AS l FROM w WHERE id = 29')).rows).toEqual([{ id: 29, n: 29, l: WIDTH }]);
  expect((await db.query('SELECT id FROM w WHERE n = 28')).rows).toEqual([{ id: 28 }]);
  await db.exec(`BEGIN; UPDATE w SET doc = doc || 'y', n = -n; ROLLBACK`);
  expect((await db.query('SELECT sum(n)::int AS n, max(length(doc)) AS l FROM w')).rows).toEqual([{ n: (ROWS * (ROWS + 1)) / 2, l: WIDTH }]);
  await db.exec('UPDATE w SET doc = NULL; INSERT INTO w SELECT g, g FROM generate_series(100, 110) g');
  expect(verifyIndexes(db.session().session).faults).toEqual([]);
  await db.close();
});
