/** pglitedb inspect: shows what is in a data directory, without changing it (recovery happens in memory). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FileEngine, inspectPage, NodeDisk, OverlayDisk, pageId, pageNoOf, relfileOf, StorageCorruption } from '@pglitedb/storage';
import { describeLogRecord, readRoot } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { PGliteDB } from '../api/pglitedb.js';
import { verifyIndexes } from '../check/verify-indexes.js';

const USAGE = 'Try "pglitedb --help".';
const usage = (message: string, hint = USAGE): SqlError => new SqlError('22023', message, { hint });
const DIRECTORY_RELFILE = 1;
const WAL_RECORDS_SHOWN = 100;
const OPERATIONS_SHOWN = 20;

type Print = (line: string) => void;
interface Arguments { words: string[]; options: Record<string, string> }

function parse(args: readonly string[]): Arguments {
  const words: string[] = [];
  const options: Record<string, string> = {};
  for (let k = 0; k < args.length; k++) {
    const m = /^--([a-z]+)(?:=(.*))?$/s.exec(args[k]!);
    if (m === null) { words.push(args[k]!); continue; }
    const value = m[2] ?? args[++k];
    if (value === undefined) throw usage(`option --${m[1]} needs a value`);
    options[m[1]!] = value;
  }
  return { words, options };
}

function count(options: Record<string, string>, name: string, otherwise: number): number {
  const given = options[name];
  if (given === undefined) return otherwise;
  if (!/^\d+$/.test(given)) throw usage(`--${name} must be a number`);
  return Number(given);
}

async function openEngine(dir: string): Promise<FileEngine> {
  if (!existsSync(join(dir, 'root'))) throw usage(`there is no database in "${dir}"`, 'Give the directory that was given to "pglitedb serve --data" or PGliteDB.open.');
  return FileEngine.open(dir, { disk: new OverlayDisk(new NodeDisk(dir)) });
}

const SUBJECTS: Record<string, (engine: FileEngine, args: Arguments, print: Print) => Promise<number>> = {
  page: inspectPages, wal: inspectLog, catalog: inspectCatalog, plan: inspectPlan, check: inspectAll,
};

export async function inspect(args: readonly string[], print: Print = (line) => console.log(line)): Promise<number> {
  const given = parse(args);
  const [what, dir] = given.words.splice(0, 2);
  const subject = what === undefined ? undefined : SUBJECTS[what];
  if (subject === undefined) throw usage(`inspect needs one of ${Object.keys(SUBJECTS).join(', ')}`);
  if (dir === undefined) throw usage(`inspect ${what} needs a data directory`);
  const engine = await openEngine(dir);
  try {
    return await subject(engine, given, print);
  } finally {
    await engine.close();
  }
}

/** The database as recovery leaves it, in memory; nothing of it is written. */
async function withDatabase<T>(engine: FileEngine, options: Record<string, string>, body: (db: PGliteDB) => Promise<T>): Promise<T> {
  return body(await PGliteDB.open(undefined, { storage: { engine }, ...(options.database === undefined ? {} : { database: options.database }) }));
}

interface Relation { name: string; kind: string; relfile: number }
const RELKINDS: Record<string, string> = { r: 'table', i: 'index', S: 'sequence', t: 'TOAST table', m: 'materialized view', v: 'view', c: 'composite type', f: 'foreign table', p: 'partitioned table', I: 'partitioned index' };
async function relationsOf(db: PGliteDB): Promise<Relation[]> {
  const { rows } = await db.query<{ name: string; kind: string; relfile: number }>(
    `SELECT CASE WHEN nspname IN ('pg_catalog', 'public') THEN relname ELSE nspname || '.' || relname END AS name, relkind AS kind, pg_relation_filenode(c.oid)::bigint AS relfile
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'i', 'S', 't', 'm')`);
  return rows.map((r) => ({ ...r, relfile: Number(r.relfile) }));
}

async function inspectPages(engine: FileEngine, { words, options }: Arguments, print: Print): Promise<number> {
  const [relation, pageNo] = words;
  if (pageNo !== undefined && !/^\d+$/.test(pageNo)) throw usage('the page must be a number');
  let relations: Relation[] = [];
  if (relation === undefined || !/^\d+$/.test(relation)) relations = await withDatabase(engine, options, relationsOf);
  if (relation === undefined) return listFiles(engine, relations, print);
  const relfile = /^\d+$/.test(relation) ? Number(relation) : relations.find((r) => r.name === relation)?.relfile;
  if (relfile === undefined) throw usage(`relation "${relation}" does not exist`, 'Leave the relation out to list them all.');
  const rows = count(options, 'rows', pageNo === undefined ? 0 : 8);
  let shown = 0;
  for (const id of pageNo === undefined ? [...engine.ids(pageId(relfile, 0), pageId(relfile + 1, 0))] : [pageId(relfile, Number(pageNo))]) {
    const bytes = engine.read(id);
    if (bytes === undefined) continue;
    shown++;
    const text = relfile === DIRECTORY_RELFILE ? `relation directory, ${bytes.length} bytes` : inspectPage(bytes, rows);
    print(`page ${pageNoOf(id)}: ${pageNo === undefined ? text.split('\n')[0] : text}`);
  }
  if (shown === 0) throw usage(pageNo === undefined ? `relation "${relation}" has no stored pages` : `relation "${relation}" has no stored page ${pageNo}`, 'What was changed since the last checkpoint is in the log: pglitedb inspect wal.');
  return 0;
}

