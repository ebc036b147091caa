/** npm start: installs and compiles where needed, then serves. Arguments go to `pglitedb serve`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, install, top } from './workspace.mjs';

const failed = install() || build();
if (failed) process.exit(failed);
const child = spawn(process.execPath, [join(top, 'packages/pglitedb/dist/bundle/cli.js'), 'serve', ...process.argv.slice(2)],
  { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
