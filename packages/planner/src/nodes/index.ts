export * from './expr.js';
export * from './query.js';
export * from './plan.js';
