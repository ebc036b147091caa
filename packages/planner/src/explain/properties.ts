/** A plan node's properties in EXPLAIN's structured formats, under PostgreSQL's labels and in its order. */
import type { JoinType, Plan } from '../nodes/index.js';
import { lookups } from '../plan/lsyscache.js';
import type { PlanNames } from './names.js';
import type { BufferUse, ExplainOptions, NodeInstrumentation, Value } from './types.js';

const JOIN_NAMES: Readonly<Record<JoinType, string>> = { inner: 'Inner', left: 'Left', full: 'Full', right: 'Right', semi: 'Semi', anti: 'Anti', right_semi: 'Right Semi', right_anti: 'Right Anti' };
const NODE_TYPES: Readonly<Partial<Record<Plan['kind'], string>>> = {
  SeqScan: 'Seq Scan', SampleScan: 'Sample Scan', IndexScan: 'Index Scan', IndexOnlyScan: 'Index Only Scan', BitmapIndexScan: 'Bitmap Index Scan', BitmapHeapScan: 'Bitmap Heap Scan', TidScan: 'Tid Scan', TidRangeScan: 'Tid Range Scan',
  SubqueryScan: 'Subquery Scan', FunctionScan: 'Function Scan', ValuesScan: 'Values Scan', TableFuncScan: 'Table Function Scan', CteScan: 'CTE Scan', NamedTuplestoreScan: 'Named Tuplestore Scan', WorkTableScan: 'WorkTable Scan',
  NestLoop: 'Nested Loop', MergeJoin: 'Merge Join', HashJoin: 'Hash Join', Material: 'Materialize', IncrementalSort: 'Incremental Sort', MergeAppend: 'Merge Append', RecursiveUnion: 'Recursive Union', Agg: 'Aggregate', SetOp: 'SetOp',
};
const STRATEGIES = { plain: 'Plain', sorted: 'Sorted', hashed: 'Hashed', mixed: 'Mixed' } as const;
const SETOP_COMMANDS = { intersect: 'Intersect', intersect_all: 'Intersect All', except: 'Except', except_all: 'Except All' } as const;
const OPERATIONS = { insert: 'Insert', update: 'Update', delete: 'Delete', merge: 'Merge' } as const;
const DIRECTIONS: Readonly<Record<string, string>> = { forward: 'Forward', backward: 'Backward' };

/** How a node hangs below its parent: Outer, Inner, Member, Subquery, InitPlan, SubPlan. */
export interface Relationship { readonly kind: string; readonly subplan?: string | undefined }

/** Everything that stands before the conditions. */
export function headProperties(p: Plan, names: PlanNames, o: ExplainOptions, i: NodeInstrumentation | undefined, below: Relationship | undefined, isDisabled: boolean): Record<string, Value> {
  const r: Record<string, Value> = { 'Node Type': NODE_TYPES[p.kind] ?? p.kind };
  if (p.kind === 'Agg') { r['Strategy'] = STRATEGIES[p.aggstrategy]; r['Partial Mode'] = 'Simple'; }
  if (p.kind === 'SetOp') r['Strategy'] = p.strategy === 'hashed' ? 'Hashed' : 'Sorted';
  if (p.kind === 'ModifyTable') r['Operation'] = OPERATIONS[p.operation];
  if (below !== undefined) {
    r['Parent Relationship'] = below.kind;
    if (below.subplan !== undefined) r['Subplan Name'] = below.subplan;
  }
  r['Parallel Aware'] = false;
  r['Async Capable'] = false;
  Object.assign(r, target(p, names, o));
  if (p.kind === 'NestLoop' || p.kind === 'MergeJoin' || p.kind === 'HashJoin') r['Join Type'] = JOIN_NAMES[p.jointype];
  if (p.kind === 'SetOp') r['Command'] = SETOP_COMMANDS[p.cmd];
  if (o.costs !== false) Object.assign(r, { 'Startup Cost': fixed(p.startup_cost, 2), 'Total Cost': fixed(p.total_cost, 2), 'Plan Rows': Math.round(p.plan_rows), 'Plan Width': p.plan_width });
  if (o.analyze) Object.assign(r, actual(o, i));
  r['Disabled'] = isDisabled;
  return r;
}
/** Numbers keep their digits after the point: text that is written without quotes. */
export class Fixed {
  constructor(readonly text: string) {}
}
export function fixed(n: number, digits: number): Value { return new Fixed(n.toFixed(digits)) as unknown as Value; }

