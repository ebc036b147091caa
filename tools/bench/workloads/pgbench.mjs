/** (c) pgbench over the wire: TPC-B and -S, three protocol modes, 1, 8 and 32 clients; rate and p95. */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from '../report/stats.mjs';

const scripts = [{ id: 'tpcb', title: 'TPC-B', flags: [] }, { id: 'select', title: 'select only', flags: ['-S'] }];
const modes = ['prepared', 'extended', 'simple'];

/** What is asked of some of the measures. */
const targets = {
  'tpcb-prepared-8': { target: { 'pglitedb-server': 5000 }, ratioTarget: { postgres: 2 }, p95: { 'pglitedb-server': 3 } },
  'select-prepared-8': { ratioTarget: { postgres: 1 } },
  'tpcb-simple-8': { ratioTarget: { postgres: 0.8 } },
  'select-simple-8': { ratioTarget: { postgres: 0.8 } },
};

function stepOf(script, mode, clients) {
  const id = `${script.id}-${mode}-${clients}`;
  const title = `${script.title}, ${mode}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
  const { target, ratioTarget, p95 } = targets[id] ?? {};
  return { id, title, metrics: [
    { id, title, unit: 'TPS', better: 'higher', target, ratioTarget },
    { id: `${id}-p95`, title: `${title}: p95`, unit: 'ms', better: 'lower', target: p95 },
  ] };
}

function steps({ quick }) {
  const clients = (mode) => (quick && mode !== 'prepared' ? [8] : [1, 8, 32]);
  return scripts.flatMap((script) => modes.flatMap((mode) => clients(mode).map((n) => stepOf(script, mode, n))));
}

function pgbench(context, db, args, cwd) {
  const url = new URL(db.url);
  const target = ['-h', url.hostname, '-p', url.port, '-U', url.username || 'postgres', url.pathname.slice(1)];
  return new Promise((resolve, reject) => {
    const child = spawn(context.pgbench ?? 'pgbench', [...args, ...target], { cwd, env: { ...process.env, PGPASSWORD: url.password } });
    let [out, errors] = ['', ''];
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { errors = `${errors}${d}`.slice(-2000); });
    child.once('error', (error) => reject(new Error(error.code === 'ENOENT' ? `${context.pgbench ?? 'pgbench'} is not there: put it on the PATH or give --pgbench PATH` : error.message)));
    child.once('exit', (code) => (code === 0 ? resolve(out) : reject(new Error(`pgbench: ${errors.trim().split('\n').filter((l) => /error|fatal/i.test(l))[0] ?? errors.trim().split('\n').at(-1)}`))));
  });
}

/** Latencies in ms from pgbench's log: the third column is microseconds. */
function latencies(folder) {
  const values = [];
  for (const name of readdirSync(folder).filter((n) => n.startsWith('pgbench_log'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) if (line !== '') values.push(Number(line.split(' ')[2]) / 1000);
    rmSync(join(folder, name));
  }
  return values;
}

export const workload = {
  title: 'pgbench over the wire',
  subjects: ['pglitedb-server', 'pglitedb-server-async', 'postgres', 'postgres-async'],
  rounds: { quick: 1, full: 3 },
  size: { quick: { scale: 1, seconds: 1 }, full: { scale: 10, seconds: 5 } },
  limits: { measure: 60_000 },
  steps: (context) => (context.quick ? steps(context).map((s) => ({ ...s, subjects: ['pglitedb-server', 'postgres'] })) : steps(context)),
  async setup(db, context) {
    await pgbench(context, db, ['-i', '-q', '-s', String(context.size.scale)], context.directory);
    for (const { flags } of scripts) await pgbench(context, db, ['-n', ...flags, '-M', 'prepared', '-c', '8', '-T', '1'], context.directory);
  },
  async measure({ db, step, context }) {
    const [script, mode, clients] = step.split('-');
    const flags = scripts.find((s) => s.id === script).flags;
    const args = ['-n', ...flags, '-M', mode, '-c', clients, '-j', String(Math.min(2, Number(clients))), '-T', String(context.size.seconds), '-l', '--sampling-rate=0.2'];
    const out = await pgbench(context, db, args, context.directory);
    return { [step]: Number(/tps = ([\d.]+)/.exec(out)[1]), [`${step}-p95`]: quantile(latencies(context.directory), 0.95) };
  },
  /** TPC-B's own invariant: what the accounts hold is what the history says. */
  async verify({ db }) {
    const [[accounts, tellers, branches, history]] = await db.rows('select (select sum(abalance) from pgbench_accounts), (select sum(tbalance) from pgbench_tellers), (select sum(bbalance) from pgbench_branches), (select sum(delta) from pgbench_history)');
    const same = new Set([accounts, tellers, branches, history ?? 0].map(Number)).size === 1;
    return [{ ok: same, text: `balances of accounts, tellers, branches and history: ${same ? 'equal' : [accounts, tellers, branches, history].join(', ')}` }];
  },
};
