/** EXPLAIN: a plan as text or JSON, with PostgreSQL 18's node names, labels and number formats. */
import type { Plan, PlannedStmt, SubPlan } from '../nodes/index.js';
import { nodeDetails, nodeTitle } from './node-details.js';
import { PlanNames, type Place } from './names.js';
import type { ExplainNode, ExplainOptions, Instrumentation } from './types.js';

export function explain(stmt: PlannedStmt, options: ExplainOptions, instrumentation?: Instrumentation): string[] {
  const names = new PlanNames(stmt, options);
  const root = build(stmt, { plan: stmt.planTree, parents: [] }, names, options, instrumentation);
  return options.format === 'json' ? json(root, options) : text(root, options);
}

function build(stmt: PlannedStmt, at: Place, names: PlanNames, o: ExplainOptions, ins: Instrumentation | undefined): ExplainNode {
  const p = at.plan;
  const node: ExplainNode = { properties: [], title: nodeTitle(p, names), cost: '', lines: [], children: [] };
  if (o.costs !== false) node.cost = `  (cost=${p.startup_cost.toFixed(2)}..${p.total_cost.toFixed(2)} rows=${Math.round(p.plan_rows)} width=${p.plan_width})`;
  const i = ins?.node(p.plan_node_id);
  if (o.analyze) {
    if (i && i.loops > 0) {
      const n = i.loops;
      const time = o.timing === false ? '' : `time=${(i.startupMs / n).toFixed(3)}..${(i.totalMs / n).toFixed(3)} `;
      node.cost += ` (actual ${time}rows=${(i.rows / n).toFixed(2)} loops=${n})`;
    } else node.cost += ' (never executed)';
  }
  node.properties = [['Node Type', node.title.split(' on ')[0]!.split(' using ')[0]!], ['Parallel Aware', false], ['Async Capable', false]];
  if (o.costs !== false) node.properties.push(['Startup Cost', round2(p.startup_cost)], ['Total Cost', round2(p.total_cost)], ['Plan Rows', Math.round(p.plan_rows)], ['Plan Width', p.plan_width]);
  if (o.analyze) {
    const n = i?.loops || 1;
    if (o.timing !== false) node.properties.push(['Actual Startup Time', round3((i?.startupMs ?? 0) / n)], ['Actual Total Time', round3((i?.totalMs ?? 0) / n)]);
    node.properties.push(['Actual Rows', round2((i?.rows ?? 0) / n)], ['Actual Loops', i?.loops ?? 0]);
  }
  const below = kids(p);
  const lower = below.reduce((s, c) => s + c.plan.disabled_nodes, 0);
  if (p.disabled_nodes > lower && p.kind !== 'Hash' && p.kind !== 'BitmapIndexScan') node.lines.push(['Disabled', 'true']);
  node.lines.push(...nodeDetails(p, at, names, o, i));
  for (const [l, v] of i?.extra?.map((x): [string, string] => [x.label, String(x.value)]) ?? []) node.lines.push([l, v]);
  const child = (plan: Plan, label?: string, parents = [p, ...at.parents]): void => { node.children.push({ label, node: build(stmt, { plan, parents }, names, o, ins) }); };
  for (const s of p.initPlan) child(stmt.subplans[s.plan_id - 1]!, s.plan_name, [p, ...at.parents]);
  for (const c of below) child(c.plan);
  for (const s of subPlans(p)) child(stmt.subplans[s.plan_id - 1]!, s.plan_name);
  return node;
}
const round2 = (n: number): number => Number(n.toFixed(2));
const round3 = (n: number): number => Number(n.toFixed(3));

function kids(p: Plan): { plan: Plan }[] {
  const out: Plan[] = [];
  if (p.lefttree) out.push(p.lefttree);
  if (p.righttree) out.push(p.righttree);
  if (p.kind === 'Append') out.push(...p.appendplans);
  if (p.kind === 'MergeAppend') out.push(...p.mergeplans);
  if (p.kind === 'BitmapAnd' || p.kind === 'BitmapOr') out.push(...p.bitmapplans);
  if (p.kind === 'SubqueryScan') out.push(p.subplan);
  return out.map((plan) => ({ plan }));
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
  if (o.summary ?? o.analyze) {
    if (o.planningMs !== undefined) out.push(`Planning Time: ${o.planningMs.toFixed(3)} ms`);
    if (o.analyze && o.executionMs !== undefined) out.push(`Execution Time: ${o.executionMs.toFixed(3)} ms`);
  }
  return out;
}
function json(root: ExplainNode, o: ExplainOptions): string[] {
  const object = (n: ExplainNode, label?: string): Record<string, unknown> => {
    const r: Record<string, unknown> = {};
    for (const [k, v] of n.properties) r[k] = v;
    if (label !== undefined) r['Subplan Name'] = label;
    for (const [k, v] of n.lines) if (k !== '') r[k] = k === 'Disabled' ? true : v;
    if (n.children.length) r['Plans'] = n.children.map((c) => object(c.node, c.label));
    return r;
  };
  const top: Record<string, unknown> = { Plan: object(root) };
  if (o.settings?.length) top['Settings'] = Object.fromEntries(o.settings.map((s) => [s.name, s.value]));
  if ((o.summary ?? o.analyze) && o.planningMs !== undefined) top['Planning Time'] = round3(o.planningMs);
  if (o.analyze && o.executionMs !== undefined) top['Execution Time'] = round3(o.executionMs);
  return [JSON.stringify([top], undefined, 2)];
}
