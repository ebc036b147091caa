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
  return {
    dialect: 'duckdb', sync: false,
    exec: async (sql) => { await db.run(sql); },
    rows: async (sql) => (await db.runAndReadAll(sql)).getRows().map((row) => row.map(plain)),
    prepare: async (sql) => {
      const statement = await db.prepare(sql);
      return async (params) => {
        statement.bind(params);
        return (await statement.runAndReadAll()).getRows();
      };
    },
    copy: (table, file) => db.run(`copy ${table} from '${file}' (format csv, header false)`),
    bytes: () => (disk ? bytesOf(directory) : undefined),
    checkpoint: () => db.run('checkpoint'),
    close: () => { db.closeSync(); instance.closeSync(); },
  };
}
