/** The target of a data-modifying statement: its relation with everything that a changed row must pass. */
import type { Expr } from '@pglitedb/planner';
import type { RowOpResult, Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { ExecContext, SessionServices } from '../context.js';
import { Frame, type Compiled } from '../expr/index.js';
import { indexKeyComputer, rowCompiler, type IndexKeyComputer } from '../index-keys.js';
import { PartitionTest } from './partition-routing.js';
import type { IndexHandle, RelationHandle } from '../relation.js';

export interface TargetIndex { readonly handle: IndexHandle; readonly keys: IndexKeyComputer }

export class ResultRelation {
  readonly indexes: readonly TargetIndex[];
  readonly checks: readonly { name: string; test: Compiled }[];
  /** attnums of key columns of any unique index that foreign keys may reference: changing one needs the stronger lock. */
  readonly keyAttnums: ReadonlySet<number>;
  readonly indexedAttnums: ReadonlySet<number>;
  readonly liveAttnums: readonly number[];
  readonly notNull: readonly number[];
  /** Stored generated columns, in order. */
  readonly generated: readonly { attnum: number; expr: Compiled }[];
  readonly rowFrame = new Frame();
  readonly result: RowOpResult = { newRowid: -1, holder: undefined, cmax: 0 };
  /** Rows that were not routed here by their values are tested against the bounds. */
  readonly partition: PartitionTest | undefined;
  /** Row-level security's checks of a row to be written, before constraints. */
  policyCheck: ((kind: 'insert' | 'update', row: Datum[]) => Steps<void>) | undefined;
  /** Rows come through tuple routing. */
  routed = false;
  /** UPDATE through an ancestor: rows that leave the bounds move. */
  mayMove = false;
  /** Scratch for fetches of one row. */
  readonly fetched: Datum[][];

  constructor(readonly rel: RelationHandle, readonly session: SessionServices) {
    const { info } = rel;
    this.indexes = rel.indexes.map((handle) => ({ handle, keys: indexKeyComputer(rel, handle, session) }));
    const c = rowCompiler(session);
    const checks = info.checks.filter((k) => k.enforced);
    this.checks = [...checks].sort((a, b) => (a.name < b.name ? -1 : 1)).map((k) => ({ name: k.name, test: c.compile(k.expr as Expr) }));
    this.generated = info.attributes.filter((a) => a.attgenerated === 's' && !a.attisdropped && info.defaults.has(a.attnum))
      .map((a) => ({ attnum: a.attnum, expr: c.compile(info.defaults.get(a.attnum) as Expr) }));
    this.liveAttnums = info.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
    this.notNull = info.attributes.filter((a) => a.attnotnull && !a.attisdropped).map((a) => a.attnum);
    this.keyAttnums = new Set(info.indexes.filter((i) => i.unique && i.immediate && i.predicate === undefined).flatMap((i) => i.attnums.slice(0, i.nkeys)));
    this.indexedAttnums = new Set(this.indexes.flatMap((i) => [...i.keys.attnums]));
    this.partition = info.relispartition ? new PartitionTest(session, info) : undefined;
    this.fetched = this.liveAttnums.map(() => []);
  }

  /** The visible row as values[attnum - 1]; undefined when it is gone. */
  fetch(x: ExecContext, rowid: number): Datum[] | undefined {
    if (!this.rel.table.fetch(x.snapshot, rowid, this.liveAttnums, this.fetched, 0)) return undefined;
    return this.takeRow();
  }
  fetchLatest(x: ExecContext, rowid: number): Datum[] | undefined {
    if (!this.rel.table.fetchLatest(x.tx, rowid, this.liveAttnums, this.fetched, 0)) return undefined;
    return this.takeRow();
  }
  private takeRow(): Datum[] {
    const row = new Array<Datum>(this.rel.info.attributes.length).fill(null);
    for (let k = 0; k < this.liveAttnums.length; k++) row[this.liveAttnums[k]! - 1] = this.fetched[k]![0];
    return row;
  }
  /** Puts a row where expressions over the target find it. */
  rowColumns(row: readonly Datum[]): Datum[][] {
    const columns = this.rowFrame.outer;
    for (let k = 0; k < row.length; k++) (columns[k] ??= [])[0] = row[k];
    return columns;
  }
}
