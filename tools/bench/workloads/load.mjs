/** (d) A million rows (int, int, float8, text) by COPY, rows by multi-row INSERT, and the bytes that they take on disk. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { milliseconds } from './loop.mjs';

const table = 'create table t (id integer, a integer, c double precision, s text)';
const rowOf = (i) => [i, Math.imul(i, 7919) & 0xfffff, ((i * 48271) % 2147483647) / 1000, `row number ${i} of many`];

function fileOf({ cache, size }) {
  const file = join(cache, `load-${size.rows}.csv`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const parts = [];
  for (let i = 0; i < size.rows; i++) parts.push(rowOf(i).join(','));
  writeFileSync(`${file}.${process.pid}`, `${parts.join('\n')}\n`);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

const insertBatch = 500;
function insertText(from) {
  const rows = Array.from({ length: insertBatch }, (_, k) => { const [id, a, c, s] = rowOf(from + k); return `(${id},${a},${c},'${s}')`; });
  return `insert into t values ${rows.join(',')}`;
}

const steps = {
  async copy(db, state, context) {
    const before = state.measured ? undefined : await db.bytes('t');
    const ms = await milliseconds(() => db.copy('t', fileOf(context)));
    if (state.measured || before === undefined) return { copy: context.size.rows / (ms / 1000) };
    state.measured = true;
    await db.checkpoint();
    return { copy: context.size.rows / (ms / 1000), bytes: (await db.bytes('t') - before) / context.size.rows };
  },
  async insert(db, state, { size }) {
    const texts = Array.from({ length: size.inserts / insertBatch }, (_, k) => insertText(k * insertBatch));
    const ms = await milliseconds(async () => { for (const text of texts) await db.exec(text); });
    return { insert: size.inserts / (ms / 1000) };
  },
};

export const workload = {
  title: 'Bulk load and bytes on disk',
  subjects: ['pglitedb', 'pglitedb-disk', 'pglitedb-server', 'postgres', 'pglite', 'pglite-disk', 'sqlite', 'sqlite-full', 'duckdb-1', 'duckdb-disk'],
  notes: { 'pg-mem': 'not asked: it has no COPY of a file' },
  rounds: { quick: 1, full: 5 },
  size: { quick: { rows: 100_000, inserts: 10_000 }, full: { rows: 1_000_000, inserts: 100_000 } },
  mean: false,
  steps: () => [
    { id: 'copy', title: 'COPY', metrics: [{ id: 'copy', title: 'COPY (SQLite: prepared inserts in one transaction)', unit: 'rows/s', better: 'higher', ratioTarget: { postgres: 1 } }, { id: 'bytes', title: 'on disk after a checkpoint', unit: 'bytes/row', better: 'lower', ratioTarget: { postgres: 1 / 0.6 } }] },
    { id: 'insert', title: 'multi-row INSERT', metrics: [{ id: 'insert', title: `INSERT of ${insertBatch} rows a statement, autocommit`, unit: 'rows/s', better: 'higher' }] },
  ],
  prepare: fileOf,
  setup: async () => ({ measured: false }),
  async measure({ db, state, step, context }) {
    await db.exec(table);
    try {
      return await steps[step](db, state, context);
    } finally {
      await db.exec('drop table t');
    }
  },
};
