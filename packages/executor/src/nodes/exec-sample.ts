/**
 * TABLESAMPLE: SYSTEM and BERNOULLI choose blocks and rows by a hash of their place and the seed, as PostgreSQL's methods
 * do, so that a REPEATABLE sample is the same while the table is. Our tables have no heap blocks: a block is as many
 * consecutive rows as a heap page would hold of the table's average row, at its fillfactor.
 */
import type { Plan } from '@pglitedb/planner';
import type { RowBatch, Steps, TableScan } from '@pglitedb/txn';
import { builtinFunction, hashBytes, SqlError, type Datum } from '@pglitedb/types';
import { callContext } from '../functions/fmgr.js';
import { waitFor } from '../context.js';
import { evalSteps, type Compiled } from '../expr/index.js';
import type { RelationHandle } from '../relation.js';
import { defineNodes, type Builder } from './builder.js';
import { newRowBatch, scanColumns, ScanOperator } from './exec-scan.js';
import { Projection } from './projection.js';

const BERNOULLI_HANDLER = 'tsm_bernoulli_handler';
const SYSTEM_HANDLER = 'tsm_system_handler';
const UINT32_VALUES = 2 ** 32;
const FLOAT8 = 701;

class SampleScanOperator extends ScanOperator {
  protected readonly projection: Projection;
  private readonly rel: RelationHandle;
  private readonly attnums: number[];
  private readonly batch: RowBatch;
  private readonly bernoulli: boolean;
  private readonly argument: Compiled;
  private readonly repeatable: Compiled | undefined;
  private readonly randomSeed = Math.floor(Math.random() * UINT32_VALUES);
  private scan: TableScan | undefined;
  private cutoff = 0;
  private rowsPerBlock = 1;
  private readonly key: Uint32Array;
  private readonly keyBytes: Uint8Array;
  private block = -1;
  private blockChosen = false;

  constructor(plan: Extract<Plan, { kind: 'SampleScan' }>, b: Builder) {
    super(plan, b);
    this.rel = b.relation(plan.scanrelid);
    const handler = b.catalog.syscache('PROCOID', plan.tablesample.tsmhandler)?.prosrc as string | undefined;
    if (handler !== BERNOULLI_HANDLER && handler !== SYSTEM_HANDLER) throw new SqlError('0A000', 'this table sampling method is not supported yet');
    this.bernoulli = handler === BERNOULLI_HANDLER;
    this.key = new Uint32Array(this.bernoulli ? 3 : 2);
    this.keyBytes = new Uint8Array(this.key.buffer);
    const { attnums, read } = scanColumns(plan, plan.scanrelid, this.rel, b);
    this.attnums = attnums;
    this.batch = newRowBatch(attnums.length);
    this.raw = this.batch;
    const c = b.compiler();
    this.argument = c.compile(plan.tablesample.args[0]!);
    this.repeatable = plan.tablesample.repeatable === undefined ? undefined : c.compile(plan.tablesample.repeatable);
    this.projection = new Projection(plan.targetlist, plan.qual, b.compiler(read));
  }
  protected restart(): void { this.scan = undefined; }

  private *begin(): Steps<TableScan> {
    const percent: Datum = yield* evalSteps(this.argument, this.frame);
    if (percent === null) throw new SqlError('2202H', 'TABLESAMPLE parameter cannot be null');
    let seed = this.randomSeed;
    if (this.repeatable !== undefined) {
      const given: Datum = yield* evalSteps(this.repeatable, this.frame);
      if (given === null) throw new SqlError('2202G', 'TABLESAMPLE REPEATABLE parameter cannot be null');
      seed = (builtinFunction('hashfloat8')!.fn(given, callContext(this.x.session.env, 0, [FLOAT8], 23)) as number) >>> 0;
    }
    if (!(percent >= 0 && percent <= 100)) throw new SqlError('2202H', 'sample percentage must be between 0 and 100');
    this.cutoff = Math.round((UINT32_VALUES * percent) / 100);
    this.key[this.key.length - 1] = seed;
    this.rowsPerBlock = this.rel.table.rowsPerPage(fillfactor(this.rel));
    this.block = -1;
    return this.rel.table.scan(this.x.snapshot, this.attnums);
  }

  private chosen(rowid: number): boolean {
    const block = Math.floor(rowid / this.rowsPerBlock);
    this.key[0] = block;
    if (this.bernoulli) {
      this.key[1] = (rowid % this.rowsPerBlock) + 1;
      return hashBytes(this.keyBytes) >>> 0 < this.cutoff;
    }
    if (block !== this.block) {
      this.block = block;
      this.blockChosen = hashBytes(this.keyBytes) >>> 0 < this.cutoff;
    }
    return this.blockChosen;
  }

  protected *fill(): Steps<boolean> {
    this.scan ??= yield* this.begin();
    const { batch } = this;
    for (;;) {
      for (let wait = this.scan.next(batch); wait !== undefined; wait = this.scan.next(batch)) yield waitFor(wait);
      if (batch.count === 0) return false;
      let kept = 0;
      for (let k = 0; k < batch.count; k++) {
        if (!this.chosen(batch.rowids[k]!)) continue;
        batch.rowids[kept] = batch.rowids[k]!;
        for (const column of batch.values) column[kept] = column[k];
        kept++;
      }
      batch.count = kept;
      if (kept > 0) break;
    }
    this.frame.outer = batch.values;
    this.frame.rowids = batch.rowids;
    return true;
  }
}

function fillfactor(rel: RelationHandle): number {
  const option = rel.info.reloptions.find((o) => o.startsWith('fillfactor='));
  return option === undefined ? 100 : Number(option.slice('fillfactor='.length));
}

defineNodes({ SampleScan: (p, b) => new SampleScanOperator(p, b) });
