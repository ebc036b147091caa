/**
 * Collation assignment (parse_collate.c): every function, operator and construct gets the collation of its inputs and
 * passes one upward; explicit COLLATE wins, two different explicit ones are 42P21, two different implicit ones are
 * indeterminate and an error (42P22) only where a collation is really needed, which the executor finds.
 */
import type { Oid } from '@pglitedb/types';
import { exprCollation, exprLocation, exprType, someChild, someQueryChild, type Expr, type Query, type TargetEntry, type TreeNode } from '../nodes/index.js';
import { collationOfType } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';

type Strength = 0 | 1 | 2 | 3; // none, implicit, conflict, explicit
interface State { collation: Oid; strength: Strength; location: number; collation2: Oid; location2: number }
const fresh = (): State => ({ collation: 0, strength: 0, location: -1, collation2: 0, location2: -1 });
const DEFAULT = 100;

/** assign_query_collations: all expressions of one query level (sub-Queries did their own). */
export function assignQueryCollations(ps: ParseState, query: Query): void {
  someQueryChild(query, (n) => {
    if (n.kind === 'Query' || n.kind === 'SetOperationStmt') return false;
    assignTree(ps, n);
    return false;
  }, { ignoreRtSubqueries: true, ignoreCteSubqueries: true, ignoreJoinAliases: true });
}
function assignTree(ps: ParseState, n: TreeNode): void {
  if (n.kind === 'FromExpr' || n.kind === 'JoinExpr' || n.kind === 'TableFunc') someChild(n, (c) => (assignTree(ps, c), false));
  else if (n.kind !== 'RangeTblRef' && n.kind !== 'Query') walk(ps, n as Expr, fresh());
}
/** assign_expr_collations; answers the expression. */
export function assignExprCollations<E extends Expr>(ps: ParseState, expr: E): E {
  walk(ps, expr, fresh());
  return expr;
}
/** select_common_collation */
export function commonCollation(ps: ParseState, exprs: readonly Expr[], noneOk: boolean): Oid {
  const s = fresh();
  for (const e of exprs) walk(ps, e, s);
  if (s.strength === 2) {
    if (noneOk) return 0;
    conflict(ps, s);
  }
  return s.collation;
}
const collationName = (ps: ParseState, oid: Oid): string => (ps.catalog.syscache('COLLOID', oid)?.['collname'] as string | undefined) ?? String(oid);
function conflict(ps: ParseState, s: State): never {
  throw errorAt(ps, '42P22', `collation mismatch between implicit collations "${collationName(ps, s.collation)}" and "${collationName(ps, s.collation2)}"`, s.location2, {
    hint: 'You can choose the collation by applying the COLLATE clause to one or both expressions.',
  });
}

function merge(ps: ParseState, into: State, collation: Oid, strength: Strength, location: number, c2: Oid, l2: number): void {
  if (strength > into.strength) {
    into.collation = collation;
    into.strength = strength;
    into.location = location;
    if (strength === 2) {
      into.collation2 = c2;
      into.location2 = l2;
    }
  } else if (strength === into.strength) {
    if (strength === 1 && collation !== into.collation) {
      if (into.collation === DEFAULT) {
        into.collation = collation;
        into.location = location;
      } else if (collation !== DEFAULT) {
        into.strength = 2;
        into.collation2 = collation;
        into.location2 = location;
      }
    } else if (strength === 3 && collation !== into.collation) {
      throw errorAt(ps, '42P21', `collation mismatch between explicit collations "${collationName(ps, into.collation)}" and "${collationName(ps, collation)}"`, location);
    }
  }
}

