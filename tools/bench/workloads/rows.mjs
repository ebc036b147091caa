/** (b) Single-row insert, key select and key update: prepared, autocommit, in process; native PostgreSQL over its socket. */
import { perSecond, randomOf } from './loop.mjs';

const inProcess = ['pglitedb', 'pglitedb-disk', 'pglitedb-async', 'postgres', 'postgres-async', 'pglite', 'pglite-disk', 'sqlite', 'sqlite-full', 'sqlite-normal', 'duckdb-1', 'pg-mem'];

const metric = (id, title, target) => ({ id, title, metrics: [{ id, title: `${title}, prepared, autocommit`, unit: '/s', better: 'higher', target: { pglitedb: target } }] });

/** The key of the i-th statement: every key of `rows` in an order without locality. */
const spread = (i, rows) => (Math.imul(i, 0x9e3779b1) >>> 0) % rows;

export const workload = {
  title: 'Single-row statements',
  subjects: inProcess,
  rounds: { quick: 3, full: 7 },
  size: { quick: { rows: 2000, ms: 100 }, full: { rows: 20_000, ms: 700 } },
  steps: () => [metric('insert', 'insert', 150_000), metric('select', 'key select', 250_000), metric('update', 'key update', 150_000)],
  async setup(db, { size }) {
    await db.exec('create table t (id integer primary key, a integer not null, b text not null)');
    const insert = await db.prepare('insert into t values ($1, $2, $3)');
    await db.exec('begin');
    for (let i = 0; i < size.rows; i++) await insert([i, i, `value ${i}`]);
    await db.exec('commit');
    const state = {
      next: size.rows, random: randomOf(7), insert,
      select: await db.prepare('select a, b from t where id = $1'),
      update: await db.prepare('update t set a = $1 where id = $2'),
    };
    for (const step of ['insert', 'select', 'update']) await slice(db, state, step, size);
    return state;
  },
  async measure({ db, state, step, context: { size } }) { return { [step]: await slice(db, state, step, size) }; },
};

/** One slice of a step; the first ones warm the engine up. */
async function slice(db, state, step, size) {
  const from = step === 'insert' ? state.next : state.random(1 << 30);
  const argumentsOf = { insert: (i) => [i, i, 'a new row'], select: (i) => [spread(i, size.rows)], update: (i) => [i & 0xffff, spread(i, size.rows)] }[step];
  const { perSecond: rate, next } = await perSecond(db, state[step], argumentsOf, from, size.ms);
  if (step === 'insert') state.next = next;
  return rate;
}
