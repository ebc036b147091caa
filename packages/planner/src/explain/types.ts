/** What EXPLAIN is asked for, and what running the plan told. */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Expr, Param, SubPlan, Var } from '../nodes/index.js';

export interface ExplainHooks { varName(v: Var): string; paramText(p: Param): string | undefined; subPlanText(s: SubPlan): string; windowName(winref: number): string | undefined }
/** Prints an expression whose Vars, exec Params and SubPlans the hooks name. */
export type DeparseFn = (expr: Expr, hooks: ExplainHooks) => string;

export interface ExplainOptions {
  catalog: CatalogReader; deparse: DeparseFn; analyze?: boolean; verbose?: boolean; costs?: boolean; timing?: boolean; summary?: boolean; format?: 'text' | 'json';
  /** BUFFERS. */ buffers?: boolean; ioTimes?: boolean; planningBuffers?: BufferUse;
  /** MEMORY: bytes while planning. */ memory?: { used: number; allocated: number };
  /** SERIALIZE: what sending the rows took. */ serialization?: { format: 'text' | 'binary'; ms: number; bytes: number; buffers?: BufferUse };
  /** Milliseconds, for the summary lines. */ planningMs?: number; executionMs?: number;
  /** SETTINGS option: those that differ from their defaults. */ settings?: readonly { name: string; value: string }[];
}
/** Page accesses: shared ones, and temporary ones of spilled pages. */
export interface BufferUse { hit: number; read: number; dirtied: number; written: number; tempRead: number; tempWritten: number }
/** Totals of one plan node over all its loops; times in milliseconds. */
export interface NodeInstrumentation { startupMs: number; totalMs: number; rows: number; loops: number; filtered: number; joinFiltered: number; buffers?: BufferUse; extra?: readonly { label: string; value: string | number; fields?: Readonly<Record<string, string | number>> }[] }
export interface Instrumentation { node(planNodeId: number): NodeInstrumentation | undefined }
/** A document's values; objects keep the order of their properties. */
export type Value = string | number | boolean | readonly Value[] | { readonly [label: string]: Value };
/** One plan node's output, before it is laid out in a format. */
export interface ExplainNode { head: Record<string, Value>; tail: Record<string, Value>; title: string; cost: string; lines: [label: string, value: string | string[]][]; children: { label: string | undefined; node: ExplainNode }[] }