function walk(ps: ParseState, node: Expr | TargetEntry | undefined, up: State): void {
  if (!node) return;
  const s = fresh();
  switch (node.kind) {
    case 'CollateExpr':
      walk(ps, node.arg, fresh());
      merge(ps, up, node.collOid, 3, node.location, 0, -1);
      return;
    case 'Var': case 'Const': case 'Param': case 'CoerceToDomainValue': case 'CaseTestExpr': case 'SetToDefault': case 'CurrentOfExpr': case 'SQLValueFunction': case 'NextValueExpr': case 'MergeSupportFunc': {
      const c = exprCollation(node);
      if (c) merge(ps, up, c, 1, exprLocation(node), 0, -1);
      return;
    }
    case 'TargetEntry':
      walk(ps, node.expr, s);
      break;
    case 'SubLink':
      if (node.testexpr) walk(ps, node.testexpr, fresh());
      if (node.subLinkType === 'expr' || node.subLinkType === 'array') {
        const c = exprCollation(node);
        if (c) merge(ps, up, c, 1, exprLocation(node), 0, -1);
      }
      return;
    case 'RowExpr': case 'RowCompareExpr': case 'FieldStore': case 'ConvertRowtypeExpr': case 'NullTest': case 'BooleanTest': case 'JsonIsPredicate': case 'GroupingFunc':
      isolated(ps, node);
      return;
    case 'CoerceToDomain': {
      const c = collationOfType(ps.catalog, node.resulttype);
      walk(ps, node.arg, s);
      if (c && c === DEFAULT) break;
      node.resultcollid = c;
      if (c) merge(ps, up, c, 1, exprLocation(node), 0, -1);
      return;
    }
    case 'FieldSelect':
      walk(ps, node.arg, fresh());
      if (node.resultcollid) merge(ps, up, node.resultcollid, 1, exprLocation(node), 0, -1);
      return;
    case 'CaseExpr':
      walk(ps, node.arg, fresh());
      for (const w of node.args) {
        walk(ps, w.expr, fresh());
        walk(ps, w.result, s);
      }
      walk(ps, node.defresult, s);
      break;
    case 'SubscriptingRef':
      for (const e of [...node.refupperindexpr, ...node.reflowerindexpr]) walk(ps, e, fresh());
      walk(ps, node.refexpr, s);
      if (node.refassgnexpr) walk(ps, node.refassgnexpr, s);
      break;
    case 'Aggref': aggref(ps, node, s); break;
    case 'WindowFunc':
      for (const a of node.args) walk(ps, a, s);
      walk(ps, node.aggfilter, fresh());
      break;
    case 'ArrayCoerceExpr':
      walk(ps, node.arg, s);
      walk(ps, node.elemexpr, fresh());
      break;
    case 'BoolExpr':
      for (const a of node.args) walk(ps, a, fresh());
      return;
    case 'JsonValueExpr':
      walk(ps, node.raw_expr, fresh());
      walk(ps, node.formatted_expr, s);
      break;
    case 'JsonExpr': isolated(ps, node); {
      const c = collationOfType(ps.catalog, exprType(node));
      node.collation = c;
      if (c) merge(ps, up, c, 1, exprLocation(node), 0, -1);
      return;
    }
    default:
      someChild(node, (c) => {
        if (c.kind !== 'Query') walk(ps, c as Expr, s);
        return false;
      });
  }
  finish(ps, node, s, up);
}
function isolated(ps: ParseState, node: Expr): void {
  if (node.kind === 'RowCompareExpr') {
    node.inputcollids = node.largs.map((l, i) => commonCollation(ps, [l, node.rargs[i]!], true));
    return;
  }
  someChild(node, (c) => {
    if (c.kind !== 'Query') walk(ps, c as Expr, fresh());
    return false;
  });
}
function aggref(ps: ParseState, node: Extract<Expr, { kind: 'Aggref' }>, s: State): void {
  if (node.aggkind === 'n') for (const t of node.args) walk(ps, t.expr, t.resjunk ? fresh() : s);
  else if (node.aggkind === 'o') {
    for (const t of node.args) walk(ps, t.expr, s);
    for (const d of node.aggdirectargs) walk(ps, d, fresh());
  } else {
    const offset = node.aggdirectargs.length - node.args.length;
    node.aggdirectargs.forEach((d, i) => {
      if (i < offset) walk(ps, d, fresh());
    });
    node.args.forEach((t, i) => {
      const c = commonCollation(ps, [node.aggdirectargs[offset + i]!, t.expr], false);
      if (c) merge(ps, s, c, 1, exprLocation(t.expr), 0, -1);
    });
  }
  walk(ps, node.aggfilter, fresh());
}

/** Sets the node's own collation from its type and its inputs', and hands it up. */
function finish(ps: ParseState, node: Expr | TargetEntry, s: State, up: State): void {
  if (node.kind === 'TargetEntry') {
    merge(ps, up, s.collation, s.strength, s.location, s.collation2, s.location2);
    return;
  }
  const typcollation = collationOfType(ps.catalog, exprType(node));
  let collation: Oid = 0, strength: Strength = 0, location = -1;
  if (typcollation) {
    if (s.strength !== 0) {
      collation = s.collation;
      strength = s.strength;
      location = s.location;
    } else {
      collation = typcollation;
      strength = 1;
      location = exprLocation(node);
    }
  }
  setCollation(node, strength === 2 ? 0 : collation);
  setInputCollation(node, s.strength === 2 ? 0 : s.collation);
  merge(ps, up, collation, strength, location, s.collation2, s.location2);
}
const FIELD: Readonly<Partial<Record<Expr['kind'], string>>> = {
  Aggref: 'aggcollid', WindowFunc: 'wincollid', SubscriptingRef: 'refcollid', FuncExpr: 'funccollid', OpExpr: 'opcollid', DistinctExpr: 'opcollid', NullIfExpr: 'opcollid',
  RelabelType: 'resultcollid', CoerceViaIO: 'resultcollid', ArrayCoerceExpr: 'resultcollid', CaseExpr: 'casecollid', ArrayExpr: 'array_collid', CoalesceExpr: 'coalescecollid',
  MinMaxExpr: 'minmaxcollid', CoerceToDomain: 'resultcollid',
};
function setCollation(node: Expr, collation: Oid): void {
  const field = FIELD[node.kind];
  if (field) (node as unknown as Record<string, unknown>)[field] = collation;
}
function setInputCollation(node: Expr, collation: Oid): void {
  if ('inputcollid' in node) node.inputcollid = collation;
}
