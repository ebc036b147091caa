/** DECLARE, FETCH, MOVE and CLOSE. */
import { Executable, type Execution, type UtilityContext } from '@pglitedb/executor';
import { makeTargetEntry, makeVar, type Plan, type Query } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { CachedQuery } from './plan-cache.js';
import { sessionOf } from './commands.js';
import { Portal, type RowIdentity } from './portals.js';
import { lockedExecutables } from './run-statement.js';
import type { Session } from './session.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Raw = any;
const OID = 26;
const TID = 27;
const CURSOR_OPT = { binary: 1, scroll: 2, noScroll: 4, insensitive: 8, asensitive: 16, hold: 32 } as const;

export function* declareCursor(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  const options = Number(node.options ?? 0);
  const hold = (options & CURSOR_OPT.hold) !== 0;
  if (!hold && s.state.block === 'implicit' && u.isTopLevel) throw new SqlError('25P01', 'DECLARE CURSOR can only be used in transaction blocks');
  if (s.portals.get(node.portalname) !== undefined) throw new SqlError('42P03', `cursor "${node.portalname}" already exists`);
  const cached = new CachedQuery(s, { stmt: node.query, stmt_location: 0, stmt_len: 0 }, u.sql, u.paramTypes ?? [], false, u.hooks);
  const scroll = (options & CURSOR_OPT.scroll) !== 0 ? true : (options & CURSOR_OPT.noScroll) !== 0 ? false : undefined;
  s.portals.add(yield* openPortal(s, node.portalname, u.sql, cached, u.params, scroll, hold, (options & CURSOR_OPT.binary) !== 0));
  return 'DECLARE CURSOR';
}

/** Opens a query as a portal with a snapshot of its own; scroll undefined: where its plan can run backwards. */
export function* openPortal(s: Session, name: string, text: string, cached: CachedQuery, params: readonly Datum[], scroll: boolean | undefined, hold: boolean, binary: boolean): Steps<Portal> {
  const list = yield* lockedExecutables(s, cached, params);
  const main = list[list.length - 1]!;
  if (main.executable === undefined) throw new SqlError('34000', 'the statement cannot be opened as a cursor');
  const located = hold ? undefined : withIdentities(main.query);
  const executable = located === undefined ? main.executable : new Executable(s, s.plan(located.query, params));
  const updatable = located !== undefined && (main.query.rowMarks.length > 0 || isSimpleScan(executable.planned.planTree));
  const snapshot = s.txns.snapshot(s.transaction());
  const run: Execution = executable.start(params, snapshot);
  let open = true;
  const portal = new Portal(name, text, run.columns, {
    next: (max) => s.state.under(snapshot, () => run.next(max)),
    ...(located === undefined || !updatable ? {} : { identities: (count: number) => identitiesOf(run, located.tables, count) }),
    close: () => { if (open) { open = false; run.close(); s.txns.release(snapshot); } },
  }, scroll ?? (main.query.rowMarks.length === 0 && runsBackward(executable.planned.planTree)), hold, binary);
  portal.createdAt = s.statementStart;
  return portal;
}

const BACKWARD_LEAVES = new Set(['SeqScan', 'TidScan', 'TidRangeScan', 'FunctionScan', 'ValuesScan', 'CteScan', 'Material', 'Sort', 'IndexScan', 'IndexOnlyScan']);
/** ExecSupportsBackwardScan */
function runsBackward(plan: Plan): boolean {
  switch (plan.kind) {
    case 'Result': case 'LockRows': case 'Limit': return plan.lefttree !== undefined && runsBackward(plan.lefttree);
    case 'Append': return plan.appendplans.every(runsBackward);
    case 'SubqueryScan': return runsBackward(plan.subplan);
    default: return BACKWARD_LEAVES.has(plan.kind);
  }
}

