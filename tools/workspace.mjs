/** What the workspace's commands share: running a step, and installing only when it is needed. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = dirname(dirname(fileURLToPath(import.meta.url)));

/** The task graph works without its daemon and without any service. */
const quiet = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/** Runs a program at the top of the workspace; answers its exit code. */
export function run(command, args, options = {}) {
  const env = { ...process.env, ...quiet, ...options.env };
  const result = spawnSync(command, args, { cwd: top, stdio: 'inherit', ...options, env });
  if (result.error !== undefined) throw result.error;
  return result.status ?? 1;
}

export const runNode = (script, args, options) => run(process.execPath, [join(top, script), ...args], options);

/** npm ci where node_modules is missing or older than the lock file. */
export function install() {
  const installed = join(top, 'node_modules', '.package-lock.json');
  const lock = join(top, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0;
  return run('npm', ['ci', '--no-audit', '--no-fund']);
}

/** Compiles what has changed, makes the pages that new clusters start from, and the bundle that programs load. */
export const build = () => runNode('node_modules/tsc7/bin/tsc', ['-b', 'tsconfig.json']) || runNode('tools/catalog-gen/make-image.mjs', []) || runNode('tools/bundle.mjs', []);
