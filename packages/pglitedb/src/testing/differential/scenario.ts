/** A scenario: a schema and statements over it, under settings of the planner that are switched at random. */
import { damaged } from './faults.js';
import { modification } from './modify.js';
import { aggregateStatement, cteStatement, groupingStatement, joinOf, joinStatement, setStatement, subqueryStatement, windowStatement } from './focus.js';
import { statement } from './query.js';
import { Random } from './random.js';
import { schema } from './schema.js';
import { Context } from './scope.js';
import { type Part, render, text } from './tree.js';

export interface Step { part: Part; ordered: boolean }
export interface Scenario { setUp: string[]; steps: Step[] }

const SETTINGS = [
  'enable_hashjoin', 'enable_mergejoin', 'enable_nestloop', 'enable_seqscan', 'enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan', 'enable_hashagg', 'enable_sort', 'enable_material', 'enable_memoize',
  'enable_incremental_sort', 'enable_presorted_aggregate', 'enable_group_by_reordering', 'enable_distinct_reordering', 'enable_self_join_elimination',
];
function settings(random: Random): Step[] {
  const off = random.chance(0.3) ? [] : random.some(SETTINGS, 0.3);
  return [{ part: SETTINGS.map((s) => `SET ${s} = ${off.includes(s) ? 'off' : 'on'}`).join('; '), ordered: false }];
}

type Maker = (context: Context) => Step[];
const asStep = ({ node, ordered }: { node: Part; ordered: boolean }): Step => ({ part: node, ordered });
const changed = (context: Context, only?: 'insert' | 'merge'): Step[] => [
  { part: modification(context, only), ordered: false },
  ...context.relations.filter((r) => r.kind === 'table').map((r) => ({ part: `TABLE ${r.name}`, ordered: false })),
];

const AREAS: Readonly<Record<string, Maker>> = {
  select: (c) => [asStep(statement(c, 2))],
  join: (c) => [asStep(joinStatement(c))],
  subquery: (c) => [asStep(subqueryStatement(c))],
  aggregate: (c) => [asStep(aggregateStatement(c))],
  groupingsets: (c) => [asStep(groupingStatement(c))],
  window: (c) => [asStep(windowStatement(c))],
  cte: (c) => [asStep(cteStatement(c))],
  setop: (c) => [asStep(setStatement(c))],
  deep: (c) => [asStep(statement(c, 3))],
  dml: (c) => changed(c),
  upsert: (c) => changed(c, 'insert'),
  merge: (c) => changed(c, 'merge'),
  transaction: (c) => {
    const point = c.random.chance(0.5) ? ['SAVEPOINT p', ...changed(c), 'ROLLBACK TO p'] : [];
    const whole = ['BEGIN', ...changed(c), ...point, ...changed(c), c.random.pick(['COMMIT', 'ROLLBACK'])];
    return [...whole.map((s) => (typeof s === 'string' ? { part: s, ordered: false } : s)), ...c.relations.filter((r) => r.kind === 'table').map((r) => ({ part: `TABLE ${r.name}`, ordered: false }))];
  },
  prepared: (c) => {
    const argument = c.random.pick(['int4', 'text'] as const);
    const leaves = [{ text: '$1', type: argument }];
    const { node, ordered } = statement(c, 1, (wanted) => joinOf(c, wanted, leaves));
    return [{ part: 'DEALLOCATE ALL', ordered: false }, { part: `SET plan_cache_mode = ${c.random.pick(['auto', 'force_generic_plan', 'force_custom_plan'])}`, ordered: false }, { part: text(`PREPARE p(${argument}) AS `, node), ordered: false },
      ...(argument === 'int4' ? ['1', '2', 'NULL', '-1'] : ["'a'", "'b'", 'NULL', "''"]).map((v) => ({ part: `EXECUTE p(${v})`, ordered }))];
  },
  errors: (c) => {
    const whole = c.random.chance(0.8) ? statement(c, 1).node : modification(c);
    return [{ part: 'BEGIN', ordered: false }, { part: damaged(c.random, render(whole)), ordered: false }, { part: 'ROLLBACK', ordered: false }];
  },
};

export const areas = Object.keys(AREAS);
const WEIGHTS: readonly (readonly [number, string])[] = areas.map((a) => [a === 'select' || a === 'errors' ? 3 : 1, a]);

export function scenario(seed: number, length: number, area: string | undefined): Scenario {
  const random = new Random(seed);
  const made = schema(random);
  const context = new Context(random, made.relations, made.functions);
  const steps = settings(random);
  let counted = 0;
  while (counted < length) {
    if (random.chance(0.08)) steps.push(...settings(random));
    if (random.chance(0.05)) steps.push({ part: `ANALYZE ${random.pick(made.relations.filter((r) => r.kind === 'table')).name}`, ordered: false });
    const next = AREAS[area ?? random.weighted(WEIGHTS)]!(context);
    steps.push(...next);
    counted += next.length;
  }
  return { setUp: made.statements, steps };
}
