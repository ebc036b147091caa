/** better-sqlite3: SQLite in this process, synchronous. */
import { readFileSync } from 'node:fs';
import { bytesOf } from './files.mjs';

/** PostgreSQL's spelling of the bench's statements in SQLite's; the parameters stand in their order in all of them. */
export const toSqlite = (sql) => sql.replace(/\$\d+/g, '?').replace(/::\w+/g, '');

const bindable = (value) => (typeof value === 'boolean' ? Number(value) : value);

export async function open({ directory, disk = false, synchronous = 'FULL' }) {
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(disk ? `${directory}/data.sqlite` : ':memory:');
  if (disk) {
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
  }
  const handle = {
    dialect: 'sqlite', sync: true,
    exec: (sql) => { db.exec(toSqlite(sql)); },
    rows: (sql) => db.prepare(toSqlite(sql)).raw().all(),
    prepare: (sql) => {
      const statement = db.prepare(toSqlite(sql));
      return statement.reader ? (params) => statement.all(params) : (params) => statement.run(params);
    },
    copy: (table, file) => {
      const lines = readFileSync(file, 'utf8').split('\n');
      if (lines.at(-1) === '') lines.pop();
      const width = lines[0].split(',').length;
      const insert = db.prepare(`insert into ${table} values (${Array.from({ length: width }, () => '?').join(',')})`);
      db.transaction(() => { for (const line of lines) insert.run(line.split(',').map(bindable)); })();
    },
    bytes: () => (disk ? bytesOf(directory) : undefined),
    checkpoint: () => { if (disk) db.pragma('wal_checkpoint(TRUNCATE)'); },
    close: () => { db.close(); },
  };
  return handle;
}
