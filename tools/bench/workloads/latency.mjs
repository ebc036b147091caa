/** (i) Latency of short queries while a long analytic query runs again and again on another connection. */
import { quantile } from '../report/stats.mjs';
import { analyticsSetup, queries } from './analytics.mjs';

const long = queries.find((q) => q.id === 'join').sql;
const metric = (id, title, target) => ({ id, title: `key select while a 1:1 join of all rows runs: ${title}`, unit: 'ms', better: 'lower', target });

export const workload = {
  title: 'Short queries beside a long one',
  subjects: ['pglitedb', 'pglitedb-server', 'postgres', 'pglite', 'duckdb'],
  notes: { sqlite: 'not asked: a statement holds its thread, as it must' },
  rounds: { quick: 1, full: 5 },
  size: { quick: { rows: 100_000, ms: 1500 }, full: { rows: 1_000_000, ms: 5000 } },
  mean: false,
  steps: () => [{ id: 'beside', title: 'latency', metrics: [
    metric('p50', 'p50'), metric('p95', 'p95', { pglitedb: 10, 'pglitedb-server': 10 }), metric('p99', 'p99'),
    { id: 'longer', title: 'long queries finished meanwhile', unit: '/s', better: 'higher' },
  ] }],
  async setup(db, { size }) {
    await analyticsSetup(db, size.rows);
    await db.exec('create table k (id integer primary key, v integer)');
    await db.exec('insert into k select i, i from generate_series(0, 9999) as s(i)');
    const [one, other] = await db.clients(2);
    const short = await one.prepare('select v from k where id = $1');
    for (let i = 0; i < 200; i++) await short([i]);
    await other.rows(long);
    return { short, other };
  },
  async measure({ state, context: { size } }) {
    const latencies = [];
    const start = performance.now();
    const end = start + size.ms;
    let longs = 0;
    const background = (async () => { while (performance.now() < end) { await state.other.rows(long); longs++; } return performance.now(); })();
    const foreground = (async () => {
      for (let i = 0; performance.now() < end; i++) {
        const from = performance.now();
        await state.short([(i * 7919) % 10_000]);
        latencies.push(performance.now() - from);
        await new Promise((resolve) => { setTimeout(resolve, 2); });
      }
    })();
    const [finished] = await Promise.all([background, foreground]);
    return { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), p99: quantile(latencies, 0.99), longer: longs / ((finished - start) / 1000) };
  },
};
