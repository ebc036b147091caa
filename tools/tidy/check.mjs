/**
 * The style's measures as a ratchet: no measure may become worse than its goal or than tools/tidy/ratchet.json,
 * whichever is laxer. `--list` names the files that no README lists. `--update` writes what has become better, `--force` whatever it is.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../workspace.mjs';
import { measure } from './measure.mjs';

const path = join(top, 'tools', 'tidy', 'ratchet.json');
const goals = { longFilesPercent: 2, longFunctionsPercent: 5, duplicatedLinesPercent: 1, wideInterfaces: 0, filesMissingInReadmes: 0 };
const args = process.argv.slice(2);
const held = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const { ratchet, missing } = measure(top);

let failed = 0;
for (const [name, value] of Object.entries(ratchet)) {
  const limit = Math.max(held[name] ?? 0, goals[name]);
  const lost = value > limit;
  if (lost) failed++;
  console.log(`tidy: ${name} ${value} (goal ${goals[name]}, ratchet ${held[name] ?? '-'})${lost ? '  LOST' : ''}`);
}
if (args.includes('--list')) {
  for (const file of missing) console.log(`tidy: not listed in its README: ${file}`);
}
if (args.includes('--update')) {
  const next = Object.fromEntries(Object.entries(ratchet).map(([name, value]) =>
    [name, args.includes('--force') ? value : Math.min(value, held[name] ?? value)]));
  writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`);
}
process.exitCode = failed > 0 && !args.includes('--force') ? 1 : 0;
