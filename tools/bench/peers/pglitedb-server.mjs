/** PGLiteDB as a server of its own process, reached through `pg`. */
import { startOwnServer } from '../harness/servers.mjs';
import { bytesOf } from './files.mjs';
import { connect, handleOf } from './wire.mjs';

export async function open({ directory, memory = false, settings = {} }) {
  const server = await startOwnServer(memory ? undefined : `${directory}/data`, settings);
  const client = await connect(server.url);
  return handleOf(client, {
    server, url: server.url, serverPid: () => server.pid,
    bytes: () => (memory ? undefined : bytesOf(`${directory}/data`)),
    close: async () => { await client.end().catch(() => undefined); await server.stop(); },
  });
}