function listFiles(engine: FileEngine, relations: readonly Relation[], print: Print): number {
  const pages = new Map<number, { pages: number; bytes: number }>();
  for (const id of engine.ids(0, Number.MAX_SAFE_INTEGER)) {
    const entry = pages.get(relfileOf(id)) ?? { pages: 0, bytes: 0 };
    entry.pages++;
    entry.bytes += engine.read(id)!.length;
    pages.set(relfileOf(id), entry);
  }
  const named = new Map(relations.map((r) => [r.relfile, r]));
  print('   relfile    pages        bytes  relation');
  for (const [relfile, entry] of [...pages].sort((a, b) => a[0] - b[0])) {
    const r = named.get(relfile);
    const name = relfile === DIRECTORY_RELFILE ? 'relation directory' : r === undefined ? '(of another database)' : `${RELKINDS[r.kind] ?? r.kind} ${r.name}`;
    print(`${String(relfile).padStart(10)} ${String(entry.pages).padStart(8)} ${String(entry.bytes).padStart(12)}  ${name}`);
  }
  return 0;
}

async function inspectLog(engine: FileEngine, { options }: Arguments, print: Print): Promise<number> {
  const root = readRoot(engine.meta());
  const from = count(options, 'from', root?.keepLsn ?? 0);
  const limit = count(options, 'limit', WAL_RECORDS_SHOWN);
  if (root !== undefined) print(`root: ${root.clean ? 'closed properly' : 'not closed, or still open'}; rows replayed from ${root.redoLsn}, index entries from ${root.indexLsn}, log kept from ${root.keepLsn}; log ends at ${engine.nextLsn()}`);
  const names = new Map((await withDatabase(engine, options, relationsOf)).map((r) => [r.relfile, r.name]));
  let shown = 0;
  for (const { lsn, bytes } of engine.readFrom(from)) {
    if (shown++ >= limit) { print(`... more from ${lsn}: --from ${lsn}, or a greater --limit`); break; }
    const { kind, xid, operations } = describeLogRecord(bytes, (relfile) => names.get(relfile) ?? `file ${relfile}`);
    print(`${lsn}: ${kind}${xid === undefined ? '' : `, xid ${xid}`}, ${bytes.length} bytes`);
    for (const line of operations.slice(0, OPERATIONS_SHOWN)) print(`    ${line}`);
    if (operations.length > OPERATIONS_SHOWN) print(`    ... ${operations.length - OPERATIONS_SHOWN} more operations`);
  }
  return 0;
}

async function printRows(db: PGliteDB, print: Print, sql: string, params: unknown[] = []): Promise<number> {
  const { rows, fields } = await db.query<(string | null)[]>(sql, params, { rowMode: 'array' });
  const table = [fields.map((f) => f.name), ...rows.map((row) => row.map((v) => (v === null ? '' : String(v))))];
  const widths = fields.map((_, c) => Math.max(...table.map((row) => row[c]!.length)));
  for (const row of table) print(row.map((v, c) => v.padEnd(widths[c]!)).join('  ').trimEnd());
  return rows.length;
}

async function inspectCatalog(engine: FileEngine, { words, options }: Arguments, print: Print): Promise<number> {
  return withDatabase(engine, options, async (db) => {
    const [relation] = words;
    if (relation === undefined) {
      await printRows(db, print, 'SELECT oid, datname AS database, pg_get_userbyid(datdba) AS owner FROM pg_database ORDER BY 1');
      print('');
      await printRows(db, print, `SELECT c.oid, nspname AS schema, relname AS name, relkind AS kind, pg_relation_filenode(c.oid) AS relfile, relpersistence AS persistence, relnatts AS columns
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 2, 3`);
      return 0;
    }
    const found = await db.query<{ oid: number | null }>('SELECT to_regclass($1)::oid AS oid', [relation]);
    const oid = found.rows[0]!.oid;
    if (oid === null) throw usage(`relation "${relation}" does not exist`, 'Leave the relation out to list them all.');
    await printRows(db, print, `SELECT attnum AS number, attname AS column, format_type(atttypid, atttypmod) AS type, attnotnull AS "not null", attisdropped AS dropped, pg_get_expr(adbin, adrelid) AS default
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = $1 AND attnum > 0 ORDER BY 1`, [oid]);
    print('');
    await printRows(db, print, 'SELECT pg_get_indexdef(indexrelid) AS index, pg_relation_filenode(indexrelid) AS relfile FROM pg_index WHERE indrelid = $1 ORDER BY 1', [oid]);
    await printRows(db, print, 'SELECT conname AS constraint, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $1 ORDER BY 1', [oid]);
    return 0;
  });
}

async function inspectPlan(engine: FileEngine, { words, options }: Arguments, print: Print): Promise<number> {
  const sql = words.join(' ');
  if (sql === '') throw usage('inspect plan needs a statement', 'Example: pglitedb inspect plan ./data "SELECT 1"');
  return withDatabase(engine, options, async (db) => {
    const { rows } = await db.query<string[]>(`EXPLAIN (VERBOSE) ${sql}`, [], { rowMode: 'array' });
    for (const [line] of rows) print(line!);
    return 0;
  });
}

/** Reads every page and log record, and holds the indexes against their tables. */
async function inspectAll(engine: FileEngine, { options }: Arguments, print: Print): Promise<number> {
  const faults: string[] = [];
  let pages = 0;
  for (const id of engine.ids(0, Number.MAX_SAFE_INTEGER)) {
    pages++;
    try {
      engine.read(id);
    } catch (error) {
      if (!(error instanceof StorageCorruption)) throw error;
      faults.push(error.message);
    }
  }
  print(`${pages} pages read`);
  if (faults.length === 0) {
    await withDatabase(engine, options, async (db) => {
      const session = db.session();
      const found = verifyIndexes(session.session);
      faults.push(...found.faults);
      print(`${found.indexes} indexes held against their tables`);
    });
  }
  for (const fault of faults) print(`FAULT: ${fault}`);
  print(faults.length === 0 ? 'no faults' : `${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
}
