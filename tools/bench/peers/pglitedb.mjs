/** PGLiteDB in this process. */
import { bytesOf } from './files.mjs';

export async function open({ directory, disk = false, settings = {} }) {
  const { PGliteDB } = await import('pglitedb');
  const at = disk ? `${directory}/data` : undefined;
  const db = await PGliteDB.open(at);
  for (const [name, value] of Object.entries(settings)) await db.exec(`set ${name} = ${value}`);
  const asArrays = { rowMode: 'array' };
  return {
    dialect: 'postgres', sync: false,
    exec: (sql) => db.exec(sql),
    rows: async (sql) => (await db.query(sql, [], asArrays)).rows,
    prepare: async (sql) => {
      if (typeof db.prepare !== 'function') return (params) => db.query(sql, params);
      const statement = await db.prepare(sql);
      return (params) => statement.execute(params);
    },
    copy: (table, file) => db.exec(`copy ${table} from '${file}' (format csv)`),
    bytes: () => (disk ? bytesOf(at) : undefined),
    checkpoint: () => db.exec('checkpoint'),
    session: () => db.session(),
    close: () => db.close(),
  };
}
