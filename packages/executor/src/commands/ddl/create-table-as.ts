/** CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW and REFRESH MATERIALIZED VIEW. */
import type { Query } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { registerOnCommit } from './on-commit.js';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type SessionServices } from '../../context.js';
import { ResultRelation } from '../../dml/target.js';
import { insertRow } from '../../dml/write-row.js';
import { lockRelation, openRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { createRelation, type NewColumn } from './heap.js';
import { checkRelationOwner } from './ownership.js';
import { analyzeStatement, runQuery } from './query-analysis.js';
import { creationNamespace, names, rangeVarText, relationOid, type Raw } from './raw.js';
import { emptyTable } from './rewrite-table.js';
import { storeRule } from './rule-store.js';
import { temporaryNamespace } from './temporary.js';
import { analyze } from '@pglitedb/planner';
import { executeArguments } from '../explain.js';
import { tableOptions } from './create-table.js';
import { applyAliases, checkViewQuery, viewColumns } from './view.js';

function* createTableAs(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const into = node.into;
  const rv = into.rel;
  const materialized = node.objtype === 'OBJECT_MATVIEW';
  const kind = materialized ? 'm' : 'r';
  const persistence = (rv.relpersistence as string | undefined) ?? 'p';
  if (materialized && persistence === 'u') throw new SqlError('0A000', 'materialized views cannot be unlogged');
  const temporary = persistence === 't' || rv.schemaname === 'pg_temp';
  const namespace = temporary ? temporaryNamespace(session) : creationNamespace(session, rv.schemaname);
  if (session.catalog().syscache('RELNAMENSP', rv.relname, namespace) !== undefined) {
    if (node.if_not_exists !== true) throw new SqlError('42P07', `relation "${rv.relname}" already exists`);
    session.notice('NOTICE', '42P07', `relation "${rv.relname}" already exists, skipping`);
    return materialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS';
  }
  const prepared = node.query.ExecuteStmt === undefined ? undefined : yield* preparedSelect(u, node.query.ExecuteStmt);
  const query = prepared?.query ?? analyzeStatement(u, node.query, []);
  if (materialized) checkViewQuery(query);
  const columns = targetColumns(query, names(into.colNames));
  const reloptions = tableOptions(into.options);
  const oid = createRelation(session, {
    name: rv.relname, namespace, kind, persistence: temporary ? 't' : persistence, columns, owner: session.userOid(), options: reloptions,
    ofType: 0, isPartition: false, withType: true,
  });
  registerOnCommit(session, oid, into.onCommit, temporary ? 't' : persistence);
  if (materialized) {
    applyAliases(query, names(into.colNames));
    storeRule(session, { name: '_RETURN', relation: oid, event: 'select', instead: true, qual: undefined, actions: [query] });
    session.catalogWriter().update('pg_class', { oid }, { relispopulated: into.skipData !== true });
  }
  if (into.skipData === true) return materialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS';
  session.commandCounterIncrement();
  const count = yield* fill(session, oid, query, prepared?.params);
  return `SELECT ${count}`;
}

/** EXECUTE as the source: the prepared statement must be a SELECT. */
function* preparedSelect(u: UtilityContext, node: Raw): Steps<{ query: Query; params: readonly Datum[] }> {
  const { prepared, params } = yield* executeArguments(node, u);
  const { session } = u;
  const query = analyze(prepared.stmt, { catalog: session.catalog(), env: session.env, sql: prepared.sql, paramTypes: [...prepared.paramTypes] });
  if (query.commandType !== 'select') throw new SqlError('42809', 'prepared statement is not a SELECT');
  return { query, params };
}

function targetColumns(query: Query, given: readonly string[]): NewColumn[] {
  const columns = viewColumns(query, 'table');
  if (given.length > columns.length) throw new SqlError('42601', 'too many column names were specified');
  given.forEach((name, k) => { columns[k]!.name = name; });
  return columns;
}

/** Runs the query and inserts its rows. */
function* fill(session: SessionServices, oid: Oid, query: Query, params: readonly Datum[] = []): Steps<number> {
  const target = new ResultRelation(openRelation(session, oid), session);
  const x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
  return yield* runQuery(session, query, function* insert(batch): Steps<void> {
    for (let r = 0; r < batch.count; r++) {
      const row: Datum[] = batch.columns.map((c) => c[r]);
      yield* insertRow(target, row, x);
    }
  }, params);
}

function* refresh(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  if (node.concurrent === true && node.skipData === true) throw new SqlError('42601', 'REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together');
  const oid = relationOid(session, node.relation);
  const row = session.catalog().syscache('RELOID', oid)!;
  if (row.relkind !== 'm') throw new SqlError('0A000', `"${rangeVarText(node.relation)}" is not a materialized view`);
  checkRelationOwner(session, oid);
  yield* lockRelation(session, oid, node.concurrent === true ? 7 : 8);
  if (node.concurrent === true) {
    if (!row.relispopulated) throw new SqlError('55000', 'CONCURRENTLY cannot be used when the materialized view is not populated');
    if (!session.catalog().relation(oid)!.indexes.some((i) => i.unique && i.predicate === undefined && !i.attnums.includes(0))) {
      throw new SqlError('55000', `cannot refresh materialized view "${session.catalog().relation(oid)!.nspname}.${row.relname}" concurrently`, { hint: 'Create a unique index with no WHERE clause on one or more columns of the materialized view.' });
    }
  }
  const query = session.catalog().relation(oid)!.rules.find((r) => r.rulename === '_RETURN')!.actions[0] as Query;
  session.catalogWriter().update('pg_class', { oid }, { relispopulated: node.skipData !== true });
  yield* emptyTable(session, oid);
  if (node.skipData !== true) {
    session.commandCounterIncrement();
    yield* fill(session, oid, query);
  }
  return 'REFRESH MATERIALIZED VIEW';
}

defineCommands({ CreateTableAsStmt: createTableAs, RefreshMatViewStmt: refresh });
