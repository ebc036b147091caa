/** The server under test: our own process, started again whenever it dies or hangs, or one that runs already. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const startMs = 60_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (value) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false)).setTimeout(5000, () => answer(false));
  });
}

/** A server somebody else runs; it cannot be started again. */
export function runningServer(address) {
  const [host, port] = address.split(':');
  return { host, port: Number(port), ours: false, alive: () => true, start: async () => {}, stop: async () => {} };
}

export function ownServer(top, port, dataDir, logPath) {
  let child;
  const alive = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const stop = async (signal = 'SIGTERM') => {
    if (!alive()) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  };
  const start = async () => {
    const command = [join(top, 'packages/pglitedb/dist/cli.js'), 'serve', '--port', String(port), '--data', dataDir,
      '-c', 'pglitedb.update_placement=append'];
    child = spawn(process.execPath, command, { cwd: top, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(logPath, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    for (const deadline = Date.now() + startMs; Date.now() < deadline; await pause(100)) {
      if (!alive()) throw new Error(`the server ended while starting; its log is ${logPath}`);
      if (await accepts('127.0.0.1', port)) return;
    }
    await stop('SIGKILL');
    throw new Error(`the server does not listen after ${startMs / 1000} s; its log is ${logPath}`);
  };
  return { host: '127.0.0.1', port, ours: true, alive, start, stop };
}
