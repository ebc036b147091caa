/**
 * ANALYZE of one relation: a random sample of its rows (all of them where they are few), statistics of each column into
 * pg_statistic, and sizes into pg_class.
 */
import type { CatalogReader, RelationAttribute } from '@pglitedb/catalog';
import type { RowBatch, Steps } from '@pglitedb/txn';
import { PgArray, type Datum, type Oid } from '@pglitedb/types';
import { SLICE, waitFor, type SessionServices } from '../../context.js';
import { directFunction } from '../../functions/fmgr.js';
import { openRelation, type RelationHandle } from '../../relation.js';
import { defaultOpclass } from '../ddl/index-create.js';
import { distinctStats, scalarStats, trivialStats, type ColumnInput, type ColumnResult } from './column-stats.js';

const ROWS_PER_TARGET = 300;
const BTREE = 403;
const HASH = 405;
const LESS = 1;
const EQUAL = 3;
const HASH_EQUAL = 1;
const SLOTS = 5;

interface Sample { columns: Datum[][]; rows: number; totalRows: number }

/** Algorithm L (Li 1994): how many rows to pass over before the next one enters the reservoir. */
class Reservoir {
  private w: number;
  constructor(private readonly size: number) { this.w = Math.exp(Math.log(Math.random()) / size); }
  skip(): number {
    const n = Math.floor(Math.log(Math.random()) / Math.log(1 - this.w));
    this.w *= Math.exp(Math.log(Math.random()) / this.size);
    return n;
  }
}

/** Adds a table's visible rows to a reservoir of `size` rows. Afterwards the rows are in physical order. */
function* sampleRows(session: SessionServices, tables: readonly { rel: RelationHandle; attnums: readonly number[] }[], size: number): Steps<Sample> {
  const width = tables[0]?.attnums.length ?? 0;
  const rows: Datum[][] = [];
  const positions: number[] = [];
  const reservoir = new Reservoir(size);
  let seen = 0;
  let next = -1;
  for (const { rel, attnums } of tables) {
    const scan = rel.table.scan(session.snapshot(), attnums);
    const batch: RowBatch = { count: 0, rowids: new Float64Array(1024), values: attnums.map(() => []) };
    for (;;) {
      for (let wait = scan.next(batch); wait !== undefined; wait = scan.next(batch)) yield waitFor(wait);
      if (batch.count === 0) break;
      for (let r = 0; r < batch.count; r++, seen++) {
        let at = rows.length;
        if (at >= size) {
          if (next < 0) next = seen + reservoir.skip();
          if (seen < next) continue;
          next = seen + 1 + reservoir.skip();
          at = Math.floor(Math.random() * size);
        }
        rows[at] = batch.values.map((c) => c[r]);
        positions[at] = seen;
      }
      if (session.sliceOver()) { yield SLICE; session.checkInterrupts(); }
    }
  }
  const order = rows.map((_, k) => k).sort((a, b) => positions[a]! - positions[b]!);
  return { columns: Array.from({ length: width }, (_, c) => order.map((k) => rows[k]![c])), rows: rows.length, totalRows: seen };
}

interface Operators { eq: Oid; lt: Oid; eqFunction: Oid }
/** The default equality and order of a type; 0 where there is none. */
export function statisticsOperators(catalog: CatalogReader, type: Oid): Operators {
  const find = (am: Oid, strategy: number): { operator: Oid; function: Oid } => {
    const opclass = defaultOpclass(catalog, type, am);
    const row = opclass === 0 ? undefined : catalog.syscache('CLAOID', opclass);
    if (row === undefined) return { operator: 0, function: 0 };
    const operator = catalog.rows('pg_amop', { amopfamily: row.opcfamily, amoplefttype: row.opcintype, amoprighttype: row.opcintype, amopstrategy: strategy })[0]?.amopopr ?? 0;
    return { operator, function: operator === 0 ? 0 : (catalog.syscache('OPEROID', operator)?.oprcode ?? 0) };
  };
  const lt = find(BTREE, LESS);
  let eq = find(BTREE, EQUAL);
  if (eq.operator === 0) eq = find(HASH, HASH_EQUAL);
  return { eq: eq.operator, lt: lt.operator, eqFunction: eq.function };
}

function columnInput(session: SessionServices, relid: Oid, a: RelationAttribute, rel: RelationHandle, values: readonly Datum[], totalRows: number): { input: ColumnInput; operators: Operators } {
  const impl = rel.types[a.attnum - 1]!;
  const operators = statisticsOperators(session.catalog(), a.atttypid);
  let equals: ColumnInput['equals'];
  if (operators.lt === 0 && operators.eqFunction !== 0) {
    const fn = directFunction(session.catalog(), session.env, operators.eqFunction, a.attcollation);
    equals = (x, y) => fn(x, y) === true;
  }
  const compare = operators.lt !== 0 && impl.compare !== undefined ? impl.compare.bind(impl) : undefined;
  return { input: { values, totalRows, target: targetOf(session, relid, a), impl, env: session.env, eqOperator: operators.eq, ltOperator: operators.lt, compare, equals }, operators };
}

