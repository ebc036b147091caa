/**
 * Partition pruning (partprune.c): clauses on the key become steps, each of which gives the bounds that rows satisfying
 * it can lie in; AND intersects, OR unites them. Values that are not known yet leave everything in.
 */
import type { Datum, Oid } from '@pglitedb/types';
import { equal, exprCollation, exprType, type Expr, type OpExpr } from '../nodes/index.js';
import type { LookupCache } from '../plan/lsyscache.js';
import { compareLimitToRow, countWhile, type PartitionDesc } from './bounds.js';
import { partitionHash, type CallFunction, type PartitionColumn, type PartitionKey } from './key.js';

/** Offsets are list values, slots between limits, or hash remainders. */
interface Match { offsets: boolean[]; nulls: boolean; fallback: boolean }
const [LESS, LESS_EQUAL, EQUAL, GREATER_EQUAL, GREATER] = [1, 2, 3, 4, 5];
const NOT_EQUAL = 0;
interface KeyClause { column: number; strategy: number; value: Expr; compare: Oid }
type Matched = { kind: 'clause'; clause: KeyClause } | { kind: 'null'; column: number } | { kind: 'notnull'; column: number } | { kind: 'never' } | { kind: 'steps'; match: Match } | { kind: 'no' };

export interface PruneContext {
  readonly look: LookupCache; readonly call: CallFunction; readonly desc: PartitionDesc; /** the partitioned table's range table index */ readonly varno: number;
  /** the key's expressions over that index */ readonly keyExprs: readonly Expr[];
  /** undefined: not known now */ value(e: Expr): { datum: Datum } | undefined;
  /** true where the expression could be known later: it has no Vars of this level */ usable(e: Expr): boolean;
}

/** Partitions (by number) that may hold rows for which all clauses are true; undefined: all. */
export function prunePartitions(cx: PruneContext, clauses: readonly Expr[]): Set<number> | undefined {
  const m = matchAll(cx, clauses);
  return m === undefined ? undefined : partitionsOf(cx.desc, m);
}

function partitionsOf(d: PartitionDesc, m: Match): Set<number> {
  const out = new Set<number>();
  m.offsets.forEach((on, k) => {
    if (!on) return;
    const part = d.indexes[k]!;
    if (part >= 0) out.add(part); else if (d.key.strategy === 'r' && d.defaultIndex >= 0) out.add(d.defaultIndex);
  });
  if (m.nulls && d.nullIndex >= 0) out.add(d.nullIndex);
  if ((m.fallback || (m.nulls && d.nullIndex < 0)) && d.defaultIndex >= 0) out.add(d.defaultIndex);
  return out;
}

const intersect = (a: Match | undefined, b: Match | undefined): Match | undefined =>
  (a === undefined ? b : b === undefined ? a : { offsets: a.offsets.map((x, k) => x && b.offsets[k]!), nulls: a.nulls && b.nulls, fallback: a.fallback && b.fallback });
const unite = (a: Match, b: Match): Match => ({ offsets: a.offsets.map((x, k) => x || b.offsets[k]!), nulls: a.nulls || b.nulls, fallback: a.fallback || b.fallback });

const filled = (d: PartitionDesc, on: boolean): boolean[] => new Array<boolean>(d.indexes.length).fill(on);
const nothing = (d: PartitionDesc): Match => ({ offsets: filled(d, false), nulls: false, fallback: false });

