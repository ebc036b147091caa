/** PGLiteDB in this process. */
import { bytesOf } from './files.mjs';

export async function open({ directory, disk = false, settings = {} }) {
  const { PGliteDB } = await import('pglitedb');
  const at = disk ? `${directory}/data` : undefined;
  const db = await PGliteDB.open(at);
  for (const [name, value] of Object.entries(settings)) await db.exec(`set ${name} = ${value}`);
  const asArrays = { rowMode: 'array' };
  const handle = (session) => ({
    dialect: 'postgres', sync: false,
    exec: (sql) => session.exec(sql),
    rows: async (sql) => (await session.query(sql, [], asArrays)).rows,
    prepare: async (sql) => (params) => session.query(sql, params),
  });
  return {
    ...handle(db),
    clients: async (n) => Array.from({ length: n }, () => handle(db.session())),
    copy: (table, file) => db.exec(`copy ${table} from '${file}' (format csv)`),
    bytes: () => (disk ? bytesOf(at) : undefined),
    checkpoint: () => db.exec('checkpoint'),
    close: () => db.close(),
  };
}
