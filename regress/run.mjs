/**
 * Runs PostgreSQL's own regression scripts through the real psql, one after another in the order of the schedule,
 * compares with the expected output by file and by statement, and holds the ratchet. See docs/regress.md.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareBest } from './align.mjs';
import { splitScript } from './lexer.mjs';
import { readOptions, usage } from './options.mjs';
import { findPsql, regressEnvironment, runCommand, runScript } from './psql.mjs';
import { lostBy, raise, readRatchet, writeRatchet } from './ratchet.mjs';
import { totalsOf, writeReport } from './report.mjs';
import { freePort, ownServer, runningServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const ratchetPath = join(here, 'ratchet.json');
const settings = [
  "lc_messages TO 'C'", "lc_monetary TO 'C'", "lc_numeric TO 'C'", "lc_time TO 'C'", "bytea_output TO 'hex'",
  "timezone_abbreviations TO 'Default'",
];

/** psql saw its connection break: the server may have died, though its exit is not reported yet. */
const connectionLost = /server closed the connection unexpectedly|connection to server was lost|could not receive data from server/;

/** Names of the schedule, in its order. */
function readSchedule(directory) {
  return readFileSync(join(directory, 'parallel_schedule'), 'utf8').split('\n')
    .filter((line) => line.startsWith('test:')).flatMap((line) => line.slice(5).trim().split(/\s+/));
}

/** NAME.out, NAME_0.out … NAME_9.out. */
function expectedTexts(directory, name) {
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.')}(_\\d)?\\.out$`);
  const files = readdirSync(join(directory, 'expected')).filter((file) => pattern.test(file)).sort();
  return files.map((file) => readFileSync(join(directory, 'expected', file), 'utf8'));
}

class Run {
  constructor(options, directory, psql, server, buildDir) {
    Object.assign(this, { options, directory, psql, server, buildDir });
    this.env = regressEnvironment(server, directory, buildDir, psql);
  }

  command(database, sql) {
    return runCommand(this.psql, { ...this.env, PGOPTIONS: '' }, database, sql);
  }

  /** Creates the database as pg_regress does. */
  async createDatabase() {
    await this.command('postgres', 'DROP DATABASE IF EXISTS "regression"');
    const created = await this.command('postgres', 'CREATE DATABASE "regression" TEMPLATE=template0 ENCODING=\'UTF8\'');
    if (created === undefined) throw new Error('cannot create the database "regression"');
    for (const setting of settings) await this.command('postgres', `ALTER DATABASE "regression" SET ${setting}`);
  }

  runFile(name) {
    const output = join(this.buildDir, 'results', `${name}.out`);
    return runScript(this.psql, this.env, name, join(this.directory, 'sql', `${name}.sql`), output, this.options.timeoutMs);
  }

  /** One script: run, compare, and leave a server that answers. */
  async test(name) {
    const started = Date.now();
    const intime = await this.runFile(name);
    const actual = readFileSync(join(this.buildDir, 'results', `${name}.out`), 'utf8');
    const seconds = (Date.now() - started) / 1000;
    const suspicious = !intime || !this.server.alive() || connectionLost.test(actual);
    const died = suspicious && !(await this.endSessions());
    if (died) await this.restart();
    const script = readFileSync(join(this.directory, 'sql', `${name}.sql`), 'utf8');
    const result = compareBest(script, expectedTexts(this.directory, name), actual, splitScript);
    const status = died ? 'CRASH' : !intime ? 'TIMEOUT' : result.exact ? 'exact' : 'differs';
    return { name, ...result, seconds, status };
  }

  /** Ends what a killed psql left running. False where the server no longer answers. */
  async endSessions() {
    if ((await this.command('postgres', 'SELECT 1')) === undefined) return false;
    await this.command('postgres',
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'regression' AND pid <> pg_backend_pid()");
    return true;
  }

  async restart() {
    if (!this.server.ours) return;
    await this.server.stop('SIGKILL');
    await this.server.start();
    if ((await this.command('regression', 'SELECT 1')) !== undefined) return;
    await this.createDatabase();
    await this.runFile('test_setup');
  }
}

function printRow(result, lost) {
  const ratio = `${result.equal.length}/${result.total}`;
  const note = lost === '' ? '' : `  LOST ${lost}`;
  console.log(`${result.name.padEnd(26)} ${ratio.padStart(11)}  ${result.status.padEnd(8)} ${result.seconds.toFixed(1).padStart(6)} s${note}`);
}

function finish(options, ratchet, results, lostFiles) {
  writeReport(join(here, 'results'), results);
  const totals = totalsOf(results);
  console.log(`${totals.equal} of ${totals.statements} statements equal, ${totals.exact} of ${totals.files} files exact, ${totals.crashes} crashes`);
  if (options.update && options.server === undefined) writeRatchet(ratchetPath, raise(ratchet, results, options.force));
  if (options.server === undefined) {
    const held = results.filter((r) => ratchet.files[r.name] !== undefined).length;
    console.log(`ratchet: ${held - lostFiles} files kept, ${lostFiles} lost`);
  }
  return lostFiles > 0 && !(options.update && options.force) ? 1 : 0;
}

async function runAll(options, run, names) {
  const ratchet = options.server === undefined ? readRatchet(ratchetPath) : { files: {} };
  const results = [];
  let lostFiles = 0;
  const started = Date.now();
  await run.createDatabase();
  for (const name of names) {
    if (Date.now() - started > options.budgetMs) {
      console.log(`time is up: ${names.length - results.length} files were not run`);
      break;
    }
    const result = await run.test(name);
    const lost = lostBy(ratchet, result);
    if (lost !== '') lostFiles++;
    results.push(result);
    printRow(result, lost);
  }
  return finish(options, ratchet, results, lostFiles);
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(usage), 0;
  const shared = join(top, '..', 'shared');
  const directory = resolve(options.dir ?? join(shared, 'pg-regress'));
  if (!existsSync(join(directory, 'parallel_schedule'))) {
    console.log('regress: left out: no folder with the scripts (give it with --dir)');
    return 0;
  }
  const psql = findPsql(options.psql, join(here, '.cache'), join(shared, 'tools', 'pg18.sh'));
  if (psql === undefined) {
    console.log('regress: left out: no psql of version 18 (give it with --psql)');
    return 0;
  }
  const schedule = readSchedule(directory);
  const names = options.tests === undefined ? schedule
    : schedule.filter((name) => name === 'test_setup' || options.tests.includes(name));
  const buildDir = mkdtempSync(join(tmpdir(), 'pglitedb-regress-'));
  for (const part of ['', 'results', 'testtablespace']) {
    mkdirSync(join(buildDir, part), { recursive: true });
    chmodSync(join(buildDir, part), 0o777);
  }
  mkdirSync(join(here, 'results'), { recursive: true });
  rmSync(join(here, 'results', 'server.log'), { force: true });
  const server = options.server === undefined
    ? ownServer(top, Number(options.port ?? (await freePort())), join(buildDir, 'data'), join(here, 'results', 'server.log'))
    : runningServer(options.server);
  try {
    await server.start();
    return await runAll(options, new Run(options, directory, psql, server, buildDir), names);
  } finally {
    await server.stop();
    rmSync(buildDir, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  console.error(`regress: ${error.message}`);
  return 1;
});
