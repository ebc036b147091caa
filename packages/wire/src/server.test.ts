import { afterEach, describe as suite, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createServer, scramVerifier, type AuthMethod, type Server, type ServerOptions } from './index.js';
import { parseCommandLine } from './startup-packet.js';
import { FakeEngine } from './testing/fake-engine.js';
import { bind, codes, cstring, describe, errorFields, execute, int32, message, packet, parse, query, RawClient, startup, sync }
  from './testing/raw-client.js';

let server: Server;
let engine: FakeEngine;

async function serve(auth?: AuthMethod, options?: ServerOptions): Promise<number> {
  engine = new FakeEngine(auth);
  server = createServer(engine, options);
  const address = await server.listen({ port: 0 });
  return 'port' in address ? address.port : 0;
}

afterEach(() => server.close());

const error = (answers: readonly { code: string; body: Buffer }[]): Record<string, string> =>
  errorFields(answers.find((answer) => answer.code === 'E')!.body);

suite('start-up', () => {
  it('opens a session with the options of the packet', async () => {
    const client = await RawClient.open(await serve());
    client.send(startup({ user: 'u', options: '-c a.b=1\\ 2 --work-mem=3', application_name: 'x' }));
    expect(codes(await client.until('Z'))).toBe('RSKZ');
    const [request] = engine.requests;
    expect(request!.database).toBe('u');
    expect([...request!.options]).toEqual([['a.b', '1 2'], ['work_mem', '3'], ['application_name', 'x']]);
  });

  it('negotiates the version down and names unknown options', async () => {
    const client = await RawClient.open(await serve());
    client.send(startup({ user: 'u', '_pq_.x': '1' }, 0x30005));
    const answers = await client.until('Z');
    expect(codes(answers)).toBe('vRSKZ');
    expect(answers[0]!.body).toEqual(Buffer.concat([int32(0x30002), int32(1), cstring('_pq_.x')]));
  });

  it('refuses encryption without a certificate, and goes on', async () => {
    const client = await RawClient.open(await serve());
    const raw = new Promise<Buffer>((resolve) => client.socket.prependOnceListener('data', resolve));
    client.send(packet(int32(80877104)));
    expect(String(await raw)).toBe('N');
  });

  it('answers a missing database and a full server with FATAL errors', async () => {
    const port = await serve(undefined, { maxConnections: 1 });
    const lost = await RawClient.open(port);
    lost.send(startup({ user: 'u', database: 'missing' }));
    expect(error(await lost.end())).toMatchObject({ S: 'FATAL', C: '3D000' });
    const first = await RawClient.ready(port);
    const second = await RawClient.open(port);
    second.send(startup({ user: 'u' }));
    expect(error(await second.end())).toMatchObject({ S: 'FATAL', C: '53300' });
    first.send(query('x'));
    expect(codes(await first.until('Z'))).toBe('TDCZ');
  });

  it('checks a password', async () => {
    const client = await RawClient.open(await serve({ kind: 'scram-sha-256', verifier: scramVerifier('pw', 16) }));
    client.send(startup({ user: 'u' }));
    await client.until('R');
    const first = Buffer.from('n,,n=,r=abc');
    client.send(message('p', cstring('SCRAM-SHA-256'), int32(first.length), first));
    const [answer] = await client.until('R');
    const nonce = /r=([^,]*)/.exec(answer!.body.toString())![1];
    client.send(message('p', Buffer.from(`c=biws,r=${nonce},p=${Buffer.alloc(32).toString('base64')}`)));
    expect(error(await client.end())).toMatchObject({ S: 'FATAL', C: '28P01' });
  });

  it('rejects switches that are no settings', () => {
    expect(() => parseCommandLine('-x')).toThrow('invalid command-line argument');
    expect(() => parseCommandLine('-c a')).toThrow('requires a value');
  });
});

