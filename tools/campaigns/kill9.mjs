/**
 * kill -9 in a loop. Each round starts a server on the same data directory, lets clients transfer money between accounts,
 * kills the server 50 to 1500 ms after the round's first acknowledgement and starts it again. A transfer is written to a
 * ledger file outside the directory, fsynced, once the server has acknowledged its COMMIT. Afterwards the sum of balances
 * must be unchanged, every ledger line must be in the transfers table, balances must agree with the transfers, and index
 * and heap must agree.
 *
 *   node tools/campaigns/kill9.mjs [--rounds 50] [--clients 8] [--seed N] [--keep] [--planted]
 *
 * --planted lets the server acknowledge commits that are still in its memory (synchronous_commit = off): the campaign must
 * find lost transfers, and nothing else wrong, since such commits are lost wholly and in order.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from './client.mjs';

const { values: args } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, clients: { type: 'string', default: '8' }, seed: { type: 'string' }, keep: { type: 'boolean' }, planted: { type: 'boolean', default: false } } });
const rounds = Number(args.rounds);
const clients = Number(args.clients);
const seed = Number(args.seed ?? Date.now() % 1_000_000);
const ACCOUNTS = 100;
const OPENING = 1000;
const KILL_AFTER_MS = [50, 1500];
/** For a machine under heavy load. */
const FIRST_ACK_MS_MAX = 120_000;
const SETTINGS = args.planted ? ['-c', 'synchronous_commit=off'] : [];
const CLI = fileURLToPath(new URL('../../packages/pglitedb/dist/cli.js', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'pglitedb-kill9-'));
const dataDir = join(base, 'data');
const ledgerPath = join(base, 'ledger');

let state = seed >>> 0;
/** A generator of its own, so that a seed names the kill times and amounts. */
function random(below) {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) % below;
}

/** Starts a server and waits for its line; answers the process and its port. */
async function startServer() {
  const server = spawn(process.execPath, [CLI, 'serve', '--data', dataDir, '--port', '0', ...SETTINGS], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const port = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      text += chunk;
      const m = / on [^\s]+:(\d+)/.exec(text);
      if (m !== null) resolve(Number(m[1]));
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('exit', (code) => reject(new Error(`the server did not start (${code}): ${text}`)));
  });
  return { server, port };
}
async function kill(server) {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await gone;
}

