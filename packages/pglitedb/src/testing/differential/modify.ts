/** Random INSERT (with ON CONFLICT), UPDATE (FROM), DELETE (USING) and MERGE, with RETURNING of old and new rows. */
import { expression, literal, predicate } from './expressions.js';
import { fromClause, leavesOf } from './from.js';
import { query } from './query.js';
import { type Column, type Context, type Leaf, type Relation, scopeOf, simpleScope } from './scope.js';
import { list, type Node, node, optional, type Part, text } from './tree.js';

const leaves = (alias: string, columns: readonly Column[]): Leaf[] => columns.map((c) => ({ text: `${alias}.${c.name}`, type: c.type }));
const target = (context: Context, kinds: readonly string[] = ['table', 'view']): Relation | undefined => {
  const fitting = context.relations.filter((r) => kinds.includes(r.kind) && r.writable !== undefined && r.writable.length > 0);
  return fitting.length === 0 ? undefined : context.random.pick(fitting);
};

function returning(context: Context, own: readonly Leaf[], alias: string, columns: readonly Column[]): Part {
  const { random } = context;
  if (random.chance(0.4)) return '';
  if (random.chance(0.3)) return optional(` RETURNING ${alias}.*`);
  const versions = random.chance(0.5) ? [...own, ...leaves('old', columns), ...leaves('new', columns)] : own;
  return optional(' RETURNING ', list(random.times(1, 3, () => {
    const leaf = random.pick(versions);
    return random.chance(0.6) ? node(`expr:${leaf.type}`, leaf.text) : expression(context, leaf.type, simpleScope(versions), 1);
  })));
}

const assignment = (context: Context, c: Column, from: readonly Leaf[]): Node =>
  text(`${c.name} = `, context.random.chance(0.1) ? 'DEFAULT' : expression(context, c.type, context.random.chance(0.2) ? scopeOf(from) : simpleScope(from), 1));
function assignments(context: Context, columns: readonly Column[], from: readonly Leaf[]): Node {
  const { random } = context;
  const chosen = random.shuffled(columns).slice(0, random.int(1, 2));
  return list(chosen.map((c) => assignment(context, c, from)));
}

function newRow(context: Context, r: Relation): Node {
  const { random } = context;
  const cells = r.writable!.map((c): Part => (random.chance(0.08) ? 'DEFAULT' : literal(context, c.type)));
  const key = r.key === undefined ? [] : [random.chance(0.6) ? `${random.int(1, 14)}` : `${random.int(1000, 9999)}`];
  return text('(', list([...key, ...cells], cells.length + key.length), ')');
}

function conflict(context: Context, r: Relation): Part {
  const { random } = context;
  if (r.key === undefined || r.kind !== 'table' || random.chance(0.3)) return '';
  const both = [...leaves(r.name, r.columns), ...leaves('excluded', r.columns)];
  return optional(random.weighted<() => Node>([
    [2, () => text(' ON CONFLICT DO NOTHING')], [1, () => text(' ON CONFLICT (id) DO NOTHING')],
    [4, () => text(' ON CONFLICT (id) DO UPDATE SET ', assignments(context, r.writable!, both), random.chance(0.3) ? optional(' WHERE ', predicate(context, simpleScope(both), 1)) : '')],
  ])());
}

function insert(context: Context): Node | undefined {
  const r = target(context);
  if (r === undefined) return undefined;
  const { random } = context;
  const columns = [...(r.key === undefined ? [] : [r.key]), ...r.writable!.map((c) => c.name)];
  const body = ((): Part => {
    if (random.chance(0.7)) return list(random.times(1, 3, () => newRow(context, r)));
    const made = query(context, { types: r.writable!.map((c) => c.type), depth: 1, form: 'aggregate' }).node;
    return r.key === undefined ? made : text(`SELECT ${random.int(1, 40)}, z.* FROM (`, made, ') AS z');
  })();
  return node('statement', `INSERT INTO ${r.name} (${columns.join(', ')}) `, typeof body !== 'string' && body.tag === 'list' ? 'VALUES ' : '', body, conflict(context, r), returning(context, leaves(r.name, r.columns), r.name, r.columns));
}

const one = (context: Context, r: Relation, alias: string): Part => (r.key !== undefined && context.random.chance(0.4) ? `${alias}.id = ${context.random.int(1, 12)}` : predicate(context, scopeOf(leaves(alias, r.columns)), 1));

/** Joined to a key of the other side at most once, so that no row has two candidates. */
function joined(context: Context, r: Relation, alias: string): { from: Node; leaves: Leaf[]; on: string } | undefined {
  const { random } = context;
  const keyed = context.relations.filter((x) => x.key !== undefined && x.kind === 'table' && x.name !== r.name);
  const own = r.columns.filter((c) => c.type === 'int4');
  if (keyed.length === 0 || own.length === 0) return undefined;
  const other = random.pick(keyed);
  const from = context.fresh('s');
  return { from: text(`(SELECT DISTINCT ON (id) * FROM ${other.name} ORDER BY id, ${other.name}::text) AS ${from}`), leaves: leaves(from, other.columns), on: `${alias}.${random.pick(own).name} = ${from}.id` };
}

