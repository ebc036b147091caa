/** EXPLAIN of finished plans. */
export { explain, explainDocument } from './explain.js';
export { Fixed } from './properties.js';
export type { BufferUse, DeparseFn, ExplainHooks, ExplainOptions, Instrumentation, NodeInstrumentation, Value as ExplainValue } from './types.js';