const counts = { acknowledged: 0, retried: 0 };
const RETRIED = new Set(['40001', '40P01']);
/** Transfers until the connection is lost. */
async function transferLoop(port, id, ledger, acknowledged) {
  let client;
  try { client = await Client.open(port); } catch { return; }
  for (let n = 0; ; n++) {
    const key = `${id}-${n}`;
    const [from, to, amount] = [1 + random(ACCOUNTS), 1 + random(ACCOUNTS), 1 + random(20)];
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE account SET balance = balance - ${amount} WHERE id = ${from}`);
      await client.query(`UPDATE account SET balance = balance + ${amount} WHERE id = ${to}`);
      await client.query(`INSERT INTO transfer VALUES ('${key}', ${from}, ${to}, ${amount})`);
      await client.query('COMMIT');
    } catch (error) {
      if (error.code === undefined) return;
      if (!RETRIED.has(error.code)) throw error;
      counts.retried++;
      try { await client.query('ROLLBACK'); } catch { return; }
      continue;
    }
    writeSync(ledger, `${key} ${from} ${to} ${amount}\n`);
    fsyncSync(ledger);
    counts.acknowledged++;
    acknowledged();
  }
}

/** What is wrong with the database, as sentences. */
async function faultsOf(port) {
  const client = await Client.open(port);
  const one = async (sql) => (await client.query(sql))[0][0];
  const faults = [];
  const sum = await one('SELECT sum(balance) FROM account');
  if (Number(sum) !== ACCOUNTS * OPENING) faults.push(`the sum of balances is ${sum}, not ${ACCOUNTS * OPENING}`);
  const rows = new Set((await client.query('SELECT key, src, dst, amount FROM transfer')).map((r) => r.join(' ')));
  const lines = existsSync(ledgerPath) ? readFileSync(ledgerPath, 'utf8').split('\n').filter((l) => l !== '') : [];
  const lost = lines.filter((l) => !rows.has(l));
  if (lost.length > 0 && !args.planted) faults.push(`${lost.length} acknowledged transfers are lost, the first ${lost[0]}`);
  const wrong = await one(`SELECT count(*) FROM account a WHERE balance <> ${OPENING} + coalesce((SELECT sum(amount) FROM transfer WHERE dst = a.id), 0) - coalesce((SELECT sum(amount) FROM transfer WHERE src = a.id), 0)`);
  if (wrong !== '0') faults.push(`${wrong} balances disagree with the transfers`);
  faults.push(...await indexFaults(client, rows.size));
  client.close();
  return { faults, lost, transfers: rows.size };
}
async function indexFaults(client, expected) {
  const faults = [];
  await client.query('SET enable_seqscan = off');
  const byIndex = (await client.query("SELECT key FROM transfer WHERE key >= '' ORDER BY key")).length;
  const accounts = (await client.query('SELECT id FROM account WHERE id BETWEEN 1 AND 1000000')).length;
  await client.query('RESET enable_seqscan');
  if (byIndex !== expected) faults.push(`the index of transfer has ${byIndex} rows, the heap ${expected}`);
  if (accounts !== ACCOUNTS) faults.push(`the index of account has ${accounts} rows`);
  return faults;
}

async function setUp() {
  const { server, port } = await startServer();
  const client = await Client.open(port);
  await client.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)');
  await client.query('CREATE TABLE transfer (key text PRIMARY KEY, src int NOT NULL, dst int NOT NULL, amount int NOT NULL)');
  await client.query(`INSERT INTO account SELECT g, ${OPENING} FROM generate_series(1, ${ACCOUNTS}) g`);
  await client.query('CHECKPOINT');
  client.close();
  await kill(server);
}

console.log(`kill9: ${rounds} rounds, ${clients} clients, seed ${seed} (again: node tools/campaigns/kill9.mjs --rounds ${rounds} --clients ${clients} --seed ${seed})`);
await setUp();
let failures = 0;
const lostKeys = new Set();
const ledger = openSync(ledgerPath, 'a');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
for (let round = 1; round <= rounds; round++) {
  const before = counts.acknowledged;
  const lostBefore = lostKeys.size;
  const { server, port } = await startServer();
  const delay = KILL_AFTER_MS[0] + random(KILL_AFTER_MS[1] - KILL_AFTER_MS[0]);
  let acknowledged;
  const first = new Promise((resolve) => { acknowledged = resolve; });
  const working = Promise.all(Array.from({ length: clients }, (_, c) => transferLoop(port, `${round}-${c}`, ledger, acknowledged)));
  await Promise.race([first, working, pause(FIRST_ACK_MS_MAX)]);
  await Promise.race([pause(delay), working]);
  await kill(server);
  await working;
  const again = await startServer();
  const { faults, lost, transfers } = await faultsOf(again.port);
  await kill(again.server);
  for (const line of lost) lostKeys.add(line);
  if (counts.acknowledged === before) faults.push('nothing was acknowledged in this round');
  if (faults.length > 0) failures++;
  console.log(`round ${round}: killed ${delay} ms after the first of ${counts.acknowledged - before} acknowledgements, ${lostKeys.size - lostBefore} lost, ${transfers} transfers in all${faults.length > 0 ? `; FAULTS: ${faults.join('; ')}` : ', ok'}`);
}
closeSync(ledger);
console.log(`${rounds} rounds, ${counts.acknowledged} acknowledged transfers, ${counts.retried} retried, ${lostKeys.size} lost, ${failures} rounds with other faults`);
if (args.planted) console.log(lostKeys.size > 0 ? 'the planted bug was caught' : 'the planted bug was NOT caught');
if (args.keep || failures > 0) console.log(`directory kept: ${base}`);
else rmSync(base, { recursive: true, force: true });
process.exitCode = failures > 0 || (lostKeys.size > 0) !== args.planted ? 1 : 0;
process.exit();
