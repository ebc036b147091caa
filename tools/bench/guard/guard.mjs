/**
 * npm run bench -- --guard: figures that do not depend on the machine's speed or load, beside the last recorded ones
 * (recorded.json, written by --record). CI prints them; nothing fails of them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compare, guardTable } from './compare.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export function main(options) {
  const flags = ['--expose-gc', '--max-semi-space-size=512', '--min-semi-space-size=512', '--no-warnings', '--single-threaded-gc'];
  const figures = JSON.parse(execFileSync(process.execPath, [...flags, path('./child.mjs')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  const recorded = existsSync(path('./recorded.json')) ? JSON.parse(readFileSync(path('./recorded.json'), 'utf8')) : undefined;
  console.log(guardTable(compare(figures, recorded?.figures)));
  if (options.record) writeFileSync(path('./recorded.json'), `${JSON.stringify({ node: process.version.split('.')[0], figures }, null, 2)}\n`);
}
