/** Runs a planned statement: builds (or reuses) its operators, and hands out rows. */
import type { PlannedStmt } from '@pglitedb/planner';
import { exprType, exprTypmod } from '@pglitedb/planner';
import type { Snapshot, Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import { ExecContext, type Batch, type ResultColumn, type RowSource, type SessionServices } from './context.js';
import { checkPermissions } from './permissions.js';
import { Builder } from './nodes/builder.js';
import { BATCH_ROWS, type Operator } from './nodes/operator.js';

/** A statement's operators, kept with the cached plan by its session and reused while not running. */
export class Executable {
  readonly columns: readonly ResultColumn[];
  readonly visible: readonly number[];
  readonly builder: Builder;
  private readonly root: Operator;
  private busy = false;
  constructor(readonly session: SessionServices, readonly planned: PlannedStmt, onOpen?: (op: Operator) => void) {
    this.builder = new Builder(session, planned, onOpen);
    this.root = this.builder.open(planned.planTree);
    const list = resultTargets(planned);
    this.visible = list.flatMap((t, k) => (t.resjunk ? [] : [k]));
    this.columns = this.visible.map((k) => {
      const t = list[k]!;
      return { name: t.resname ?? '?column?', typeOid: exprType(t.expr), typmod: exprTypmod(t.expr), tableOid: t.resorigtbl, attnum: t.resorigcol };
    });
  }
  get running(): boolean { return this.busy; }

  /** Starts a run under the session's snapshot, or one given (cursors keep their own). */
  start(params: readonly Datum[], snapshot: Snapshot = this.session.snapshot()): Execution {
    checkPermissions(this.session, this.planned);
    this.busy = true;
    const x = new ExecContext(this.session, this.planned, params, snapshot, this.session.transaction());
    this.root.start(x);
    return new Execution(this, this.root, x, () => { this.busy = false; });
  }
}

function resultTargets(planned: PlannedStmt): PlannedStmt['planTree']['targetlist'] {
  const { planTree } = planned;
  if (planTree.kind !== 'ModifyTable') return planTree.targetlist;
  return planTree.returningLists[0] ?? [];
}

/** One run. */
export class Execution implements RowSource {
  private readonly out: Batch = { count: 0, columns: [] };
  private readonly allVisible: boolean;
  constructor(readonly executable: Executable, private readonly root: Operator, readonly x: ExecContext, private readonly release: () => void) {
    this.allVisible = executable.planned.planTree.kind === 'ModifyTable' || executable.visible.length === executable.planned.planTree.targetlist.length;
  }
  get columns(): readonly ResultColumn[] { return this.executable.columns; }
  /** The batch handed out last, with its junk columns. */
  full: Batch | null = null;
  /** Rows affected so far. */
  get affected(): number { return this.x.affected; }

  *next(max: number): Steps<Batch | null> {
    const batch = yield* this.root.next(Math.min(max, BATCH_ROWS));
    if (batch === null && this.executable.planned.hasModifyingCTE) yield* this.executable.builder.finishModifying(this.x);
    this.full = batch;
    if (batch === null || this.allVisible) return batch;
    this.out.columns = this.executable.visible.map((k) => batch.columns[k]!);
    this.out.count = batch.count;
    return this.out;
  }
  close(): void {
    this.root.end();
    for (const release of this.x.releases.splice(0)) release();
    this.release();
  }
}
