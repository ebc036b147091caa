/** Finds a psql of version 18 and runs scripts with it as pg_regress does. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';

const versionPattern = /PostgreSQL\) 18(\D|$)/;

function isPsql18(path) {
  try {
    return versionPattern.test(execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return false;
  }
}

/** The given one, the PATH's, the cached one, or one that the shared tool installs. Undefined when there is none. */
export function findPsql(given, cache, installer) {
  const cached = join(cache, 'bin', 'psql');
  const found = [given, 'psql', cached].filter(Boolean).find(isPsql18);
  if (found !== undefined || given !== undefined || !existsSync(installer)) return found;
  try {
    execFileSync('sh', [installer, cache], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  } catch {
    return undefined;
  }
  return isPsql18(cached) ? cached : undefined;
}

/** pg_regress's environment: locale, time zone and date style are fixed, whatever the caller's are. */
export function regressEnvironment(server, sourceDir, buildDir, psql) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name)));
  return {
    ...inherited,
    PGHOST: server.host, PGPORT: String(server.port), PGUSER: 'postgres', LC_MESSAGES: 'C',
    PGTZ: 'America/Los_Angeles', PGDATESTYLE: 'Postgres, MDY', PGOPTIONS: '-c intervalstyle=postgres_verbose',
    PG_ABS_SRCDIR: sourceDir, PG_ABS_BUILDDIR: buildDir, PG_LIBDIR: dirname(psql), PG_DLSUFFIX: '.so',
  };
}

const scriptArguments = ['-X', '-a', '-q', '-d', 'regression', '-v', 'HIDE_TABLEAM=on', '-v', 'HIDE_TOAST_COMPRESSION=on'];

/** Runs one script; resolves to true, or false where the time ran out and psql was killed. */
export function runScript(psql, env, name, script, output, timeoutMs) {
  const input = openSync(script, 'r');
  const out = openSync(output, 'w');
  const child = spawn(psql, scriptArguments, { stdio: [input, out, out], env: { ...env, PGAPPNAME: `pg_regress/${name}` } });
  return new Promise((resolve) => {
    let intime = true;
    const timer = setTimeout(() => {
      intime = false;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('close', () => {
      clearTimeout(timer);
      closeSync(input);
      closeSync(out);
      resolve(intime);
    });
  });
}

/** Runs one command and answers psql's output, or undefined where it failed or took too long. */
export function runCommand(psql, env, database, sql, timeoutMs = 15_000) {
  return new Promise((resolve) => {
    const child = spawn(psql, ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql],
      { env: { ...env, PGCONNECT_TIMEOUT: '10' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (child.lastError = String(chunk)));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? text.trim() : undefined);
    });
  });
}
