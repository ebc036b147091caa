/** pglitedb serve: opens the cluster, listens, and stops cleanly on SIGINT and SIGTERM. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { createServer } from '@pglitedb/wire';
import { Cluster } from '../server/cluster.js';
import { engineOf, type HostAuth } from '../server/engine.js';

/** Sessions are cheap: the limit only bounds runaway clients. */
const CONNECTIONS_MAX = 10_000;
const BUFFERS_MB_MIN = 128;
const BUFFERS_MB_MAX = 1024;

interface ServeOptions { host: string; port: number; dataDir: string | undefined; auth: HostAuth; tlsCert: string | undefined; tlsKey: string | undefined; settings: Record<string, string> }

function readOptions(args: readonly string[]): ServeOptions {
  const o: ServeOptions = { host: '127.0.0.1', port: Number(process.env.PGPORT ?? 5432), dataDir: process.env.PGDATA ?? './data', auth: 'trust', tlsCert: undefined, tlsKey: undefined, settings: {} };
  for (let k = 0; k < args.length; k++) {
    const [name, inline] = args[k]!.startsWith('--') && args[k]!.includes('=') ? [args[k]!.slice(0, args[k]!.indexOf('=')), args[k]!.slice(args[k]!.indexOf('=') + 1)] : [args[k]!, undefined];
    const value = (): string => {
      const v = inline ?? args[++k];
      if (v === undefined) throw new Error(`option ${name} needs a value (try "pglitedb --help")`);
      return v;
    };
    switch (name) {
      case '--host': o.host = value(); break;
      case '--port': o.port = Number(value()); break;
      case '--data': o.dataDir = value(); break;
      case '--memory': o.dataDir = undefined; break;
      case '--auth': o.auth = value() as HostAuth; break;
      case '--tls-cert': o.tlsCert = value(); break;
      case '--tls-key': o.tlsKey = value(); break;
      case '-c': { const m = /^([^=]+)=(.*)$/s.exec(value()); if (m === null) throw new Error('-c needs NAME=VALUE'); o.settings[m[1]!] = m[2]!; break; }
      default: throw new Error(`unknown option ${name} (try "pglitedb --help")`);
    }
  }
  if (!Number.isInteger(o.port) || o.port < 0 || o.port > 65535) throw new Error('the port must be a number from 0 to 65535');
  if (o.auth !== 'trust' && o.auth !== 'scram-sha-256') throw new Error('--auth is trust or scram-sha-256');
  return o;
}

/** A quarter of the memory, as PostgreSQL's manual advises for a server of its own, from 128 MB to 1 GB. */
function defaultBuffersMb(): number {
  return Math.floor(Math.min(BUFFERS_MB_MAX, Math.max(BUFFERS_MB_MIN, totalmem() / 4 / (1024 * 1024))));
}

export async function serve(args: readonly string[]): Promise<number> {
  const o = readOptions(args);
  o.settings['shared_buffers'] ??= `${defaultBuffersMb()}MB`;
  const cluster = await Cluster.open({ dataDir: o.dataDir, settings: o.settings });
  const tls = o.tlsCert !== undefined && o.tlsKey !== undefined ? { cert: readFileSync(o.tlsCert), key: readFileSync(o.tlsKey) } : undefined;
  const server = createServer(engineOf(cluster, o.auth), { tls, maxConnections: CONNECTIONS_MAX });
  await server.listen({ host: o.host, port: o.port });
  const address = server.address();
  const port = address !== undefined && 'port' in address ? address.port : o.port;
  console.log(`PGLiteDB serves ${o.dataDir ?? 'memory'} on ${o.host}:${port}`);
  console.log(`connect with: psql -h ${o.host} -p ${port} -U postgres`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await server.close();
  await cluster.close();
  console.log('stopped');
  return 0;
}
