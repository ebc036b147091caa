/** PGlite: PostgreSQL in WebAssembly, in this process. COPY reads the file through its /dev/blob. */
import { readFileSync } from 'node:fs';
import { bytesOf } from './files.mjs';

export async function open({ directory, disk = false }) {
  const { PGlite } = await import('@electric-sql/pglite');
  const at = `${directory}/data`;
  const db = await PGlite.create(disk ? { dataDir: at } : {});
  const asArrays = { rowMode: 'array' };
  return {
    dialect: 'postgres', sync: false,
    exec: (sql) => db.exec(sql),
    rows: async (sql) => (await db.query(sql, [], asArrays)).rows,
    prepare: async (sql) => (params) => db.query(sql, params),
    copy: (table, file) => db.query(`copy ${table} from '/dev/blob' (format csv)`, [], { blob: new Blob([readFileSync(file)]) }),
    bytes: () => (disk ? bytesOf(at) : undefined),
    checkpoint: () => db.exec('checkpoint'),
    close: () => db.close(),
  };
}