/** gen_partprune_steps_internal */
function matchAll(cx: PruneContext, clauses: readonly Expr[]): Match | undefined {
  const { key } = cx.desc;
  const byColumn: KeyClause[][] = key.columns.map(() => []);
  const nulls = new Set<number>();
  const notNulls = new Set<number>();
  let result: Match | undefined;
  let hasOps = false;
  for (const clause of flatten(clauses)) {
    if (clause.kind === 'Const') { if (clause.constvalue !== true) return nothing(cx.desc); continue; }
    const step = matchBoolean(cx, clause);
    if (step !== undefined) { if (step !== 'no') result = intersect(result, step); continue; }
    for (let k = 0; k < key.columns.length; k++) {
      const m = matchClause(cx, clause, k);
      if (m.kind === 'no') continue;
      if (m.kind === 'never') return nothing(cx.desc);
      if (m.kind === 'steps') { result = intersect(result, m.match); break; }
      if (m.kind === 'null') { if (notNulls.has(k)) return nothing(cx.desc); nulls.add(k); break; }
      if (m.kind === 'notnull') { if (nulls.has(k)) return nothing(cx.desc); notNulls.add(k); break; }
      if (nulls.has(k)) return nothing(cx.desc);
      byColumn[k]!.push(m.clause);
      notNulls.add(k);
      hasOps = true;
      break;
    }
  }
  return intersect(result, ownSteps(cx, byColumn, nulls, notNulls, hasOps));
}

function ownSteps(cx: PruneContext, byColumn: KeyClause[][], nulls: Set<number>, notNulls: Set<number>, hasOps: boolean): Match | undefined {
  const { desc } = cx;
  const { strategy, columns } = desc.key;
  if (nulls.size > 0 && (strategy !== 'h' || nulls.size === columns.length)) {
    if (strategy === 'h') return hashMatch(cx, columns.map(() => null));
    return { ...nothing(desc), nulls: strategy === 'l', fallback: strategy === 'r' };
  }
  if (hasOps) return strategy === 'h' ? hashSteps(cx, byColumn, nulls) : orderedSteps(cx, byColumn);
  return notNulls.size === columns.length && strategy !== 'h' ? { offsets: filled(desc, true), nulls: false, fallback: true } : undefined;
}

function flatten(clauses: readonly Expr[]): Expr[] {
  return clauses.flatMap((c) => (c.kind === 'BoolExpr' && c.boolop === 'and' ? flatten(c.args) : [c]));
}

/** OR: the union of its arms; an arm that says nothing of the key leaves all in. undefined: not an OR. */
function matchBoolean(cx: PruneContext, clause: Expr): Match | 'no' | undefined {
  if (clause.kind !== 'BoolExpr' || clause.boolop !== 'or') return undefined;
  let out: Match | undefined;
  for (const arm of clause.args) {
    const m = matchAll(cx, [arm]);
    if (m === undefined) return 'no';
    out = out === undefined ? m : unite(out, m);
  }
  return out ?? 'no';
}

const BOOL = 16;
const strip = (e: Expr): Expr => (e.kind === 'RelabelType' ? strip(e.arg) : e);
const isKey = (cx: PruneContext, e: Expr, k: number): boolean => {
  const s = strip(e);
  const key = strip(cx.keyExprs[k]!);
  if (key.kind === 'Var') return s.kind === 'Var' && s.varno === key.varno && s.varattno === key.varattno && s.varlevelsup === 0;
  return equal(s, key);
};

/** match_clause_to_partition_key */
function matchClause(cx: PruneContext, clause: Expr, k: number): Matched {
  const column = cx.desc.key.columns[k]!;
  if (column.opcintype === BOOL) {
    const m = matchBooleanKey(cx, clause, k, column);
    if (m !== undefined) return m;
  }
  if (clause.kind === 'OpExpr' && clause.args.length === 2) return matchOperator(cx, clause, k, column);
  if (clause.kind === 'ScalarArrayOpExpr') return matchArray(cx, clause, k);
  if (clause.kind === 'NullTest' && isKey(cx, clause.arg, k) && !clause.argisrow) return { kind: clause.nulltesttype === 'is_null' ? 'null' : 'notnull', column: k };
  return { kind: 'no' };
}

