/**
 * npm run functions: which functions of PostgreSQL this build implements, counted by area.
 *
 *   --missing [AREA]    the functions that are missing (of one area)
 *   --excluded          those left out of the percentage, and why
 *   --json              all rows as JSON
 *   --at-least PERCENT  fail below that percentage
 */
import { parseArgs } from 'node:util';
import { listFunctions } from './list.mjs';

const options = { missing: { type: 'boolean' }, excluded: { type: 'boolean' }, json: { type: 'boolean' }, 'at-least': { type: 'string' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const rows = await listFunctions();
const area = positionals.join(' ');
const counts = (list, key) => list.reduce((m, r) => m.set(key(r), (m.get(key(r)) ?? 0) + 1), new Map());
const of = (state) => rows.filter((r) => r.state === state);
const counted = rows.length - of('excluded').length;
const percent = (100 * of('implemented').length) / counted;

function printAreas() {
  console.log('area                  implemented  missing  excluded');
  for (const name of [...counts(rows, (r) => r.area).keys()].sort()) {
    const c = counts(rows.filter((r) => r.area === name), (r) => r.state);
    console.log(`${name.padEnd(22)}${String(c.get('implemented') ?? 0).padStart(11)}${String(c.get('missing') ?? 0).padStart(9)}${String(c.get('excluded') ?? 0).padStart(10)}`);
  }
  for (const [reason, n] of counts(of('excluded'), (r) => r.reason)) console.log(`excluded: ${n} ${reason}`);
}

if (values.json) console.log(JSON.stringify(rows));
else if (values.missing) for (const r of of('missing').filter((x) => area === '' || x.area === area)) console.log(`${r.area.padEnd(20)} ${r.signature}  [${r.prosrc}]`);
else if (values.excluded) for (const r of of('excluded')) console.log(`${r.reason.padEnd(30)} ${r.signature}`);
else printAreas();
if (!values.json) console.log(`functions: ${of('implemented').length} of ${counted} implemented (${percent.toFixed(2)} %), ${of('missing').length} missing, ${of('excluded').length} excluded`);
process.exitCode = percent < Number(values['at-least'] ?? 0) ? 1 : 0;
