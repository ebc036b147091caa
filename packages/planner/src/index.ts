export * from './nodes/index.js';
export {
  analyze, analyzeCondition, analyzeDefault, analyzeExpr, coerceToTarget, transformColumnType, type AnalyzeContext, type ColumnType, type EphemeralRelation, type ExprKind,
} from './analyze/index.js';