function matchBooleanKey(cx: PruneContext, clause: Expr, k: number, column: PartitionColumn): Matched | undefined {
  const as = (value: boolean): Matched => ({ kind: 'clause', clause: { column: k, strategy: EQUAL, value: { kind: 'Const', consttype: BOOL, consttypmod: -1, constcollid: 0, constvalue: value, location: -1 }, compare: column.support } });
  if (clause.kind === 'BooleanTest') {
    const negated = clause.arg.kind === 'BoolExpr' && clause.arg.boolop === 'not';
    const arg = negated ? (clause.arg as Extract<Expr, { kind: 'BoolExpr' }>).args[0]! : clause.arg;
    if (!isKey(cx, arg, k)) return undefined;
    switch (clause.booltesttype) {
      case 'true': return as(!negated);
      case 'false': return as(negated);
      case 'unknown': return { kind: 'null', column: k };
      case 'not_unknown': return { kind: 'notnull', column: k };
      default: {
        // IS NOT TRUE and IS NOT FALSE: the other value, or null.
        const other = matchAll(cx, [valueClause(cx, k, (clause.booltesttype === 'not_true') === negated)]);
        const none = matchAll(cx, [{ kind: 'NullTest', arg: cx.keyExprs[k]!, nulltesttype: 'is_null', argisrow: false, location: -1 }]);
        return other === undefined || none === undefined ? { kind: 'no' } : { kind: 'steps', match: unite(other, none) };
      }
    }
  }
  if (isKey(cx, clause, k)) return as(true);
  if (clause.kind === 'BoolExpr' && clause.boolop === 'not' && isKey(cx, clause.args[0]!, k)) return as(false);
  return undefined;
}
const valueClause = (cx: PruneContext, k: number, value: boolean): Expr =>
  (value ? cx.keyExprs[k]! : { kind: 'BoolExpr', boolop: 'not', args: [cx.keyExprs[k]!], location: -1 });

function matchOperator(cx: PruneContext, clause: OpExpr, k: number, column: PartitionColumn): Matched {
  let opno = clause.opno;
  let value: Expr;
  if (isKey(cx, clause.args[0]!, k)) value = clause.args[1]!;
  else if (isKey(cx, clause.args[1]!, k)) {
    opno = cx.look.operator(opno)?.com ?? 0;
    value = clause.args[0]!;
    if (opno === 0) return { kind: 'no' };
  } else return { kind: 'no' };
  if (column.collation !== clause.inputcollid && column.collation !== 0) return { kind: 'no' };
  return strategyOf(cx, opno, k, column, value);
}

function strategyOf(cx: PruneContext, opno: Oid, k: number, column: PartitionColumn, value: Expr): Matched {
  const { key } = cx.desc;
  const hash = key.strategy === 'h';
  let amop = cx.look.amopIn(opno, column.opfamily);
  let negated = false;
  if (amop === undefined) {
    if (key.strategy !== 'l') return { kind: 'no' };
    const negator = cx.look.operator(opno)?.negate ?? 0;
    amop = negator === 0 ? undefined : cx.look.amopIn(negator, column.opfamily);
    if (amop === undefined || amop.strategy !== EQUAL) return { kind: 'no' };
    negated = true;
  }
  if (hash && amop.strategy !== 1) return { kind: 'no' };
  const fn = cx.look.func(cx.look.operator(opno)?.code ?? 0);
  if (fn !== undefined && !fn.strict) return { kind: 'no' };
  if (!cx.usable(value)) return { kind: 'no' };
  if (value.kind === 'Const' && value.constvalue === null) return { kind: 'never' };
  const right = exprType(value) === amop.right ? amop.right : amop.right;
  const compare = right === column.opcintype ? column.support
    : cx.look.catalog.syscache('AMPROCNUM', column.opfamily, column.opcintype, right, 1)?.amproc ?? 0;
  if (hash ? right !== column.opcintype && hashProc(cx, column, right) === 0 : compare === 0) return { kind: 'no' };
  return { kind: 'clause', clause: { column: k, strategy: negated ? NOT_EQUAL : hash ? EQUAL : amop.strategy, value, compare: hash ? hashProc(cx, column, right) : compare } };
}
const hashProc = (cx: PruneContext, column: PartitionColumn, type: Oid): Oid => (type === column.opcintype ? column.support : cx.look.catalog.syscache('AMPROCNUM', column.opfamily, type, type, 2)?.amproc ?? 0);

