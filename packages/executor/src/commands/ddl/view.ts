/** CREATE VIEW: a relation without storage whose _RETURN rule holds the analysed query. */
import { exprCollation, exprType, exprTypmod, type Query } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { attributeRow, createRelation, type NewColumn } from './heap.js';
import { checkRelationOwner } from './ownership.js';
import { analyzeStatement } from './query-analysis.js';
import { creationNamespace, names, options, type Raw } from './raw.js';
import { storeRule } from './rule-store.js';
import { temporaryNamespace } from './temporary.js';

function* createView(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const rv = node.view;
  const query = analyzeStatement(u, node.query);
  checkViewQuery(query);
  applyAliases(query, names(node.aliases));
  let persistence = (rv.relpersistence as string | undefined) ?? 'p';
  if (persistence === 'u') throw new SqlError('42601', 'views cannot be unlogged because they do not have storage');
  if (persistence === 'p' && rv.schemaname !== 'pg_temp' && usesTemporary(session, query)) {
    persistence = 't';
    session.notice('NOTICE', '00000', `view "${rv.relname}" will be a temporary view`);
  }
  const columns = viewColumns(query);
  const settings = viewOptions(node);
  const namespace = persistence === 't' || rv.schemaname === 'pg_temp' ? temporaryNamespace(session) : creationNamespace(session, rv.schemaname);
  const existing = session.catalog().syscache('RELNAMENSP', rv.relname, namespace);
  let oid: Oid;
  if (existing !== undefined && node.replace === true) {
    oid = existing.oid;
    yield* lockRelation(session, oid, 8);
    if (existing.relkind !== 'v') throw new SqlError('42809', `"${rv.relname}" is not a view`);
    checkRelationOwner(session, oid);
    replaceColumns(session, oid, columns);
    session.catalogWriter().update('pg_class', { oid }, { reloptions: settings });
  } else {
    oid = createRelation(session, {
      name: rv.relname, namespace, kind: 'v', persistence: namespace === session.catalog().session.tempNamespace() ? 't' : persistence, columns, owner: session.userOid(), options: settings, ofType: 0, isPartition: false, withType: true,
    });
  }
  storeRule(session, { name: '_RETURN', relation: oid, event: 'select', instead: true, qual: undefined, actions: [query] });
  return 'CREATE VIEW';
}

export function checkViewQuery(query: Query): void {
  if (query.commandType === 'utility') throw new SqlError('0A000', 'views must not contain SELECT INTO');
  if (query.hasModifyingCTE) throw new SqlError('0A000', 'views must not contain data-modifying statements in WITH');
}

/** Column names given at the view replace those of the query. */
export function applyAliases(query: Query, aliases: readonly string[]): void {
  let k = 0;
  for (const t of query.targetList) if (!t.resjunk && k < aliases.length) t.resname = aliases[k++]!;
  if (k < aliases.length) throw new SqlError('42601', 'CREATE VIEW specifies more column names than columns');
}

export function viewColumns(query: Query, noun = 'view'): NewColumn[] {
  const columns = query.targetList.filter((t) => !t.resjunk).map((t): NewColumn => ({
    name: t.resname ?? '?column?', type: exprType(t.expr), typmod: exprTypmod(t.expr), collation: exprCollation(t.expr), notNull: false, ndims: 0, isLocal: true, inheritCount: 0, identity: '', generated: '',
  }));
  if (columns.length === 0 && noun === 'view') throw new SqlError('42P16', 'view must have at least one column');
  return columns;
}

/** Does the query read temporary relations (its sublinks and subqueries too)? */
function usesTemporary(session: SessionServices, query: Query): boolean {
  let found = false;
  const visit = (n: unknown): void => {
    if (found || n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) { for (const m of n) visit(m); return; }
    if (Object.getPrototypeOf(n) !== Object.prototype) return;
    const rte = n as { kind?: string; relid?: number };
    if (rte.kind === 'RangeTblEntry' && (rte.relid ?? 0) !== 0 && session.catalog().syscache('RELOID', rte.relid!)?.relpersistence === 't') { found = true; return; }
    for (const v of Object.values(n)) visit(v);
  };
  visit(query);
  return found;
}

function viewOptions(node: Raw): string[] | null {
  const list = options(node.options).map((o) => {
    if (!['security_barrier', 'security_invoker', 'check_option'].includes(o.name)) throw new SqlError('22023', `unrecognized parameter "${o.name}"`);
    if (o.name !== 'check_option') return `${o.name}=${booleanText(o.name, o.value)}`;
    if (o.value !== 'local' && o.value !== 'cascaded') throw new SqlError('22023', `invalid value for enum option "check_option": ${o.value}`, { detail: 'Valid values are "local" and "cascaded".' });
    return `check_option=${o.value}`;
  });
  if (node.withCheckOption === 'LOCAL_CHECK_OPTION') list.push('check_option=local');
  if (node.withCheckOption === 'CASCADED_CHECK_OPTION') list.push('check_option=cascaded');
  return list.length > 0 ? list : null;
}
function booleanText(name: string, value: string | undefined): string {
  if (value === undefined) return 'true';
  if (/^(t|tr|tru|true|on|1|y|ye|yes|f|fa|fal|fals|false|of|off|0|n|no)$/i.test(value)) return value;
  throw new SqlError('22023', `invalid value for boolean option "${name}": ${value}`);
}

/** checkViewColumns: the old columns must stay as they are; more may follow. */
function replaceColumns(session: SessionServices, oid: Oid, columns: readonly NewColumn[]): void {
  const w = session.catalogWriter();
  const old = w.relation(oid)!.attributes;
  const { types } = session.catalog();
  if (columns.length < old.length) throw new SqlError('42P16', 'cannot drop columns from view');
  old.forEach((a, k) => {
    const c = columns[k]!;
    if (a.attname !== c.name) throw new SqlError('42P16', `cannot change name of view column "${a.attname}" to "${c.name}"`, { hint: 'Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.' });
    if (a.atttypid !== c.type || a.atttypmod !== c.typmod) {
      throw new SqlError('42P16', `cannot change data type of view column "${a.attname}" from ${types.formatType(a.atttypid, a.atttypmod)} to ${types.formatType(c.type, c.typmod)}`);
    }
    if (a.attcollation !== c.collation) {
      const name = (o: Oid): string => w.syscache('COLLOID', o)?.collname ?? '';
      throw new SqlError('42P16', `cannot change collation of view column "${a.attname}" from "${name(a.attcollation)}" to "${name(c.collation)}"`);
    }
  });
  for (let k = old.length; k < columns.length; k++) {
    w.insert('pg_attribute', attributeRow(w, oid, k + 1, columns[k]!));
    recordDependency(w, address(CLASS.relation, oid, k + 1), address(CLASS.type, columns[k]!.type), 'n');
  }
  w.update('pg_class', { oid }, { relnatts: columns.length });
}

defineCommands({ ViewStmt: createView });
