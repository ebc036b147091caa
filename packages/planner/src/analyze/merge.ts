/** MERGE (parse_merge.c): the source joined to the target, then one action list. */
import { makeQuery, makeTargetEntry, type MergeAction, type Query } from '../nodes/index.js';
import { errorAt, withExprKind, type NsItem, type ParseState } from './context.js';
import { expressionList } from './expr.js';
import { transformFromClause } from './from.js';
import { insertRow, setTarget, transformReturning, updateTargets } from './modify.js';
import { ACL } from './range-table.js';
import { list, locOf, type Raw } from './raw.js';
import { finishQuery, transformWhere, withClause } from './statement.js';
import { insertTargets } from './target.js';
import { makeFromExpr } from '../nodes/index.js';

const MATCH: Readonly<Record<string, MergeAction['matchKind']>> = { MERGE_WHEN_MATCHED: 'matched', MERGE_WHEN_NOT_MATCHED_BY_SOURCE: 'not_matched_by_source', MERGE_WHEN_NOT_MATCHED_BY_TARGET: 'not_matched_by_target' };
const COMMAND: Readonly<Record<string, MergeAction['commandType']>> = { CMD_INSERT: 'insert', CMD_UPDATE: 'update', CMD_DELETE: 'delete', CMD_NOTHING: 'nothing' };
const matchOf = (w: Raw): MergeAction['matchKind'] => MATCH[(w.matchKind as string | undefined) ?? 'MERGE_WHEN_MATCHED']!;

export function transformMerge(ps: ParseState, s: Raw): Query {
  const q = makeQuery('merge');
  if (s.withClause?.recursive) throw errorAt(ps, '42601', 'WITH RECURSIVE is not supported for MERGE statement', -1);
  withClause(ps, q, s.withClause);
  const whens = list(s.mergeWhenClauses).map((w) => w.MergeWhenClause);
  let perms = 0;
  const closed = new Set<string>();
  for (const w of whens) {
    const kind = matchOf(w);
    const command = COMMAND[w.commandType as string]!;
    perms |= command === 'insert' ? ACL.INSERT : command === 'update' ? ACL.UPDATE : command === 'delete' ? ACL.DELETE : 0;
    if (closed.has(kind)) throw errorAt(ps, '42601', 'unreachable WHEN clause specified after unconditional WHEN clause', -1);
    if (!w.condition) closed.add(kind);
  }
  q.resultRelation = setTarget(ps, s.relation, !!s.relation.inh, false, perms);
  q.mergeTargetRelation = q.resultRelation;
  const rel = ps.targetRelation!;
  if (!'rpv'.includes(rel.relkind)) throw errorAt(ps, '42809', `cannot execute MERGE on relation "${rel.relname}"`, -1, { detail: 'This operation is not supported for materialized views.' });
  const target = ps.targetNsItem!;
  transformFromClause(ps, [s.sourceRelation]);
  const source = ps.namespace[ps.namespace.length - 1]!;
  const sourceItems = ps.namespace;
  if (sourceItems.some((n) => n.relVisible && n.names.aliasname === target.names.aliasname)) {
    throw errorAt(ps, '42712', `name "${target.names.aliasname}" specified more than once`, -1, { detail: 'The name is used both as MERGE target table and data source.' });
  }
  ps.namespace = [target, ...sourceItems];
  q.mergeJoinCondition = transformWhere(ps, s.joinCondition, 'join_on', 'MERGE');
  if (s.returningClause) {
    ps.namespace = [...sourceItems, target]; // RETURNING * lists the source first
    transformReturning(ps, q, s.returningClause, 'merge_returning');
    ps.namespace = [target, ...sourceItems];
  }
  q.mergeActionList = whens.map((w) => action(ps, w, target, sourceItems));
  finishQuery(ps, q, undefined);
  q.jointree = makeFromExpr(ps.joinlist, undefined);
  void source;
  return q;
}

function action(ps: ParseState, w: Raw, target: NsItem, source: readonly NsItem[]): MergeAction {
  const matchKind = matchOf(w);
  const commandType = COMMAND[w.commandType as string]!;
  const saved = ps.namespace;
  const seesTarget = matchKind !== 'not_matched_by_target', seesSource = matchKind !== 'not_matched_by_source';
  ps.namespace = [...(seesTarget ? [target] : []), ...(seesSource ? source : [])];
  const result: MergeAction = {
    matchKind, commandType, override: w.override === 'OVERRIDING_USER_VALUE' ? 'user' : w.override === 'OVERRIDING_SYSTEM_VALUE' ? 'system' : 'not_set',
    qual: transformWhere(ps, w.condition, 'merge_when', 'WHEN'), targetList: [], updateColnos: [],
  };
  if (commandType === 'insert') {
    ps.isInsert = true;
    const targets = insertTargets(ps, list(w.targetList));
    const row = list(w.values).length ? withExprKind(ps, 'values_single', () => expressionList(ps, w.values, true)) : [];
    const exprs = row.length || list(w.targetList).length ? insertRow(ps, row, targets, { cols: w.targetList }) : [];
    result.targetList = exprs.map((e, i) => {
      target.perminfo!.insertedCols.add(targets.attnos[i]!);
      return makeTargetEntry(e, targets.attnos[i]!, targets.cols[i].name as string, false);
    });
    ps.isInsert = false;
  } else if (commandType === 'update') {
    result.targetList = updateTargets(ps, list(w.targetList));
    result.updateColnos = result.targetList.filter((t) => !t.resjunk).map((t) => t.resno);
  }
  ps.namespace = saved;
  return result;
}
export { locOf };
