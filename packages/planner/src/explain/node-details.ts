/** The name of a plan node and the lines below it: conditions, keys, outputs. */
import type { Expr, JoinType, Plan } from '../nodes/index.js';
import { lookups } from '../plan/lsyscache.js';
import { PlanNames, outerPlan, quote, type Place } from './names.js';
import { planFrameText } from '../deparse/sort-group.js';
import type { ExplainOptions, NodeInstrumentation } from './types.js';

const PLAIN: Readonly<Partial<Record<Plan['kind'], string>>> = {
  SeqScan: 'Seq Scan', SampleScan: 'Sample Scan', BitmapHeapScan: 'Bitmap Heap Scan', TidScan: 'Tid Scan', TidRangeScan: 'Tid Range Scan', SubqueryScan: 'Subquery Scan', FunctionScan: 'Function Scan', ValuesScan: 'Values Scan', TableFuncScan: 'Table Function Scan',
  CteScan: 'CTE Scan', NamedTuplestoreScan: 'Named Tuplestore Scan', WorkTableScan: 'WorkTable Scan', Material: 'Materialize', IncrementalSort: 'Incremental Sort', MergeAppend: 'Merge Append', RecursiveUnion: 'Recursive Union', BitmapAnd: 'BitmapAnd', BitmapOr: 'BitmapOr',
};
const JOIN: Readonly<Record<JoinType, string>> = { inner: '', left: ' Left', full: ' Full', right: ' Right', semi: ' Semi', anti: ' Anti', right_semi: ' Right Semi', right_anti: ' Right Anti' };
const AGG = { plain: 'Aggregate', sorted: 'GroupAggregate', hashed: 'HashAggregate', mixed: 'MixedAggregate' } as const;
const SETOP = { intersect: 'Intersect', intersect_all: 'Intersect All', except: 'Except', except_all: 'Except All' } as const;

export function nodeTitle(p: Plan, names: PlanNames): string {
  const cat = names.options.catalog;
  const ixName = (oid: number): string => quote(String((cat.syscache('RELOID', oid) as { relname?: string } | undefined)?.relname ?? oid));
  const back = (d: string): string => (d === 'backward' ? ' Backward' : '');
  switch (p.kind) {
    case 'IndexScan': return `Index Scan${back(p.indexorderdir)} using ${ixName(p.indexid)}${target(p.scanrelid, p, names)}`;
    case 'IndexOnlyScan': return `Index Only Scan${back(p.indexorderdir)} using ${ixName(p.indexid)}${target(p.scanrelid, p, names)}`;
    case 'BitmapIndexScan': return `Bitmap Index Scan on ${ixName(p.indexid)}`;
    case 'NestLoop': return `Nested Loop${JOIN[p.jointype]}${p.jointype === 'inner' ? '' : ' Join'}`;
    case 'MergeJoin': return `Merge${JOIN[p.jointype]} Join`;
    case 'HashJoin': return `Hash${JOIN[p.jointype]} Join`;
    case 'Agg': return AGG[p.aggstrategy];
    case 'SetOp': return `${p.strategy === 'hashed' ? 'HashSetOp' : 'SetOp'} ${SETOP[p.cmd]}`;
    case 'ModifyTable': return `${{ insert: 'Insert', update: 'Update', delete: 'Delete', merge: 'Merge' }[p.operation]}${target(p.nominalRelation, p, names)}`;
    default: return `${PLAIN[p.kind] ?? p.kind}${'scanrelid' in p ? target(p.scanrelid, p, names) : ''}`;
  }
}
function functionSchema(cat: PlanNames['options']['catalog'], oid: number): string {
  return (cat.syscache('NAMESPACEOID', cat.syscache('PROCOID', oid)?.pronamespace ?? 0)?.nspname as string | undefined) ?? 'pg_catalog';
}
function target(rti: number, p: Plan, names: PlanNames): string {
  const rte = names.stmt.rtable[rti - 1]!;
  const ref = names.relNames[rti - 1]!;
  let object: string | undefined;
  let schema: string | undefined;
  const cat = names.options.catalog;
  if (rte.relid && rte.rtekind === 'relation') { const r = cat.relation(rte.relid); object = r?.relname; schema = names.options.verbose ? r?.nspname : undefined; }
  else if (p.kind === 'FunctionScan' && p.functions.length === 1 && p.functions[0]!.funcexpr.kind === 'FuncExpr') object = lookups(cat).func(p.functions[0]!.funcexpr.funcid)?.name;
  else if (p.kind === 'TableFuncScan') object = p.tablefunc.functype;
  else if (p.kind === 'CteScan' || p.kind === 'WorkTableScan') object = rte.ctename;
  else if (p.kind === 'NamedTuplestoreScan') object = rte.enrname;
  if (p.kind === 'FunctionScan' && object && names.options.verbose && p.functions[0]!.funcexpr.kind === 'FuncExpr') schema = functionSchema(cat, p.functions[0]!.funcexpr.funcid);
  if (object === undefined) return ` on ${quote(ref)}`.replace('"*VALUES*"', '"*VALUES*"');
  const o = ` on ${schema ? `${quote(schema)}.` : ''}${quote(object)}`;
  return ref !== object ? `${o} ${quote(ref)}` : o;
}

