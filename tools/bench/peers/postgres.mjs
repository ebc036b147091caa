/** Native PostgreSQL: the run's shared server (or the one given by --postgres), a database for each subject. */
import { connect, handleOf } from './wire.mjs';

const withDatabase = (url, name) => { const u = new URL(url); u.pathname = `/${name}`; return u.href; };

export async function open({ postgresUrl, postgresReason, database, settings = {} }) {
  if (postgresUrl === undefined) throw new Error(postgresReason ?? 'no native server');
  const admin = await connect(postgresUrl);
  await admin.query(`drop database if exists ${database} with (force)`);
  await admin.query(`create database ${database}`);
  for (const [name, value] of Object.entries(settings)) await admin.query(`alter database ${database} set ${name} = ${value}`);
  const url = withDatabase(postgresUrl, database);
  const client = await connect(url);
  return handleOf(client, {
    url,
    bytes: async (table) => Number((await client.query(`select ${table === undefined ? 'pg_database_size(current_database())' : `pg_total_relation_size('${table}')`} as n`)).rows[0].n),
    close: async () => {
      await client.end().catch(() => undefined);
      await admin.query(`drop database if exists ${database} with (force)`).catch(() => undefined);
      await admin.end().catch(() => undefined);
    },
  });
}
