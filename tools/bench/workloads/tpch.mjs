/** (f) TPC-H: all 22 queries, warm; every subject's answers are compared with the reference's. */
import { join } from 'node:path';
import { milliseconds } from './loop.mjs';
import { generate } from './tpch/generate.mjs';
import { queries } from './tpch/queries.mjs';
import { indexes, keys, tables } from './tpch/schema.mjs';

const names = Object.keys(queries(1));

/** Loads all tables and declares the keys. */
export async function loadTpch(db, folder) {
  for (const [table, columns] of Object.entries(tables)) {
    await db.exec(`create table ${table} (${columns})`);
    await db.copy(table, join(folder, `${table}.csv`));
  }
  if (db.dialect !== 'postgres') return;
  for (const [table, columns] of Object.entries(keys)) await db.exec(`alter table ${table} add primary key (${columns})`);
  for (const [table, columns] of Object.entries(indexes)) await db.exec(`create index ${table}_foreign on ${table} (${columns})`);
  await db.exec(db.server ? 'vacuum analyze' : 'analyze');
}

export const workload = {
  title: 'TPC-H',
  subjects: ['pglitedb', 'postgres', 'postgres-parallel', 'pglite', 'duckdb-1', 'duckdb'],
  notes: { sqlite: 'not asked: another dialect of dates', 'pg-mem': 'not asked: it lacks much of what the queries use' },
  rounds: { quick: 1, full: 3 },
  size: { quick: { scale: 0.01, limitMs: 5000 }, full: { scale: 0.1, limitMs: 60_000 } },
  chart: 'means',
  steps: () => names.map((id) => ({ id, title: id.toUpperCase(), metrics: [{ id, title: id.toUpperCase(), unit: 'ms', better: 'lower', ratioTarget: { postgres: 3 } }] })),
  /** Before any subject starts: the data. */
  prepare({ cache, size }) { generate(cache, size.scale); },
  async setup(db, { cache, size }) {
    await loadTpch(db, generate(cache, size.scale));
    if (db.dialect === 'postgres') await db.exec(`set statement_timeout = ${size.limitMs}`);
    return queries(size.scale);
  },
  async answers({ db, state }) {
    const answers = {};
    for (const name of names) answers[name] = await Promise.resolve(db.rows(state[name])).catch((error) => ({ error: error.message }));
    return answers;
  },
  async measure({ db, state, step }) {
    return { [step]: await milliseconds(() => db.rows(state[step])) };
  },
};
