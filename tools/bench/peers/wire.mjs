/** What the peers behind a socket share: one `pg` client and the handle made of it. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export async function connect(url, settings = {}) {
  const { default: pg } = await import('pg');
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(' ');
  const client = new pg.Client({ connectionString: url, ...(options === '' ? {} : { options }) });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

let statements = 0;

/** The handle over a connected client; `more` adds what only some servers can. */
export function handleOf(client, more) {
  return {
    dialect: 'postgres', sync: false, server: true,
    exec: (sql) => client.query(sql),
    rows: async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows,
    prepare: async (text) => {
      const name = `b${++statements}`;
      return (values) => client.query({ name, text, values });
    },
    copy: async (table, file) => {
      const { from } = await import('pg-copy-streams');
      await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), client.query(from(`copy ${table} from stdin (format csv)`)));
    },
    checkpoint: () => client.query('checkpoint'),
    clients: async (n) => {
      const others = await Promise.all(Array.from({ length: n }, () => connect(more.url)));
      return others.map((other) => handleOf(other, { url: more.url, close: () => other.end() }));
    },
    ...more,
  };
}
