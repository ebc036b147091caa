/** EXPLAIN: a plan as text or JSON, with PostgreSQL 18's node names, labels and number formats. */
import type { Plan, PlannedStmt, SubPlan } from '../nodes/index.js';
import { nodeDetails, nodeTitle } from './node-details.js';
import { PlanNames, type Place } from './names.js';
import { bufferLine, bufferProperties, fixed, headProperties, type Relationship } from './properties.js';
import type { ExplainNode, ExplainOptions, Instrumentation, NodeInstrumentation, Value } from './types.js';

/** The plan as lines of text, or as a document for the structured formats. */
export function explain(stmt: PlannedStmt, options: ExplainOptions, instrumentation?: Instrumentation): string[] {
  const names = new PlanNames(stmt, options);
  return text(build(stmt, { plan: stmt.planTree, parents: [] }, undefined, names, options, instrumentation), options);
}
export function explainDocument(stmt: PlannedStmt, options: ExplainOptions, instrumentation?: Instrumentation): { readonly [label: string]: Value } {
  const names = new PlanNames(stmt, options);
  return document(build(stmt, { plan: stmt.planTree, parents: [] }, undefined, names, options, instrumentation), options);
}

function build(stmt: PlannedStmt, at: Place, below: Relationship | undefined, names: PlanNames, o: ExplainOptions, ins: Instrumentation | undefined): ExplainNode {
  const p = at.plan;
  const i = ins?.node(p.plan_node_id);
  const nested = kids(p);
  const lower = nested.reduce((s, c) => s + c.plan.disabled_nodes, 0);
  const isDisabled = p.disabled_nodes > lower && p.kind !== 'Hash' && p.kind !== 'BitmapIndexScan';
  const node: ExplainNode = { head: headProperties(p, names, o, i, below, isDisabled), tail: {}, title: nodeTitle(p, names), cost: costText(p, o, i), lines: [], children: [] };
  if (isDisabled) node.lines.push(['Disabled', 'true']);
  node.lines.push(...nodeDetails(p, at, names, o, i));
  for (const x of i?.extra ?? []) {
    if (x.fields === undefined || o.format !== 'json') node.lines.push([x.label, String(x.value)]);
    else Object.assign(node.tail, x.fields);
  }
  if (o.buffers && o.analyze) {
    const line = bufferLine(i?.buffers);
    if (line !== undefined) node.lines.push(['Buffers', line]);
    Object.assign(node.tail, bufferProperties(i?.buffers, o.ioTimes ?? false));
  }
  const child = (plan: Plan, relationship: Relationship, label?: string): void => { node.children.push({ label, node: build(stmt, { plan, parents: [p, ...at.parents] }, relationship, names, o, ins) }); };
  for (const s of p.initPlan) child(stmt.subplans[s.plan_id - 1]!, { kind: 'InitPlan', subplan: s.plan_name }, s.plan_name);
  for (const c of nested) child(c.plan, { kind: c.kind });
  for (const s of subPlans(p)) child(stmt.subplans[s.plan_id - 1]!, { kind: 'SubPlan', subplan: s.plan_name }, s.plan_name);
  return node;
}
function costText(p: Plan, o: ExplainOptions, i: NodeInstrumentation | undefined): string {
  const cost = o.costs === false ? '' : `  (cost=${p.startup_cost.toFixed(2)}..${p.total_cost.toFixed(2)} rows=${Math.round(p.plan_rows)} width=${p.plan_width})`;
  if (!o.analyze) return cost;
  if (i === undefined || i.loops === 0) return `${cost} (never executed)`;
  const n = i.loops;
  const time = o.timing === false ? '' : `time=${(i.startupMs / n).toFixed(3)}..${(i.totalMs / n).toFixed(3)} `;
  return `${cost} (actual ${time}rows=${(i.rows / n).toFixed(2)} loops=${n})`;
}

function kids(p: Plan): { plan: Plan; kind: string }[] {
  const out: { plan: Plan; kind: string }[] = [];
  if (p.lefttree) out.push({ plan: p.lefttree, kind: 'Outer' });
  if (p.righttree) out.push({ plan: p.righttree, kind: 'Inner' });
  const members = (list: readonly Plan[]): void => { for (const plan of list) out.push({ plan, kind: 'Member' }); };
  if (p.kind === 'Append') members(p.appendplans);
  if (p.kind === 'MergeAppend') members(p.mergeplans);
  if (p.kind === 'BitmapAnd' || p.kind === 'BitmapOr') members(p.bitmapplans);
  if (p.kind === 'SubqueryScan') out.push({ plan: p.subplan, kind: 'Subquery' });
  return out;
}
/** SubPlans in a node's own expressions, each once. */
function subPlans(p: Plan): SubPlan[] {
  const out: SubPlan[] = [];
  const skip = new Set(['lefttree', 'righttree', 'initPlan', 'appendplans', 'mergeplans', 'bitmapplans', 'subplan', 'chain', 'indexqual']);
  const look = (v: unknown): void => {
    if (v === null || typeof v !== 'object') return;
    if (Array.isArray(v)) { v.forEach(look); return; }
    const n = v as Record<string, unknown>;
    if (n['kind'] === 'SubPlan' && !out.some((s) => s.plan_id === n['plan_id'])) out.push(v as SubPlan);
    if (n['kind'] === 'Const' || n['kind'] === 'Query') return;
    for (const x of Object.values(n)) if (x !== null && typeof x === 'object') look(x);
  };
  for (const [k, v] of Object.entries(p)) if (!skip.has(k)) look(v);
  return out.sort((a, b) => a.plan_id - b.plan_id);
}

