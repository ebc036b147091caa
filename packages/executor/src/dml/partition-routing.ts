/**
 * Tuple routing: from a partitioned table's row to the leaf that takes it, with the row in the leaf's column order
 * (execPartition.c); and the test that a row belongs to the partition it is written to.
 */
import type { CatalogReader, RelationInfo } from '@pglitedb/catalog';
import { deparseForRelation, partitionDesc, partitionFor, partitionKey, type CallFunction, type PartitionDesc } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import type { ExecContext, SessionServices } from '../context.js';
import { evalSteps, Frame, type Compiled } from '../expr/index.js';
import { supportCaller } from '../functions/support-call.js';
import { rowCompiler } from '../index-keys.js';
import { openRelation } from '../relation.js';
import { ResultRelation } from './target.js';

/** For each column of `to` its place in `from`, by name; undefined where both are alike. -1: a dropped column. */
export type ColumnMap = readonly number[] | undefined;

export function columnMap(from: RelationInfo, to: RelationInfo): ColumnMap {
  const places = new Map(from.attributes.filter((a) => !a.attisdropped).map((a) => [a.attname, a.attnum - 1]));
  const map = to.attributes.map((a) => (a.attisdropped ? -1 : places.get(a.attname) ?? -1));
  const same = from.attributes.length === to.attributes.length && map.every((m, k) => m === k || (m === -1 && from.attributes[k]!.attisdropped));
  return same ? undefined : map;
}
export function mapRow(row: readonly Datum[], map: ColumnMap): Datum[] {
  return map === undefined ? [...row] : map.map((m) => (m < 0 ? null : row[m]));
}

/** Computes a partitioned table's key for rows of its layout. */
class KeyReader {
  private readonly parts: (number | Compiled)[];
  private readonly frame = new Frame();
  constructor(session: SessionServices, readonly rel: RelationInfo) {
    const key = partitionKey(session.catalog(), rel)!;
    const c = rowCompiler(session);
    this.parts = key.columns.map((p) => (p.attnum > 0 ? p.attnum - 1 : c.compile(p.expr!)));
  }
  *read(row: readonly Datum[], x: ExecContext): Steps<Datum[]> {
    const out: Datum[] = [];
    for (const p of this.parts) {
      if (typeof p === 'number') { out.push(row[p]); continue; }
      this.frame.x = x;
      this.frame.outer = row.map((v) => [v]);
      this.frame.oi = 0;
      out.push(yield* evalSteps(p, this.frame));
    }
    return out;
  }
}

interface Level { rel: RelationInfo; desc: PartitionDesc; key: KeyReader; children: (Child | undefined)[] }
interface Child { level: Level | undefined; target: ResultRelation | undefined; map: ColumnMap }
export interface Routed { target: ResultRelation; row: Datum[] }

export class PartitionRouter {
  private readonly top: Level;
  private readonly call: CallFunction;
  private readonly back = new Map<Oid, ColumnMap>();
  /** Targets that the statement has opened already (UPDATE's own), by oid. */
  constructor(private readonly session: SessionServices, readonly root: RelationInfo, private readonly known: (oid: Oid) => ResultRelation | undefined = () => undefined) {
    this.call = supportCaller(session);
    this.top = this.level(root);
  }
  private level(rel: RelationInfo): Level {
    return { rel, desc: partitionDesc(this.session.catalog(), rel, this.call)!, key: new KeyReader(this.session, rel), children: [] };
  }
  private child(level: Level, index: number): Child {
    let child = level.children[index];
    if (child === undefined) {
      const oid = level.desc.oids[index]!;
      const info = this.session.catalog().relation(oid)!;
      const leaf = info.relkind !== 'p';
      if (info.relkind === 'f') throw new SqlError('0A000', `cannot route inserted tuples to foreign table "${info.relname}"`);
      child = { map: columnMap(level.rel, info), level: leaf ? undefined : this.level(info), target: leaf ? this.known(oid) ?? new ResultRelation(openRelation(this.session, oid), this.session) : undefined };
      level.children[index] = child;
    }
    return child;
  }

  /** ExecFindPartition: 23514 where no partition takes the row (given in the root's layout). */
  *route(row: readonly Datum[], x: ExecContext): Steps<Routed> {
    let level = this.top;
    let current: readonly Datum[] = row;
    for (;;) {
      const values = yield* level.key.read(current, x);
      const index = partitionFor(level.desc, values, this.call);
      if (index < 0) throw notFound(this.session, level.rel, values);
      const child = this.child(level, index);
      current = mapRow(current, child.map);
      if (child.target !== undefined) return { target: child.target, row: current as Datum[] };
      level = child.level!;
    }
  }

  /** A leaf's row in the root's layout. */
  toRoot(target: ResultRelation, row: readonly Datum[]): Datum[] {
    const { info } = target.rel;
    if (!this.back.has(info.oid)) this.back.set(info.oid, columnMap(info, this.root));
    return mapRow(row, this.back.get(info.oid));
  }
}

function notFound(session: SessionServices, rel: RelationInfo, values: readonly Datum[]): SqlError {
  const c = session.catalog();
  const key = partitionKey(c, rel)!;
  const settings = { catalog: c, env: session.env, pretty: { paren: false, indent: false, schema: false } };
  const columns = key.columns.map((p) => {
    if (p.attnum > 0) return rel.attributes[p.attnum - 1]!.attname;
    const text = deparseForRelation(p.expr!, rel.oid, settings);
    return p.expr!.kind === 'FuncExpr' && p.expr!.funcformat === 'call' || text.startsWith('(') ? text : `(${text})`;
  });
  const texts = values.map((v, k) => {
    if (v === null) return 'null';
    const text = c.types.typeImpl(key.columns[k]!.type).format(v, session.env);
    return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}...` : text;
  });
  return new SqlError('23514', `no partition of relation "${rel.relname}" found for row`, {
    detail: `Partition key of the failing row contains (${columns.join(', ')}) = (${texts.join(', ')}).`, schema: rel.nspname, table: rel.relname,
  });
}
const VALUE_LENGTH_MAX = 64;

interface Step { key: KeyReader; desc: PartitionDesc; index: number; map: ColumnMap }

/** Does a row belong to this partition, by the bounds of all levels above it (ExecPartitionCheck)? */
export class PartitionTest {
  private readonly steps: Step[] = [];
  private readonly call: CallFunction;
  constructor(session: SessionServices, readonly info: RelationInfo) {
    this.call = supportCaller(session);
    const c: CatalogReader = session.catalog();
    for (let rel = info; rel.relispartition;) {
      const parent = rel.parents[0] === undefined ? undefined : c.relation(rel.parents[0]);
      if (parent === undefined || parent.relkind !== 'p') break;
      const desc = partitionDesc(c, parent, this.call)!;
      this.steps.push({ key: new KeyReader(session, parent), desc, index: desc.oids.indexOf(rel.oid), map: columnMap(info, parent) });
      rel = parent;
    }
  }
  *holds(row: readonly Datum[], x: ExecContext): Steps<boolean> {
    for (const s of this.steps) {
      if (s.index < 0) continue;
      const values = yield* s.key.read(mapRow(row, s.map), x);
      if (partitionFor(s.desc, values, this.call) !== s.index) return false;
    }
    return true;
  }
}
