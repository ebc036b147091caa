/** The traversal functions, typed for the planner: every node of an expression or Query tree. */
import { mapChildren as mapAny, someChild as someAny, type TreeNode } from '../nodes/index.js';
import type { CaseWhen } from '../nodes/index.js';

export type AnyTree = Exclude<TreeNode, never>;
export const someChild: (node: AnyTree, visit: (c: AnyTree) => boolean) => boolean = someAny;
export const mapChildren: <T extends AnyTree>(node: T, map: (c: AnyTree) => AnyTree) => T = mapAny;
export type { CaseWhen };
