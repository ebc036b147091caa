/** Policies, extended statistics, tablespaces, ALTER FUNCTION, and commands that are refused by name. */
import { encodeNode, isSuperuser } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityCommand, type UtilityContext } from '../registry.js';
import { relationExpr } from './analysis.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { collectOptions, commonOptions } from './function-options.js';
import { requireObject } from './object-lookup.js';
import { checkObjectOwner, checkRelationOwner } from './ownership.js';
import { chooseName, creationNamespace, names, relationOid, splitName, type Raw } from './raw.js';
import { roleOid } from './role-lookup.js';
import { changedConfig } from './settings-list.js';

const COMMANDS: Readonly<Record<string, string>> = { all: '*', select: 'r', insert: 'a', update: 'w', delete: 'd' };

function policyParts(node: Raw, u: UtilityContext, relation: Oid): { qual: string | null | undefined; check: string | null | undefined; roles: Oid[] | undefined; exprs: unknown[] } {
  const { session } = u;
  const expr = (raw: Raw): unknown => (raw === undefined ? undefined : relationExpr(u, relation, raw, 'policy'));
  const qual = expr(node.qual);
  const check = expr(node.with_check);
  const text = (e: unknown): string | undefined => (e === undefined ? undefined : encodeNode(e, session.env));
  return { qual: text(qual), check: text(check), roles: node.roles === undefined ? undefined : (node.roles as Raw[]).map((r) => roleOid(session, r, true)), exprs: [qual, check].filter((e) => e !== undefined) };
}

function* createPolicy(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const relation = relationOid(session, node.table);
  yield* lockRelation(session, relation, 8);
  checkRelationOwner(session, relation);
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  if (rel.relkind !== 'r' && rel.relkind !== 'p') throw new SqlError('42809', `"${rel.relname}" is not a table`);
  if ((node.cmd_name === 'select' || node.cmd_name === 'delete') && node.with_check !== undefined) throw new SqlError('42601', 'WITH CHECK cannot be applied to SELECT or DELETE');
  if (node.cmd_name === 'insert' && node.qual !== undefined) throw new SqlError('42601', 'only WITH CHECK expression allowed for INSERT');
  if (w.syscache('POLICYRELNAME', relation, node.policy_name) !== undefined) throw new SqlError('42710', `policy "${node.policy_name}" for table "${rel.relname}" already exists`);
  const p = policyParts(node, u, relation);
  const oid = w.newOid();
  w.insert('pg_policy', { oid, polname: node.policy_name, polrelid: relation, polcmd: COMMANDS[node.cmd_name]!, polpermissive: node.permissive === true, polroles: p.roles ?? [0], polqual: p.qual ?? null, polwithcheck: p.check ?? null });
  recordDependency(w, address(CLASS.policy, oid), address(CLASS.relation, relation), 'a');
  recordExpressionDependencies(w, address(CLASS.policy, oid), p.exprs, relation, 'n', 'n');
  return 'CREATE POLICY';
}

function* alterPolicy(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const relation = relationOid(session, node.table);
  yield* lockRelation(session, relation, 8);
  checkRelationOwner(session, relation);
  const w = session.catalogWriter();
  const old = w.syscache('POLICYRELNAME', relation, node.policy_name);
  if (old === undefined) throw new SqlError('42704', `policy "${node.policy_name}" for table "${w.relation(relation)!.relname}" does not exist`);
  const p = policyParts(node, u, relation);
  w.update('pg_policy', { oid: old.oid }, { ...(p.qual === undefined ? {} : { polqual: p.qual }), ...(p.check === undefined ? {} : { polwithcheck: p.check }), ...(p.roles === undefined ? {} : { polroles: p.roles }) });
  recordExpressionDependencies(w, address(CLASS.policy, old.oid), p.exprs, relation, 'n', 'n');
  return 'ALTER POLICY';
}

const STATISTICS_KINDS: Readonly<Record<string, string>> = { ndistinct: 'd', dependencies: 'f', mcv: 'm' };

function* createStatistics(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  if (node.relations.length !== 1 || node.relations[0].RangeVar === undefined) throw new SqlError('0A000', 'only a single relation is allowed in CREATE STATISTICS');
  const relation = relationOid(session, node.relations[0].RangeVar);
  yield* lockRelation(session, relation, 4);
  checkRelationOwner(session, relation);
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  const keys: number[] = [];
  const exprs: unknown[] = [];
  for (const e of node.exprs as Raw[]) {
    const s = e.StatsElem;
    if (s.name === undefined) { exprs.push(relationExpr(u, relation, s.expr, 'index_expression')); continue; }
    const a = rel.attributes.find((x) => x.attname === s.name && !x.attisdropped);
    if (a === undefined && ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(s.name)) throw new SqlError('0A000', 'statistics creation on system columns is not supported');
    if (a === undefined) throw new SqlError('42703', `column "${s.name}" does not exist`);
    if (keys.includes(a.attnum)) throw new SqlError('42701', 'duplicate column name in statistics definition');
    keys.push(a.attnum);
  }
  if (keys.length + exprs.length < 2 && exprs.length === 0) throw new SqlError('42P17', 'extended statistics require at least 2 columns');
  const kinds = (node.stat_types === undefined ? Object.keys(STATISTICS_KINDS) : names(node.stat_types)).map((k) => {
    const code = STATISTICS_KINDS[k];
    if (code === undefined) throw new SqlError('42601', `unrecognized statistics kind "${k}"`);
    return code;
  });
  const given = node.defnames === undefined ? undefined : splitName(node.defnames);
  const namespace = given === undefined ? rel.relnamespace : creationNamespace(session, given.schema);
  const taken = (n: string): boolean => w.syscache('STATEXTNAMENSP', n, namespace) !== undefined;
  const name = given?.name ?? chooseName(rel.relname, keys.map((k) => rel.attributes[k - 1]!.attname).join('_') || 'expr', 'stat', taken);
  if (taken(name)) {
    if (node.if_not_exists !== true) throw new SqlError('42710', `statistics object "${name}" already exists`);
    session.notice('NOTICE', '42710', `statistics object "${name}" already exists, skipping`);
    return 'CREATE STATISTICS';
  }
  const oid = w.newOid();
  w.insert('pg_statistic_ext', {
    oid, stxrelid: relation, stxname: name, stxnamespace: namespace, stxowner: session.userOid(), stxkeys: keys.sort((a, b) => a - b), stxstattarget: null,
    stxkind: exprs.length > 0 ? [...(keys.length + exprs.length > 1 ? kinds : []), 'e'] : kinds, stxexprs: exprs.length > 0 ? encodeNode(exprs, session.env) : null,
  });
  const self = address(CLASS.statistic, oid);
  for (const k of keys) recordDependency(w, self, address(CLASS.relation, relation, k), 'a');
  if (keys.length === 0) recordDependency(w, self, address(CLASS.relation, relation), 'a');
  if (exprs.length > 0) recordExpressionDependencies(w, self, exprs, relation);
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  return 'CREATE STATISTICS';
}

