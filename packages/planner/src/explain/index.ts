/** EXPLAIN of finished plans. */
export { explain } from './explain.js';
export type { DeparseFn, ExplainHooks, ExplainOptions, Instrumentation, NodeInstrumentation } from './types.js';
