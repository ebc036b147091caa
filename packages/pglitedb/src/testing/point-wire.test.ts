/**
 * Point plans over the wire against the general way: the same messages to two sessions of two clusters. The second has
 * a session timeout, with which everything goes the general way. What the sinks hear must be equal.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SqlError } from '@pglitedb/types';
import type { ResultSink, WireField } from '@pglitedb/wire';
import { Cluster } from '../server/cluster.js';
import { engineOf } from '../server/engine.js';
import type { WireSession } from '../server/wire-session.js';

const SETUP = `CREATE TABLE p (a int PRIMARY KEY, b int8, c text, d numeric CHECK (d < 100), t timestamptz);
  CREATE TABLE h (a int, b text DEFAULT 'none', n float8);
  INSERT INTO p SELECT g, g, 'c' || g, g, '2024-01-01' FROM generate_series(0, 9) AS g`;

class Ear implements ResultSink {
  heard: unknown[] = [];
  rowDescription(fields: readonly WireField[]): void { this.heard.push(['fields', ...fields.map((f) => [f.name, f.typeOid, f.attnum, f.typeLen])]); }
  dataRow(bytes: Uint8Array, from: number, to: number): void { this.heard.push(Buffer.from(bytes.subarray(from, to)).toString('latin1')); }
  commandComplete(tag: string): void { this.heard.push(tag); }
  emptyQuery(): void { this.heard.push('empty'); }
  portalSuspended(): void { this.heard.push('suspended'); }
  notice(n: SqlError): void { this.heard.push(n.message); }
  parameterStatus(): void { /* not compared */ }
  notification(): void { /* none */ }
  copyOutResponse(): void { /* none */ }
  copyData(): void { /* none */ }
  copyDone(): void { /* none */ }
  copyInResponse(): never { throw new Error('no COPY here'); }
  drained(): undefined { return undefined; }
}

class Client {
  readonly ear = new Ear();
  private readonly known = new Set<string>();
  constructor(readonly session: WireSession) {}
  async step(work: () => unknown): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const e = error as SqlError;
      this.ear.heard.push([e.code, e.message, e.detail, e.position]);
      return false;
    }
  }
  async simple(sql: string): Promise<unknown> {
    await this.step(() => this.session.simpleQuery(sql, this.ear));
    return this.take();
  }
  /** Bind, Describe, Execute, and Sync after the last of `params`. */
  async extended(sql: string, params: readonly (readonly (string | null)[])[], binary: boolean): Promise<unknown> {
    let fine = true;
    // Named statements are parsed once, the unnamed one (in binary runs) each time, as drivers do.
    const name = binary ? '' : sql;
    if (binary || !this.known.has(sql)) fine = await this.step(() => this.session.parse(name, sql, []));
    if (fine && !binary) this.known.add(sql);
    for (let k = 0; fine && k < params.length; k++) {
      fine = await this.step(async () => {
        await this.session.bind('', name, [], params[k]!.map((v) => (v === null ? undefined : Buffer.from(v))), binary ? [1] : []);
        const fields = this.session.describePortal('');
        this.ear.heard.push(fields?.map((f) => f.name));
        await this.session.execute('', 0, this.ear, k === params.length - 1);
      });
    }
    await this.step(() => this.session.sync(!fine));
    return this.take();
  }
  private take(): unknown {
    const { heard } = this.ear;
    this.ear.heard = [];
    return [heard, this.session.transactionStatus()];
  }
}

async function client(timed: boolean): Promise<{ cluster: Cluster; client: Client; other: Client }> {
  const cluster = await Cluster.open();
  const open = async (): Promise<Client> => new Client(await engineOf(cluster, 'trust').openSession({ user: 'postgres', database: 'postgres', options: new Map(), remoteAddress: '', ssl: false }, new Ear() as never) as WireSession);
  const c = await open();
  await c.simple(SETUP);
  if (timed) await c.simple("SET idle_session_timeout = '1h'");
  return { cluster, client: c, other: await open() };
}

