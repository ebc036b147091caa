/** Does an item of FROM refer to columns of its own query level, so that it is lateral? */
import { someChild, type TreeNode } from '../nodes/index.js';

export function hasOwnVars(n: TreeNode, depth = 0): boolean {
  if (n.kind === 'Var') return n.varlevelsup === depth;
  return someChild(n, (c) => hasOwnVars(c, n.kind === 'Query' ? depth + 1 : depth));
}
