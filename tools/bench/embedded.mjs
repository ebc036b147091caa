/**
 * The embedded API's speed beside PGlite, in one run: opening, resident memory, prepared key lookup and single-row
 * insert in autocommit, in memory. `node tools/bench/embedded.mjs [--rows N]`
 */
const rows = Number(process.argv[process.argv.indexOf('--rows') + 1] || 0) || 20_000;

async function measure(name, open, n) {
  const before = performance.now();
  const db = await open();
  await db.query('select 1');
  const openMs = performance.now() - before;
  const rssMb = process.memoryUsage().rss / 1e6;
  await db.exec('create table t (id int primary key, v text)');
  let start = performance.now();
  for (let i = 0; i < n; i++) await db.query('insert into t values ($1, $2)', [i, `v${i}`]);
  const insert = n / ((performance.now() - start) / 1000);
  start = performance.now();
  for (let i = 0; i < n; i++) await db.query('select v from t where id = $1', [i]);
  const select = n / ((performance.now() - start) / 1000);
  start = performance.now();
  for (let i = 0; i < n; i++) await db.query('update t set v = $2 where id = $1', [i, 'x']);
  const update = n / ((performance.now() - start) / 1000);
  await db.close();
  console.log(`${name.padEnd(9)} open ${openMs.toFixed(0)} ms, resident ${rssMb.toFixed(0)} MB, insert ${insert.toFixed(0)}/s, select ${select.toFixed(0)}/s, update ${update.toFixed(0)}/s`);
  return { openMs, rssMb, insert, select, update };
}

const { PGliteDB } = await import('pglitedb');
const own = await measure('pglitedb', () => PGliteDB.open(), rows);
const { PGlite } = await import('@electric-sql/pglite');
const peer = await measure('pglite', () => PGlite.create(), Math.min(rows, 5000));
console.log(`ratio     open 1:${(peer.openMs / own.openMs).toFixed(0)}, insert ${(own.insert / peer.insert).toFixed(1)} x, select ${(own.select / peer.select).toFixed(1)} x, update ${(own.update / peer.update).toFixed(1)} x`);
