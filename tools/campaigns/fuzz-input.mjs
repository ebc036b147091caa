/**
 * node tools/campaigns/fuzz-input.mjs: every type's input function with random and mutated texts. Each call must answer a
 * value or raise an SqlError, and soon; what it answers must come back from its own output. Also regular expressions.
 *
 *   --count N     texts per type (default 100000)
 *   --only REGEX  types that match
 *   --seed N      repeats a run
 *   --planted     adds a type with three bugs, which the campaign must find
 */
import { parseArgs } from 'node:util';
import { baseType, builtinFunction, SqlError } from '@pglitedb/types';
import { PGliteDB } from 'pglitedb';
import { generator } from '../differential/functions/random.mjs';
import { values } from '../differential/functions/values.mjs';

const { values: o } = parseArgs({ options: { count: { type: 'string', default: '100000' }, only: { type: 'string' }, seed: { type: 'string', default: '1' }, planted: { type: 'boolean' } } });
const SLOW_MS = 1500;
const settings = { DateStyle: 'ISO, MDY', IntervalStyle: 'postgres', TimeZone: 'America/New_York', extra_float_digits: '1', bytea_output: 'hex', lc_monetary: 'C', default_text_search_config: 'pg_catalog.simple', xmloption: 'content', xmlbinary: 'base64' };

const syntax = ['{', '}', '[', ']', '(', ')', ',', '"', "'", '\\', ':', ';', '-', '+', '.', 'e', 'E', '0', '1', '9', '99999999999', ' ', '\t', '\n', '/', '*', '@', '$', '%', '&', '|', '!', '<', '>', '=', 'null', 'NaN', 'inf', 'x', 'é', '😀', '\uffff', 'BC', 'ago', 'P', 'T', 'epoch'];
const words = (r) => Array.from({ length: r.below(12) }, () => r.pick(syntax)).join('');
const digits = (r) => Array.from({ length: r.range(1, 30) }, () => r.below(10)).join('');

/** Changes a text in a few places. */
function mutated(r, text) {
  let t = text;
  for (let k = r.range(1, 4); k > 0; k--) {
    const at = r.below(t.length + 1);
    const to = Math.min(t.length, at + r.below(4));
    switch (r.below(6)) {
      case 0: t = t.slice(0, at) + t.slice(to); break;
      case 1: t = t.slice(0, at) + r.pick(syntax) + t.slice(at); break;
      case 2: t = t.slice(0, at) + digits(r) + t.slice(to); break;
      case 3: t = t.slice(0, at) + t.slice(at, to).repeat(r.range(2, 50)) + t.slice(to); break;
      case 4: t += t; break;
      default: t = t.slice(0, at) + r.pick(syntax) + t.slice(to);
    }
    if (t.length > 5000) t = t.slice(0, 5000);
  }
  return t;
}
/** Long texts of one kind: what deep or quadratic code stumbles over. */
const monsters = (r) => r.pick(['(', '[', '{', '{"a":', '1', '9', '-', ' ', 'a', '"', '\\', '1,', '(1,', '1e', '1 day ', '00:', '1.', 'a&', '!', '<a>', '((1,1),']).repeat(r.range(100, 20000));
const text = (r, pool) => (r.chance(0.02) ? monsters(r) : r.chance(0.3) || pool === undefined ? words(r) : mutated(r, r.chance(0.5) ? r.pick(pool.edges) : pool.random(r)));

function check(type, input, env) {
  const started = process.cpuUsage().user;
  try {
    const value = type.parse(input, -1, env);
    const shown = type.format(value, env);
    const again = type.format(type.parse(shown, -1, env), env);
    if (shown !== again) return `does not come back: ${shown} then ${again}`;
  } catch (e) {
    if (!(e instanceof SqlError)) return `raised ${e?.stack ?? e}`;
  }
  const ms = (process.cpuUsage().user - started) / 1000;
  return ms > SLOW_MS ? `took ${ms.toFixed(0)} ms` : undefined;
}

const planted = {
  name: 'planted',
  parse(input) {
    if (input.length > 4 && input.startsWith('{')) throw new TypeError('planted');
    if (input.includes('99')) for (const end = performance.now() + SLOW_MS + 50; performance.now() < end;);
    return input;
  },
  format: (v) => (v.length === 3 ? `${v}x` : v),
};

const regexes = {
  name: 'regular expressions',
  parse(input, _typmod, env) {
    const cx = { env, collation: 100, argTypes: [25, 25], resultType: 16, variadic: false, cache: undefined, inAggregate: false };
    builtinFunction('regexp_match_no_flags').fn('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab foo bar 2024-01-01 '.repeat(20), input, cx);
    return '';
  },
  format: () => '',
};
const regexPool = { edges: ['(a*)*b', '(a+)+$', '(a|aa)+c', '(.*)(.*)(.*)(.*)x', '(a?){30}a{30}', '(\\w+)\\s\\1', '^(([a-z])+.)+[A-Z]([a-z])+$', '[[:alpha:]]+', '(?=a)b|\\y', '(a*?)*?c', '(.+)\\1\\1'], random: (r) => Array.from({ length: r.range(1, 10) }, () => r.pick(['a', 'b', '.', '(', ')', '*', '+', '?', '{2}', '{1,5}', '|', '[a-c]', '\\w', '\\1', '^', '$', '(?:', '(?=', '(?!'])).join('') };

const db = await PGliteDB.open();
const session = db.cluster.session('postgres', 'postgres', { notice: () => undefined, parameterStatus: () => undefined, notification: () => undefined, terminate: () => undefined });
const { env: own } = session;
const env = { setting: (name) => settings[name] ?? own.setting(name), types: own.types, transactionTimestamp: () => 0, statementTimestamp: () => 0, clockTimestamp: () => 0, notice: () => undefined };
const rows = (await db.query("select oid::int8 as oid, typname from pg_type where typtype = 'b' and typcategory <> 'A' and oid < 16384 order by oid")).rows;
const subjects = rows.map((row) => [baseType(Number(row.oid)), values[row.typname]]).filter(([type]) => type !== undefined);
subjects.push([regexes, regexPool]);
if (o.planted) subjects.push([planted, values.text]);

let failures = 0;
const shown = (t) => JSON.stringify(t.length > 200 ? `${t.slice(0, 200)}… (${t.length})` : t);
for (const [type, pool] of subjects) {
  if (o.only !== undefined && !new RegExp(o.only).test(type.name)) continue;
  const r = generator(Number(o.seed));
  const seen = new Set();
  const count = type === regexes ? Math.ceil(Number(o.count) / 10) : Number(o.count);
  for (let k = 0; k < count; k++) {
    const input = text(r, pool);
    const wrong = check(type, input, env);
    const kind = wrong?.slice(0, 60).replace(/[0-9]+/g, 'n');
    if (wrong === undefined || seen.has(kind)) continue;
    seen.add(kind);
    failures++;
    console.log(`${type.name} ${shown(input)} ${wrong.slice(0, 700)}`);
    if (seen.size >= 4) break;
  }
}
await db.close();
console.log(`fuzz-input: ${subjects.length} types, ${o.count} texts each, ${failures} kinds of failures (seed ${o.seed})`);
process.exitCode = failures > 0 ? 1 : 0;
