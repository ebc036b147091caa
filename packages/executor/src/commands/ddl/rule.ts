/** CREATE RULE: DefineQueryRewrite's checks of what a rule may be, then its row of pg_rewrite. */
import type { RelationInfo } from '@pglitedb/catalog';
import { analyzeRule, exprType, exprTypmod, type Expr, type Query, type TargetEntry } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { checkRelationOwner } from './ownership.js';
import { relationOid, type Raw } from './raw.js';
import { storeRule, type RuleEvent } from './rule-store.js';

const EVENTS: Readonly<Record<string, RuleEvent>> = { CMD_SELECT: 'select', CMD_INSERT: 'insert', CMD_UPDATE: 'update', CMD_DELETE: 'delete' };
const VIEW_RULE = '_RETURN';
const KIND_DETAIL: Readonly<Record<string, string>> = {
  r: 'tables', p: 'partitioned tables', m: 'materialized views', i: 'indexes', I: 'partitioned indexes', S: 'sequences', c: 'composite types', f: 'foreign tables', t: 'TOAST tables',
};
const unsupported = (message: string, hint?: string): SqlError => new SqlError('0A000', message, hint === undefined ? {} : { hint });
const invalid = (message: string, detail?: string): SqlError => new SqlError('42P17', message, detail === undefined ? {} : { detail });

function* createRule(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const oid = relationOid(session, node.relation);
  yield* lockRelation(session, oid, 8);
  const rel = session.catalog().relation(oid)!;
  const { qual, actions } = analyzeRule(node, rel, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] });
  const event = EVENTS[node.event]!;
  if (!'rmvp'.includes(rel.relkind)) throw new SqlError('42809', `relation "${rel.relname}" cannot have rules`, { detail: `This operation is not supported for ${KIND_DETAIL[rel.relkind] ?? 'such relations'}.` });
  checkRelationOwner(session, oid);
  for (const a of actions) {
    if (a.resultRelation === 0) continue;
    if (a.resultRelation === 1) throw unsupported('rule actions on OLD are not implemented', 'Use views or triggers instead.');
    if (a.resultRelation === 2) throw unsupported('rule actions on NEW are not implemented', 'Use triggers instead.');
  }
  if (event === 'select') checkViewRule(session, rel, node, qual, actions);
  else {
    checkReturning(session, rel, node, qual, actions);
    if (node.rulename === VIEW_RULE) throw invalid(`non-view rule for "${rel.relname}" must not be named "${VIEW_RULE}"`);
  }
  if (node.replace !== true && session.catalog().syscache('RULERELNAME', oid, node.rulename) !== undefined) {
    throw new SqlError('42710', `rule "${node.rulename}" for relation "${rel.relname}" already exists`);
  }
  storeRule(session, { name: node.rulename, relation: oid, event, instead: node.instead === true, qual, actions });
  return 'CREATE RULE';
}

function checkViewRule(session: SessionServices, rel: RelationInfo, node: Raw, qual: Expr | undefined, actions: readonly Query[]): void {
  if (rel.relkind !== 'v' && rel.relkind !== 'm') throw new SqlError('42809', `relation "${rel.relname}" cannot have ON SELECT rules`, { detail: `This operation is not supported for ${KIND_DETAIL[rel.relkind]}.` });
  if (actions.length === 0) throw unsupported('INSTEAD NOTHING rules on SELECT are not implemented', 'Use views instead.');
  if (actions.length > 1) throw unsupported('multiple actions for rules on SELECT are not implemented');
  const query = actions[0]!;
  if (node.instead !== true || query.commandType !== 'select') throw unsupported('rules on SELECT must have action INSTEAD SELECT');
  if (query.hasModifyingCTE) throw unsupported('rules on SELECT must not contain data-modifying statements in WITH');
  if (qual !== undefined) throw unsupported('event qualifications are not implemented for rules on SELECT');
  checkResultList(session, rel, query.targetList, true);
  if (node.replace !== true && rel.rules.some((r) => r.event === 'select')) throw new SqlError('55000', `"${rel.relname}" is already a view`);
  if (node.rulename !== VIEW_RULE) throw invalid(`view rule for "${rel.relname}" must be named "${VIEW_RULE}"`);
}

function checkReturning(session: SessionServices, rel: RelationInfo, node: Raw, qual: Expr | undefined, actions: readonly Query[]): void {
  let found = false;
  for (const a of actions) {
    if (a.commandType === 'utility' || a.returningList.length === 0) continue;
    if (found) throw unsupported('cannot have multiple RETURNING lists in a rule');
    found = true;
    if (qual !== undefined) throw unsupported('RETURNING lists are not supported in conditional rules');
    if (node.instead !== true) throw unsupported('RETURNING lists are not supported in non-INSTEAD rules');
    checkResultList(session, rel, a.returningList, false);
  }
}

/** checkRuleResultList: the list must have the relation's columns. */
function checkResultList(session: SessionServices, rel: RelationInfo, list: readonly TargetEntry[], isSelect: boolean): void {
  const { types } = session.catalog();
  const subject = isSelect ? "SELECT rule's target list" : 'RETURNING list';
  let k = 0;
  for (const t of list) {
    if (t.resjunk) continue;
    const a = rel.attributes[k++];
    if (a === undefined) throw invalid(`${subject} has too many entries`);
    if (a.attisdropped) throw unsupported(isSelect ? 'cannot convert relation containing dropped columns to view' : 'cannot create a RETURNING list for a relation containing dropped columns');
    if (isSelect && t.resname !== a.attname) throw invalid(`SELECT rule's target entry ${k} has different column name from column "${a.attname}"`, `SELECT target entry is named "${t.resname}".`);
    const [type, typmod] = [exprType(t.expr), exprTypmod(t.expr)];
    const entry = isSelect ? "SELECT rule's target entry" : "RETURNING list's entry";
    const what = isSelect ? 'SELECT target entry' : 'RETURNING list entry';
    if (type !== a.atttypid) throw invalid(`${entry} ${k} has different type from column "${a.attname}"`, `${what} has type ${types.formatType(type, -1)}, but column has type ${types.formatType(a.atttypid, -1)}.`);
    if (typmod !== a.atttypmod && typmod !== -1) throw invalid(`${entry} ${k} has different size from column "${a.attname}"`, `${what} has type ${types.formatType(type, typmod)}, but column has type ${types.formatType(a.atttypid, a.atttypmod)}.`);
  }
  if (k !== rel.attributes.length) throw invalid(`${subject} has too few entries`);
}

defineCommands({ RuleStmt: createRule });