function targetOf(session: SessionServices, relid: Oid, a: RelationAttribute): number {
  const own = session.catalog().syscache('ATTNUM', relid, a.attnum)?.attstattarget as number | null | undefined;
  return own === null || own === undefined || own < 0 ? Number(session.setting('default_statistics_target') ?? 100) : own;
}

function compute(input: ColumnInput): ColumnResult {
  if (input.compare !== undefined && input.eqOperator !== 0) return scalarStats(input);
  if (input.equals !== undefined) return distinctStats(input);
  return trivialStats(input);
}

function writeStatistics(session: SessionServices, relid: Oid, a: RelationAttribute, inherited: boolean, r: ColumnResult): void {
  const w = session.catalogWriter();
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const row: Record<string, any> = { starelid: relid, staattnum: a.attnum, stainherit: inherited, stanullfrac: Math.fround(r.nullFraction), stawidth: r.width, stadistinct: Math.fround(r.distinct) };
  for (let k = 0; k < SLOTS; k++) {
    const slot = r.slots[k];
    row[`stakind${k + 1}`] = slot?.kind ?? 0;
    row[`staop${k + 1}`] = slot?.op ?? 0;
    row[`stacoll${k + 1}`] = slot === undefined ? 0 : a.attcollation;
    row[`stanumbers${k + 1}`] = slot?.numbers ?? null;
    row[`stavalues${k + 1}`] = slot?.values === undefined ? null : PgArray.of(elementType(session, a.atttypid), slot.values);
  }
  w.remove('pg_statistic', { starelid: relid, staattnum: a.attnum, stainherit: inherited });
  w.insert('pg_statistic', row as never);
}
/** Values of domains are kept as their base type's, varchar's as themselves. */
function elementType(session: SessionServices, type: Oid): Oid {
  let info = session.catalog().types.typeInfo(type);
  while (info?.kind === 'd') info = session.catalog().types.typeInfo(info.baseOid);
  return info?.oid ?? type;
}
/** Values of these kinds cannot stand in an anyarray column: their lists are left out. */
function storable(session: SessionServices, type: Oid): boolean {
  const kind = session.catalog().types.typeInfo(elementType(session, type))?.kind;
  return kind === 'b' || kind === 'e';
}

export interface AnalyzeRequest { relid: Oid; columns: readonly string[] | undefined; inherited: boolean }

export function* analyzeRelation(session: SessionServices, request: AnalyzeRequest): Steps<Sample | undefined> {
  const catalog = session.catalog();
  const info = catalog.relation(request.relid)!;
  const columns = info.attributes.filter((a) => !a.attisdropped && a.attgenerated !== 'v' && (request.columns === undefined || request.columns.includes(a.attname)));
  const wanted = columns.filter((a) => targetOf(session, request.relid, a) > 0);
  const targets = wanted.map((a) => targetOf(session, request.relid, a));
  const size = ROWS_PER_TARGET * Math.max(targets.length === 0 ? 1 : Math.max(...targets), 1);
  const members = request.inherited ? descendants(catalog, request.relid) : [request.relid];
  const tables = members.filter((oid) => ['r', 'm'].includes(catalog.relation(oid)?.relkind ?? '')).map((oid) => {
    const rel = openRelation(session, oid);
    return { rel, attnums: wanted.map((a) => (oid === request.relid ? a.attnum : (rel.info.attributes.find((b) => b.attname === a.attname && !b.attisdropped)?.attnum ?? a.attnum))) };
  });
  const sample = yield* sampleRows(session, tables, size);
  if (sample.rows > 0) {
    const rel = tables.find((t) => t.rel.info.oid === request.relid)?.rel;
    wanted.forEach((a, k) => {
      const types = rel?.types ?? info.attributes.map((x) => (x.attisdropped ? undefined : catalog.types.typeImpl(x.atttypid)));
      const { input } = columnInput(session, request.relid, a, { ...(rel ?? tables[0]!.rel), types }, sample.columns[k]!, sample.totalRows);
      const result = compute(input);
      if (!storable(session, a.atttypid)) result.slots = result.slots.filter((s) => s.values === undefined);
      writeStatistics(session, request.relid, a, request.inherited, result);
    });
  }
  return sample;
}
function descendants(catalog: CatalogReader, oid: Oid): Oid[] {
  const out = [oid];
  for (let k = 0; k < out.length; k++) for (const child of catalog.relation(out[k]!)?.children ?? []) if (!out.includes(child)) out.push(child);
  return out;
}

/** vac_update_relstats: what a full look at the table has found. */
export function updateSizes(session: SessionServices, relid: Oid, rows: number): void {
  const rel = openRelation(session, relid);
  const w = session.catalogWriter();
  const { pages } = rel.table.estimates();
  w.update('pg_class', { oid: relid }, { relpages: pages, reltuples: rows, relallvisible: pages, relhasindex: rel.info.indexes.length > 0 });
  for (const i of rel.indexes) {
    const e = i.index.estimates();
    w.update('pg_class', { oid: i.info.oid }, { relpages: e.pages, reltuples: i.info.predicate === undefined ? rows : e.entries });
  }
}