function* createTablespace(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  if (!isSuperuser(session.catalog(), session.userOid())) throw new SqlError('42501', `permission denied to create tablespace "${node.tablespacename}"`, { hint: 'Must be superuser to create a tablespace.' });
  if (String(node.tablespacename).startsWith('pg_')) throw new SqlError('42939', `unacceptable tablespace name "${node.tablespacename}"`, { detail: 'The prefix "pg_" is reserved for system tablespaces.' });
  const w = session.catalogWriter();
  if (w.syscache('TABLESPACENAME', node.tablespacename) !== undefined) throw new SqlError('42710', `tablespace "${node.tablespacename}" already exists`);
  w.insert('pg_tablespace', { oid: w.newOid(), spcname: node.tablespacename, spcowner: node.owner === undefined ? session.userOid() : roleOid(session, node.owner), spcacl: null, spcoptions: null });
  return 'CREATE TABLESPACE';
}
function* dropTablespace(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const w = session.catalogWriter();
  const space = w.syscache('TABLESPACENAME', node.tablespacename);
  if (space === undefined) {
    if (node.missing_ok !== true) throw new SqlError('42704', `tablespace "${node.tablespacename}" does not exist`);
    session.notice('NOTICE', '00000', `tablespace "${node.tablespacename}" does not exist, skipping`);
    return 'DROP TABLESPACE';
  }
  if (space.oid < 16384) throw new SqlError('42501', `permission denied for tablespace ${node.tablespacename}`);
  if (w.rows('pg_class', { reltablespace: space.oid }).length > 0) throw new SqlError('55000', `tablespace "${node.tablespacename}" is not empty`);
  w.remove('pg_tablespace', { oid: space.oid });
  return 'DROP TABLESPACE';
}

function* alterFunction(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const o = requireObject(session, node.objtype, node.func);
  checkObjectOwner(session, o);
  const w = session.catalogWriter();
  const p = w.syscache('PROCOID', o.objectId)!;
  if (p.prokind === 'a') throw new SqlError('42809', `"${p.proname}" is an aggregate function`);
  const { given, sets } = collectOptions(node.actions, p.prokind === 'p');
  const change = commonOptions(u, given);
  if (change.prorows !== undefined && !p.proretset) throw new SqlError('22023', 'ROWS is not applicable when function does not return a set');
  w.update('pg_proc', { oid: p.oid }, { ...change, ...(sets.length > 0 ? { proconfig: changedConfig(u, p.proconfig, sets) } : {}) });
  return `ALTER ${node.objtype === 'OBJECT_PROCEDURE' ? 'PROCEDURE' : node.objtype === 'OBJECT_ROUTINE' ? 'ROUTINE' : 'FUNCTION'}`;
}

const refuse = (what: string): UtilityCommand => function* refused(): Steps<string> { throw new SqlError('0A000', `${what} is not supported yet`); };

function* createExtension(node: Raw, u: UtilityContext): Steps<string> {
  if (u.session.catalog().syscache('EXTENSIONNAME', node.extname) !== undefined) {
    if (node.if_not_exists !== true) throw new SqlError('42710', `extension "${node.extname}" already exists`);
    u.session.notice('NOTICE', '42710', `extension "${node.extname}" already exists, skipping`);
    return 'CREATE EXTENSION';
  }
  throw new SqlError('0A000', `extension "${node.extname}" is not available`, { detail: 'Extensions in C cannot be loaded.' });
}

defineCommands({
  CreatePolicyStmt: createPolicy, AlterPolicyStmt: alterPolicy, CreateStatsStmt: createStatistics, CreateTableSpaceStmt: createTablespace, DropTableSpaceStmt: dropTablespace, AlterFunctionStmt: alterFunction,
  CreateExtensionStmt: createExtension, 
  CreateFdwStmt: refuse('CREATE FOREIGN DATA WRAPPER'), CreateForeignServerStmt: refuse('CREATE SERVER'), CreateForeignTableStmt: refuse('CREATE FOREIGN TABLE'), CreatePublicationStmt: refuse('CREATE PUBLICATION'),
  CreateSubscriptionStmt: refuse('CREATE SUBSCRIPTION'), CreateTransformStmt: refuse('CREATE TRANSFORM'),
  CreatePLangStmt: refuse('CREATE LANGUAGE'), ImportForeignSchemaStmt: refuse('IMPORT FOREIGN SCHEMA'), AlterTypeStmt: refuse('ALTER TYPE ... SET'),
});