/** key op ANY/ALL (array): the OR or AND over the elements. */
function matchArray(cx: PruneContext, clause: Extract<Expr, { kind: 'ScalarArrayOpExpr' }>, k: number): Matched {
  const column = cx.desc.key.columns[k]!;
  if (!isKey(cx, clause.args[0]!, k) || (column.collation !== clause.inputcollid && column.collation !== 0)) return { kind: 'no' };
  const array = clause.args[1]!;
  const elements = elementsOf(cx, array);
  const op = cx.look.operator(clause.opno);
  if (elements === undefined || op === undefined) {
    if (array.kind === 'Const' && array.constvalue === null) return { kind: 'never' };
    return { kind: 'no' };
  }
  const items = elements.map((e): Expr => ({ kind: 'OpExpr', opno: clause.opno, opfuncid: clause.opfuncid, opresulttype: BOOL, opretset: false, opcollid: 0, inputcollid: clause.inputcollid, args: [clause.args[0]!, e], location: -1 }));
  // Elements that are null never match an operator that is strict; with ALL nothing does then.
  const isNull = (e: Expr): boolean => e.kind === 'Const' && e.constvalue === null;
  if (!clause.useOr && elements.some(isNull)) return { kind: 'never' };
  const live = items.filter((_, i) => !isNull(elements[i]!));
  if (clause.useOr && live.length === 0) return { kind: 'never' };
  if (live.some((i) => matchClause(cx, i, k).kind === 'no')) return { kind: 'no' };
  const match = clause.useOr ? matchAll(cx, [{ kind: 'BoolExpr', boolop: 'or', args: live, location: -1 }]) : matchAll(cx, live);
  return match === undefined ? { kind: 'no' } : { kind: 'steps', match };
}

function elementsOf(cx: PruneContext, array: Expr): Expr[] | undefined {
  if (array.kind === 'ArrayExpr' && !array.multidims) return array.elements.every((e) => cx.usable(e)) ? array.elements : undefined;
  if (array.kind !== 'Const' && !cx.usable(array)) return undefined;
  const known = cx.value(array)?.datum as { elements?: readonly Datum[] } | null | undefined;
  if (known === null || known === undefined || known.elements === undefined) return undefined;
  const type = cx.look.type(exprType(array))?.elem ?? 0;
  return known.elements.map((v) => ({ kind: 'Const', consttype: type, consttypmod: -1, constcollid: exprCollation(array), constvalue: v, location: -1 }));
}

// --- hash ------------------------------------------------------------------------------------------------------------
function hashMatch(cx: PruneContext, values: readonly Datum[], key: PartitionKey = cx.desc.key): Match {
  const m = nothing(cx.desc);
  const hash = partitionHash(key, values, cx.call);
  if (hash === undefined) return { offsets: filled(cx.desc, true), nulls: false, fallback: false };
  if (m.offsets.length > 0) m.offsets[Number(hash % BigInt(m.offsets.length))] = true;
  return m;
}
function hashSteps(cx: PruneContext, byColumn: KeyClause[][], nulls: Set<number>): Match | undefined {
  const { key } = cx.desc;
  if (byColumn.some((list, k) => list.length === 0 && !nulls.has(k))) return undefined;
  let out: Match | undefined;
  for (const combination of combinations(byColumn.map((list) => (list.length === 0 ? [undefined] : list)))) {
    const values: Datum[] = [];
    let known = true;
    const columns = key.columns.map((c, k) => ({ ...c, support: combination[k]?.compare ?? c.support }));
    for (const c of combination) {
      const v = c === undefined ? { datum: null } : cx.value(c.value);
      if (v === undefined) { known = false; break; }
      if (c !== undefined && v.datum === null) return nothing(cx.desc);
      values.push(v.datum);
    }
    if (known) out = intersect(out, hashMatch(cx, values, { strategy: 'h', columns }));
  }
  return out;
}

function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((x) => [...head, x])), [[]]);
}

