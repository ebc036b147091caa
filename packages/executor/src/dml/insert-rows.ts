/**
 * Many rows into one table at once, where no row's way in depends on another's: blocks of columns into chunks, sorted
 * keys into indexes. All that may wait or fail is asked before anything is written; then either everything is done, or
 * nothing, and the caller takes the general way row by row, which waits and raises in PostgreSQL's order.
 */
import { valueOf, type BlockColumn } from '@pglitedb/storage';
import type { IndexBatch, RowId, Transaction } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import type { ResultRelation } from './target.js';

/** Rows that are worth the arrangements. */
export const ROWS_MIN = 8;
const FIRST_NORMAL_OID = 16384;
const NUMBERS: ReadonlySet<string> = new Set(['int16', 'int32', 'int64', 'float64']);

/** Whether rows that passed NOT NULL and CHECK may go in together: nothing fires, and every index takes plain keys at once. */
export function takesRows(target: ResultRelation): boolean {
  const { info } = target.rel;
  if (info.oid < FIRST_NORMAL_OID || target.checks.some((c) => c.test.fn === undefined || c.test.isVolatile) || target.generated.some((g) => g.expr.fn === undefined)) return false;
  if (info.relkind !== 'r' || info.triggers.some((t) => !t.tgisinternal) || target.rel.types.some((t) => t === undefined)) return false;
  return target.indexes.every(({ handle: { info: i } }) => i.ready && i.amname === 'btree' && !i.exclusion && i.expressions.length === 0 && i.predicate === undefined && (!i.unique || i.immediate));
}

/** Writes the rows (values[attnum - 1]) with their index entries; false: nothing has been done. */
export function insertRows(target: ResultRelation, tx: Transaction, rows: readonly (readonly Datum[])[]): boolean {
  return insertBlockRows(target, tx, blockOf(target, rows), rows.length);
}

/** Likewise of a block by attnum - 1. */
export function insertBlockRows(target: ResultRelation, tx: Transaction, block: readonly (BlockColumn | undefined)[], n: number): boolean {
  const { table } = target.rel;
  const batches: IndexBatch[] = [];
  for (const { handle } of target.indexes) {
    const batch = handle.index.batch(table, keysOf(block, n, handle.info.attnums, handle.info.nkeys));
    if (batch === undefined || (handle.info.unique && !batch.free(tx))) return false;
    batches.push(batch);
  }
  const rowids: RowId[] = [];
  table.insertBlock(tx, block, n, rowids);
  for (const batch of batches) batch.insert(tx, rowids);
  return true;
}

/** Row i of a block. */
export function blockRow(block: readonly (BlockColumn | undefined)[], i: number): Datum[] {
  return block.map((c) => (c === undefined ? null : valueOf(c, i)));
}

function keysOf(block: readonly (BlockColumn | undefined)[], n: number, attnums: readonly number[], nkeys: number): Datum[][] {
  const keys = new Array<Datum[]>(n);
  for (let i = 0; i < n; i++) keys[i] = new Array<Datum>(nkeys);
  for (let k = 0; k < nkeys; k++) {
    const column = block[attnums[k]! - 1];
    for (let i = 0; i < n; i++) keys[i]![k] = column === undefined ? null : valueOf(column, i);
  }
  return keys;
}

/** A row's way in as far as the row alone decides: generated columns, NOT NULL, CHECK. False: the general way tells. */
export function rowPasses(target: ResultRelation, row: Datum[], x: ExecContext): boolean {
  const f = target.rowFrame;
  if (target.generated.length > 0 || target.checks.length > 0) {
    f.x = x;
    f.oi = 0;
  }
  if (target.generated.length > 0) {
    target.rowColumns(row);
    for (const g of target.generated) row[g.attnum - 1] = g.expr.fn!(f);
  }
  for (let k = 0; k < target.notNull.length; k++) if (row[target.notNull[k]! - 1] === null) return false;
  if (target.checks.length === 0) return true;
  target.rowColumns(row);
  return target.checks.every((c) => c.test.fn!(f) !== false);
}

function blockOf(target: ResultRelation, rows: readonly (readonly Datum[])[]): (BlockColumn | undefined)[] {
  const { attributes } = target.rel.info;
  const block = new Array<BlockColumn | undefined>(attributes.length).fill(undefined);
  for (let c = 0; c < attributes.length; c++) {
    if (attributes[c]!.attisdropped) continue;
    block[c] = (NUMBERS.has(target.rel.types[c]!.physical) ? numbers(rows, c) : undefined) ?? { kind: 'datum', values: rows.map((r) => r[c] ?? null) };
  }
  return block;
}

/** undefined: a value is no number of JavaScript's. */
function numbers(rows: readonly (readonly Datum[])[], c: number): BlockColumn | undefined {
  const n = rows.length;
  const values = new Float64Array(n);
  const nulls = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const v: unknown = rows[i]![c];
    if (typeof v === 'number') values[i] = v;
    else if (v === null || v === undefined) nulls[i] = 1;
    else return undefined;
  }
  return { kind: 'number', values, nulls };
}
