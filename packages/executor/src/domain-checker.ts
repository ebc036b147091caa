/**
 * Checks of domain values: NOT NULL and CHECK constraints of the domain and of the domains below it, the lowest first,
 * CHECKs of one level in the order of their names. Compiled once for each session and state of the catalog.
 */
import { decodeNode, type CatalogReader, type CatalogRow } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import { analyzeCondition, type Expr, type PlannedStmt } from '@pglitedb/planner';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { ExecContext, type SessionServices } from './context.js';
import { ExprCompiler, Frame, type Compiled } from './expr/index.js';

interface DomainChecks { version: number; list: readonly ({ notNull: string } | { name: string; domain: string; test: Compiled })[] }
const known = new WeakMap<SessionServices, Map<Oid, DomainChecks>>();
const EMPTY = { nParamExec: 0 } as PlannedStmt;

function compile(session: SessionServices, c: CatalogReader, domain: Oid): DomainChecks {
  const compiler = new ExprCompiler({
    session,
    readVar: () => { throw new SqlError('XX000', 'a domain constraint has no columns'); },
    subplan: () => { throw new SqlError('0A000', 'cannot use subquery in check constraint'); },
  });
  const levels: DomainChecks['list'][number][][] = [];
  for (let t = c.syscache('TYPEOID', domain); t !== undefined && t.typtype === 'd'; t = c.syscache('TYPEOID', t.typbasetype)) {
    const own: DomainChecks['list'][number][] = t.typnotnull ? [{ notNull: c.types.formatType(t.oid, -1) }] : [];
    const name = c.types.formatType(t.oid, -1);
    const checks = c.rows('pg_constraint', { contypid: t.oid, contype: 'c' }).filter((k) => k.conbin !== null);
    for (const k of [...checks].sort((a, b) => (a.conname < b.conname ? -1 : 1))) own.push({ name: k.conname, domain: name, test: compiler.compile(checkExpr(session, c, t, k.conbin!)) });
    levels.unshift(own);
  }
  return { version: c.version(), list: levels.flat() };
}

/** The analysed check. Those of PostgreSQL's own domains are stored as text over VALUE. */
function checkExpr(session: SessionServices, catalog: CatalogReader, type: CatalogRow<'pg_type'>, conbin: string): Expr {
  const node = decodeNode(conbin, session.env) as Expr | { sql: string };
  if (!('sql' in node)) return node;
  const sql = `SELECT ${node.sql}`;
  const raw = (parse(sql)[0]!.stmt as { SelectStmt: { targetList: { ResTarget: { val: unknown } }[] } }).SelectStmt.targetList[0]!.ResTarget.val;
  const value: Expr = { kind: 'CoerceToDomainValue', typeId: type.typbasetype, typeMod: type.typtypmod, collation: type.typcollation, location: -1 };
  return analyzeCondition(raw, 'domain_check', 'CHECK', undefined, {
    catalog, env: session.env, sql, paramTypes: [], preColumnRef: (names) => (names.length === 1 && names[0] === 'value' ? value : undefined),
  });
}

/** A check that calls functions of other languages, run to its end; one that has to wait cannot be run from here. */
function atOnce(session: SessionServices, test: Compiled, frame: Frame): Datum {
  frame.x = new ExecContext(session, EMPTY, [], session.snapshot(), session.transaction());
  const steps = test.gen!(frame);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (step.value.kind !== 'slice') {
      steps.return(null);
      throw new SqlError('0A000', 'domain constraints that wait are not supported');
    }
  }
}

export function checkDomain(session: SessionServices, domain: Oid, value: Datum): void {
  const c = session.catalog();
  let domains = known.get(session);
  if (domains === undefined) known.set(session, (domains = new Map()));
  let checks = domains.get(domain);
  if (checks === undefined || checks.version !== c.version()) domains.set(domain, (checks = compile(session, c, domain)));
  if (checks.list.length === 0) return;
  const frame = new Frame();
  frame.x = new ExecContext(session, EMPTY, [], undefined as never, undefined as never);
  frame.domainValue = value;
  for (const k of checks.list) {
    if ('notNull' in k) {
      if (value === null) throw new SqlError('23502', `domain ${k.notNull} does not allow null values`, { dataType: k.notNull });
      continue;
    }
    if ((k.test.fn === undefined ? atOnce(session, k.test, frame) : k.test.fn(frame)) === false) throw new SqlError('23514', `value for domain ${k.domain} violates check constraint "${k.name}"`, { dataType: k.domain, constraint: k.name });
  }
}
