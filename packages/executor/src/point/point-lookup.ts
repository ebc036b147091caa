/** Finding the one row of a unique key: which index the quals of a scan pin down, its key values, and what else must hold. */
import type { IndexInfo } from '@pglitedb/catalog';
import { INDEX_VAR, exprType, type Expr, type Plan, type TargetEntry, type Var } from '@pglitedb/planner';
import type { RowId, Snapshot } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { ExprCompiler, Frame, compileQual, type EvalFn } from '../expr/index.js';
import { columnsUsed } from '../nodes/columns-used.js';
import type { IndexHandle, RelationHandle } from '../relation.js';
import { NotAPoint, pure } from './point-plan.js';

const EQUAL = 3;
const INTS: readonly Oid[] = [20, 21, 23];
const TEXTS: readonly Oid[] = [25, 1043];
type ScanPlan = Extract<Plan, { kind: 'SeqScan' | 'IndexScan' | 'IndexOnlyScan' | 'BitmapHeapScan' }>;

/** A scan's conjuncts and target list over the table's own columns. */
export interface ScanParts { readonly scanrelid: number; readonly quals: readonly Expr[]; readonly targets: readonly TargetEntry[]; /** of the Vars above */ readonly attnumOf: (v: Var) => number }

export function scanParts(plan: Plan): ScanParts {
  if (plan.initPlan.length > 0) throw new NotAPoint();
  const own = (v: Var): number => v.varattno;
  switch (plan.kind) {
    case 'SeqScan': return parts(plan, plan.qual, own);
    case 'IndexScan':
      if (plan.indexorderby.length > 0) throw new NotAPoint();
      return parts(plan, [...plan.indexqualorig, ...plan.qual], own);
    case 'BitmapHeapScan': return parts(plan, [...plan.bitmapqualorig, ...plan.qual], own);
    case 'IndexOnlyScan': {
      const { indextlist } = plan;
      return parts(plan, [...plan.recheckqual, ...plan.qual], (v) => {
        if (v.varno !== INDEX_VAR) return v.varattno;
        const e = indextlist[v.varattno - 1]?.expr;
        if (e?.kind !== 'Var') throw new NotAPoint();
        return e.varattno;
      });
    }
    default: throw new NotAPoint();
  }
}
function parts(plan: ScanPlan, quals: readonly Expr[], attnumOf: (v: Var) => number): ScanParts {
  return { scanrelid: plan.scanrelid, quals, targets: plan.targetlist, attnumOf };
}

/** The columns that expressions over a scan read. */
export function attnumsOf(scan: ScanParts, exprs: readonly Expr[]): Set<number> {
  const found = columnsUsed(exprs, scan.scanrelid);
  for (const a of columnsUsed(exprs, INDEX_VAR)) found.add(scan.attnumOf({ varno: INDEX_VAR, varattno: a } as Var));
  for (const a of found) if (a <= 0) throw new NotAPoint();
  return found;
}

export class PointLookup {
  readonly frame = new Frame();
  /** The fetched columns of the row found, each in [0]. */
  readonly row: Datum[][];
  private readonly keys: readonly EvalFn[];
  private readonly key: Datum[];
  private readonly filter: EvalFn | undefined;
  private readonly index: IndexHandle['index'];
  readonly compiler: ExprCompiler;

  constructor(readonly rel: RelationHandle, scan: ScanParts, /** fetched */ readonly attnums: readonly number[], x: ExecContext) {
    const at = new Map(attnums.map((a, k) => [a, k]));
    this.compiler = new ExprCompiler({
      session: x.session,
      readVar: (v) => {
        const column = at.get(scan.attnumOf(v));
        if (column === undefined) throw new NotAPoint();
        return { side: 'outer', column };
      },
      subplan: () => { throw new NotAPoint(); },
    });
    const pinned = pinnedIndex(rel, scan, this.compiler);
    this.index = pinned.handle.index;
    this.keys = pinned.keys.map((e) => pure(this.compiler.compile(e)));
    this.key = this.keys.map(() => null);
    const rest = compileQual(pinned.rest, this.compiler);
    this.filter = rest && pure(rest);
    this.row = attnums.map(() => [null]);
    this.frame.x = x;
    this.frame.outer = this.row;
  }

  /** The visible row with the key, its columns in `row`; -1 where there is none. */
  find(snapshot: Snapshot): RowId {
    const { keys, key, frame } = this;
    for (let k = 0; k < keys.length; k++) {
      const v = keys[k]!(frame);
      if (v === null || v === undefined) return -1;
      key[k] = v;
    }
    const rowid = this.index.fetchUnique(this.rel.table, snapshot, key, this.attnums, this.row);
    return rowid >= 0 && this.filter !== undefined && this.filter(frame) !== true ? -1 : rowid;
  }
}

/** An index whose every key column some qual equals to a value without Vars; the other quals remain. */
function pinnedIndex(rel: RelationHandle, scan: ScanParts, c: ExprCompiler): { handle: IndexHandle; keys: Expr[]; rest: Expr[] } {
  for (const handle of rel.indexes) {
    const { info } = handle;
    if (!info.unique || !info.immediate || !info.valid || info.amname !== 'btree' || info.predicate !== undefined || info.expressions.length > 0) continue;
    const rest = [...scan.quals];
    const keys: Expr[] = [];
    for (let column = 0; column < info.nkeys; column++) {
      const at = rest.findIndex((q) => equated(q, info, column, scan, c) !== undefined);
      if (at < 0) break;
      keys.push(equated(rest[at]!, info, column, scan, c)!);
      rest.splice(at, 1);
    }
    if (keys.length === info.nkeys) return { handle, keys, rest };
  }
  throw new NotAPoint();
}

/** The value of `column = value` (or `value = column`) in terms of the index's operator family. */
function equated(q: Expr, info: IndexInfo, column: number, scan: ScanParts, c: ExprCompiler): Expr | undefined {
  if (q.kind !== 'OpExpr' || q.args.length !== 2) return undefined;
  const collation = info.collations[column] ?? 0;
  if (q.inputcollid !== 0 && collation !== 0 && q.inputcollid !== collation) return undefined;
  const strategy = c.catalog.rows('pg_amop', { amopopr: q.opno, amopfamily: info.opfamilies[column]! })[0]?.amopstrategy;
  if (strategy !== EQUAL) return undefined;
  for (const [own, value] of [[q.args[0]!, q.args[1]!], [q.args[1]!, q.args[0]!]] as const) {
    const v = own.kind === 'RelabelType' ? own.arg : own;
    if (v.kind !== 'Var' || scan.attnumOf(v) !== info.attnums[column] || !alike(info.keytypes[column]!, exprType(value))) continue;
    if (columnsUsed([value], scan.scanrelid).size === 0 && columnsUsed([value], INDEX_VAR).size === 0) return value;
  }
  return undefined;
}

/** Types with one representation and one order. */
function alike(key: Oid, value: Oid): boolean {
  return key === value || (INTS.includes(key) && INTS.includes(value)) || (TEXTS.includes(key) && TEXTS.includes(value));
}
