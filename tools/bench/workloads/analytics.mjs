/** (e) Analytics over one table of a million rows, and its 1:1 join with another; no index, warm. */
import { milliseconds } from './loop.mjs';

/** Title, SQL, and native PostgreSQL's and DuckDB's own times are measured in the same run. */
export const queries = [
  { id: 'aggregate', title: 'aggregate', sql: 'select count(*), sum(a), avg(c), min(c), max(c) from f' },
  { id: 'group', title: 'group by 1,000 groups', sql: 'select b, count(*), sum(a), avg(c) from f group by b' },
  { id: 'filter', title: '1 % filter', sql: 'select count(*), sum(c) from f where a >= $LOW and a < $HIGH' },
  { id: 'top', title: 'top 100', sql: 'select id, c from f order by c desc, id limit 100' },
  { id: 'join', title: '1:1 hash join', sql: 'select count(*), sum(f.c + g.d) from f join g on f.id = g.id' },
  { id: 'distinct', title: 'count(distinct)', sql: 'select count(distinct a) from f' },
];

const tables = {
  f: 'create table f (id integer, a integer, b integer, c double precision)',
  g: 'create table g (id integer, d double precision)',
};

/** The rows come of the same arithmetic everywhere, so that all subjects hold the same data. */
function fill(dialect, rows) {
  const source = dialect === 'sqlite' ? `(with recursive g(i) as (select 0 union all select i + 1 from g where i < ${rows - 1}) select i from g) s` : `generate_series(0, ${rows - 1}) as s(i)`;
  const i = dialect === 'duckdb' || dialect === 'postgres' ? 's.i::bigint' : 's.i';
  const c = `((${i} * 48271) % 2147483647) / 2147.483647`;
  return [
    `insert into f select s.i, (${i} * 7919) % ${rows}, (${i} * 104729) % 1000, ${c} from ${source}`,
    `insert into g select (${i} * 7919) % ${rows}, s.i / 8.0 from ${source}`,
  ];
}

export const textOf = (query, rows) => query.sql.replace('$LOW', String(Math.floor(rows * 0.4))).replace('$HIGH', String(Math.floor(rows * 0.41)));

export const analyticsSetup = async (db, rows) => {
  for (const sql of Object.values(tables)) await db.exec(sql);
  for (const sql of fill(db.dialect, rows)) await db.exec(sql);
  if (db.dialect === 'postgres') await db.exec(db.server ? 'vacuum analyze' : 'analyze');
};

export const workload = {
  title: 'Analytics',
  subjects: ['pglitedb', 'postgres', 'postgres-parallel', 'pglite', 'sqlite', 'duckdb-1', 'duckdb'],
  notes: { 'pg-mem': 'not asked: it has no plan for a million rows' },
  rounds: { quick: 3, full: 7 },
  size: { quick: { rows: 200_000 }, full: { rows: 1_000_000 } },
  steps: () => queries.map(({ id, title }) => ({ id, title, metrics: [{ id, title, unit: 'ms', better: 'lower', ratioTarget: { postgres: 5, 'duckdb-1': 1 / 3 } }] })),
  async setup(db, { size }) {
    await analyticsSetup(db, size.rows);
    await db.checkpoint();
    for (const query of queries) await db.rows(textOf(query, size.rows));
  },
  async answers({ db, context: { size } }) {
    const answers = {};
    for (const query of queries) answers[query.id] = await db.rows(textOf(query, size.rows));
    return answers;
  },
  /** Rows of these queries come in no order. */
  unordered: ['group'],
  async measure({ db, step, context: { size } }) {
    const sql = textOf(queries.find((q) => q.id === step), size.rows);
    return { [step]: await milliseconds(() => db.rows(sql)) };
  },
};
