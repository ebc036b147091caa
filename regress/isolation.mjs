/**
 * Runs PostgreSQL's isolation specs through the real isolationtester against the server, one after another in the order
 * of the schedule, and compares each output with the expected file(s). See docs/regress.md.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPsql, regressEnvironment, runCommand } from './psql.mjs';
import { freePort, ownServer, runningServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const database = 'isolation_regression';
const results = join(here, 'results', 'isolation');
const usage = `usage: npm run isolation -- [options]
  --tests a,b            only these specs
  --dir DIR              folder with specs/, expected/ and isolation_schedule
  --isolationtester PATH the program of version 18
  --psql PATH            a psql of version 18 (default: the one beside isolationtester)
  --port N               port of the server under test (default: a free one)
  --server HOST:PORT     test a server that runs already
  --timeout SECONDS      per spec (default 60)
  --step-timeout SECONDS after which a step that hangs is cancelled (default 10)
  --budget SECONDS       start no further spec after this time`;

function readOptions(argv) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args: argv,
    options: {
      tests: text, dir: text, isolationtester: text, psql: text, port: text, server: text, budget: text,
      timeout: { type: 'string', default: '60' }, 'step-timeout': { type: 'string', default: '10' }, help: { type: 'boolean', default: false },
    },
  });
  return { ...values, tests: values.tests?.split(',').filter(Boolean), timeoutMs: Number(values.timeout) * 1000, budgetMs: Number(values.budget ?? Infinity) * 1000 };
}

/** Names of the schedule, in its order, without those whose spec is not there. */
function readSchedule(directory) {
  return readFileSync(join(directory, 'isolation_schedule'), 'utf8').split('\n')
    .filter((line) => line.startsWith('test:')).flatMap((line) => line.slice(5).trim().split(/\s+/))
    .filter((name) => existsSync(join(directory, 'specs', `${name}.spec`)));
}

/** NAME.out, NAME_1.out … NAME_9.out. */
function expectedTexts(directory, name) {
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.')}(_\\d)?\\.out$`);
  return readdirSync(join(directory, 'expected')).filter((file) => pattern.test(file)).sort()
    .map((file) => readFileSync(join(directory, 'expected', file), 'utf8'));
}

function findTester(given) {
  const name = 'isolationtester';
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return [given, join(here, '.cache', 'bin', name), ...(given === undefined ? found : [])].filter(Boolean).find((path) => existsSync(path));
}

/** The parts of an output: its head and each permutation. */
function permutations(text) {
  return text.split(/^(?=starting permutation: )/m).slice(1).map((part) => part.trimEnd());
}

/** How many permutations are as in the expected text that fits best. */
function compare(expected, actual) {
  const got = permutations(actual);
  let best = { equal: -1, total: 0, exact: false };
  for (const text of expected) {
    const wanted = permutations(text);
    const equal = wanted.filter((part, i) => part === got[i]).length;
    const exact = text === actual;
    if (exact || (!best.exact && equal > best.equal)) best = { equal, total: wanted.length, exact, text };
  }
  return best;
}

class Run {
  constructor(options, directory, tester, psql, server) {
    Object.assign(this, { options, directory, tester, psql, server });
    const env = regressEnvironment(server, directory, results, psql);
    this.env = { ...env, PGOPTIONS: '', PG_TEST_TIMEOUT_DEFAULT: String(Number(options['step-timeout']) / 2) };
  }

  async createDatabase() {
    await runCommand(this.psql, this.env, 'postgres', `DROP DATABASE IF EXISTS ${database}`);
    if ((await runCommand(this.psql, this.env, 'postgres', `CREATE DATABASE ${database} TEMPLATE=template0`)) === undefined) throw new Error(`cannot create the database ${database}`);
    for (const setting of ["lc_messages TO 'C'", "bytea_output TO 'hex'", "timezone_abbreviations TO 'Default'"]) {
      await runCommand(this.psql, this.env, 'postgres', `ALTER DATABASE ${database} SET ${setting}`);
    }
  }

