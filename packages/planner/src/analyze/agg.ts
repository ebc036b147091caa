/** Aggregates, window functions and GROUPING(): where they may stand and at which level they belong (parse_agg.c). */
import { exprLocation, someChild, type Aggref, type Expr, type GroupingFunc, type TreeNode, type WindowFunc } from '../nodes/index.js';
import { EXPR_KIND_NAMES, errorAt, type ExprKind, type ParseState } from './context.js';
import { transformExpr } from './expr.js';
import { list, locOf, type Raw } from './raw.js';

/** false: not allowed, in PostgreSQL's words for the place. Absent: allowed. '' = by the clause's name. */
const AGG_PLACES: Readonly<Partial<Record<ExprKind, string>>> = {
  join_on: 'JOIN conditions', join_using: 'JOIN conditions', where: '', filter: '', from_function: 'functions in FROM', window_frame_range: 'window RANGE', window_frame_rows: 'window ROWS',
  window_frame_groups: 'window GROUPS', insert_target: '', update_source: '', update_target: '', merge_when: 'MERGE WHEN conditions', group_by: '', limit: '', offset: '', returning: '', merge_returning: '',
  values: '', values_single: '', check_constraint: 'check constraints', domain_check: 'check constraints', column_default: 'DEFAULT expressions', function_default: 'DEFAULT expressions',
  index_expression: 'index expressions', index_predicate: 'index predicates', stats_expression: 'statistics expressions', alter_col_transform: 'transform expressions', execute_parameter: 'EXECUTE parameters',
  trigger_when: 'trigger WHEN conditions', partition_bound: 'partition bound', partition_expression: 'partition key expressions', call_argument: 'CALL arguments', copy_where: 'COPY FROM WHERE conditions',
  generated_column: 'column generation expressions', cycle_mark: '', policy: 'policy expressions', from_subselect: 'FROM clause of their own query level',
};
const WINDOW_PLACES: Readonly<Partial<Record<ExprKind, string>>> = {
  ...AGG_PLACES, from_subselect: undefined, having: '', window_partition: 'window definitions', window_order: 'window definitions', window_frame_range: 'window definitions', window_frame_rows: 'window definitions', window_frame_groups: 'window definitions',
};
function placeError(ps: ParseState, what: string, place: string, location: number): never {
  const where = place || EXPR_KIND_NAMES[ps.exprKind];
  throw errorAt(ps, '42803', `${what} are not allowed in ${where}`, location);
}

interface Levels { minVar: number | undefined; minAgg: number | undefined; firstAgg: Aggref | GroupingFunc | undefined; window: WindowFunc | undefined; srf: Expr | undefined }
function scan(nodes: readonly (TreeNode | undefined)[]): Levels {
  const out: Levels = { minVar: undefined, minAgg: undefined, firstAgg: undefined, window: undefined, srf: undefined };
  const walk = (n: TreeNode, depth: number): boolean => {
    if (n.kind === 'Var') {
      const level = n.varlevelsup - depth;
      if (level >= 0 && (out.minVar === undefined || level < out.minVar)) out.minVar = level;
      return false;
    }
    if (n.kind === 'Aggref' || n.kind === 'GroupingFunc') {
      const level = n.agglevelsup - depth;
      if (level >= 0 && (out.minAgg === undefined || level < out.minAgg)) {
        out.minAgg = level;
        out.firstAgg = n;
      }
      if (level >= 0) return false;
    }
    if (depth === 0 && n.kind === 'WindowFunc') out.window ??= n;
    if (depth === 0 && ((n.kind === 'FuncExpr' && n.funcretset) || (n.kind === 'OpExpr' && n.opretset))) out.srf ??= n;
    const inner = n.kind === 'Query' ? depth + 1 : depth;
    return someChild(n, (c) => walk(c, inner));
  };
  for (const n of nodes) if (n) walk(n, 0);
  return out;
}

/** check_agg_arguments: the level an aggregate belongs to. */
function aggLevel(ps: ParseState, direct: readonly Expr[], args: readonly TreeNode[], filter: Expr | undefined, what: 'aggregate' | 'grouping'): number {
  const l = scan([...args, filter]);
  if (what === 'aggregate' && l.srf) throw errorAt(ps, '0A000', 'aggregate function calls cannot contain set-returning function calls', exprLocation(l.srf), { hint: 'You might be able to move the set-returning function into a LATERAL FROM item.' });
  if (l.window) throw errorAt(ps, '42803', 'aggregate function calls cannot contain window function calls', exprLocation(l.window));
  let level = Math.min(l.minVar ?? Infinity, l.minAgg ?? Infinity);
  if (!Number.isFinite(level)) level = 0;
  if (l.minAgg !== undefined && level === l.minAgg && (l.minVar === undefined || l.minAgg <= l.minVar)) {
    throw errorAt(ps, '42803', what === 'grouping' ? 'aggregate function calls cannot be nested' : 'aggregate function calls cannot be nested', l.firstAgg!.location);
  }
  if (direct.length) {
    const d = scan(direct);
    if (d.window) throw errorAt(ps, '42803', 'aggregate function calls cannot contain window function calls', exprLocation(d.window));
    if (d.minVar !== undefined && d.minVar < level) throw errorAt(ps, '42803', 'outer-level aggregate cannot contain a lower-level variable in its direct arguments', exprLocation(direct[0]));
    if (d.minAgg !== undefined && d.minAgg <= level) throw errorAt(ps, '42803', 'aggregate function calls cannot be nested', d.firstAgg!.location);
  }
  return level;
}

