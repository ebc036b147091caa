/** The planner: plan(query, context). */
export { plan } from './planner.js';
export type { BoundParam, PlannerContext } from './context.js';