const int = fc.oneof({ weight: 14, arbitrary: fc.integer({ min: -2, max: 14 }).map(String) }, fc.constantFrom(null, '2147483648', '-7', '007', '1.5', 'x', ''));
const text = fc.constantFrom('c1', "it's", '', 'é☃', null, '12');
const STATEMENTS: readonly (readonly [string, readonly fc.Arbitrary<string | null>[]])[] = [
  ['SELECT * FROM p WHERE a = $1', [int]],
  ['SELECT b + $2, c FROM p WHERE a = $1', [int, int]],
  ['SELECT c FROM p WHERE a = $1 AND c = $2', [int, text]],
  ['INSERT INTO p (a, b, c) VALUES ($1, $2, $3)', [int, int, text]],
  ['INSERT INTO h (a, n) VALUES ($1, 1.5) RETURNING *', [int]],
  ['UPDATE p SET d = d + $2 WHERE a = $1', [int, int]],
  ['UPDATE p SET c = $2, b = -$1 WHERE a = $1 RETURNING a, c', [int, text]],
  ['DELETE FROM p WHERE a = $1', [int]],
  ['SELECT a FROM p WHERE a = $1 ORDER BY 1', [int]],
  ['SELECT count(*) FROM p WHERE a > $1', [int]],
];
const WORDS = ['BEGIN', 'BEGIN', 'COMMIT', 'END;', 'ROLLBACK', 'SAVEPOINT s', 'ROLLBACK TO s', 'ALTER TABLE p ADD COLUMN z int DEFAULT 5', 'ALTER TABLE p DROP COLUMN IF EXISTS z', "SET extra_float_digits = '0'", "SET standard_conforming_strings = off", 'RESET standard_conforming_strings'];

type Message = { kind: 'simple' | 'extended' | 'binary'; sql: string; params: (string | null)[][] };
const message = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...STATEMENTS).chain(([sql, params]) => fc.record({ kind: fc.constantFrom('simple', 'simple', 'extended', 'binary'), sql: fc.constant(sql), params: fc.array(fc.tuple(...params), { minLength: 1, maxLength: 8, size: 'max' }) })) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('simple', 'extended'), sql: fc.constantFrom(...WORDS), params: fc.constant([[]]) }) },
) as fc.Arbitrary<Message>;

const literal = (v: string | null): string => (v === null ? 'NULL' : /^-?\d+$/.test(v) ? v : `'${v.replaceAll("'", "''")}'`);
async function send(c: Client, m: Message): Promise<unknown> {
  if (m.kind !== 'simple') return await c.extended(m.sql, m.params, m.kind === 'binary');
  const answers: unknown[] = [];
  for (const p of m.params) answers.push(await c.simple(m.sql.replace(/\$(\d)/g, (_, k) => literal(p[Number(k) - 1]!)) + (p.length % 2 === 0 ? ';' : '')));
  return answers;
}

describe('point plans over the wire', () => {
  test('answer as the general way does', async () => {
    let runs = 0;
    await fc.assert(fc.asyncProperty(fc.array(message, { minLength: 15, maxLength: 40, size: 'max' }), async (messages) => {
      const [short, general] = [await client(false), await client(true)];
      for (const m of messages) {
        expect([m, await send(short.client, m)]).toEqual([m, await send(general.client, m)]);
        if (short.client.session.transactionStatus() !== 'E') continue;
        await short.client.simple('ROLLBACK');
        await general.client.simple('ROLLBACK');
      }
      for (const c of [short, general]) await c.client.simple('ROLLBACK');
      const all = 'SELECT * FROM p ORDER BY a; SELECT * FROM h ORDER BY a, b, n';
      expect(await short.client.simple(all)).toEqual(await general.client.simple(all));
      runs += short.client.session.session.point.runs;
      await short.cluster.close();
      await general.cluster.close();
    }), { numRuns: Number(process.env['POINT_RUNS'] ?? 20), interruptAfterTimeLimit: 200_000 });
    expect(runs).toBeGreaterThan(200);
  }, 300_000);

  test('a row that another transaction holds is awaited, and seen as it then is', async () => {
    const { cluster, client: a, other: b } = await client(false);
    const sql = 'UPDATE p SET b = b + 1 WHERE a = $1 AND b < 100 RETURNING b';
    for (const c of [a, b]) for (let k = 0; k < 4; k++) await c.extended(sql, [['1']], false);
    for (const ending of ['UPDATE p SET b = 50 WHERE a = 1', 'UPDATE p SET b = 200 WHERE a = 1', 'DELETE FROM p WHERE a = 1']) {
      await a.simple('BEGIN');
      await a.simple(ending);
      await b.simple('BEGIN');
      const waiting = b.extended(sql, [['1']], false);
      await a.simple('COMMIT');
      const [heard] = await waiting as [unknown[]];
      expect(heard.slice(1)).toEqual(ending.includes('50') ? ['\x00\x01\x00\x00\x00\x0251', 'UPDATE 1'] : ['UPDATE 0']);
      await b.simple('COMMIT');
    }
    await a.simple('BEGIN');
    await a.extended(sql, [['2']], false);
    await b.simple("BEGIN; SET LOCAL lock_timeout = '10ms'");
    expect(await b.extended(sql, [['2']], false)).toMatchObject([[['b'], ['55P03', 'canceling statement due to lock timeout']], 'E']);
    await cluster.close();
  });
});
