/** (g) A TPC-C-like mix of transactions without think times; the specification's consistency conditions hold at the end. */
import { quantile } from '../report/stats.mjs';
import { conditions, drawing, fill, tables } from './tpcc/schema.mjs';
import { draw, mix, prepareAll, runTransaction } from './tpcc/transactions.mjs';

const newOrder = mix[0][1];

export const workload = {
  title: 'TPC-C-like mixed transactions',
  subjects: ['pglitedb', 'pglitedb-disk', 'pglitedb-async', 'pglitedb-server', 'pglitedb-server-async', 'postgres', 'postgres-async', 'pglite', 'pglite-disk'],
  notes: { sqlite: 'not asked: the transactions are in PostgreSQL\'s dialect', 'duckdb-1': 'not asked: the transactions are in PostgreSQL\'s dialect', 'pg-mem': 'not asked: it has no row locks' },
  rounds: { quick: 1, full: 5 },
  size: { quick: { warehouses: 1, customers: 100, items: 1000, ms: 1000 }, full: { warehouses: 2, customers: 1000, items: 20_000, ms: 5000 } },
  mean: false,
  steps: () => [{ id: 'mix', title: 'mix', metrics: [
    { id: 'mix', title: 'transactions (servers: 8 clients; in process: 1)', unit: '/s', better: 'higher' },
    { id: 'new-order', title: 'new order: p95', unit: 'ms', better: 'lower' },
    { id: 'again', title: 'transactions begun again after a conflict', unit: '%', better: 'lower' },
  ] }],
  async setup(db, { size }) {
    for (const sql of [...tables, ...fill(size)]) await db.exec(sql);
    const clients = db.server ? await db.clients(8) : [db];
    const prepared = await Promise.all(clients.map(prepareAll));
    const state = { clients, prepared, draws: clients.map((_, k) => drawing(k + 1, size)) };
    await run(state, size);
    return state;
  },
  measure: ({ state, context: { size } }) => run(state, size),
  async verify({ db }) {
    const broken = [];
    for (const [name, sql] of Object.entries(conditions)) {
      const [[count]] = await db.rows(sql);
      if (Number(count) !== 0) broken.push(`${name} (${count})`);
    }
    return [{ ok: broken.length === 0, text: broken.length === 0 ? `all ${Object.keys(conditions).length} conditions of consistency hold` : `broken: ${broken.join(', ')}` }];
  },
};

/** All clients at once, for a slice of time; the first slice warms the engine up. */
async function run({ clients, prepared, draws }, size) {
  const start = performance.now();
  const end = start + size.ms;
  const latencies = [];
  let [done, again] = [0, 0];
  await Promise.all(clients.map(async (client, k) => {
    while (performance.now() < end) {
      const transaction = draw(draws[k]);
      const from = performance.now();
      again += await runTransaction(client, prepared[k], draws[k], transaction);
      if (transaction === newOrder) latencies.push(performance.now() - from);
      done++;
    }
  }));
  return { mix: done / ((performance.now() - start) / 1000), 'new-order': quantile(latencies, 0.95), again: (100 * again) / done };
}
