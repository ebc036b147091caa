/** @pglitedb/planner: analysis, rewriting and planning of queries. */
export * from './nodes/index.js';
export { analyze, analyzeAssignment, analyzeRule, analyzeExpr, analyzeCondition, analyzeDefault, transformColumnType, coerceToTarget, type AnalyzeContext, type EphemeralRelation, type ExprKind, type ColumnType } from './analyze/index.js';
export type { PlannerContext, BoundParam } from './plan/context.js';
export { plan } from './plan/planner.js';
export { rewrite, columnDefault, generationExpr, identitySequence, notUpdatableReason, rowSecurityEnabled, viewQuery, type RewriteContext } from './rewrite/index.js';
export { deparseExpression, deparseForRelation, deparseForOldNew, deparseKeyExpression, deparseQuery, deparseNames, deparsePartitionBound, deparseRangeDatums, containsVars, looksLikeFunction, opclassSuffix, simpleLiteral, NOT_PRETTY, type ExpressionContext, type DeparseHooks, type DeparseSettings, type PrettyFlags } from './deparse/index.js';
export { explain, explainDocument, Fixed, type BufferUse, type ExplainOptions, type ExplainValue, type Instrumentation, type NodeInstrumentation } from './explain/index.js';
export * from './partition/index.js';
