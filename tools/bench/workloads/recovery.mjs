/** (j) Recovery: the log grows to so many bytes without a checkpoint, kill -9, and the time to the first answer after. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../peers/wire.mjs';
import { startNative, startOwnServer } from '../harness/servers.mjs';
import { batchText, tableText } from './recovery-rows.mjs';

const writer = fileURLToPath(new URL('../harness/own-writer.mjs', import.meta.url));

/** Each makes a killed data directory and answers { rows, log, start }: `start` is a server on it. */
const crashes = {
  async 'pglitedb-server'(directory, bytes) {
    const child = spawn(process.execPath, ['--no-warnings', writer, directory, String(bytes)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [exited, done] = [new Promise((resolve) => { child.once('exit', resolve); }), new Promise((resolve, reject) => {
      let [out, errors] = ['', ''];
      child.stderr.on('data', (d) => { errors += d; });
      child.stdout.on('data', (d) => { out += d; if (out.endsWith('\n')) resolve(JSON.parse(out)); });
      child.once('exit', (code) => reject(new Error(`the writer ended with ${code}: ${errors.slice(-300)}`)));
    })];
    const written = await done;
    child.kill('SIGKILL');
    await exited;
    return { ...written, start: () => startOwnServer(directory) };
  },
  async postgres(directory, bytes) {
    const settings = { max_wal_size: '20GB', checkpoint_timeout: '1h' };
    const server = await startNative(directory, settings);
    const client = await connect(server.url);
    await client.query(tableText);
    await client.query('checkpoint');
    const from = (await client.query('select pg_current_wal_lsn() as lsn')).rows[0].lsn;
    let [rows, log] = [0, 0];
    while (log < bytes) {
      const { text, count } = batchText(rows);
      await client.query(text);
      rows += count;
      log = Number((await client.query('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn) as n', [from])).rows[0].n);
    }
    await server.kill();
    await client.end().catch(() => undefined);
    return { rows, log, start: () => startNative(directory, settings) };
  },
};

export const workload = {
  title: 'Recovery after kill -9',
  subjects: ['pglitedb-server', 'postgres'],
  notes: { pglite: 'not asked: it never fsyncs', sqlite: 'not asked: it has no server to start' },
  opens: false,
  rounds: { quick: 1, full: 3 },
  size: { quick: { bytes: 10e6 }, full: { bytes: 100e6 } },
  mean: false,
  limits: { measure: 300_000 },
  steps: ({ quick }) => [{ id: 'recovery', title: 'recovery', metrics: [
    { id: 'recovery', title: `server start to first answer, with ${quick ? 10 : 100} MB of log`, unit: 'ms', better: 'lower' },
    { id: 'rows', title: 'rows that the log held', unit: 'rows', better: 'higher' },
  ] }],
  setup: async () => ({ runs: 0 }),
  async measure({ state, context }) {
    const directory = join(context.directory, `crash-${++state.runs}`);
    const { rows, start } = await crashes[context.peer](directory, context.size.bytes);
    const from = performance.now();
    const server = await start();
    try {
      const client = await connect(server.url);
      const got = Number((await client.query('select count(*) as n from recovered')).rows[0].n);
      const recovery = performance.now() - from;
      await client.end();
      if (got !== rows) throw new Error(`${got} rows after recovery, ${rows} were acknowledged`);
      return { recovery, rows };
    } finally {
      await server.stop();
    }
  },
};