function checkPlace(ps: ParseState, level: number, what: string, location: number): void {
  let owner: ParseState = ps;
  for (let i = 0; i < level; i++) owner = owner.parent!;
  owner.hasAggs = true;
  const place = AGG_PLACES[owner.exprKind];
  if (place !== undefined) {
    const where = place || EXPR_KIND_NAMES[owner.exprKind];
    throw errorAt(ps, '42803', `${what} are not allowed in ${where}`, location);
  }
}
/** transformAggregateCall, the level part. */
export function finishAggref(ps: ParseState, agg: Aggref, location: number): void {
  agg.agglevelsup = aggLevel(ps, agg.aggdirectargs, agg.args, agg.aggfilter, 'aggregate');
  checkPlace(ps, agg.agglevelsup, 'aggregate functions', location);
}
export function transformGroupingFunc(ps: ParseState, g: Raw): Expr {
  const args = list(g.args);
  if (args.length > 31) throw errorAt(ps, '54023', 'GROUPING must have fewer than 32 arguments', locOf(g));
  const node: GroupingFunc = { kind: 'GroupingFunc', args: args.map((a) => transformExpr(ps, a, ps.exprKind)), refs: [], agglevelsup: 0, location: locOf(g) };
  node.agglevelsup = aggLevel(ps, [], node.args, undefined, 'grouping');
  checkPlace(ps, node.agglevelsup, 'grouping operations', node.location);
  return node;
}
/** For GROUP BY items found through the select list: aggregates there are errors of the GROUP BY. */
export function checkAggregatesAllowed(ps: ParseState, expr: Expr, kind: ExprKind): void {
  const l = scan([expr]);
  const saved = ps.exprKind;
  ps.exprKind = kind;
  try {
    if (l.minAgg === 0) placeError(ps, l.firstAgg!.kind === 'GroupingFunc' ? 'grouping operations' : 'aggregate functions', '', l.firstAgg!.location);
    if (l.window) throw errorAt(ps, '42P20', `window functions are not allowed in ${EXPR_KIND_NAMES[kind]}`, l.window.location);
  } finally {
    ps.exprKind = saved;
  }
}

/** transformWindowFuncCall: finds or adds the window definition. */
export function finishWindowFunc(ps: ParseState, wf: WindowFunc, over: Raw): void {
  const nested = scan([...wf.args, wf.aggfilter]);
  if (nested.window) throw errorAt(ps, '42P20', 'window function calls cannot be nested', nested.window.location);
  if (nested.srf) throw errorAt(ps, '0A000', 'window function calls cannot contain set-returning function calls', exprLocation(nested.srf), { hint: 'You might be able to move the set-returning function into a LATERAL FROM item.' });
  const place = WINDOW_PLACES[ps.exprKind];
  if (place !== undefined) throw errorAt(ps, '42P20', `window functions are not allowed in ${place || EXPR_KIND_NAMES[ps.exprKind]}`, wf.location);
  if (over.name) {
    const at = ps.windowdefs.findIndex((w) => w.name === over.name);
    if (at < 0) throw errorAt(ps, '42704', `window "${over.name as string}" does not exist`, locOf(over));
    wf.winref = at + 1;
  } else {
    let at = ps.windowdefs.findIndex((w) => sameWindow(w, over));
    if (at < 0) {
      ps.windowdefs.push(over);
      at = ps.windowdefs.length - 1;
    }
    wf.winref = at + 1;
  }
  ps.hasWindowFuncs = true;
}
function sameWindow(a: Raw, b: Raw): boolean {
  if (b.refname && a.name === b.refname && !b.partitionClause && !b.orderClause && (b.frameOptions ?? 0) === 1058 && !a.startOffset) return false;
  if (a.name) return false;
  return (a.refname ?? '') === (b.refname ?? '') && (a.frameOptions ?? 0) === (b.frameOptions ?? 0) && same(a.partitionClause, b.partitionClause) && same(a.orderClause, b.orderClause) && same(a.startOffset, b.startOffset) && same(a.endOffset, b.endOffset);
}
/** Raw trees are equal when they differ only in locations. */
function same(a: Raw, b: Raw): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return a === b;
  const keys = new Set([...Object.keys(a as object), ...Object.keys(b as object)]);
  for (const k of keys) if (k !== 'location' && !same(a[k], b[k])) return false;
  return true;
}