/** The sampling method with its arguments. */
function sampling(p: Extract<Plan, { kind: 'SampleScan' }>, at: Place, names: PlanNames): string {
  const prefix = names.useful || names.options.verbose === true;
  const text = (e: Expr): string => names.text(e, at, prefix);
  const t = p.tablesample;
  const method = String(lookups(names.options.catalog).func(t.tsmhandler)?.name);
  return `${method} (${t.args.map(text).join(', ')})${t.repeatable ? ` REPEATABLE (${text(t.repeatable)})` : ''}`;
}

/** What a window is over: PARTITION BY, ORDER BY and an explicit frame. */
function windowText(p: Extract<Plan, { kind: 'WindowAgg' }>, at: Place, names: PlanNames, o: ExplainOptions): string {
  const child = outerPlan(p)!;
  const prefix = names.useful || o.verbose === true;
  const column = (c: number): string => names.text(child.targetlist.find((x) => x.resno === c)!.expr, { plan: child, parents: [p, ...at.parents] }, prefix);
  const parts: string[] = [];
  if (p.partNumCols > 0) parts.push(`PARTITION BY ${p.partColIdx.slice(0, p.partNumCols).map(column).join(', ')}`);
  if (p.ordNumCols > 0) parts.push(`ORDER BY ${p.ordColIdx.slice(0, p.ordNumCols).map(column).join(', ')}`);
  if (p.frame.nondefault) parts.push(planFrameText(p.frame, (e) => names.text(e, at, prefix), p.startOffset, p.endOffset));
  return `(${parts.join(' ')})`;
}

