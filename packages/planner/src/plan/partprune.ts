/** Plan-time partition pruning: the relation's clauses against the bounds of each partitioned level. */
import type { RelationInfo } from '@pglitedb/catalog';
import { containSubplans, containVolatile, some } from './vars.js';
import type { Expr } from '../nodes/index.js';
import { keyExpression, partitionDesc, partitionKey, prunePartitions, type PartitionDesc, type PruneContext } from '../partition/index.js';
import { renumber } from './manip.js';
import type { PlannerGlobal } from './pathnodes.js';

export function descOf(glob: PlannerGlobal, rel: RelationInfo): PartitionDesc { return partitionDesc(glob.ctx.catalog, rel, glob.ctx.callFunction)!; }

/** The context of pruning one partitioned relation, whose columns are those of range table entry varno. */
export function pruneContext(glob: PlannerGlobal, rel: RelationInfo, varno: number): PruneContext {
  const key = partitionKey(glob.ctx.catalog, rel)!;
  return {
    look: glob.look, call: glob.ctx.callFunction, desc: descOf(glob, rel), varno,
    keyExprs: key.columns.map((c) => (c.attnum > 0 ? keyExpression(rel, c, varno) : renumber(c.expr!, () => varno))),
    value: (e: Expr) => (e.kind === 'Const' ? { datum: e.constvalue } : undefined),
    usable: (e: Expr) => !containVolatile(glob.look, e) && !containSubplans(e) && !some(e, (n) => n.kind === 'Var' && n.varlevelsup === 0),
  };
}

/** Numbers of the partitions to scan, in bound order. */
export function livePartitions(glob: PlannerGlobal, rel: RelationInfo, varno: number, clauses: readonly Expr[]): number[] {
  const cx = pruneContext(glob, rel, varno);
  const all = cx.desc.oids.map((_, k) => k);
  if (!glob.set.enable.partition_pruning || clauses.length === 0) return all;
  const kept = prunePartitions(cx, clauses);
  return kept === undefined ? all : all.filter((k) => kept.has(k));
}
