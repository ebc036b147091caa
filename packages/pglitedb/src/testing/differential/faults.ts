/** Damages a right statement at one place, so that both sides must refuse it in the same words, or still agree. */
import type { Random } from './random.js';

const TOKEN = /'(?:[^']|'')*'|[A-Za-z_][\w$]*(?:\.[A-Za-z_]\w*)?|\d+(?:\.\d+)?|::|<>|>=|<=|\s+|./g;
const SUBSTITUTES = ["'x'", 'nothing', '1', 'NULL', 'a0', 't0', 'count(*)', 'text', 'true', 'sum(1) OVER ()', '1.5', 'length', 'DISTINCT', 'ARRAY[1]', '*', 'id', 'old', 'DEFAULT', 'ROW(1, 2)', "'2024-01-01'::date", 'generate_series(1, 2)', 'row_number()'];

export function damaged(random: Random, sql: string): string {
  const tokens = sql.match(TOKEN) ?? [];
  const words = tokens.flatMap((t, k) => (t.trim() === '' ? [] : [k]));
  const at = random.pick(words);
  const other = random.pick(words);
  const out = [...tokens];
  random.weighted<() => void>([
    [3, () => { out[at] = random.pick(SUBSTITUTES); }], [2, () => { out[at] = tokens[other]!; }],
    [1, () => { out[at] = ''; }], [1, () => { out[at] = `${tokens[at]!} ${tokens[at]!}`; }],
    [1, () => { [out[at], out[other]] = [tokens[other]!, tokens[at]!]; }],
  ])();
  return out.join('');
}