type Line = [string, string | string[]];
const MODIFY = { insert: 'Insert', update: 'Update', delete: 'Delete', merge: 'Merge' } as const;
/** show_modifytable_info: the relations that change where they are not the one named, and ON CONFLICT. */
function modifyLines(p: Extract<Plan, { kind: 'ModifyTable' }>, names: PlanNames, o: ExplainOptions): Line[] {
  const out: Line[] = [];
  if (p.resultRelations.length > 1 || (p.resultRelations.length === 1 && p.resultRelations[0] !== p.nominalRelation)) for (const r of p.resultRelations) out.push(['', `${MODIFY[p.operation]}${target(r, p, names)}`]);
  if (!p.onConflict) return out;
  out.push(['Conflict Resolution', p.onConflict.action === 'nothing' ? 'NOTHING' : 'UPDATE']);
  if (p.arbiterIndexes.length) out.push(['Conflict Arbiter Indexes', p.arbiterIndexes.map((x) => quote(String((o.catalog.syscache('RELOID', x) as { relname?: string } | undefined)?.relname ?? x)))]);
  return out;
}
export function nodeDetails(p: Plan, at: Place, names: PlanNames, o: ExplainOptions, ins: NodeInstrumentation | undefined): Line[] {
  const out: Line[] = [];
  const scan = 'scanrelid' in p;
  const prefix = scan ? (p.kind === 'SubqueryScan' || o.verbose === true) : names.useful || o.verbose === true;
  const conj = (l: readonly Expr[]): Expr => (l.length === 1 ? l[0]! : { kind: 'BoolExpr', boolop: 'and', args: l.slice(), location: -1 });
  const qual = (label: string, l: readonly Expr[], pre = prefix): void => { if (l.length) out.push([label, names.text(conj(l), at, pre)]); };
  const removed = (label: string, n: number): void => { if (o.analyze && ins && n > 0) out.push([label, String(Math.round(n / Math.max(ins.loops, 1)))]); };
  const filter = (): void => { qual('Filter', p.qual); if (p.qual.length) removed('Rows Removed by Filter', ins?.filtered ?? 0); };
  const keys = (label: string, cols: readonly number[], sort?: { ops: readonly number[]; nullsFirst: readonly boolean[]; colls: readonly number[] }): void => {
    const child = outerPlan(p);
    if (!child || !cols.length) return;
    out.push([label, cols.map((c, i) => {
      // A sort's keys are columns of its own list; those of grouping are its input's.
      const own = sort !== undefined && p.kind !== 'Agg' ? p : child;
      const t = own.targetlist.find((x) => x.resno === c)!;
      let s = names.text(t.expr, own === p ? at : { plan: child, parents: [p, ...at.parents] }, names.useful || o.verbose === true);
      if (sort) { const d = lookups(o.catalog).orderingOp(sort.ops[i]!)?.desc ?? false; if (d) s += ' DESC'; if (sort.nullsFirst[i] !== d) s += sort.nullsFirst[i] ? ' NULLS FIRST' : ' NULLS LAST'; }
      return s;
    })]);
  };
  if (o.verbose && (p.targetlist.length > 0 || names.physical.has(p)) && p.kind !== 'ModifyTable' && p.kind !== 'Append' && p.kind !== 'MergeAppend' && p.kind !== 'RecursiveUnion') out.push(['Output', (names.physical.get(p) ?? p.targetlist.map((t) => t.expr)).map((e) => names.text(e, at, names.useful))]);
  switch (p.kind) {
    case 'IndexScan': qual('Index Cond', p.indexqualorig); filter(); break;
    case 'IndexOnlyScan': qual('Index Cond', p.recheckqual); filter(); break;
    case 'BitmapIndexScan': qual('Index Cond', p.indexqualorig); break;
    case 'BitmapHeapScan': qual('Recheck Cond', p.bitmapqualorig); filter(); break;
    case 'TidScan': qual('TID Cond', p.tidquals); filter(); break;
    case 'TidRangeScan': qual('TID Cond', p.tidrangequals); filter(); break;
    case 'SampleScan': out.push(['Sampling', sampling(p, at, names)]); filter(); break;
    case 'FunctionScan': if (o.verbose) out.push(['Function Call', p.functions.map((f) => names.text(f.funcexpr, at, true))]); filter(); break;
    case 'TableFuncScan': if (o.verbose) out.push(['Table Function Call', [names.text(p.tablefunc as unknown as Expr, at, true)]]); filter(); break;
    case 'NestLoop': qual('Join Filter', p.joinqual); if (p.joinqual.length) removed('Rows Removed by Join Filter', ins?.joinFiltered ?? 0); filter(); break;
    case 'MergeJoin': qual('Merge Cond', p.mergeclauses); qual('Join Filter', p.joinqual); filter(); break;
    case 'HashJoin': qual('Hash Cond', p.hashclauses); qual('Join Filter', p.joinqual); filter(); break;
    case 'Sort': case 'IncrementalSort': case 'MergeAppend': {
      const sort = { ops: p.sortOperators, nullsFirst: p.nullsFirst, colls: p.collations };
      keys('Sort Key', p.sortColIdx, sort);
      if (p.kind === 'IncrementalSort') keys('Presorted Key', p.sortColIdx.slice(0, p.nPresortedCols));
      break;
    }
    case 'Agg':
      if (p.groupingSets.length) {
        for (const a of [p, ...p.chain]) {
          if (a !== p && a.lefttree?.kind === 'Sort') keys('Sort Key', a.lefttree.sortColIdx, { ops: a.lefttree.sortOperators, nullsFirst: a.lefttree.nullsFirst, colls: a.lefttree.collations });
          for (const g of a.groupingSets) if (g.length) keys('Group Key', g.map((x) => a.grpColIdx[x]!)); else out.push(['Group Key', '()']);
        }
      } else keys('Group Key', p.grpColIdx);
      filter();
      break;
    case 'WindowAgg': out.push(['Window', `${quote(p.winname)} AS ${windowText(p, at, names, o)}`]); qual('Run Condition', p.runConditionOrig); filter(); break;
    case 'Group': keys('Group Key', p.grpColIdx); filter(); break;
    case 'Result': qual('One-Time Filter', p.resconstantqual); filter(); break;
    case 'Memoize': out.push(['Cache Key', p.param_exprs.map((e) => names.text(e, at, names.useful))], ['Cache Mode', p.binary_mode ? 'binary' : 'logical']); break;
    case 'ModifyTable': out.push(...modifyLines(p, names, o)); break;
    default: filter();
  }
  return out;
}
