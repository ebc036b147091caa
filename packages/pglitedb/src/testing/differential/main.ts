/**
 * Random statements here and in PGlite: `npm run differential -- [--seed N] [--count N] [--area X] [--scenario SEED]`.
 * Each difference is printed cut down, with the command that shows it again.
 */
import { parseArgs } from 'node:util';
import { campaign, type Difference, single } from './campaign.js';
import { areas } from './scenario.js';
import { openOracle, openOurs } from './sides.js';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, count: { type: 'string', default: '5000' }, area: { type: 'string' }, scenario: { type: 'string' }, max: { type: 'string', default: '20' }, 'no-shrink': { type: 'boolean', default: false } },
});
if (values.area !== undefined && !areas.includes(values.area)) throw new Error(`no area ${values.area}; there are ${areas.join(', ')}`);
const area = values.area === undefined ? '' : ` --area ${values.area}`;
const print = (d: Difference): void => {
  console.log(`-- ${d.kind}; again: npm run differential -- --scenario ${d.seed}${area}\n${d.script}\n  ours:   ${d.ours}\n  theirs: ${d.theirs}\n`);
};

const [ours, oracle] = await Promise.all([openOurs(), openOracle()]);
const sides = { ours, oracle };
const started = performance.now();
if (values.scenario !== undefined) {
  const found = await single(sides, Number(values.scenario), values.area);
  if (found !== undefined) print(found);
  console.log(found === undefined ? 'no difference' : '1 difference');
  process.exitCode = found === undefined ? 0 : 1;
} else {
  const { statements, failures, differences } = await campaign(sides, { seed: Number(values.seed), count: Number(values.count), area: values.area, shrink: !values['no-shrink'], differencesMax: Number(values.max), report: print });
  console.log(`seed ${values.seed}: ${statements} statements (${failures} that PostgreSQL refuses), ${differences.length} differences, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  process.exitCode = differences.length > 0 ? 1 : 0;
}
await Promise.all([ours.close(), oracle.close()]);
