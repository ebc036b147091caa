/** A finished plan is read-only: node by node frozen, so that it can be cached and run by many. */
import type { Plan, PlannedStmt } from '../nodes/index.js';

export function freezePlan(p: PlannedStmt): void {
  freezeNode(p.planTree);
  for (const s of p.subplans) freezeNode(s);
  Object.freeze(p.rtable);
  Object.freeze(p);
}
export function childPlans(p: Plan): Plan[] {
  const out: Plan[] = [];
  if (p.lefttree) out.push(p.lefttree);
  if (p.righttree) out.push(p.righttree);
  switch (p.kind) {
    case 'Append': out.push(...p.appendplans); break;
    case 'MergeAppend': out.push(...p.mergeplans); break;
    case 'BitmapAnd': case 'BitmapOr': out.push(...p.bitmapplans); break;
    case 'SubqueryScan': out.push(p.subplan); break;
    case 'Agg': out.push(...p.chain); break;
  }
  return out;
}
function freezeNode(p: Plan): void {
  if (Object.isFrozen(p)) return;
  Object.freeze(p.targetlist);
  Object.freeze(p);
  for (const c of childPlans(p)) freezeNode(c);
}
