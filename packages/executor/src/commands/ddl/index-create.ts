/** Creating b-tree indexes and filling them from the table's rows. */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid, type TypeEnv } from '@pglitedb/types';
import { encodeNode } from '@pglitedb/catalog';
import { ExecContext, waitFor, type SessionServices } from '../../context.js';
import { ResultRelation } from '../../dml/target.js';
import { indexSpec, lockRelation, openRelation } from '../../relation.js';
import type { UtilityContext } from '../registry.js';
import { attachIndex, clonePartitionIndex } from './partition-index.js';
import { duplicateKey } from '../../dml/constraints.js';
import { AM, CLASS } from './catalog-ids.js';
import { address, recordDependency, recordExpressionDependencies, type DependencyKind } from './depend.js';
import { attributeRow, checkRelationName, classRow } from './heap.js';

export interface IndexColumn { name: string; attnum: number; expr: Expr | undefined; type: Oid; opclass: Oid; collation: Oid; descending: boolean; nullsFirst: boolean }
export interface NewIndex {
  name: string; relation: Oid; am: Oid; keys: IndexColumn[]; include: IndexColumn[]; unique: boolean; primary: boolean; nullsNotDistinct: boolean; immediate: boolean;
  predicate: Expr[] | undefined; /** constraint it belongs to, 0 for none */ constraint: Oid; options: string[] | null;
  /** of a partitioned table: the command, to make its partitions' indexes; only: leave them alone */ u?: UtilityContext; only?: boolean;
}

/** GetDefaultOpClass, with binary-compatible types as PostgreSQL has them. */
export function defaultOpclass(c: CatalogReader, type: Oid, am: Oid): Oid {
  let base = c.types.typeInfo(type);
  while (base !== undefined && base.kind === 'd') base = c.types.typeInfo(base.baseOid);
  const oid = base?.oid ?? type;
  const candidates = c.rows('pg_opclass', { opcmethod: am, opcdefault: true });
  const exact = candidates.find((o) => o.opcintype === oid);
  if (exact !== undefined) return exact.oid;
  const fallback = oid === 1043 ? 25 : base?.kind === 'a' ? 2277 : base?.kind === 'e' ? 3500 : base?.kind === 'r' ? 3831 : base?.kind === 'm' ? 4537 : base?.kind === 'c' || oid === 2249 ? 2249 : isReg(c, oid) ? 26 : 0;
  return candidates.find((o) => o.opcintype === fallback)?.oid ?? 0;
}
function isReg(c: CatalogReader, oid: Oid): boolean { return c.syscache('TYPEOID', oid)?.typname.startsWith('reg') === true; }

export function* createIndex(session: SessionServices, i: NewIndex): Steps<Oid> {
  if (i.am !== AM.btree && i.am !== AM.hash) throw new SqlError('0A000', `access method "${session.catalog().syscache('AMOID', i.am)?.amname}" is not supported yet`);
  const w = session.catalogWriter();
  const rel = w.relation(i.relation)!;
  checkRelationName(w, i.name, rel.relnamespace);
  const oid = w.newOid();
  const partitioned = rel.relkind === 'p';
  if (partitioned && (i.unique || i.primary)) checkPartitionKey(session, i);
  const relfile = partitioned ? 0 : session.txns.store.newRelfile();
  const all = [...i.keys, ...i.include];
  w.insert('pg_class', {
    ...classRow({ oid, name: i.name, namespace: rel.relnamespace, owner: rel.relowner, kind: partitioned ? 'I' : 'i', persistence: rel.relpersistence, relfile }),
    relam: i.am, relnatts: all.length, reloptions: i.options,
  });
  all.forEach((c, k) => w.insert('pg_attribute', attributeRow(w, oid, k + 1, {
    name: c.name, type: c.type, typmod: c.attnum > 0 ? rel.attributes[c.attnum - 1]!.atttypmod : -1, collation: c.collation, notNull: false, ndims: 0, isLocal: true, inheritCount: 0, identity: '', generated: '',
  })));
  const expressions = all.flatMap((c) => (c.expr === undefined ? [] : [c.expr]));
  const env: TypeEnv = session.env;
  w.insert('pg_index', {
    indexrelid: oid, indrelid: i.relation, indnatts: all.length, indnkeyatts: i.keys.length, indisunique: i.unique, indnullsnotdistinct: i.nullsNotDistinct, indisprimary: i.primary,
    indisexclusion: false, indimmediate: i.immediate, indisclustered: false, indisvalid: !(partitioned && i.only === true && rel.children.length > 0), indcheckxmin: false, indisready: true, indislive: true, indisreplident: false,
    indkey: all.map((c) => c.attnum), indcollation: i.keys.map((c) => c.collation), indclass: i.keys.map((c) => c.opclass),
    indoption: i.keys.map((c) => (c.descending ? 1 : 0) + (c.nullsFirst ? 2 : 0)), indexprs: expressions.length > 0 ? encodeNode(expressions, env) : null,
    indpred: i.predicate === undefined ? null : encodeNode(i.predicate, env),
  });
  if (!rel.relhasindex) w.update('pg_class', { oid: i.relation }, { relhasindex: true });
  recordIndexDependencies(session, i, oid, all, expressions);
  if (!partitioned) yield* buildIndex(session, i.relation, oid);
  return oid;
}

