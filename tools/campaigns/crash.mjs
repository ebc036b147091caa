/**
 * The crash campaign through SQL, at every disk operation (packages/pglitedb/src/testing/crash).
 *
 *   node tools/campaigns/crash.mjs [--seeds 1] [--seed N] [--operation N] [--every N] [--skip-fsync FILE]
 *
 * --operation replays one point, --every N takes each N-th, --skip-fsync pages|table|log|root plants the bug and expects to catch it.
 */
import { parseArgs } from 'node:util';
import { crashCampaign } from '../../packages/pglitedb/dist/testing/crash/campaign.js';

const { values: args } = parseArgs({ options: { seeds: { type: 'string', default: '1' }, seed: { type: 'string' }, operation: { type: 'string' }, every: { type: 'string', default: '1' }, 'skip-fsync': { type: 'string' } } });
const every = Number(args.every);
const planted = args['skip-fsync'];
const first = Number(args.seed ?? 1);
const BATCH = 100;
let checked = 0;
const failures = [];
for (let seed = first; seed < first + Number(args.seeds); seed++) {
  for (let from = 1, operations = Infinity; from <= operations; from += BATCH * every) {
    const wanted = args.operation === undefined
      ? (n) => n >= from && n < from + BATCH * every && n % every === seed % every
      : (n) => n === Number(args.operation);
    const result = await crashCampaign({ wanted, seed, ...(planted === undefined ? {} : { ignoreSyncs: new RegExp(`^${planted}`), failuresMax: 3 }) });
    operations = args.operation === undefined ? result.operations : 0;
    checked += result.checked;
    failures.push(...result.failures);
    for (const failure of result.failures) console.log(failure);
    console.log(`seed ${seed}: up to operation ${Math.min(from + BATCH * every - 1, result.operations)} of ${result.operations} (${result.units} units), ${checked} crashes checked, ${failures.length} failures`);
    if (planted !== undefined && failures.length > 0) break;
  }
}
if (planted !== undefined) console.log(failures.length > 0 ? 'the planted bug was caught' : 'the planted bug was NOT caught');
process.exitCode = (failures.length > 0) === (planted !== undefined) ? 0 : 1;
