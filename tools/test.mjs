/**
 * npm test: install, compile, lint, tidy, jest. Arguments go to jest. Each step runs even where one before it failed,
 * apart from those that cannot; .tmp/summary.json holds the counts for .ci/run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lint } from './lint.mjs';
import { build, install, runNode, top } from './workspace.mjs';

const scratch = join(top, '.tmp');
const jestReport = join(scratch, 'jest.json');
const summary = { passed: 0, failed: 0 };

function step(name, code) {
  if (code !== 0) console.error(`npm test: ${name} failed`);
  summary[code === 0 ? 'passed' : 'failed']++;
  return code === 0;
}

function jest() {
  rmSync(jestReport, { force: true });
  const code = runNode('node_modules/jest/bin/jest.js', ['--json', `--outputFile=${jestReport}`, ...process.argv.slice(2)],
    { env: { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings` } });
  const report = existsSync(jestReport) ? JSON.parse(readFileSync(jestReport, 'utf8')) : undefined;
  summary.passed += report?.numPassedTests ?? 0;
  summary.failed += report === undefined ? 1 : report.numFailedTests + report.numRuntimeErrorTestSuites;
  if (code !== 0 && summary.failed === 0) summary.failed++;
}

mkdirSync(scratch, { recursive: true });
if (step('install', install())) {
  step('build', build());
  step('lint', lint());
  step('tidy', runNode('tools/tidy/check.mjs', []));
  jest();
}
writeFileSync(join(scratch, 'summary.json'), JSON.stringify(summary));
console.log(`npm test: ${summary.passed} passed, ${summary.failed} failed`);
process.exitCode = summary.failed > 0 ? 1 : 0;
