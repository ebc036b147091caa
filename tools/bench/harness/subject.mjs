/** The parent's side of a subject's process: asks it for one task at a time, with a limit on each. */
import { fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./child.mjs', import.meta.url));
let subjects = 0;

export class Subject {
  constructor(peer, workload, context) {
    this.peer = peer;
    this.directory = join(context.scratch, `${workload.key}-${peer}-${++subjects}`);
    mkdirSync(this.directory, { recursive: true });
    const argument = JSON.stringify({ ...context, peer, workload: workload.key, directory: this.directory, database: `bench_${workload.key}_${peer.replace(/\W/g, '_')}` });
    this.child = fork(script, [argument], { execArgv: ['--expose-gc', '--no-warnings', ...(context.nodeArguments ?? [])], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' });
    this.errors = '';
    this.child.stderr.on('data', (d) => { this.errors = `${this.errors}${d}`.slice(-2000); if (process.env.BENCH_TRACE) process.stderr.write(d); });
    this.waiting = new Map();
    this.child.on('message', ({ id, value, error }) => {
      const { resolve, reject } = this.waiting.get(id) ?? {};
      this.waiting.delete(id);
      if (error === undefined) resolve?.(value);
      else reject?.(new Error(error));
    });
    this.child.on('exit', (code, signal) => {
      this.gone = `the process ended with ${signal ?? code}${this.errors === '' ? '' : `: ${this.lastError()}`}`;
      for (const { reject } of this.waiting.values()) reject(new Error(this.gone));
      this.waiting.clear();
    });
  }

  lastError() {
    const lines = this.errors.trim().split('\n').map((l) => l.trim());
    return (lines.find((l) => /error|fatal/i.test(l)) ?? lines.at(-1)).slice(0, 300);
  }

  /** Raises where the task fails, the process ends, or `limitMs` pass: then the process is killed. */
  async ask(task, more = {}, limitMs = 60_000) {
    if (this.gone !== undefined) throw new Error(this.gone);
    const id = this.waiting.size + 1;
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        timer = setTimeout(() => { reject(new Error(`took longer than ${Math.round(limitMs / 1000)} s`)); this.child.kill('SIGKILL'); }, limitMs);
        this.child.send({ id, task, ...more }, (error) => { if (error) reject(error); });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async end() {
    if (this.gone === undefined) await this.ask('close', {}, 30_000).catch(() => undefined);
    if (this.gone === undefined) await new Promise((resolve) => { this.child.once('exit', resolve); setTimeout(() => this.child.kill('SIGKILL'), 2000).unref(); });
    rmSync(this.directory, { recursive: true, force: true });
  }
}
