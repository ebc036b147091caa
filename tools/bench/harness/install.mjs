/** The peers are dependencies of the bench alone: installed beside it, from its own lock file, when it first runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));

/** Answers whether npm succeeded; a peer that npm could not install is reported by the run that misses it. */
export function installPeers(force) {
  const done = join(here, 'node_modules', '.package-lock.json');
  if (!force && existsSync(done) && statSync(done).mtimeMs >= statSync(join(here, 'package-lock.json')).mtimeMs) return true;
  console.error('bench: installing the peers (once; better-sqlite3 may be compiled)');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--no-workspaces'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  return result.status === 0;
}
