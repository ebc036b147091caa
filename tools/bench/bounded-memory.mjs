/**
 * A table larger than the buffer pool and transactions larger than memory: load, full update and commit, full update and
 * rollback, full delete and rollback, scan, a check of sums, recovery. Prints time and resident memory after each step and
 * the highest; fails when that passes the limit.
 *
 *   node tools/bench/bounded-memory.mjs [--table-mb 600] [--pool-mb 64] [--limit-mb 450] [--index]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PGliteDB } from '../../packages/pglitedb/dist/index.js';

const { values: args } = parseArgs({ options: { 'table-mb': { type: 'string', default: '600' }, 'pool-mb': { type: 'string', default: '64' }, 'limit-mb': { type: 'string', default: '450' }, index: { type: 'boolean', default: false }, steps: { type: 'string' } } });
const MB = 1024 * 1024;
const ROW_BYTES = 150;
const rows = Math.round((Number(args['table-mb']) * MB) / ROW_BYTES);
const dir = mkdtempSync(join(tmpdir(), 'pglitedb-memory-'));
let peak = 0;
/** Resident now; VmHWM is the highest of the process where the system tells. */
const resident = () => Math.round(process.memoryUsage.rss() / MB);
const sample = () => { peak = Math.max(peak, resident()); };
const timer = setInterval(sample, 20);
timer.unref();
const highWater = () => {
  try { return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024); } catch { return peak; }
};

const settings = { shared_buffers: `${args['pool-mb']}MB` };
let db = await PGliteDB.open(dir, { settings });
async function step(name, sql) {
  if (args.steps !== undefined && !args.steps.split(',').includes(name)) return undefined;
  const started = performance.now();
  const results = await db.exec(sql);
  sample();
  console.log(`${name.padEnd(18)} ${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s   ${String(resident()).padStart(5)} MB resident, highest ${highWater()} MB`);
  return results.at(-1).rows;
}
console.log(`${rows} rows of about ${ROW_BYTES} bytes (${args['table-mb']} MB), pool ${args['pool-mb']} MB, ${resident()} MB resident at the start`);
await step('create', `CREATE TABLE big (id bigint ${args.index ? 'PRIMARY KEY' : ''}, a int, t text)`);
await step('load', `INSERT INTO big SELECT g, 0, repeat(chr(97 + (g % 26)::int), 110) || g FROM generate_series(1::bigint, ${rows}) g`);
await step('update', 'UPDATE big SET a = a + 1');
await step('rollback update', `BEGIN; UPDATE big SET a = -1, t = 'gone ' || t; ROLLBACK`);
await step('rollback delete', 'BEGIN; DELETE FROM big; ROLLBACK');
const found = await step('scan', 'SELECT count(*) AS n, sum(a) AS a, sum(id) AS ids, min(length(t)) AS shortest FROM big');
await db.close();
db = await PGliteDB.open(dir, { settings });
const again = await step('scan', 'SELECT count(*) AS n, sum(a) AS a, sum(id) AS ids, min(length(t)) AS shortest FROM big');
await db.close();
rmSync(dir, { recursive: true, force: true });
const right = JSON.stringify(again) === JSON.stringify(found) && (found === undefined || (Number(found[0].n) === rows && Number(found[0].a) === rows));
const limit = Number(args['limit-mb']);
console.log(right ? 'sums are right' : `sums are wrong: ${JSON.stringify(found)} ${JSON.stringify(again)}`);
console.log(`highest resident memory ${highWater()} MB, limit ${limit} MB: ${highWater() <= limit ? 'ok' : 'EXCEEDED'}`);
process.exitCode = right && highWater() <= limit ? 0 : 1;
