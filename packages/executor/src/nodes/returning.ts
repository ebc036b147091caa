/** RETURNING, WITH CHECK OPTION and ON CONFLICT expressions: Vars of the target read the old and new rows. */
import type { Var } from '@pglitedb/planner';
import { PgRecord } from '@pglitedb/types';
import type { EvalFn, ExprCompiler, Frame, VarPlace } from '../expr/index.js';
import type { Builder } from './builder.js';
import type { ModifyPlan } from './exec-modify.js';

/** excluded: range table index of ON CONFLICT's "excluded", whose row is the frame's inner one. */
export function returningCompiler(b: Builder, rti: number, plan: ModifyPlan, excluded = 0): ExprCompiler {
  const rel = b.relation(rti);
  return b.compiler((v) => {
    if (excluded !== 0 && v.varno === excluded) {
      if (v.varattno > 0) return { side: 'inner', column: v.varattno - 1 };
      return rowPlace(v, rel.info.reltype, rel.info.attributes.filter((a) => !a.attisdropped), (f) => f.inner.map((c) => c[f.ii]));
    }
    const pick = rowOf(v, plan);
    if (v.varattno > 0) {
      const k = v.varattno - 1;
      return { side: 'fn', fn: (f) => pick(f)?.[k] ?? null };
    }
    if (v.varattno === -6) return { side: 'fn', fn: (f) => f.writtenTable || rel.info.oid };
    if (v.varattno === 0) return rowPlace(v, rel.info.reltype, rel.info.attributes.filter((a) => !a.attisdropped), pick);
    return { side: 'fn', fn: (f) => f.outer[b.planned.planTree.lefttree?.targetlist.findIndex((t) => t.resname === 'ctid') ?? -1]?.[f.oi] ?? null };
  });
}

function rowOf(v: Var, plan: ModifyPlan): (f: Frame) => unknown[] | undefined {
  if (v.varreturningtype === 'old') return (f) => f.oldRow;
  if (v.varreturningtype === 'new') return (f) => f.newRow;
  return plan.operation === 'delete' ? (f) => f.oldRow : (f) => f.newRow ?? f.oldRow;
}

function rowPlace(v: Var, type: number, live: readonly { attnum: number; atttypid: number }[], pick: (f: Frame) => unknown[] | undefined): VarPlace {
  const types = live.map((a) => a.atttypid);
  const fn: EvalFn = (f) => {
    const row = pick(f);
    return row === undefined ? null : new PgRecord(v.vartype || type, live.map((a) => row[a.attnum - 1]), types);
  };
  return { side: 'fn', fn };
}
