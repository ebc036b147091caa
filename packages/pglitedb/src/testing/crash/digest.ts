/** The committed state of a database as text: what it has of schemas, relations, columns, constraints, indexes and rows. */
import type { TextSession } from '../text-session.js';

const USER_SPACES = `(SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema')`;
const STRUCTURE = [
  `SELECT 'schema ' || nspname FROM pg_namespace WHERE oid IN ${USER_SPACES} ORDER BY 1`,
  `SELECT concat_ws(' ', 'relation', relname, relkind, relpersistence, (SELECT string_agg(concat_ws(' ', attname, atttypid::regtype, atttypmod, attnotnull), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
     FROM pg_class c WHERE relnamespace IN ${USER_SPACES} ORDER BY 1`,
  `SELECT concat_ws(' ', 'constraint', conname, conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace IN ${USER_SPACES} ORDER BY 1`,
  `SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid)) FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ${USER_SPACES}) ORDER BY 1`,
  `SELECT concat_ws(' ', 'enum', enumlabel) FROM pg_enum ORDER BY 1`,
];
const TABLES = `SELECT oid::regclass, relpersistence FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace IN ${USER_SPACES} ORDER BY 1`;

export async function rowsOf(session: TextSession, sql: string): Promise<(string | null)[][]> {
  const { results, error } = await session.run(sql);
  if (error !== undefined) throw error;
  return results.at(-1)!.rows;
}

/** Rows of unlogged tables are left out: `unlogged` counts them. */
export async function digestOf(session: TextSession): Promise<{ text: string; unlogged: number }> {
  const lines: string[] = [];
  for (const sql of STRUCTURE) for (const [line] of await rowsOf(session, sql)) lines.push(line!);
  let unlogged = 0;
  for (const [table, persistence] of await rowsOf(session, TABLES)) {
    const rows = (await rowsOf(session, `SELECT t::text FROM ${table} t`)).map(([row]) => row!).sort();
    if (persistence === 'u') unlogged += rows.length;
    else lines.push(`${table}: ${rows.length} rows`, ...rows);
  }
  return { text: lines.join('\n'), unlogged };
}

/** The first line in which two digests differ. */
export function difference(found: string, expected: string): string {
  const [f, e] = [found.split('\n'), expected.split('\n')];
  const at = f.findIndex((line, k) => line !== e[k]);
  const k = at < 0 ? f.length : at;
  return `line ${k}: ${JSON.stringify((f[k] ?? '(end)').slice(0, 150))} instead of ${JSON.stringify((e[k] ?? '(end)').slice(0, 150))}`;
}