function text(root: ExplainNode, o: ExplainOptions): string[] {
  const out: string[] = [];
  const put = (n: ExplainNode, indent: number, arrow: boolean): void => {
    out.push(`${' '.repeat(indent)}${arrow ? '->  ' : ''}${n.title}${n.cost}`);
    const inner = arrow ? indent + 6 : indent + 2;
    for (const [l, v] of n.lines) out.push(`${' '.repeat(inner)}${l === '' ? '' : `${l}: `}${Array.isArray(v) ? v.join(', ') : v}`);
    for (const c of n.children) {
      if (c.label === undefined) put(c.node, inner, true);
      else { out.push(`${' '.repeat(inner)}${c.label}`); put(c.node, inner + 2, true); }
    }
  };
  put(root, 0, false);
  if (o.settings?.length) out.push(`Settings: ${o.settings.map((s) => `${s.name} = '${s.value}'`).join(', ')}`);
  const planning: string[] = [];
  const planningUse = o.buffers ? bufferLine(o.planningBuffers) : undefined;
  if (planningUse !== undefined) planning.push(`  Buffers: ${planningUse}`);
  if (o.memory !== undefined) planning.push(`  Memory: used=${kilobytes(o.memory.used)}kB  allocated=${kilobytes(o.memory.allocated)}kB`);
  if (planning.length > 0) out.push('Planning:', ...planning);
  if (o.summary ?? o.analyze) {
    if (o.planningMs !== undefined) out.push(`Planning Time: ${o.planningMs.toFixed(3)} ms`);
    out.push(...serializationLines(o));
    if (o.analyze && o.executionMs !== undefined) out.push(`Execution Time: ${o.executionMs.toFixed(3)} ms`);
  } else out.push(...serializationLines(o));
  return out;
}
function serializationLines(o: ExplainOptions): string[] {
  const s = o.serialization;
  if (s === undefined) return [];
  const time = o.timing === false ? '' : `time=${s.ms.toFixed(3)} ms  `;
  const line = `Serialization: ${time}output=${kilobytes(s.bytes)}kB  format=${s.format}`;
  const use = o.buffers ? bufferLine(s.buffers) : undefined;
  return use === undefined ? [line] : [line, `  Buffers: ${use}`];
}
const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024);

const HAS_COUNT: Readonly<Record<string, string>> = { Filter: 'Rows Removed by Filter', 'Join Filter': 'Rows Removed by Join Filter', 'Recheck Cond': 'Rows Removed by Index Recheck' };
function document(root: ExplainNode, o: ExplainOptions): { readonly [label: string]: Value } {
  const object = (n: ExplainNode): Record<string, Value> => {
    const r: Record<string, Value> = { ...n.head };
    for (const [label, value] of n.lines) {
      if (label === '' || label === 'Disabled' || label === 'Buffers') continue;
      if (label.startsWith('Rows Removed by')) { r[label] = Number(value); continue; }
      r[label] = value;
      const count = HAS_COUNT[label];
      if (o.analyze && count !== undefined) r[count] = 0;
    }
    Object.assign(r, n.tail);
    if (n.children.length > 0) r['Plans'] = n.children.map((c) => object(c.node));
    return r;
  };
  const top: Record<string, Value> = { Plan: object(root) };
  if (o.settings?.length) top['Settings'] = Object.fromEntries(o.settings.map((s) => [s.name, s.value]));
  const planning: Record<string, Value> = { ...(o.buffers ? bufferProperties(o.planningBuffers, o.ioTimes ?? false) : {}), ...(o.memory === undefined ? {} : { 'Memory Used': kilobytes(o.memory.used), 'Memory Allocated': kilobytes(o.memory.allocated) }) };
  if (Object.keys(planning).length > 0) top['Planning'] = planning;
  const summary = o.summary ?? o.analyze;
  if (summary && o.planningMs !== undefined) top['Planning Time'] = fixed(o.planningMs, 3);
  if (o.analyze) top['Triggers'] = [];
  if (o.serialization !== undefined) {
    const s = o.serialization;
    top['Serialization'] = { ...(o.timing === false ? {} : { Time: fixed(s.ms, 3) }), 'Output Volume': kilobytes(s.bytes), Format: s.format, ...(o.buffers ? bufferProperties(s.buffers, o.ioTimes ?? false) : {}) };
  }
  if (summary && o.analyze && o.executionMs !== undefined) top['Execution Time'] = fixed(o.executionMs, 3);
  return top;
}