  /** The tester's output (errors among it), and whether it ended in time. */
  runSpec(name) {
    const child = spawn('sh', ['-c', 'exec "$0" "$1" 2>&1', this.tester, `dbname=${database}`], { env: { ...this.env, PGAPPNAME: `isolation/${name}` }, stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(readFileSync(join(this.directory, 'specs', `${name}.spec`)));
    return new Promise((done) => {
      let intime = true;
      const timer = setTimeout(() => {
        intime = false;
        child.kill('SIGKILL');
      }, this.options.timeoutMs);
      child.once('close', () => {
        clearTimeout(timer);
        done({ text, intime });
      });
    });
  }

  async test(name) {
    const started = Date.now();
    const { text, intime } = await this.runSpec(name);
    const seconds = (Date.now() - started) / 1000;
    const crashed = !this.server.alive() || (await runCommand(this.psql, this.env, 'postgres', 'SELECT 1')) === undefined;
    const { equal, total, exact, text: expected } = compare(expectedTexts(this.directory, name), text);
    writeFileSync(join(results, `${name}.out`), text);
    if (!exact) writeFileSync(join(results, `${name}.expected`), expected ?? '');
    if (crashed && this.server.ours) {
      await this.server.stop('SIGKILL');
      await this.server.start();
    }
    if (!exact || crashed) await this.createDatabase();
    return { name, status: crashed ? 'CRASH' : !intime ? 'TIMEOUT' : exact ? 'equal' : 'differs', equal, total, seconds };
  }
}

async function runAll(options, run, names) {
  const rows = [];
  const started = Date.now();
  await run.createDatabase();
  for (const name of names) {
    if (Date.now() - started > options.budgetMs) {
      console.log(`time is up: ${names.length - rows.length} specs were not run`);
      break;
    }
    const row = await run.test(name);
    rows.push(row);
    console.log(`${name.padEnd(32)} ${`${row.equal}/${row.total}`.padStart(9)}  ${row.status.padEnd(8)} ${row.seconds.toFixed(1).padStart(6)} s`);
  }
  const sum = (of) => rows.reduce((n, row) => n + of(row), 0);
  const totals = {
    specs: rows.length, equal: sum((row) => Number(row.status === 'equal')), permutations: sum((row) => row.total), equalPermutations: sum((row) => row.equal),
    timeouts: sum((row) => Number(row.status === 'TIMEOUT')), crashes: sum((row) => Number(row.status === 'CRASH')),
  };
  writeFileSync(join(results, 'isolation.json'), JSON.stringify({ totals, specs: rows }, null, 1));
  console.log(`${totals.equal} of ${totals.specs} specs equal, ${totals.equalPermutations} of ${totals.permutations} permutations, ${totals.timeouts} timeouts, ${totals.crashes} crashes`);
  return 0;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(usage), 0;
  const directory = resolve(options.dir ?? join(top, '..', 'shared', 'pg-isolation'));
  const tester = findTester(options.isolationtester);
  const psql = findPsql(options.psql ?? (tester === undefined ? undefined : [join(dirname(tester), 'psql')].find(existsSync)), join(here, '.cache'), '');
  const missing = !existsSync(join(directory, 'isolation_schedule')) ? 'no folder with the specs (give it with --dir)'
    : tester === undefined ? 'no isolationtester (give it with --isolationtester)' : psql === undefined ? 'no psql of version 18 (give it with --psql)' : '';
  if (missing !== '') return console.log(`isolation: left out: ${missing}`), 0;
  const names = readSchedule(directory).filter((name) => options.tests === undefined || options.tests.includes(name));
  const dataDir = mkdtempSync(join(tmpdir(), 'pglitedb-isolation-'));
  mkdirSync(results, { recursive: true });
  const server = options.server === undefined
    ? ownServer(top, Number(options.port ?? (await freePort())), join(dataDir, 'data'), join(results, 'server.log'))
    : runningServer(options.server);
  try {
    await server.start();
    return await runAll(options, new Run(options, directory, tester, psql, server), names);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  console.error(`isolation: ${error.message}`);
  return 1;
});
