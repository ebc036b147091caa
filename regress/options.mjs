/** Command line of the regression run. */
import { parseArgs } from 'node:util';

export const usage = `usage: npm run regress -- [options]
  --tests a,b        only these scripts (test_setup always runs first)
  --dir DIR          folder with sql/, expected/, data/ and parallel_schedule
  --psql PATH        a psql of version 18
  --port N           port of the server under test (default: a free one)
  --server HOST:PORT test a server that runs already
  --timeout SECONDS  per script (default 120)
  --budget SECONDS   start no further script after this time
  --update           raise the ratchet to what passes now
  --force            with --update: lower it too`;

export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      tests: { type: 'string' }, dir: { type: 'string' }, psql: { type: 'string' }, port: { type: 'string' },
      server: { type: 'string' }, timeout: { type: 'string', default: '120' }, budget: { type: 'string' },
      update: { type: 'boolean', default: false }, force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    tests: values.tests?.split(',').filter(Boolean),
    timeoutMs: Number(values.timeout) * 1000,
    budgetMs: values.budget === undefined ? Infinity : Number(values.budget) * 1000,
  };
}
