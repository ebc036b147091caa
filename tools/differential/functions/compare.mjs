/** One subject on both sides. */
import { generator } from './random.mjs';

const hash = (text) => [...text].reduce((h, ch) => (Math.imul(h, 31) + ch.codePointAt(0)) | 0, 7);

/**
 * C libraries differ in the last place of transcendental functions: these may differ by that much. Arithmetic, sqrt and
 * comparison may not.
 */
const approximate = /^(a?(sin|cos|tan)h?d?|atan2d?|cotd?|exp|ln|log|log10|log1p|pow|dpow|power|cbrt|gamma|lgamma|erf|erfc|dexp|dlog1|dlog10|stddev.*|var.*|regr_.*|corr|covar.*|float8 \^ float8|.*box.*|.*circle.*|.*path.*|.*polygon.*)\b/;
const close = (a, b) => a === b || (Number.isFinite(Number(a)) && Number.isFinite(Number(b)) && Math.abs(Number(a) - Number(b)) <= 4e-15 * Math.max(Math.abs(Number(a)), Math.abs(Number(b))));

const show = (answer) => (answer.rows !== undefined ? JSON.stringify(answer.rows) : JSON.stringify(answer));

/** The size of a comparison's result is the C library's; its sign is PostgreSQL's. */
const comparison = /cmp\(/;
const signs = (answer) => JSON.stringify(answer.rows?.map((row) => row.map((v) => v === null ? null : Math.sign(Number(v)))));

function equal(name, a, b) {
  if (show(a) === show(b)) return true;
  if (a.rows !== undefined && b.rows !== undefined && comparison.test(name)) return signs(a) === signs(b);
  if (a.rows === undefined || b.rows === undefined || !approximate.test(name)) return false;
  return a.rows.length === b.rows.length && a.rows.every((row, i) => row.every((v, k) => close(v, b.rows[i][k])));
}

/** @returns {calls, differences: [{sql, here, there}]} */
export async function compareCalls(subject, here, there, calls, seed) {
  const r = generator(seed ^ hash(subject.name));
  const differences = [];
  for (let n = 0; n < calls; n++) {
    const sql = subject.make(r);
    const a = await here.ask(sql);
    const b = await there.ask(sql);
    if (!equal(subject.name, a, b)) differences.push({ sql, here: show(a), there: show(b) });
  }
  return { calls, differences };
}
