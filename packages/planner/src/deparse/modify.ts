/** INSERT, UPDATE, DELETE and MERGE, as rule actions and SQL function bodies show them. */
import { notImplemented } from '@pglitedb/types';
import type { Expr, SubLink, TargetEntry } from '../nodes/expr.js';
import type { MergeAction, OnConflictExpr, Query, RangeTblEntry } from '../nodes/query.js';
import { INDENT, type Deparser } from './context.js';
import { printExpr, printIndirection } from './expr.js';
import { onlyMarker, printFromClause, printRteAlias, printValues } from './from.js';
import { collationName, quoteIdentifier, relationName } from './names.js';
import { printQuery, printTargetList, printWith } from './query.js';

const attname = (d: Deparser, rte: RangeTblEntry, attnum: number): string => quoteIdentifier(d.catalog.syscache('ATTNUM', rte.relid, attnum)?.attname ?? '?');

function begin(d: Deparser): void {
  if (!d.pretty.indent) return;
  d.put(' ');
  d.indentLevel += INDENT.std;
}
function printTarget(d: Deparser, q: Query, verb: string): RangeTblEntry {
  begin(d);
  const rte = q.rtable[q.resultRelation - 1]!;
  d.put(`${verb}${onlyMarker(rte)}${relationName(d, rte.relid)}`);
  printRteAlias(d, rte, q.resultRelation, false);
  return rte;
}
function printWhere(d: Deparser, quals: Expr | undefined): void {
  if (!quals) return;
  d.keyword(' WHERE ', -INDENT.std, INDENT.std, 1);
  printExpr(d, quals, false);
}
/** get_returning_clause */
function printReturning(d: Deparser, q: Query): void {
  if (q.returningList.length === 0) return;
  d.keyword(' RETURNING', -INDENT.std, INDENT.std, 1);
  const aliases: string[] = [];
  if (q.returningOldAlias !== undefined && q.returningOldAlias !== 'old') aliases.push(`OLD AS ${quoteIdentifier(q.returningOldAlias)}`);
  if (q.returningNewAlias !== undefined && q.returningNewAlias !== 'new') aliases.push(`NEW AS ${quoteIdentifier(q.returningNewAlias)}`);
  if (aliases.length > 0) d.put(` WITH (${aliases.join(', ')})`);
  printTargetList(d, q.returningList);
}

export function printInsert(d: Deparser, q: Query): void {
  printWith(d, q);
  const values = q.rtable.find((r) => r.rtekind === 'values');
  const select = q.rtable.find((r) => r.rtekind === 'subquery');
  begin(d);
  const rte = q.rtable[q.resultRelation - 1]!;
  d.put(`INSERT INTO ${relationName(d, rte.relid)}`);
  printRteAlias(d, rte, q.resultRelation, true);
  d.put(' ');
  const sources: Expr[] = [];
  const targets = q.targetList.filter((t) => !t.resjunk);
  if (targets.length > 0) d.put('(');
  d.list(targets, (t) => {
    d.put(attname(d, rte, t.resno));
    sources.push(printIndirection(d, t.expr));
  });
  if (targets.length > 0) d.put(') ');
  if (q.override !== 'not_set') d.put(`OVERRIDING ${q.override.toUpperCase()} VALUE `);
  if (select) printQuery(d, select.subquery!, { colNamesVisible: false });
  else if (values) printValues(d, values.values_lists);
  else if (sources.length > 0) {
    d.keyword('', -INDENT.std, INDENT.std, 2);
    d.put('VALUES (');
    d.list(sources, (e) => printExpr(d, e, false));
    d.put(')');
  } else d.put('DEFAULT VALUES');
  if (q.onConflict) printOnConflict(d, q, q.onConflict);
  printReturning(d, q);
}
function printOnConflict(d: Deparser, q: Query, c: OnConflictExpr): void {
  d.put(' ON CONFLICT');
  const unqualified = (body: () => void): void => {
    const saved = d.varPrefix;
    d.varPrefix = false;
    body();
    d.varPrefix = saved;
  };
  if (c.arbiterElems.length > 0) {
    d.put('(');
    d.list(c.arbiterElems, (e) => unqualified(() => {
      const bare = e.expr.kind === 'Var' || e.expr.kind === 'FuncExpr';
      if (!bare) d.put('(');
      printExpr(d, e.expr, false);
      if (!bare) d.put(')');
      if (e.infercollid) d.put(` COLLATE ${collationName(d, e.infercollid)}`);
      if (e.inferopclass) d.put(` ${quoteIdentifier(d.catalog.syscache('CLAOID', e.inferopclass)?.opcname ?? '')}`);
    }));
    d.put(')');
    if (c.arbiterWhere) {
      d.keyword(' WHERE ', -INDENT.std, INDENT.std, 1);
      unqualified(() => printExpr(d, c.arbiterWhere!, false));
    }
  } else if (c.constraint) d.put(` ON CONSTRAINT ${quoteIdentifier(d.catalog.syscache('CONSTROID', c.constraint)?.conname ?? '')}`);
  if (c.action === 'nothing') return d.put(' DO NOTHING');
  d.put(' DO UPDATE SET ');
  printAssignments(d, q, c.onConflictSet, q.rtable[q.resultRelation - 1]!);
  printWhere(d, c.onConflictWhere);
}

