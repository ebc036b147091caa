/**
 * node tools/campaigns/frontends.mjs --dir FOLDER: every statement of a folder of SQL scripts through both parser frontends.
 * Wherever both accept, the trees must be equal but for locations.
 *
 *   --only REGEX  scripts whose name matches
 *   --show N      differences shown (default 20)
 *   --refused     counts the reasons of 0A000
 *   --planted     breaks some of the second frontend's trees, which the campaign must find
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadPgsqlAstFrontend, parse } from '@pglitedb/parser';

const { values: o } = parseArgs({ options: { dir: { type: 'string' }, only: { type: 'string', default: '.' }, show: { type: 'string', default: '20' }, refused: { type: 'boolean' }, planted: { type: 'boolean' } } });
if (o.dir === undefined) throw new Error('--dir FOLDER is needed');
const LOCATION = /^(stmt_len|stmt_location|location|.*_location|list_start|list_end|rexpr_list_start|rexpr_list_end)$/;
const replacer = (key, value) => {
  if (LOCATION.test(key)) return undefined;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};
const shape = (tree) => JSON.stringify(tree.map((s) => s.stmt), replacer);

/** Scripts are for psql: statements end at a semicolon outside of quotes, comments and parentheses; lines of \commands and COPY data go. */
function* statements(text) {
  const source = text.replace(/^\\\..*$/gm, '').replace(/^\\.*$/gm, ';').replace(/\\(?:gset|gexec|g|gx|gdesc|crosstabview|bind|parse)\b.*$/gm, ';');
  const token = /--.*|\/\*[\s\S]*?\*\/|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"[^"]*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|[();]|\bbegin\s+atomic\b/gi;
  let from = 0;
  let depth = 0;
  for (const m of source.matchAll(token)) {
    if (m[0] === '(') depth++;
    else if (m[0] === ')') depth = Math.max(0, depth - 1);
    else if (m[0] === ';' && depth === 0) {
      yield source.slice(from, m.index);
      from = m.index + 1;
    }
  }
}
function attempt(frontend, sql) {
  try {
    return { tree: frontend(sql) };
  } catch (e) {
    if (e?.code === undefined) throw e;
    return { error: e };
  }
}

const count = { statements: 0, first: 0, second: 0, both: 0, equal: 0, differing: 0, refused: 0, onlySecond: 0, crashed: 0 };
const reasons = new Map();
const second = await loadPgsqlAstFrontend();
let shown = 0;
function say(...lines) {
  if (shown++ < Number(o.show)) console.log(...lines);
}
function check(file, sql) {
  count.statements++;
  let a;
  let b;
  try {
    a = attempt(parse, sql);
    b = attempt(second, sql);
  } catch (e) {
    count.crashed++;
    return say(`CRASH ${file}: ${sql}\n${e.stack}`);
  }
  if (a.tree) count.first++;
  if (b.tree) count.second++;
  if (b.tree && !a.tree) count.onlySecond++;
  if (a.tree && b.error?.code === '0A000') {
    count.refused++;
    reasons.set(b.error.message, (reasons.get(b.error.message) ?? 0) + 1);
  }
  if (!a.tree || !b.tree) return;
  count.both++;
  const [x, y] = [shape(a.tree), shape(b.tree).replace(o.planted && count.both % 100 === 0 ? 'ival' : '\0', 'fval')];
  if (x === y) { count.equal++; return; }
  count.differing++;
  say(`DIFFER ${file}: ${sql.trim()}\n  ${x}\n  ${y}`);
}
for (const file of readdirSync(o.dir).filter((f) => f.endsWith('.sql') && new RegExp(o.only).test(f)).sort()) {
  for (const sql of statements(readFileSync(join(o.dir, file), 'utf8'))) if (sql.trim() !== '') check(file, sql);
}
console.log(JSON.stringify(count));
if (o.refused) for (const [reason, n] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`${n}\t${reason}`);
process.exitCode = (count.differing > 0 || count.crashed > 0) !== Boolean(o.planted) ? 1 : 0;
