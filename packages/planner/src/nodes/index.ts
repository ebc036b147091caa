export * from './expr.js';
export * from './query.js';
export * from './plan.js';
export * from './traverse.js';
export * from './expr-type.js';
export * from './equal.js';
export * from './make.js';
