import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('README lists every source file', () => {
  const root = new URL('../', import.meta.url);
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const files = readdirSync(new URL('src', root), { recursive: true }).map(String).filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'));
  expect(files.filter((f) => !readme.includes(`\`${f}\``))).toEqual([]);
});
