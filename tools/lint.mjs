/** npm run lint: eslint over everything, with the direction of imports. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runNode, top } from './workspace.mjs';

/** The boundary rule reads nx's project graph, so that is made first; without it the rule would check nothing. */
export function lint() {
  const scratch = join(top, '.tmp');
  mkdirSync(scratch, { recursive: true });
  const graph = runNode('node_modules/nx/dist/bin/nx.js', ['graph', `--file=${join(scratch, 'graph.json')}`, '--open=false'],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  return graph || runNode('node_modules/eslint/bin/eslint.js', ['packages', 'tools', 'regress']);
}

if (process.argv[1] === join(top, 'tools', 'lint.mjs')) process.exitCode = lint();
