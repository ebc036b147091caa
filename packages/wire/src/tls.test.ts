import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from './index.js';
import { cert, key } from './testing/certificate.js';
import { FakeEngine } from './testing/fake-engine.js';
import { int32, packet, query, startup } from './testing/raw-client.js';

const sslRequest = packet(int32(80877103));
let server: Server;
let engine: FakeEngine;

async function serve(): Promise<number> {
  engine = new FakeEngine();
  server = createServer(engine, { tls: { cert, key } });
  const address = await server.listen({ port: 0 });
  return 'port' in address ? address.port : 0;
}

afterEach(() => server.close());

const chunk = (socket: Socket): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve));

/** Starts a session over the encrypted socket and asks one query. */
async function converse(socket: TLSSocket): Promise<string> {
  let text = '';
  const done = new Promise<string>((resolve) => socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    if (text.includes('SELECT 1')) resolve(text);
  }));
  socket.write(Buffer.concat([startup({ user: 'u' }), query('hello')]));
  const answer = await done;
  socket.destroy();
  return answer;
}

describe('TLS', () => {
  it('is entered by SSLRequest', async () => {
    const raw = connect(await serve(), '127.0.0.1');
    raw.write(sslRequest);
    expect(String(await chunk(raw))).toBe('S');
    expect(await converse(connectTls({ socket: raw, rejectUnauthorized: false }))).toContain('hello');
    expect(engine.requests[0]!.ssl).toBe(true);
  });

  it('is entered directly', async () => {
    const options = { port: await serve(), host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['postgresql'] };
    expect(await converse(connectTls(options))).toContain('hello');
  });

  it('refuses plain bytes behind the request', async () => {
    const raw = connect(await serve(), '127.0.0.1');
    let text = '';
    raw.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
    raw.write(Buffer.concat([sslRequest, startup({ user: 'u' })]));
    await new Promise((resolve) => raw.once('close', resolve));
    expect(text).toContain('received unencrypted data after SSL request');
    expect(engine.requests).toEqual([]);
  });
});
