/** pg-mem: an in-memory emulation of PostgreSQL in JavaScript, for tests. */
export async function open() {
  const { newDb } = await import('pg-mem');
  const db = newDb();
  const client = new (db.adapters.createPg().Client)();
  await client.connect();
  return {
    dialect: 'pg-mem', sync: false,
    exec: (sql) => { db.public.none(sql); },
    rows: (sql) => db.public.many(sql).map((row) => Object.values(row)),
    prepare: (sql) => (params) => client.query(sql, params),
    bytes: () => undefined,
    checkpoint: () => undefined,
    close: () => undefined,
  };
}
