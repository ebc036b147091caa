/** results.json and index.html of a run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const block = (lines) => `<pre>${lines === undefined ? '<i>not reached</i>' : escape(lines.join('\n'))}</pre>`;
const failuresShownMax = 400;

const style = `body{font:14px sans-serif;margin:1em}pre{margin:0;white-space:pre-wrap}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:2px 6px;vertical-align:top;text-align:left}.sql{background:#eef}`;

function fileSection(result) {
  if (result.failures.length === 0) return '';
  const rows = result.failures.slice(0, failuresShownMax).map((failure) =>
    `<tr class="sql"><td colspan="2">${failure.number} ${block(failure.text.slice(-40))}</td></tr>` +
    `<tr><td>${block(failure.expected)}</td><td>${block(failure.actual)}</td></tr>`);
  return `<details id="${result.name}"><summary>${result.name}: ${result.failures.length} differ</summary>` +
    `<table><tr><th>expected</th><th>actual</th></tr>${rows.join('\n')}</table></details>`;
}

const summaryRow = (result) =>
  `<tr><td><a href="#${result.name}">${result.name}</a></td><td>${result.equal.length}/${result.total}</td><td>${result.status}</td></tr>`;

export function totalsOf(results) {
  const sum = (pick) => results.reduce((total, result) => total + pick(result), 0);
  return {
    files: results.length, exact: sum((r) => (r.exact ? 1 : 0)), crashes: sum((r) => (r.status === 'CRASH' ? 1 : 0)),
    statements: sum((r) => r.total), equal: sum((r) => r.equal.length),
  };
}

export function writeReport(directory, results) {
  mkdirSync(directory, { recursive: true });
  const totals = totalsOf(results);
  const files = results.map(({ name, status, exact, total, equal, seconds }) =>
    ({ name, status, exact, total, equal: equal.length, seconds }));
  writeFileSync(join(directory, 'results.json'), `${JSON.stringify({ totals, files }, null, 1)}\n`);
  writeFileSync(join(directory, 'index.html'), `<!doctype html><meta charset="utf-8"><title>Regression run</title>
<style>${style}</style><h1>${totals.equal} of ${totals.statements} statements equal, ${totals.exact} of ${totals.files} files exact</h1>
<table>${results.map(summaryRow).join('\n')}</table>${results.map(fileSection).join('\n')}`);
}
