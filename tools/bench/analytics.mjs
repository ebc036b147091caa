/**
 * Analytics over a million rows beside native PostgreSQL (one worker) and DuckDB (one thread), in alternation.
 *
 *   node tools/bench/analytics.mjs [--rows N] [--rounds N] [--only name,...] [--postgres URL] [--json FILE]
 *
 * Peers that cannot start are reported and left out: native needs a URL (and the `pg` package), DuckDB `@duckdb/node-api`.
 * Times are medians over the rounds; the answers of all peers are compared.
 */
import { chmodSync, mkdtempSync, rmSync, statSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The tables: fact(id, grp, v, s), and dim(id, w) with the same ids in another order. */
export const schema = ['CREATE TABLE fact (id int, grp int, v float8, s text)', 'CREATE TABLE dim (id int, w int)'];

/** What is measured; `rows` is how many rows the answer has. */
export const workloads = [
  { name: 'aggregate', sql: 'SELECT count(*), sum(id), avg(v), min(grp), max(grp) FROM fact' },
  { name: 'group', sql: 'SELECT grp, count(*), sum(id), avg(v) FROM fact GROUP BY grp' },
  { name: 'filter', sql: 'SELECT id, grp, v FROM fact WHERE v < 0.01' },
  { name: 'top', sql: 'SELECT id, v FROM fact ORDER BY v DESC LIMIT 100', ordered: true },
  { name: 'join', sql: 'SELECT count(*), sum(f.grp + d.w) FROM fact f JOIN dim d ON f.id = d.id' },
  { name: 'distinct', sql: 'SELECT count(DISTINCT grp) FROM fact' },
  { name: 'distinct wide', sql: 'SELECT count(DISTINCT id) FROM fact' },
  { name: 'group text', sql: 'SELECT s, count(*), sum(v) FROM fact GROUP BY s' },
  { name: 'expression', sql: 'SELECT sum(id % 7 + grp * 2), count(*) FROM fact WHERE v * 2 > 0.5 AND grp <> 3' },
];

/** Deterministic pseudo-random numbers in [0, 1). */
export function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Writes fact and dim as COPY text files; answers their paths. */
export function writeData(dir, rows) {
  const r = random(42);
  const fact = [];
  const dim = [];
  // A full-period linear step visits every id once in a scattered order.
  let id = 0;
  for (let i = 0; i < rows; i++) {
    fact.push(`${i}\t${Math.floor(r() * 1000)}\t${Math.floor(r() * 1e9) / 1e9}\tcustomer ${Math.floor(r() * 10000)}`);
    dim.push(`${id}\t${i % 977}`);
    id = (id + 618_033) % rows;
  }
  const paths = { fact: join(dir, 'fact.tsv'), dim: join(dir, 'dim.tsv') };
  writeFileSync(paths.fact, `${fact.join('\n')}\n`);
  writeFileSync(paths.dim, `${dim.join('\n')}\n`);
  return paths;
}

function folderBytes(dir, skip = () => false) {
  let total = 0;
  for (const e of readdirSync(dir, { withFileTypes: true })) if (!skip(e.name)) total += e.isDirectory() ? folderBytes(join(dir, e.name), skip) : statSync(join(dir, e.name)).size;
  return total;
}

/** Every peer answers rows as arrays of strings, so that answers compare. */
const asText = (rows) => rows.map((row) => row.map((v) => (typeof v === 'number' || /^-?\d*\.?\d+(e[-+]?\d+)?$/i.test(String(v)) ? Number(Number(v).toPrecision(9)) : v)).join('|'));

/** Peers are optional packages: those of BENCH_PEERS, a folder with node_modules, come first. */
async function fromPeers(name) {
  if (!process.env.BENCH_PEERS) return await import(name);
  return await import(pathToFileURL(createRequire(join(process.env.BENCH_PEERS, 'x.js')).resolve(name)).href);
}

export const peers = {
  async pglitedb(dir) {
    const { PGliteDB } = await import('pglitedb');
    const path = join(dir, 'pglitedb');
    const db = await PGliteDB.open(path);
    return {
      run: async (sql) => (await db.query(sql, [], { rowMode: 'array' })).rows,
      copy: (table, file) => db.query(`COPY ${table} FROM '${file}'`),
      settle: async (tables) => { for (const t of tables) await db.query(`ANALYZE ${t}`); },
      // Without the log, as the native server's sizes are.
      bytes: async () => { await db.query('CHECKPOINT'); return folderBytes(path, (name) => name.startsWith('log.')); },
      close: () => db.close(),
    };
  },
  async native(dir, options) {
    if (!options.postgres) throw new Error('no --postgres URL');
    const { default: pg } = await fromPeers('pg');
    const client = new pg.Client(options.postgres);
    await client.connect();
    await client.query('DROP TABLE IF EXISTS fact, dim');
    await client.query('SET max_parallel_workers_per_gather = 0');
    return {
      run: async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows,
      copy: (table, file) => client.query(`COPY ${table} FROM '${file}'`),
      settle: async (tables) => { for (const t of tables) await client.query(`VACUUM ANALYZE ${t}`); },
      bytes: async () => Number((await client.query("SELECT pg_total_relation_size('fact') + pg_total_relation_size('dim') AS n")).rows[0].n),
      close: async () => { await client.query('DROP TABLE fact, dim'); await client.end(); },
    };
  },
  async duckdb(dir) {
    const { DuckDBInstance } = await fromPeers('@duckdb/node-api');
    const instance = await DuckDBInstance.create(join(dir, 'duck.db'), { threads: '1' });
    const connection = await instance.connect();
    return {
      run: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
      copy: (table, file) => connection.run(`COPY ${table} FROM '${file}' (DELIMITER '\t', HEADER false)`),
      settle: async () => undefined,
      bytes: async () => { await connection.run('CHECKPOINT'); return folderBytes(dir); },
      close: async () => { connection.closeSync(); instance.closeSync(); },
    };
  },
};

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function open(names, options) {
  const opened = [];
  for (const name of names) {
    const dir = mkdtempSync(join(tmpdir(), `bench-${name}-`));
    try {
      opened.push({ name, dir, peer: await peers[name](dir, options) });
    } catch (error) {
      console.log(`${name}: left out (${error.message})`);
      rmSync(dir, { recursive: true, force: true });
    }
  }
  return opened;
}

/** Times of one workload by peer; the first round is not counted, its answers are compared. */
async function measure(w, opened, rounds) {
  const times = {};
  const answers = {};
  for (let round = -1; round < rounds; round++) {
    for (const { name, peer } of opened) {
      const before = performance.now();
      const rows = await peer.run(w.sql);
      const ms = performance.now() - before;
      if (round < 0) answers[name] = (w.ordered ? asText(rows) : asText(rows).sort()).join('\n');
      else (times[name] ??= []).push(ms);
    }
  }
  for (const [name, answer] of Object.entries(answers)) if (answer !== answers.pglitedb) console.log(`${w.name}: ${name} answers otherwise`);
  return times;
}

/** Runs everything; answers { copy, bytes, times: { workload: { peer: [ms] } } }. */
export async function run(options) {
  const data = mkdtempSync(join(tmpdir(), 'bench-data-'));
  chmodSync(data, 0o755);
  const files = writeData(data, options.rows);
  const opened = await open(options.peers, options);
  const result = { rows: options.rows, copy: {}, bytes: {}, times: {} };
  try {
    for (const { name, peer } of opened) {
      for (const sql of schema) await peer.run(sql);
      const before = performance.now();
      await peer.copy('fact', files.fact);
      result.copy[name] = Math.round(options.rows / ((performance.now() - before) / 1000));
      if (options.bytes) result.bytes[name] = await peer.bytes();
      await peer.copy('dim', files.dim);
      await peer.settle(['fact', 'dim']);
    }
    for (const w of workloads) if (!options.only || options.only.includes(w.name)) result.times[w.name] = await measure(w, opened, options.rounds);
  } finally {
    for (const { dir, peer } of opened) {
      await peer.close();
      rmSync(dir, { recursive: true, force: true });
    }
    rmSync(data, { recursive: true, force: true });
  }
  return result;
}

export function report(result) {
  const own = (t) => median(t.pglitedb);
  for (const [name, t] of Object.entries(result.times)) {
    const cells = Object.entries(t).map(([peer, list]) => `${peer} ${median(list).toFixed(1)}`);
    const ratios = Object.keys(t).filter((p) => p !== 'pglitedb').map((p) => `${p}/ours ${(median(t[p]) / own(t)).toFixed(2)}`);
    console.log(`${name.padEnd(14)} ${cells.join('  ').padEnd(60)} ${ratios.join('  ')}`);
  }
  console.log('copy rows/s   ', Object.entries(result.copy).map(([p, n]) => `${p} ${n}`).join('  '));
  console.log('bytes         ', Object.entries(result.bytes).map(([p, n]) => `${p} ${n}`).join('  '));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const arg = (name) => { const at = process.argv.indexOf(`--${name}`); return at < 0 ? undefined : process.argv[at + 1]; };
  const options = {
    rows: Number(arg('rows') ?? 1_000_000), rounds: Number(arg('rounds') ?? 5), postgres: arg('postgres'), only: arg('only')?.split(','),
    peers: arg('peers')?.split(',') ?? Object.keys(peers), bytes: !process.argv.includes('--no-bytes'),
  };
  const result = await run(options);
  report(result);
  if (arg('json')) writeFileSync(arg('json'), JSON.stringify(result, null, 1));
}