const TABLE_SCANS = new Set(['SeqScan', 'IndexScan', 'IndexOnlyScan', 'BitmapHeapScan', 'TidScan', 'TidRangeScan', 'SampleScan']);
/** search_plan_tree: WHERE CURRENT OF needs one scan, with nothing above it that makes rows anew. */
function isSimpleScan(plan: Plan): boolean {
  if (TABLE_SCANS.has(plan.kind)) return true;
  if (plan.kind === 'Append') return plan.appendplans.every(isSimpleScan);
  if (plan.kind === 'MergeAppend') return plan.mergeplans.every(isSimpleScan);
  return (plan.kind === 'Result' || plan.kind === 'Limit') && plan.lefttree !== undefined && isSimpleScan(plan.lefttree);
}

/** A query whose rows are rows of tables, with the tables' row identities as junk columns; undefined for others. */
function withIdentities(query: Query): { query: Query; tables: number } | undefined {
  if (query.commandType !== 'select' || query.hasAggs || query.hasWindowFuncs || query.groupClause.length > 0 || query.groupingSets.length > 0 || query.distinctClause.length > 0 || query.setOperations !== undefined) return undefined;
  const targets = [...query.targetList];
  let tables = 0;
  for (const item of query.jointree.fromlist) {
    if (item.kind !== 'RangeTblRef') continue;
    const rte = query.rtable[item.rtindex - 1]!;
    if (rte.rtekind !== 'relation' || !'rmp'.includes(rte.relkind)) continue;
    targets.push(makeTargetEntry(makeVar(item.rtindex, -6, OID, -1, 0, 0), targets.length + 1, `cursor_table${tables}`, true));
    targets.push(makeTargetEntry(makeVar(item.rtindex, -1, TID, -1, 0, 0), targets.length + 1, `cursor_row${tables}`, true));
    tables++;
  }
  return tables === 0 ? undefined : { query: { ...query, targetList: targets }, tables };
}
function identitiesOf(run: Execution, tables: number, count: number): RowIdentity[][] {
  const list = run.executable.planned.planTree.targetlist;
  const at = list.findIndex((t) => t.resname === 'cursor_table0');
  const { columns } = run.full!;
  return Array.from({ length: count }, (_, r) => Array.from({ length: tables }, (_x, k) => ({ relation: columns[at + 2 * k]![r] as number, rowid: columns[at + 2 * k + 1]![r] as number })));
}

export function* fetchCursor(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  const portal = s.portals.get(node.portalname);
  if (portal === undefined) throw new SqlError('34000', `cursor "${node.portalname}" does not exist`);
  const rows = yield* fetchRows(portal, node);
  const tag = node.ismove === true ? 'MOVE' : 'FETCH';
  if (node.ismove !== true) {
    u.sink.columns(portal.columns ?? []);
    for (let from = 0; from < rows.length; from += 1024) {
      const part = rows.slice(from, from + 1024);
      u.sink.rows({ count: part.length, columns: (portal.columns ?? []).map((_, c) => part.map((r) => r[c])) });
    }
  }
  return `${tag} ${rows.length}`;
}

const ALL = 2147483647;
function* fetchRows(portal: Portal, node: Raw): Steps<Datum[][]> {
  const many = Number(node.howMany ?? 0);
  const limit = (n: number): number => (n >= ALL ? Infinity : n);
  switch (node.direction) {
    case 'FETCH_BACKWARD': return many < 0 ? yield* portal.forward(limit(-many)) : many === 0 ? yield* portal.current() : yield* portal.backward(limit(many));
    case 'FETCH_ABSOLUTE': return yield* portal.absolute(many);
    case 'FETCH_RELATIVE': return yield* portal.relative(many);
    default: return many < 0 ? yield* portal.backward(limit(-many)) : many === 0 ? yield* portal.current() : yield* portal.forward(limit(many));
  }
}

export function* closeCursor(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  if (node.portalname === undefined) { s.portals.closeAll(); return 'CLOSE CURSOR ALL'; }
  if (!s.portals.close(node.portalname)) throw new SqlError('34000', `cursor "${node.portalname}" does not exist`);
  return 'CLOSE CURSOR';
}
