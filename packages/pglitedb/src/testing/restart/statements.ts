/** Random DDL, DML, transaction control and restarts over a handful of tables, each named by a kind and three numbers. */

export type Step = readonly [kind: number, x: number, y: number, z: number];
/** Steps that are not SQL. */
export const CONTROL = { backgroundCheckpoint: '!checkpoint', snapshot: '!snapshot', endSnapshot: '!end snapshot', close: '!close', crash: '!crash' } as const;
export const TABLES = 4;

const table = (n: number): string => `t${n % TABLES}`;
const of = (list: readonly string[], n: number): string => list[n % list.length]!;
const KEYS = ['a', 'b', 'c, a', 'lower(b)', 'a) WHERE (c > 3', 'a DESC) INCLUDE (b'];

type Writer = (x: number, y: number, z: number) => string;
/** [weight, how it is written] */
const KINDS: readonly (readonly [number, Writer])[] = [
  [2, (x, y) => `CREATE ${of(['', '', 'UNLOGGED ', 'TEMP '], y)}TABLE IF NOT EXISTS ${table(x)} (a int, b text, c int DEFAULT 5, s serial)`],
  [1, (x, y) => `CREATE TABLE IF NOT EXISTS ${table(x)} AS SELECT g AS a, 'x' || g AS b, g % 7 AS c, g AS s FROM generate_series(1, ${y * 10}) g`],
  [6, (x, y, z) => `INSERT INTO ${table(x)} (a, b, c) SELECT g, repeat('v', g % 40), g % 9 FROM generate_series(${y * 20}, ${y * 20 + z * 8}) g`],
  [3, (x, y) => `UPDATE ${table(x)} SET b = b || 'u', c = 1 + c::int WHERE a % ${1 + (y % 9)} = 0`],
  [3, (x, y, z) => `UPDATE ${table(x)} SET a = a + ${z - 100} WHERE a % ${1 + (y % 9)} = 0`],
  [3, (x, y) => `DELETE FROM ${table(x)} WHERE a % ${1 + (y % 9)} = 0`],
  [1, (x, y) => `ALTER TABLE ${table(x)} ADD COLUMN IF NOT EXISTS d${y} text DEFAULT 'd' || ${y}`],
  [1, (x, y, z) => `ALTER TABLE ${table(x)} ADD COLUMN IF NOT EXISTS d${y} int, DROP COLUMN IF EXISTS d${z}`],
  [1, (x, y) => `ALTER TABLE ${table(x)} ALTER COLUMN c TYPE ${of(['bigint', 'text', 'numeric', 'int'], y)} USING c::text::numeric`],
  [3, (x, y, z) => `CREATE ${of(['', '', 'UNIQUE '], z)}INDEX ON ${table(x)} (${of(KEYS, y)})`],
  [1, (x) => `REINDEX TABLE ${table(x)}`],
  [1, (x) => `TRUNCATE ${table(x)}`],
  [1, (x) => `VACUUM ${table(x)}`],
  [1, (x) => `VACUUM FULL ${table(x)}`],
  [2, (x, y) => `DROP TABLE IF EXISTS ${table(x)}, ${table(y)} CASCADE`],
  [1, (x) => `CREATE MATERIALIZED VIEW mv${x % 2} AS SELECT a, c FROM ${table(x)}`],
  [1, (x) => `REFRESH MATERIALIZED VIEW mv${x % 2}`],
  [1, (x, y) => `ALTER TABLE ${table(x)} RENAME TO ${table(y)}`],
  [3, () => 'BEGIN'], [3, () => 'SAVEPOINT s'], [2, () => 'ROLLBACK TO s'], [1, () => 'RELEASE s'], [3, () => 'COMMIT'], [1, () => 'ROLLBACK'],
  [1, () => 'CHECKPOINT'], [2, () => CONTROL.backgroundCheckpoint], [1, () => CONTROL.snapshot], [1, () => CONTROL.endSnapshot],
  [1, () => CONTROL.close], [1, () => CONTROL.crash],
];
const WEIGHTED: readonly Writer[] = KINDS.flatMap(([weight, writer]) => Array<Writer>(weight).fill(writer));
export const KIND_COUNT = WEIGHTED.length;
export const NUMBER_MAX = 200;

export function statementOf([kind, x, y, z]: Step): string { return WEIGHTED[kind % KIND_COUNT]!(x, y, z); }
