/** The two engines: each answers one statement with its rows as text, or with its error. */
import { PGlite } from '@electric-sql/pglite';
import { PGliteDB } from 'pglitedb';
import { Client } from '../../campaigns/client.mjs';

export const setup = [
  "SET TimeZone = 'America/New_York'", "SET DateStyle = 'ISO, MDY'", "SET IntervalStyle = 'postgres'", 'SET extra_float_digits = 1', "SET lc_monetary = 'C'",
  "CREATE TYPE rainbow AS ENUM ('red', 'orange', 'yellow', 'green', 'blue', 'violet')",
];

const failure = (e) => ({ code: e.code ?? 'CRASH', error: e.message, detail: e.detail ?? '', hint: e.hint ?? '' });

function side(name, query, close) {
  return {
    name, close,
    async ask(sql) {
      try {
        return { rows: await query(sql) };
      } catch (e) {
        if (e.code === undefined && name !== 'pglitedb') throw e;
        return failure(e);
      }
    },
  };
}

export async function ours() {
  const db = await PGliteDB.open();
  for (const s of setup) await db.exec(s);
  return side('pglitedb', async (sql) => (await db.query(sql, [], { rowMode: 'array' })).rows, () => db.close());
}

export async function pglite() {
  const db = await PGlite.create();
  for (const s of setup) await db.exec(s);
  return side('PGlite', async (sql) => (await db.query(sql, [], { rowMode: 'array' })).rows, () => db.close());
}

export async function server(port) {
  const client = await Client.open(port);
  await client.query('DROP DATABASE IF EXISTS differential_functions');
  await client.query("CREATE DATABASE differential_functions TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'");
  client.close();
  const db = await Client.open(port, 'postgres', 'differential_functions');
  for (const s of setup) await db.query(s);
  return side('PostgreSQL', (sql) => db.query(sql), async () => db.close());
}
