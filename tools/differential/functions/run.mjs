/**
 * npm run differential:functions: the same random call here and in PostgreSQL must give the same value or the same error
 * (SQLSTATE, message, detail and hint).
 *
 *   --calls N        per function, operator or cast (default 20)
 *   --area A,B       areas of `npm run functions` (default: all)
 *   --only REGEX     names that match
 *   --kind K         functions, operators, casts, regexes or all (default functions)
 *   --seed N         repeats a run
 *   --server PORT    a real PostgreSQL there instead of PGlite
 *   --show N         differences shown per function (default 2)
 *   --from NAME        start at that subject
 *   --minutes N      stop after that time
 */
import { parseArgs } from 'node:util';
import { listFunctions } from '../../functions/list.mjs';
import { compareCalls } from './compare.mjs';
import { ours, pglite, server } from './sides.mjs';
import { subjects } from './subjects.mjs';

const { values: o } = parseArgs({ options: {
  calls: { type: 'string', default: '20' }, area: { type: 'string' }, only: { type: 'string' }, kind: { type: 'string', default: 'functions' }, seed: { type: 'string', default: '1' },
  server: { type: 'string' }, show: { type: 'string', default: '2' }, from: { type: 'string' }, minutes: { type: 'string', default: '1000' },
} });

const here = await ours();
const there = o.server === undefined ? await pglite() : await server(Number(o.server));
const all = await subjects(await listFunctions(), here, o);
const list = o.from === undefined ? all : all.slice(all.findIndex((s) => s.name.startsWith(o.from)));
const deadline = Date.now() + Number(o.minutes) * 60_000;
let calls = 0;
let differing = 0;
let differences = 0;
for (const subject of list) {
  if (Date.now() > deadline) { console.log(`time is up before ${subject.name}`); break; }
  if (process.stderr.isTTY || process.env.PROGRESS) process.stderr.write(`${subject.name}\n`);
  const result = await compareCalls(subject, here, there, Number(o.calls), Number(o.seed));
  calls += result.calls;
  differences += result.differences.length;
  if (result.differences.length === 0) continue;
  differing++;
  console.log(`${subject.name}: ${result.differences.length} of ${result.calls} differ`);
  for (const d of result.differences.slice(0, Number(o.show))) console.log(`  ${d.sql}\n    ${here.name}: ${d.here}\n    ${there.name}: ${d.there}`);
}
await here.close();
await there.close();
console.log(`differential: ${calls} calls of ${list.length} subjects, ${differences} differences in ${differing} (seed ${o.seed})`);
process.exitCode = differences > 0 ? 1 : 0;
