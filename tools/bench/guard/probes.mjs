/** The statements that the guard watches: small, in memory, without any peer. `times` bounds one measure to some 50 ms. */
export const probes = [
  { id: 'select', sql: 'select a, b from t where id = $1', args: (i) => [i % 1000] },
  { id: 'insert', sql: 'insert into t values ($1, $2, $3)', args: (i) => [10_000 + i, i, 'x'] },
  { id: 'update', sql: 'update t set a = $1 where id = $2', args: (i) => [i, i % 1000] },
  { id: 'planned each time', sql: (i) => `select a, b from t where id = ${i % 1000} and a <> -${i + 1}`, args: () => [] },
  { id: 'aggregate', sql: 'select count(*), sum(a), max(c) from f', args: () => [], times: 10 },
  { id: 'group', sql: 'select b, count(*), sum(a) from f group by b', args: () => [], times: 10 },
  { id: 'filter', sql: 'select count(*) from f where a between 100 and 200', args: () => [], times: 10 },
  { id: 'sort', sql: 'select id from f order by c desc limit 10', args: () => [], times: 10 },
  { id: 'join', sql: 'select count(*) from f join t on f.b = t.id', args: () => [], times: 10 },
];

export async function openProbed() {
  const { PGliteDB } = await import('pglitedb');
  const db = await PGliteDB.open();
  await db.exec(`create table t (id int primary key, a int, b text); insert into t select i, i, 'v' || i from generate_series(0, 999) i;
    create table f (id int, a int, b int, c float8); insert into f select i, i * 7919 % 10000, i % 100, i * 48271 % 65537 from generate_series(0, 9999) i;
    analyze`);
  return db;
}

/** Runs a probe `times` over from statement number `from`. */
export async function runProbe(db, probe, from, times) {
  for (let i = from; i < from + times; i++) await db.query(typeof probe.sql === 'string' ? probe.sql : probe.sql(i), probe.args(i));
}