/** Indexes of the partitions of a partitioned index that was just made (and has its constraint). */
export function* spreadIndex(u: UtilityContext, relation: Oid, index: Oid): Steps<void> {
  const rel = u.session.catalog().relation(relation)!;
  if (rel.relkind !== 'p') return;
  const info = rel.indexes.find((x) => x.oid === index)!;
  for (const child of rel.children) {
    yield* lockRelation(u.session, child, 5);
    if (yield* attachIndex(u, rel, info, child)) continue;
    yield* clonePartitionIndex(u, rel, info, child);
  }
}

/** A unique index must have the partition key's columns in it, or it could not be checked partition by partition. */
function checkPartitionKey(session: SessionServices, i: NewIndex): void {
  const rel = session.catalog().relation(i.relation)!;
  const word = i.primary ? 'PRIMARY KEY' : 'UNIQUE';
  for (const attnum of rel.partitionKey!.attnums) {
    if (attnum === 0) throw new SqlError('0A000', `unsupported ${word} constraint with partition key definition`, { detail: `${word} constraints cannot be used when partition keys include expressions.` });
    if (i.keys.some((k) => k.attnum === attnum)) continue;
    throw new SqlError('0A000', 'unique constraint on partitioned table must include all partitioning columns', {
      detail: `${word} constraint on table "${rel.relname}" lacks column "${rel.attributes[attnum - 1]!.attname}" which is part of the partition key.`,
    });
  }
}

function recordIndexDependencies(session: SessionServices, i: NewIndex, oid: Oid, all: IndexColumn[], expressions: Expr[]): void {
  const w = session.catalogWriter();
  const self = address(CLASS.relation, oid);
  if (i.constraint !== 0) recordDependency(w, self, address(CLASS.constraint, i.constraint), 'i');
  else {
    const kind: DependencyKind = 'a';
    for (const c of all) if (c.attnum > 0) recordDependency(w, self, address(CLASS.relation, i.relation, c.attnum), kind);
    if (!all.some((c) => c.attnum > 0)) recordDependency(w, self, address(CLASS.relation, i.relation), kind);
  }
  for (const c of i.keys) {
    recordDependency(w, self, address(CLASS.opclass, c.opclass), 'n');
    if (c.collation !== 0) recordDependency(w, self, address(CLASS.collation, c.collation), 'n');
  }
  recordExpressionDependencies(w, self, expressions, i.relation);
  if (i.predicate !== undefined) recordExpressionDependencies(w, self, i.predicate, i.relation);
}

/** Makes the index's storage and enters every row that the transaction sees. */
export function* buildIndex(session: SessionServices, relation: Oid, index: Oid): Steps<void> {
  const info = session.catalog().relation(relation)!;
  const indexInfo = info.indexes.find((x) => x.oid === index)!;
  session.txns.store.createIndex(session.transaction(), indexInfo.relfile, indexSpec(session, info, indexInfo));
  const rel = openRelation(session, relation);
  const target = new ResultRelation(rel, session);
  const entry = target.indexes.find((x) => x.handle.info.oid === index)!;
  session.commandCounterIncrement();
  const x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
  const scan = rel.table.scan(x.snapshot, target.liveAttnums);
  const batch = { count: 0, rowids: new Float64Array(1024), values: target.liveAttnums.map(() => [] as Datum[]) };
  const entries: { key: Datum[]; rowid: number }[] = [];
  const width = info.attributes.length;
  for (;;) {
    const wait = scan.next(batch);
    if (wait !== undefined) { yield waitFor(wait); continue; }
    if (batch.count === 0) break;
    for (let r = 0; r < batch.count; r++) {
      const row = new Array<Datum>(width).fill(null);
      target.liveAttnums.forEach((a, k) => { row[a - 1] = batch.values[k]![r]; });
      const key = entry.keys.keyOf(row, x);
      if (key !== undefined) entries.push({ key, rowid: batch.rowids[r]! });
    }
    if (session.sliceOver()) { yield { kind: 'slice' }; session.checkInterrupts(); }
  }
  entry.handle.index.build(session.transaction(), entries);
  if (indexInfo.unique) checkBuilt(target, entry, entries, x);
}

function checkBuilt(target: ResultRelation, entry: ResultRelation['indexes'][number], entries: { key: Datum[]; rowid: number }[], x: ExecContext): void {
  for (const e of entries) {
    if (!entry.handle.info.nullsNotDistinct && e.key.includes(null)) continue;
    const found = entry.handle.index.checkUnique(x.tx, target.rel.table, e.key, e.rowid);
    if (found === undefined) continue;
    const duplicate = duplicateKey(target, entry, e.key);
    throw new SqlError('23505', `could not create unique index "${entry.handle.info.relname}"`, {
      detail: duplicate.detail?.replace('already exists', 'is duplicated'), schema: target.rel.info.nspname, table: target.rel.info.relname, constraint: entry.handle.info.relname,
    });
  }
}
