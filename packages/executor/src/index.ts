/** @pglitedb/executor: plans to rows. */
import './nodes/exec-scan.js';
import './nodes/exec-index.js';
import './nodes/exec-result.js';
import './nodes/exec-sort.js';
import './nodes/exec-join.js';
import './nodes/exec-agg.js';
import './nodes/exec-modify.js';
export * from './context.js';
export { Executable, Execution } from './run.js';
export { registerLanguage, resolveFunction, defineSessionFunctions, defineSyncSessionFunctions, directFunction, callContext, type FunctionLanguage, type ResolvedFunction } from './functions/fmgr.js';
export { registerTriggerRunner, type TriggerCall, type TriggerRunner } from './dml/triggers.js';
export { openRelation, lockRelation, tableSpec, indexSpec, type RelationHandle, type IndexHandle } from './relation.js';
export { indexKeyComputer, rowCompiler } from './index-keys.js';
export { ResultRelation } from './dml/target.js';
export { insertRow, updateRow, deleteRow } from './dml/write-row.js';
export { checkRow, describeRow } from './dml/constraints.js';
export { runForeignKeyChecks } from './dml/foreign-keys.js';
export { ExprCompiler, Frame, evalSteps, compileQual, type Compiled } from './expr/index.js';
