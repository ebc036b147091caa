/**
 * node tools/bench/types/bench.mjs: the hot operators of the builtin types, per value in a scan of one table, beside PGlite
 * in the same run. Both sides run in this process in alternation; the figure is the ratio of the medians of processor time,
 * which the load of the machine changes least.
 *
 *   --rows N      rows of the table (default 1000000)
 *   --rounds N    measurements of each query and side (default 5)
 *   --only REGEX  families that match
 */
import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { PGliteDB } from 'pglitedb';
import { tables } from './families.mjs';

const { values: o } = parseArgs({ options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' }, only: { type: 'string' } } });
const rows = Number(o.rows);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function timed(db, sql) {
  const start = process.cpuUsage();
  const answer = await db.query(sql);
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, answer: JSON.stringify(answer.rows[0]) };
}

const sides = [{ name: 'pglitedb', db: await PGliteDB.open() }, { name: 'PGlite', db: await PGlite.create() }];
const chosen = (family) => o.only === undefined || new RegExp(o.only).test(family);
let slow = 0;

async function measure(family, sql) {
  const times = sides.map(() => []);
  let answers;
  for (let round = 0; round <= Number(o.rounds); round++) {
    answers = [];
    for (const [k, { db }] of sides.entries()) {
      const { ms, answer } = await timed(db, sql);
      if (round > 0) times[k].push(ms);
      answers.push(answer);
    }
  }
  const [here, there] = times.map((t) => (median(t) * 1e6) / rows);
  if (there / here < 3) slow++;
  const same = answers[0] === answers[1] ? '' : `  answers differ: ${answers.join(' ')}`;
  console.log(`${family.padEnd(30)}${here.toFixed(1).padStart(17)}${there.toFixed(1).padStart(18)}${(there / here).toFixed(2).padStart(8)}${same}`);
}

console.log('family                        pglitedb ns/value   PGlite ns/value   ratio');
for (const table of tables) {
  const families = Object.entries(table.families).filter(([family]) => chosen(family));
  if (families.length === 0) continue;
  for (const { db } of sides) {
    await db.exec(`create table t (${table.columns})`);
    await db.exec(`insert into t select ${table.values} from generate_series(1, ${rows}) g`);
    await db.exec('analyze t');
  }
  for (const [family, sql] of families) await measure(family, sql);
  for (const { db } of sides) await db.exec('drop table t');
}
for (const { db } of sides) await db.close();
console.log(`${slow} families are less than 3 times as fast as PGlite`);
