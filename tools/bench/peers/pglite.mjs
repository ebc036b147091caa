/** PGlite: PostgreSQL in WebAssembly, in this process. COPY reads the file through its /dev/blob. */
import { readFileSync } from 'node:fs';
import { bytesOf } from './files.mjs';

export async function open({ directory, disk = false }) {
  const { PGlite } = await import('@electric-sql/pglite');
  const at = `${directory}/data`;
  const db = await PGlite.create(disk ? { dataDir: at } : {});
  const asArrays = { rowMode: 'array' };
  const handle = {
    dialect: 'postgres', sync: false,
    exec: (sql) => db.exec(sql),
    rows: async (sql) => (await db.query(sql, [], asArrays)).rows,
    prepare: async (sql) => (params) => db.query(sql, params),
    copy: (table, file) => db.query(`copy ${table} from '/dev/blob' (format csv)`, [], { blob: new Blob([readFileSync(file)]) }),
    bytes: async (table) => (disk ? (table === undefined ? bytesOf(at) : Number((await db.query(`select pg_total_relation_size('${table}') as n`)).rows[0].n)) : undefined),
    checkpoint: () => db.exec('checkpoint'),
    /** One connection is all it has: its clients wait for each other. */
    clients: async (n) => Array.from({ length: n }, () => handle),
    close: () => db.close(),
  };
  return handle;
}
