/** DuckDB in this process. */
import { bytesOf } from './files.mjs';

/** Values as PostgreSQL's drivers show them: numbers where exact, else text. */
function plain(value) {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value.toString();
}

export async function open({ directory, disk = false, threads }) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(disk ? `${directory}/data.duckdb` : ':memory:', threads === undefined ? {} : { threads: String(threads) });
  const db = await instance.connect();
  const handle = (session) => ({
    dialect: 'duckdb', sync: false,
    exec: async (sql) => { await session.run(sql); },
    rows: async (sql) => (await session.runAndReadAll(sql)).getRows().map((row) => row.map(plain)),
    prepare: async (sql) => {
      const statement = await session.prepare(sql);
      return async (params) => {
        statement.bind(params);
        return (await statement.runAndReadAll()).getRows();
      };
    },
  });
  return {
    ...handle(db),
    clients: async (n) => await Promise.all(Array.from({ length: n }, async () => handle(await instance.connect()))),
    copy: (table, file) => db.run(`copy ${table} from '${file}' (format csv, header false)`),
    bytes: () => (disk ? bytesOf(directory) : undefined),
    checkpoint: () => db.run('checkpoint'),
    close: () => { db.closeSync(); instance.closeSync(); },
  };
}