export function printUpdate(d: Deparser, q: Query): void {
  printWith(d, q);
  const rte = printTarget(d, q, 'UPDATE ');
  d.put(' SET ');
  printAssignments(d, q, q.targetList, rte);
  printFromClause(d, q, ' FROM ');
  printWhere(d, q.jointree.quals);
  printReturning(d, q);
}
/** get_update_query_targetlist_def: also (a, b) = (SELECT …), whose subquery stands in a junk entry. */
function printAssignments(d: Deparser, q: Query, targetList: readonly TargetEntry[], rte: RangeTblEntry): void {
  const multi = targetList.flatMap((t) => (t.resjunk && t.expr.kind === 'SubLink' && t.expr.subLinkType === 'multiexpr' ? [t.expr] : []));
  let remaining = 0;
  let separator = '';
  let current: SubLink | undefined;
  for (const t of targetList) {
    if (t.resjunk) continue;
    d.put(separator);
    separator = ', ';
    const param = remaining === 0 ? multiParam(t.expr) : undefined;
    if (param !== undefined) {
      current = multi.find((m) => m.subLinkId === param >>> 16);
      if (current) {
        remaining = current.subselect.targetList.filter((s) => !s.resjunk).length;
        d.put('(');
      }
    }
    d.put(attname(d, rte, t.resno));
    const source = printIndirection(d, t.expr);
    if (current) {
      if (--remaining > 0) continue;
      d.put(') = ');
      printExpr(d, current, false);
      current = undefined;
      continue;
    }
    d.put(' = ');
    printExpr(d, source, false);
  }
}
function multiParam(e: Expr): number | undefined {
  for (let at: Expr | undefined = e; at; ) {
    switch (at.kind) {
      case 'Param': return at.paramkind === 'multiexpr' ? at.paramid : undefined;
      case 'FieldStore': at = at.newvals[0]; break;
      case 'SubscriptingRef': at = at.refassgnexpr; break;
      case 'FuncExpr': at = at.args[0]; break;
      case 'RelabelType': case 'CoerceViaIO': case 'ArrayCoerceExpr': case 'ConvertRowtypeExpr': case 'CoerceToDomain': at = at.arg; break;
      default: return undefined;
    }
  }
  return undefined;
}

export function printDelete(d: Deparser, q: Query): void {
  printWith(d, q);
  printTarget(d, q, 'DELETE FROM ');
  printFromClause(d, q, ' USING ');
  printWhere(d, q.jointree.quals);
  printReturning(d, q);
}

export function printMerge(d: Deparser, q: Query): void {
  printWith(d, q);
  const rte = printTarget(d, q, 'MERGE INTO ');
  printFromClause(d, q, ' USING ');
  d.keyword(' ON ', -INDENT.std, INDENT.std, 2);
  if (q.mergeJoinCondition === undefined) throw notImplemented('printing of this MERGE');
  printExpr(d, q.mergeJoinCondition, false);
  const bySource = q.mergeActionList.some((a) => a.matchKind === 'not_matched_by_source');
  for (const a of q.mergeActionList) printMergeAction(d, q, a, rte, bySource);
  printReturning(d, q);
}
function printMergeAction(d: Deparser, q: Query, a: MergeAction, rte: RangeTblEntry, bySource: boolean): void {
  d.keyword(' WHEN ', -INDENT.std, INDENT.std, 2);
  d.put(a.matchKind === 'matched' ? 'MATCHED' : a.matchKind === 'not_matched_by_source' ? 'NOT MATCHED BY SOURCE' : bySource ? 'NOT MATCHED BY TARGET' : 'NOT MATCHED');
  if (a.qual) {
    d.keyword(' AND ', -INDENT.std, INDENT.std, 3);
    printExpr(d, a.qual, false);
  }
  d.keyword(' THEN ', -INDENT.std, INDENT.std, 3);
  switch (a.commandType) {
    case 'insert': return printMergeInsert(d, a, rte);
    case 'update':
      d.put('UPDATE SET ');
      return printAssignments(d, q, a.targetList, rte);
    case 'delete': return d.put('DELETE');
    case 'nothing': return d.put('DO NOTHING');
  }
}
function printMergeInsert(d: Deparser, a: MergeAction, rte: RangeTblEntry): void {
  d.put('INSERT');
  const sources: Expr[] = [];
  const targets = a.targetList.filter((t) => !t.resjunk);
  if (targets.length > 0) d.put(' (');
  d.list(targets, (t) => {
    d.put(attname(d, rte, t.resno));
    sources.push(printIndirection(d, t.expr));
  });
  if (targets.length > 0) d.put(')');
  if (a.override !== 'not_set') d.put(` OVERRIDING ${a.override.toUpperCase()} VALUE`);
  if (sources.length === 0) return d.put(' DEFAULT VALUES');
  d.keyword(' VALUES (', -INDENT.std, INDENT.std, 4);
  d.list(sources, (e) => printExpr(d, e, false));
  d.put(')');
}
