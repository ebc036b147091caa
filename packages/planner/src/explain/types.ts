/** What EXPLAIN is asked for, and what running the plan told. */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Expr, Param, SubPlan, Var } from '../nodes/index.js';

export interface ExplainHooks { varName(v: Var): string; paramText(p: Param): string | undefined; subPlanText(s: SubPlan): string }
/** Prints an expression whose Vars, exec Params and SubPlans the hooks name. */
export type DeparseFn = (expr: Expr, hooks: ExplainHooks) => string;

export interface ExplainOptions {
  catalog: CatalogReader; deparse: DeparseFn; analyze?: boolean; verbose?: boolean; costs?: boolean; timing?: boolean; summary?: boolean; format?: 'text' | 'json';
  /** Milliseconds, for the summary lines. */ planningMs?: number; executionMs?: number;
  /** SETTINGS option: those that differ from their defaults. */ settings?: readonly { name: string; value: string }[];
}
/** Totals of one plan node over all its loops; times in milliseconds. */
export interface NodeInstrumentation { startupMs: number; totalMs: number; rows: number; loops: number; filtered: number; joinFiltered: number; extra?: readonly { label: string; value: string | number }[] }
export interface Instrumentation { node(planNodeId: number): NodeInstrumentation | undefined }
/** One plan node's output, before it is laid out in a format. */
export interface ExplainNode { properties: [label: string, value: string | number | boolean | string[]][]; title: string; cost: string; lines: [label: string, value: string | string[]][]; children: { label: string | undefined; node: ExplainNode }[] }
