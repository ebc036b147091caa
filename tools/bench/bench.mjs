/**
 * npm run bench: PGLiteDB beside what one would otherwise pick, on this machine, in one run. Every figure is a ratio to
 * a peer that was measured in alternation with it. Writes a table, JSON and a page; `--help` lists the options.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAnswers } from './harness/answers.mjs';
import { bundle } from '../bundle.mjs';
import { installPeers } from './harness/install.mjs';
import { help, readOptions } from './harness/options.mjs';
import { runWorkload } from './harness/runner.mjs';
import { startNative } from './harness/servers.mjs';
import { machine } from './report/machine.mjs';
import { progressOn, tableOf } from './report/terminal.mjs';
import { workloadOf } from './workloads/index.mjs';
import { htmlOf } from './report/html.mjs';
import { markdownOf } from './report/markdown.mjs';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** The shared native server, started where a peer asked for needs it; else the reason why there is none. */
async function nativeServer(options, scratch) {
  if (!options.peers.some((id) => id.startsWith('postgres'))) return { reason: 'not asked for' };
  if (options.postgres !== undefined) return { url: options.postgres };
  try {
    const server = await startNative(join(scratch, 'native'));
    return { url: server.url, pid: server.pid, stop: () => server.stop() };
  } catch (error) {
    return { reason: `native PostgreSQL did not start: ${error.message}` };
  }
}

async function runAll(options, context, progress) {
  const results = [];
  for (const [k, key] of options.only.entries()) {
    const workload = await workloadOf(key);
    progress.workload(workload, k + 1, options.only.length);
    const start = performance.now();
    const { answers, ...result } = await runWorkload(workload, context, progress);
    const checks = [...answers === undefined ? [] : checkAnswers(answers, ['postgres', 'duckdb-1', 'pglite', 'sqlite'], workload.unordered), ...result.checks ?? []];
    results.push({ key, title: workload.title, mean: workload.mean, chart: workload.chart, size: options.quick ? workload.size?.quick : workload.size?.full, steps: workload.steps(context), ...result, checks, seconds: (performance.now() - start) / 1000 });
    console.log(`${tableOf(results.at(-1))}\n`);
  }
  return results;
}

function write(run, options) {
  const out = options.out ?? join(top, '.tmp', 'bench');
  mkdirSync(out, { recursive: true });
  const files = { 'bench.json': `${JSON.stringify(run, null, 1)}\n`, 'bench.html': htmlOf(run) };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  if (options.docs) writeFileSync(join(top, 'docs', 'performance.md'), markdownOf(run));
  return Object.keys(files).map((name) => join(out, name));
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(help);
  await bundle();
  if (options.guard || options.record) return (await import('./guard/guard.mjs')).main(options);
  if (!installPeers(options.install) && options.install) process.exitCode = 1;
  if (options.install) return undefined;
  const scratch = mkdtempSync(join(os.tmpdir(), 'pglitedb-bench-'));
  chmodSync(scratch, 0o755);
  const progress = progressOn(process.stderr);
  const run = { at: new Date().toISOString(), machine: machine(), quick: Boolean(options.quick) };
  const native = await nativeServer(options, scratch);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { void Promise.resolve(native.stop?.()).then(() => { rmSync(scratch, { recursive: true, force: true }); process.exit(130); }); });
  try {
    const context = { scratch, cache: join(top, '.tmp', 'bench-data'), quick: run.quick, peers: options.peers, rounds: options.rounds, pgbench: options.pgbench, postgresUrl: native.url, postgresReason: native.reason, nativePid: native.pid };
    run.results = await runAll(options, context, progress);
  } finally {
    await native.stop?.();
    rmSync(scratch, { recursive: true, force: true });
  }
  run.seconds = (Date.now() - Date.parse(run.at)) / 1000;
  console.log(`${write(run, options).join('\n')}`);
  if (run.results.some((r) => r.checks?.some((c) => !c.ok && /^pglitedb/.test(c.subject ?? 'pglitedb')))) process.exitCode = 1;
  return undefined;
}

await main();