suite('queries', () => {
  it('reports errors with their fields and goes on', async () => {
    const client = await RawClient.ready(await serve());
    client.send(query('error'), query('bug'), query(''), query('notice'));
    expect(error(await client.until('Z'))).toEqual({ S: 'ERROR', V: 'ERROR', C: '42601', M: 'bad', D: 'd', H: 'h', P: '3' });
    expect(error(await client.until('Z'))).toMatchObject({ C: 'XX000', M: 'oops' });
    expect(codes(await client.until('Z'))).toBe('IZ');
    expect(codes(await client.until('Z'))).toBe('NTDCZ');
  });

  it('skips to Sync after an error in a pipeline', async () => {
    const client = await RawClient.ready(await serve());
    client.send(parse('ok'), bind('v'), describe('P'), execute(), sync,
      parse('error'), bind('w'), execute(), query('skipped'), sync,
      parse('ok'), describe('S'), bind('z'), execute(1), message('C', Buffer.from('P\0')), sync);
    expect(codes(await client.until('Z'))).toBe('12TDCZ');
    expect(codes(await client.until('Z'))).toBe('EZ');
    expect(codes(await client.until('Z'))).toBe('1tT2Ds3Z');
    expect(engine.sessions[0]!.syncs).toEqual([false, true, false]);
    expect(engine.sessions[0]!.bound).toEqual([['v'], ['z']]);
  });

  it('answers alike however the pipeline is cut', async () => {
    const port = await serve();
    const stream = Buffer.concat([query('a'), parse('ok'), bind('v'.repeat(300)), execute(), sync, query('b')]);
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 4 }), async (cuts) => {
      const client = await RawClient.ready(port);
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      for (let i = 1; i < edges.length; i++) {
        client.socket.write(stream.subarray(edges[i - 1], edges[i]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const answers = [...await client.until('Z'), ...await client.until('Z'), ...await client.until('Z')];
      expect(codes(answers)).toBe('TDCZ12DCZTDCZ');
      client.socket.destroy();
    }), { numRuns: 30 });
  });

  it('copies both ways, and reports CopyFail', async () => {
    const client = await RawClient.ready(await serve());
    client.send(query('copy in'));
    await client.until('G');
    client.send(message('d', Buffer.from('one\n')), sync, message('d', Buffer.from('two\n')), message('c'), query('copy out'));
    expect(codes(await client.until('Z'))).toBe('CZ');
    expect(engine.sessions[0]!.copied).toBe('one\ntwo\n');
    expect(codes(await client.until('Z'))).toBe('HdcCZ');
    client.send(query('copy in'), message('f', cstring('no')), query('a'));
    expect(error(await client.until('Z'))).toMatchObject({ C: '57014', M: 'COPY from stdin failed: no' });
    expect(codes(await client.until('Z'))).toBe('TDCZ');
  });

  it('waits for a client that does not read', async () => {
    const client = await RawClient.ready(await serve());
    client.socket.pause();
    client.send(query('flood'));
    const [session] = engine.sessions;
    for (let before = -1; before !== session!.flooded || before === 0;) {
      before = session!.flooded;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(session!.flooded).toBeLessThan(32 * 1024);
    let received = 0;
    const done = new Promise<void>((resolve) => {
      client.socket.removeAllListeners('data');
      client.socket.on('data', (chunk) => {
        received += chunk.length;
        if (chunk.at(-1) === 0x49 && chunk.at(-6) === 0x5a) resolve();
      });
    });
    client.socket.resume();
    await done;
    expect(session!.flooded).toBe(32 * 1024);
    expect(received).toBeGreaterThan(32 * 1024 * 1024);
  });

  it('delivers notifications to an idle client', async () => {
    const client = await RawClient.ready(await serve());
    engine.sessions[0]!.asyncSink.notification(5, 'c', 'p');
    expect((await client.until('A'))[0]!.body).toEqual(Buffer.concat([int32(5), cstring('c'), cstring('p')]));
  });

  it('cancels by another connection', async () => {
    const port = await serve();
    const client = await RawClient.ready(port);
    client.send(query('sleep'));
    const wrong = await RawClient.open(port);
    wrong.send(packet(int32(80877102), int32(7), int32(1)));
    await wrong.end();
    expect(client.answers).toEqual([]);
    const canceler = await RawClient.open(port);
    canceler.send(packet(int32(80877102), int32(7), int32(99)));
    expect(error(await client.until('Z'))).toMatchObject({ C: '57014' });
  });

  it('closes sessions with 57P01 when it stops, and on Terminate', async () => {
    const port = await serve();
    const leaving = await RawClient.ready(port);
    leaving.send(message('X'));
    await leaving.end();
    const client = await RawClient.ready(port);
    await server.close();
    expect(error(await client.end())).toMatchObject({ S: 'FATAL', C: '57P01' });
    expect(engine.sessions.map((session) => session.closed)).toEqual([true, true]);
    expect(server.connectionCount()).toBe(0);
  });
});

suite('malformed input', () => {
  const cases: [string, Buffer][] = [
    ['an unknown message', message('!')],
    ['a negative length', Buffer.concat([Buffer.from('Q'), int32(-1)])],
    ['a short message that claims to be long', Buffer.concat([Buffer.from('S'), int32(1 << 20)])],
    ['a text without its end', message('Q', Buffer.from('select'))],
    ['more bytes than fields', message('Q', cstring('a'), Buffer.from('b'))],
    ['a value longer than the message', message('B', cstring(''), cstring(''), Buffer.from([0, 0, 0, 1]), int32(99))],
  ];

  it.each(cases)('%s ends that connection and no other', async (_name, bytes) => {
    const port = await serve();
    const other = await RawClient.ready(port);
    const client = await RawClient.ready(port);
    client.send(bytes);
    expect(error(await client.end())).toMatchObject({ S: 'FATAL', C: '08P01' });
    other.send(query('a'));
    expect(codes(await other.until('Z'))).toBe('TDCZ');
  });

  it('text that is no UTF-8 is an ordinary error', async () => {
    const client = await RawClient.ready(await serve());
    client.send(message('Q', Buffer.from([0x61, 0xc3, 0x28, 0])));
    expect(error(await client.until('Z'))).toMatchObject({ S: 'ERROR', C: '22021', M: 'invalid byte sequence for encoding "UTF8": 0xc3 0x28' });
  });

  it('random bytes never stop the server', async () => {
    const port = await serve();
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.boolean(), async (bytes, started) => {
      const client = started ? await RawClient.ready(port) : await RawClient.open(port);
      client.socket.end(Buffer.from(bytes));
      await client.end();
    }), { numRuns: 40 });
    const client = await RawClient.ready(port);
    client.send(query('a'));
    expect(codes(await client.until('Z'))).toBe('TDCZ');
  });
});