function actual(o: ExplainOptions, i: NodeInstrumentation | undefined): Record<string, Value> {
  const n = i?.loops || 1;
  const times: Record<string, Value> = o.timing === false ? {} : { 'Actual Startup Time': fixed((i?.startupMs ?? 0) / n, 3), 'Actual Total Time': fixed((i?.totalMs ?? 0) / n, 3) };
  return { ...times, 'Actual Rows': fixed((i?.rows ?? 0) / n, 2), 'Actual Loops': i?.loops ?? 0 };
}

function target(p: Plan, names: PlanNames, o: ExplainOptions): Record<string, Value> {
  const r: Record<string, Value> = {};
  if (p.kind === 'IndexScan' || p.kind === 'IndexOnlyScan') r['Scan Direction'] = DIRECTIONS[p.indexorderdir] ?? 'NoMovement';
  if (p.kind === 'IndexScan' || p.kind === 'IndexOnlyScan' || p.kind === 'BitmapIndexScan') r['Index Name'] = (o.catalog.syscache('RELOID', p.indexid)?.relname as string | undefined) ?? String(p.indexid);
  if (p.kind === 'BitmapIndexScan') return r;
  const rti = p.kind === 'ModifyTable' ? p.nominalRelation : 'scanrelid' in p ? p.scanrelid : 0;
  const rte = names.stmt.rtable[rti - 1];
  if (rti === 0 || rte === undefined) return r;
  if (rte.relid !== 0 && rte.rtekind === 'relation') {
    const rel = o.catalog.relation(rte.relid);
    r['Relation Name'] = rel?.relname ?? '?';
    if (o.verbose) r['Schema'] = rel?.nspname ?? '?';
  } else if (p.kind === 'FunctionScan' && p.functions.length === 1 && p.functions[0]!.funcexpr.kind === 'FuncExpr') {
    r['Function Name'] = lookups(o.catalog).func(p.functions[0]!.funcexpr.funcid)?.name ?? '?';
    const proc = o.catalog.syscache('PROCOID', p.functions[0]!.funcexpr.funcid);
    if (o.verbose && proc !== undefined) r['Schema'] = o.catalog.syscache('NAMESPACEOID', proc.pronamespace)?.nspname ?? '?';
  } else if (p.kind === 'TableFuncScan') r['Table Function Name'] = p.tablefunc.functype;
  else if (p.kind === 'CteScan' || p.kind === 'WorkTableScan') r['CTE Name'] = rte.ctename;
  else if (p.kind === 'NamedTuplestoreScan') r['Tuplestore Name'] = rte.enrname;
  r['Alias'] = names.relNames[rti - 1] ?? '';
  return r;
}

/** BUFFERS as properties. */
export function bufferProperties(b: BufferUse | undefined, ioTimes: boolean): Record<string, Value> {
  const u = b ?? { hit: 0, read: 0, dirtied: 0, written: 0, tempRead: 0, tempWritten: 0 };
  const zero = fixed(0, 3);
  return {
    'Shared Hit Blocks': u.hit, 'Shared Read Blocks': u.read, 'Shared Dirtied Blocks': u.dirtied, 'Shared Written Blocks': u.written,
    'Local Hit Blocks': 0, 'Local Read Blocks': 0, 'Local Dirtied Blocks': 0, 'Local Written Blocks': 0, 'Temp Read Blocks': u.tempRead, 'Temp Written Blocks': u.tempWritten,
    ...(ioTimes ? { 'Shared I/O Read Time': zero, 'Shared I/O Write Time': zero, 'Local I/O Read Time': zero, 'Local I/O Write Time': zero, 'Temp I/O Read Time': zero, 'Temp I/O Write Time': zero } : {}),
  };
}
/** BUFFERS as a line; undefined where nothing was used. */
export function bufferLine(b: BufferUse | undefined): string | undefined {
  if (b === undefined) return undefined;
  const group = (name: string, parts: [string, number][]): string[] => {
    const used = parts.filter(([, n]) => n > 0).map(([label, n]) => `${label}=${n}`);
    return used.length === 0 ? [] : [`${name} ${used.join(' ')}`];
  };
  const groups = [...group('shared', [['hit', b.hit], ['read', b.read], ['dirtied', b.dirtied], ['written', b.written]]), ...group('temp', [['read', b.tempRead], ['written', b.tempWritten]])];
  return groups.length === 0 ? undefined : groups.join(', ');
}
