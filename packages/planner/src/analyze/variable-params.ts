/** check_variable_parameters: every Param of a statement ended up with its resolved type. */
import { someChild, type Query, type TreeNode } from '../nodes/index.js';
import { collationOfType, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';

export function checkParams(ps: ParseState, query: Query): void {
  const types = ps.ctx.paramTypes;
  if (!types.length) return;
  const visit = (n: TreeNode): boolean => {
    if (n.kind === 'Param' && n.paramkind === 'extern' && n.paramid <= types.length) {
      const type = types[n.paramid - 1]!;
      if (type === 0 || type === T.UNKNOWN) throw errorAt(ps, '42P18', `could not determine data type of parameter $${n.paramid}`, n.location);
      if (n.paramtype !== type) {
        if (n.paramtype !== T.UNKNOWN) throw errorAt(ps, '42P08', `could not determine data type of parameter $${n.paramid}`, n.location);
        n.paramtype = type;
        n.paramcollid = collationOfType(ps.catalog, type);
      }
    }
    return someChild(n, visit);
  };
  visit(query);
}
