/**
 * A sort of a table larger than memory: resident memory stays under the limit, and the rows come out in order.
 *
 *   node tools/bench/spill-sort.mjs [--table-mb 1024] [--work-mem 4MB] [--pool-mb 64] [--limit-mb 600]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PGliteDB } from '../../packages/pglitedb/dist/index.js';

const { values: args } = parseArgs({ options: { 'table-mb': { type: 'string', default: '1024' }, 'work-mem': { type: 'string', default: '4MB' }, 'pool-mb': { type: 'string', default: '64' }, 'limit-mb': { type: 'string', default: '600' } } });
const ROW_BYTES = 150;
const rows = Math.round((Number(args['table-mb']) * 1024 * 1024) / ROW_BYTES);
const highWater = () => {
  try { return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024); } catch { return Math.round(process.memoryUsage.rss() / 1048576); }
};
const dir = mkdtempSync(join(tmpdir(), 'pglitedb-sort-'));
const db = await PGliteDB.open(dir, { settings: { shared_buffers: `${args['pool-mb']}MB`, work_mem: args['work-mem'] } });
const step = async (name, sql) => {
  const started = performance.now();
  const results = await db.exec(sql);
  console.log(`${name.padEnd(18)} ${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s   highest resident ${highWater()} MB`);
  return results.at(-1).rows;
};
console.log(`${rows} rows of about ${ROW_BYTES} bytes, work_mem ${args['work-mem']}`);
await step('load', `CREATE TABLE big AS SELECT (g * 7919) % ${rows} AS id, md5(g::text) || repeat('x', 90) || g AS t FROM generate_series(1::bigint, ${rows}) g; ANALYZE big`);
const order = 'SELECT count(*) AS n, count(*) FILTER (WHERE t < before) AS wrong FROM (SELECT t, lag(t) OVER () AS before FROM (SELECT id, t FROM big ORDER BY t OFFSET 0) q OFFSET 0) w';
const small = Number(args['table-mb']) <= 64;
const [found] = small ? await step('sort, checked', order) : await step('sort', 'SELECT count(*) AS n, 0 AS wrong FROM (SELECT id, t FROM big ORDER BY t OFFSET 0) q');
await db.close();
rmSync(dir, { recursive: true, force: true });
const right = Number(found.n) === rows && Number(found.wrong) === 0;
const ok = right && highWater() <= Number(args['limit-mb']);
console.log(`${right ? 'rows are right' : `wrong: ${JSON.stringify(found)}`}; highest resident ${highWater()} MB, limit ${args['limit-mb']} MB: ${ok ? 'ok' : 'FAILED'}`);
process.exitCode = ok ? 0 : 1;