function update(context: Context): Node | undefined {
  const r = target(context);
  if (r === undefined) return undefined;
  const alias = context.fresh('u');
  const own = leaves(alias, r.columns);
  const other = context.random.chance(0.35) ? joined(context, r, alias) : undefined;
  if (other === undefined) return node('statement', `UPDATE ${r.name} AS ${alias} SET `, assignments(context, r.writable!, own), ' WHERE ', one(context, r, alias), returning(context, own, alias, r.columns));
  const both = [...own, ...other.leaves];
  return node('statement', `UPDATE ${r.name} AS ${alias} SET `, assignments(context, r.writable!, both), ' FROM ', other.from, ` WHERE ${other.on}`, optional(' AND ', predicate(context, scopeOf(both), 1)), returning(context, both, alias, r.columns));
}

function remove(context: Context): Node | undefined {
  const r = target(context);
  if (r === undefined) return undefined;
  const { random } = context;
  const alias = context.fresh('u');
  const own = leaves(alias, r.columns);
  if (random.chance(0.7)) return node('statement', `DELETE FROM ${r.name} AS ${alias} WHERE `, one(context, r, alias), returning(context, own, alias, r.columns));
  const from = fromClause(context, undefined, 0);
  const both = scopeOf([...own, ...leavesOf(from.aliases)]);
  return node('statement', `DELETE FROM ${r.name} AS ${alias} USING `, from.node, ' WHERE ', one(context, r, alias), ' AND ', predicate(context, both, 1), returning(context, own, alias, r.columns));
}

function merge(context: Context): Node | undefined {
  const r = target(context, ['table']);
  if (r === undefined) return undefined;
  const { random } = context;
  const alias = context.fresh('u');
  const other = joined(context, r, alias);
  if (other === undefined) return undefined;
  const own = leaves(alias, r.columns);
  const both = [...own, ...other.leaves];
  const and = (from: readonly Leaf[]): Part => (random.chance(0.4) ? optional(' AND ', predicate(context, simpleScope(from), 1)) : '');
  const actions = random.times(1, 2, () => random.weighted<() => Node>([
    [3, () => text(' WHEN MATCHED', and(both), ' THEN UPDATE SET ', assignments(context, r.writable!, both))],
    [2, () => text(' WHEN MATCHED', and(both), random.pick([' THEN DELETE', ' THEN DO NOTHING']))],
    [1, () => text(' WHEN NOT MATCHED BY SOURCE', and(own), random.pick([' THEN DELETE', ' THEN DO NOTHING']))],
    [3, () => text(' WHEN NOT MATCHED', and(other.leaves), ` THEN INSERT (${[...(r.key === undefined ? [] : ['id']), ...r.writable!.map((c) => c.name)].join(', ')}) VALUES (`,
      list([...(r.key === undefined ? [] : [`${other.leaves.find((l) => l.text.endsWith('.id'))!.text} + ${random.int(100, 900) * 20}`]), ...r.writable!.map((c) => expression(context, c.type, simpleScope(other.leaves), 1))], r.writable!.length + (r.key === undefined ? 0 : 1)), ')')],
  ])());
  const back = random.chance(0.5) ? optional(' RETURNING merge_action(), ', list(random.times(1, 2, () => node('expr:int4', random.pick(both).text)))) : '';
  return node('statement', `MERGE INTO ${r.name} AS ${alias} USING `, other.from, ` ON ${other.on}`, list(actions, 1, ''), back);
}

/** A WITH clause that changes rows, read by the outer query. */
function modifyingWith(context: Context): Node | undefined {
  const r = target(context);
  if (r === undefined) return undefined;
  const { random } = context;
  const alias = context.fresh('u');
  const name = context.fresh('w');
  const change = random.chance(0.5)
    ? text(`DELETE FROM ${r.name} AS ${alias} WHERE `, one(context, r, alias))
    : text(`UPDATE ${r.name} AS ${alias} SET `, assignments(context, r.writable!, leaves(alias, r.columns)), ' WHERE ', one(context, r, alias));
  const within = context.with([{ name, columns: r.columns, rows: r.rows, kind: 'cte' }]);
  return node('statement', `WITH ${name} AS (`, change, ` RETURNING ${r.columns.map((c) => `${alias}.${c.name}`).join(', ')}) `, query(within, { types: undefined, depth: 1, form: 'plain' }).node);
}

/** A changing statement. */
export function modification(context: Context, only?: 'insert' | 'merge'): Node {
  for (;;) {
    const make = only === 'insert' ? insert : only === 'merge' ? merge : context.random.weighted([[4, insert], [4, update], [3, remove], [2, merge], [2, modifyingWith]] as const);
    const made = make(context) ?? insert(context);
    if (made !== undefined) return made;
  }
}