// --- list and range ----------------------------------------------------------------------------------------------------
/** gen_prune_steps_from_opexps and get_steps_using_prefix. */
function orderedSteps(cx: PruneContext, byColumn: KeyClause[][]): Match | undefined {
  const usable: KeyClause[][] = [];
  for (const list of byColumn) {
    if (list.length === 0) break;
    usable.push(list);
    if (list.some((c) => c.strategy === LESS || c.strategy === GREATER)) break;
  }
  let out: Match | undefined;
  usable.forEach((list, k) => {
    for (const last of list) {
      const prefixes = usable.slice(0, k).map((earlier) => earlier.filter((c) => c.strategy === EQUAL || (last.strategy <= LESS_EQUAL && last.strategy >= LESS && c.strategy === LESS_EQUAL) || (last.strategy >= GREATER_EQUAL && c.strategy === GREATER_EQUAL)));
      if (prefixes.some((p) => p.length === 0)) continue;
      for (const prefix of combinations(prefixes)) out = intersect(out, orderedStep(cx, [...prefix, last], last.strategy));
    }
  });
  return out;
}

function orderedStep(cx: PruneContext, clauses: readonly KeyClause[], strategy: number): Match | undefined {
  const values: Datum[] = [];
  for (const c of clauses) {
    const v = cx.value(c.value);
    if (v === undefined) return undefined;
    if (v.datum === null) return nothing(cx.desc);
    values.push(v.datum);
  }
  const columns = cx.desc.key.columns.map((c, k) => ({ ...c, support: clauses[k]?.compare ?? c.support }));
  const key: PartitionKey = { strategy: cx.desc.key.strategy, columns };
  return key.strategy === 'l' ? listStep(cx, key, values[0], strategy) : rangeStep(cx, key, values, strategy);
}

/** get_matching_list_bounds */
function listStep(cx: PruneContext, key: PartitionKey, value: Datum, strategy: number): Match {
  const { desc } = cx;
  const c = key.columns[0]!;
  const compare = (v: Datum): number => Number(cx.call(c.support, c.collation, [v, value]) ?? 0);
  const below = countWhile(desc.listValues, (v) => compare(v) < 0);
  const found = below < desc.listValues.length && compare(desc.listValues[below]) === 0;
  const m = nothing(desc);
  if (strategy === EQUAL) {
    if (found) m.offsets[below] = true; else m.fallback = true;
    return m;
  }
  m.fallback = true;
  const upTo = below + (found ? 1 : 0);
  const [from, to] = strategy === NOT_EQUAL ? [0, desc.listValues.length] : strategy === LESS ? [0, below] : strategy === LESS_EQUAL ? [0, upTo] : strategy === GREATER_EQUAL ? [below, desc.listValues.length] : [upTo, desc.listValues.length];
  for (let k = from; k < to; k++) m.offsets[k] = true;
  if (strategy === NOT_EQUAL && found) m.offsets[below] = false;
  return m;
}

/** get_matching_range_bounds: the slots that rows with these leading values (or below, or above them) lie in. */
function rangeStep(cx: PruneContext, key: PartitionKey, values: readonly Datum[], strategy: number): Match {
  const { limits } = cx.desc;
  const n = values.length;
  const full = n === key.columns.length;
  const compare = (k: number): number => compareLimitToRow(key, limits[k]!, values, n, cx.call);
  const positions = limits.map((_, k) => k);
  /** Limits at or below every row with this prefix. */
  const low = countWhile(positions, (k) => { const c = compare(k); return c < 0 || (c === 0 && (full || limits[k]!.kinds[n] === -1)); });
  /** Limits at or below some row with it. */
  const high = countWhile(positions, (k) => { const c = compare(k); return c < 0 || (c === 0 && (full || limits[k]!.kinds[n] !== 1)); });
  const under = countWhile(positions, (k) => compare(k) < 0);
  const above = countWhile(positions, (k) => compare(k) <= 0);
  const [from, to] = strategy === EQUAL ? [low, high] : strategy === LESS ? [0, under] : strategy === LESS_EQUAL ? [0, high] : strategy === GREATER_EQUAL ? [low, limits.length] : [above, limits.length];
  const m = nothing(cx.desc);
  for (let k = from; k <= to; k++) m.offsets[k] = true;
  return m;
}
