/**
 * SQL files with expected output: sql/NAME.sql run in a fresh cluster must print sql/NAME.out. The output files hold
 * PostgreSQL's answers: compare with psql -q -a -v VERBOSITY=verbose before committing changed ones.
 * UPDATE_SQL=1 rewrites them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Cluster } from '../server/cluster.js';
import { formatError, formatResult, splitScript } from './psql-format.js';
import { TextSession } from './text-session.js';

const directory = fileURLToPath(new URL('../../sql/', import.meta.url));
const names = readdirSync(directory).filter((f) => f.endsWith('.sql')).map((f) => f.slice(0, -4));

async function outputOf(script: string): Promise<string> {
  const cluster = await Cluster.open();
  const session = new TextSession(cluster);
  let out = '';
  for (const statement of splitScript(script)) {
    const { results, error } = await session.run(statement);
    out += statement;
    for (const notice of session.notices.splice(0)) out += formatError(notice);
    out += results.map(formatResult).join('');
    if (error !== undefined) out += formatError(error);
  }
  await cluster.close();
  return out;
}

describe('SQL files', () => {
  test.each(names)('%s', async (name) => {
    const out = await outputOf(readFileSync(`${directory}${name}.sql`, 'utf8'));
    if (process.env.UPDATE_SQL === '1') writeFileSync(`${directory}${name}.out`, out);
    expect(out).toBe(readFileSync(`${directory}${name}.out`, 'utf8'));
  });
  test('a changed answer is noticed', async () => {
    const [a, b] = [await outputOf('SELECT 1 AS a;\n'), await outputOf('SELECT 2 AS a;\n')];
    expect(a).toBe('SELECT 1 AS a;\n a\n---\n 1\n(1 row)\n\n');
    expect(a).not.toBe(b);
  });
});
