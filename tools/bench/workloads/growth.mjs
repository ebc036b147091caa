/** (k) How single-row statements and analytics change with the number of rows: measured at each size, slope over all. */
import { growthSlope, median } from '../report/stats.mjs';
import { analyticsSetup, queries, textOf } from './analytics.mjs';
import { milliseconds, perSecond } from './loop.mjs';

const sizes = ({ quick }) => (quick ? [1e3, 1e4, 1e5] : [1e4, 1e5, 1e6, 1e7]);
const single = [
  { id: 'select', title: 'key select', args: (i, rows) => [(Math.imul(i, 0x9e3779b1) >>> 0) % rows], sql: 'select v from k where id = $1' },
  { id: 'update', title: 'key update', args: (i, rows) => [i & 0xffff, (Math.imul(i, 0x9e3779b1) >>> 0) % rows], sql: 'update k set v = $1 where id = $2' },
  { id: 'insert', title: 'insert', args: (i, rows) => [rows + i, i], sql: 'insert into k values ($1, $2)' },
];
const measured = [
  ...single.map(({ id, title }) => ({ id, title, unit: 'µs' })),
  ...queries.map(({ id, title }) => ({ id, title, unit: 'ms' })),
];

async function build(db, rows) {
  for (const table of ['f', 'g', 'k']) await db.exec(`drop table if exists ${table}`);
  await analyticsSetup(db, rows);
  await db.exec('create table k (id integer primary key, v integer)');
  await db.exec('insert into k select id, a from f');
  const statements = {};
  for (const { id, sql } of single) statements[id] = await db.prepare(sql);
  return { rows, statements, next: 0 };
}

export const workload = {
  title: 'Growth with the number of rows',
  subjects: ['pglitedb', 'postgres', 'sqlite', 'duckdb-1'],
  notes: { 'pg-mem': 'not asked: it has no plan for millions of rows', pglite: 'not asked: its growth is native PostgreSQL\'s' },
  rounds: { quick: 1, full: 3 },
  size: { quick: { ms: 60 }, full: { ms: 500 } },
  mean: false,
  limits: { measure: 900_000 },
  steps: (context) => sizes(context).map((rows) => ({
    id: String(rows), title: `${rows} rows`, rounds: rows >= 1e7 ? 1 : undefined,
    metrics: measured.map((m) => ({ id: `${m.id}@${rows}`, title: `${m.title}, ${rows.toLocaleString('en')} rows`, unit: m.unit, better: 'lower' })),
  })),
  setup: async () => ({}),
  async measure({ db, state, step, context: { size } }) {
    const rows = Number(step);
    if (state.built?.rows !== rows) state.built = await build(db, rows);
    const values = {};
    for (const { id, args } of single) {
      const { perSecond: rate, next } = await perSecond(db, state.built.statements[id], (i) => args(i, rows), state.built.next, size.ms);
      state.built.next = next;
      values[`${id}@${rows}`] = 1e6 / rate;
    }
    for (const query of queries) values[`${query.id}@${rows}`] = await milliseconds(() => db.rows(textOf(query, rows)));
    return values;
  },
  /** Lines for the charts and their slopes, from all sizes together. */
  finish({ metrics }, context) {
    const growth = measured.map(({ id, title, unit }) => ({ id, title, unit, lines: workload.subjects.map((peer) => {
      const points = sizes(context).map((rows) => [rows, metrics[`${id}@${rows}`]?.[peer]]).filter(([, v]) => v !== undefined).map(([rows, v]) => [rows, median(v)]);
      return { peer, points, slope: growthSlope(points) };
    }).filter((l) => l.points.length > 1) }));
    return { growth: growth.filter((g) => g.lines.length > 0) };
  },
};
