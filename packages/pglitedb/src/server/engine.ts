/** The cluster as the wire protocol sees it. */
import { SqlError } from '@pglitedb/types';
import type { AsyncSink, AuthMethod, EnginePort, SessionPort, StartupRequest } from '@pglitedb/wire';
import { REPORTED } from '../session/session.js';
import type { Cluster } from './cluster.js';
import { WireSession } from './wire-session.js';

/** How connections prove who they are. */
export type HostAuth = 'trust' | 'scram-sha-256';

export function engineOf(cluster: Cluster, auth: HostAuth): EnginePort {
  return {
    authMethod(request: StartupRequest): AuthMethod {
      if (auth === 'trust') return { kind: 'trust' };
      const role = cluster.findRole(request.user);
      return { kind: 'scram-sha-256', verifier: role?.rolpassword ?? undefined };
    },
    async openSession(request: StartupRequest, sink: AsyncSink): Promise<SessionPort> {
      const session = cluster.session(request.database, request.user, sink, startupSettings(request));
      session.endpoints = request.endpoints;
      for (const name of REPORTED) sink.parameterStatus(name, session.settings.get(name.toLowerCase()) ?? '');
      return new WireSession(session);
    },
    cancel: (pid, secretKey) => cluster.cancel(pid, secretKey),
  };
}

const NOT_SETTINGS = new Set(['user', 'database', 'options', 'replication']);

/** Settings of the start-up packet, those of `options` ("-c name=value") first. */
function startupSettings(request: StartupRequest): Map<string, string> {
  const settings = new Map<string, string>();
  const words = (request.options.get('options') ?? '').match(/(?:\\.|[^\s\\])+/g) ?? [];
  for (let k = 0; k < words.length; k++) {
    const word = words[k]!.replace(/\\(.)/g, '$1');
    const text = word === '-c' ? (words[++k] ?? '').replace(/\\(.)/g, '$1') : word.startsWith('--') ? word.slice(2) : word.startsWith('-c') ? word.slice(2) : undefined;
    const m = text === undefined ? null : /^([^=]+)=(.*)$/s.exec(text);
    if (m === null) throw new SqlError('22023', `invalid command-line argument for server process: ${word}`, { severity: 'FATAL' });
    settings.set(m[1]!.replaceAll('-', '_'), m[2]!);
  }
  for (const [name, value] of request.options) if (!NOT_SETTINGS.has(name) && !name.startsWith('_pq_.')) settings.set(name, value);
  return settings;
}
