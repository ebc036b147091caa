/** What the planner is given of its surroundings, and the settings it reads once per statement. */
import type { CatalogReader, CatalogRow } from '@pglitedb/catalog';
import type { Datum, Oid } from '@pglitedb/types';
import type { Const, Expr } from '../nodes/index.js';

export interface BoundParam { value: Datum; typeOid: Oid }

export interface PlannerContext {
  readonly catalog: CatalogReader;
  /** Values of $1 …: a custom plan. Absent: a generic plan. */
  readonly boundParams?: readonly BoundParam[] | undefined;
  setting(name: string): string | undefined;
  /** Current size of a relation (table or index): live rows and 8 KiB pages. */
  estimates(relationOid: Oid): { rows: number; pages: number } | undefined;
  /** The pg_statistic row of a column (stainherit as asked), undefined where it was never analysed. */
  statistics(relationOid: Oid, attnum: number, inherited?: boolean): CatalogRow<'pg_statistic'> | undefined;
  /** Computes an expression without Vars; undefined where it cannot be computed now. Errors are raised. */
  evaluateConst(expr: Expr): Const | undefined;
  /** Calls a support function (of a partition key); undefined where it would have to wait. */
  readonly callFunction: import('../partition/key.js').CallFunction;
  /** Analyses and rewrites the body of an SQL function for inlining: one SELECT, or undefined. */
  sqlFunctionBody?(funcid: Oid, argTypes: readonly Oid[]): import('../nodes/index.js').Query | undefined;
  /** DECLARE CURSOR: fast start (cursor_tuple_fraction), scrollable. */
  readonly cursorOptions?: { fastPlan?: boolean; scroll?: boolean };
}

/** Cost constants and switches, PostgreSQL's GUCs. */
export interface PlannerSettings {
  seqPageCost: number; randomPageCost: number; cpuTupleCost: number; cpuIndexTupleCost: number; cpuOperatorCost: number;
  effectiveCacheSize: number; workMemKb: number; hashMemMultiplier: number; cursorTupleFraction: number;
  enable: Readonly<Record<EnableName, boolean>>;
  fromCollapseLimit: number; joinCollapseLimit: number; constraintExclusion: 'on' | 'off' | 'partition'; recursiveWorktableFactor: number;
}
const ENABLE = ['seqscan', 'indexscan', 'indexonlyscan', 'bitmapscan', 'tidscan', 'sort', 'incremental_sort', 'hashagg', 'nestloop', 'material', 'memoize', 'mergejoin', 'hashjoin', 'partition_pruning', 'presorted_aggregate', 'group_by_reordering', 'distinct_reordering', 'self_join_elimination', 'partitionwise_join', 'partitionwise_aggregate'] as const;
export type EnableName = (typeof ENABLE)[number];

const MEMORY_UNITS: Readonly<Record<string, number>> = { B: 1 / 1024, kB: 1, MB: 1024, GB: 1048576, TB: 1073741824 };
function memory(text: string | undefined, fallback: number, unitKb: number): number {
  const m = text === undefined ? null : /^\s*([\d.]+)\s*([a-zA-Z]*)\s*$/.exec(text);
  if (!m) return fallback;
  const unit = m[2] ? MEMORY_UNITS[m[2]] : undefined;
  return unit === undefined ? Number(m[1]) : (Number(m[1]) * unit) / unitKb;
}
function isOn(text: string | undefined, fallback: boolean): boolean {
  return text === undefined ? fallback : /^(on|true|yes|1|t|y)$/i.test(text);
}
function num(text: string | undefined, fallback: number): number { return text === undefined || text === '' ? fallback : Number(text); }

const PARTITIONWISE = new Set<string>(['partitionwise_join', 'partitionwise_aggregate']);

export function readSettings(ctx: PlannerContext): PlannerSettings {
  const s = (n: string): string | undefined => ctx.setting(n);
  const enable = {} as Record<EnableName, boolean>;
  for (const n of ENABLE) enable[n] = isOn(s(n === 'group_by_reordering' || n === 'distinct_reordering' ? `enable_${n}` : `enable_${n}`), !PARTITIONWISE.has(n));
  return {
    seqPageCost: num(s('seq_page_cost'), 1), randomPageCost: num(s('random_page_cost'), 4), cpuTupleCost: num(s('cpu_tuple_cost'), 0.01),
    cpuIndexTupleCost: num(s('cpu_index_tuple_cost'), 0.005), cpuOperatorCost: num(s('cpu_operator_cost'), 0.0025),
    effectiveCacheSize: memory(s('effective_cache_size'), 524288, 8), workMemKb: memory(s('work_mem'), 4096, 1),
    hashMemMultiplier: num(s('hash_mem_multiplier'), 2), cursorTupleFraction: num(s('cursor_tuple_fraction'), 0.1), enable,
    fromCollapseLimit: num(s('from_collapse_limit'), 8), joinCollapseLimit: num(s('join_collapse_limit'), 8),
    constraintExclusion: (s('constraint_exclusion') as 'on' | 'off' | 'partition' | undefined) ?? 'partition',
    recursiveWorktableFactor: num(s('recursive_worktable_factor'), 10),
  };
}
