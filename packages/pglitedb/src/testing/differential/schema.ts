/** Random tables with constraints, indexes, rows and statistics, views over them, and SQL functions. */
import { expression, predicate } from './expressions.js';
import { query } from './query.js';
import type { Random } from './random.js';
import { type Column, Context, type FunctionOf, type Relation, simpleScope } from './scope.js';
import { render } from './tree.js';
import { COLUMN_TYPES, DECLARED, LITERALS, type Type } from './types.js';

export interface Schema { statements: string[]; relations: Relation[]; functions: FunctionOf[] }

const LETTER: Readonly<Record<Type, string>> = { int2: 'h', int4: 'i', int8: 'l', float8: 'f', numeric: 'n', text: 't', varchar: 'v', bpchar: 'c', bool: 'b', date: 'd', time: 'tm', timestamp: 'ts', timestamptz: 'tz', interval: 'iv', uuid: 'u', bytea: 'y', jsonb: 'j', 'int4[]': 'ia', 'text[]': 'ta', mood: 'm' };
const UNHASHED = new Set<Type>(['jsonb', 'int4[]', 'text[]']);

function columnsOf(random: Random): Column[] {
  const taken = new Map<string, number>();
  return random.times(2, 6, () => random.pick(COLUMN_TYPES)).map((type) => {
    const count = (taken.get(type) ?? 0) + 1;
    taken.set(type, count);
    return { name: `${LETTER[type]!}${count}`, type };
  });
}

const value = (random: Random, type: Type, nulls: number): string => (random.chance(nulls) ? 'NULL' : random.pick(LITERALS[type]!));

function rows(random: Random, name: string, columns: readonly Column[], key: boolean): { statements: string[]; count: number } {
  const named = columns.map((c) => c.name).join(', ');
  if (random.chance(0.2)) {
    const cells = columns.map((c, k) => {
      const choices = LITERALS[c.type]!.map((l) => l);
      return `(ARRAY[${choices.join(', ')}, NULL]::${c.type}[])[1 + (g * ${k * 2 + 3} + g / ${k + 2}) % ${choices.length + 1}]`;
    });
    const of = columns.map((c, k) => (c.type.endsWith('[]') ? `CASE g % 3 WHEN 0 THEN NULL WHEN 1 THEN ${LITERALS[c.type]![1]!} ELSE ${LITERALS[c.type]![2]!} END::${c.type}` : cells[k]!));
    const count = random.int(50, 150);
    return { statements: [`INSERT INTO ${name} (${key ? 'id, ' : ''}${named}) SELECT ${key ? 'g, ' : ''}${of.join(', ')} FROM generate_series(1, ${count}) AS g`], count };
  }
  const list = random.times(0, 12, (k) => `(${[...(key ? [String(k + 1)] : []), ...columns.map((c) => value(random, c.type, 0.15))].join(', ')})`);
  return { statements: list.length === 0 ? [] : [`INSERT INTO ${name} (${key ? 'id, ' : ''}${named}) VALUES ${list.join(', ')}`], count: list.length };
}

function index(random: Random, context: Context, table: Relation): string {
  const own = table.columns;
  const first = random.pick(own);
  if (random.chance(0.12) && !UNHASHED.has(first.type)) return `CREATE INDEX ON ${table.name} USING hash (${first.name})`;
  const part = (c: Column): string => `${c.name}${random.pick(['', '', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'])}`;
  const chosen = random.shuffled(own).slice(0, random.int(1, 3));
  const scope = simpleScope(own.map((c) => ({ text: c.name, type: c.type })));
  const indexed = random.chance(0.12) && own.some((c) => c.type === 'text') ? `lower(${own.find((c) => c.type === 'text')!.name})` : chosen.map(part).join(', ');
  const immutable = own.filter((c) => ['int4', 'int2', 'text', 'bool', 'int8'].includes(c.type));
  const where = random.chance(0.15) && immutable.length > 0 ? ` WHERE ${render(predicate(context, simpleScope(scope.leaves.filter((l) => immutable.some((c) => c.name === l.text))), 0))}` : '';
  const include = random.chance(0.1) ? ` INCLUDE (${random.pick(own).name})` : '';
  return `CREATE INDEX ON ${table.name} (${indexed})${include}${/::|id/.test(where) && !/jsonb|time|date|interval/.test(where) ? where : ''}`;
}

function table(random: Random, context: Context, k: number): { statements: string[]; relation: Relation } {
  const name = `t${k}`;
  const columns = columnsOf(random);
  const key = random.chance(0.7);
  const declared = columns.map((c) => {
    const type = DECLARED[c.type] ?? c.type;
    const extra = random.weighted([[12, ''], [1, ` DEFAULT ${random.pick(LITERALS[c.type]!)}`]]);
    return `${c.name} ${type}${extra}`;
  });
  const all = key ? [{ name: 'id', type: 'int4' }, ...columns] : columns;
  const relation: Relation = { name, columns: all, rows: 12, kind: 'table', key: key ? 'id' : undefined, writable: columns };
  const filled = rows(random, name, columns, key);
  relation.rows = Math.max(filled.count, 3);
  const indexes = random.times(0, 3, () => index(random, context, relation));
  const body = [`CREATE TABLE ${name} (${[...(key ? [`id int${random.chance(0.8) ? ' PRIMARY KEY' : ''}`] : []), ...declared].join(', ')})`];
  return { statements: [...body, ...random.shuffled([filled.statements, indexes]).flat(), ...(random.chance(0.5) ? [`ANALYZE ${name}`] : [])], relation };
}

function view(random: Random, context: Context, k: number): { statement: string; relation: Relation } {
  const name = `v${k}`;
  const base = random.pick(context.relations.filter((r) => r.kind === 'table'));
  if (random.chance(0.4)) {
    const kept = base.columns.filter((c) => c.name === base.key || random.chance(0.8));
    const columns = kept.length === 0 ? base.columns : kept;
    const scope = simpleScope(base.columns.map((c) => ({ text: c.name, type: c.type })));
    const where = random.chance(0.5) ? ` WHERE ${render(predicate(context, scope, 1))}` : '';
    const statement = `CREATE VIEW ${name} AS SELECT ${columns.map((c) => c.name).join(', ')} FROM ${base.name}${where}`;
    return { statement, relation: { name, columns, rows: base.rows, kind: 'view', key: base.key, writable: columns.filter((c) => c.name !== base.key) } };
  }
  const made = query(context, { types: undefined, depth: 1, form: 'plain' });
  const columns = made.types.map((type, c) => ({ name: `c${c}`, type }));
  return { statement: `CREATE VIEW ${name}(${columns.map((c) => c.name).join(', ')}) AS ${render(made.node)}`, relation: { name, columns, rows: made.rows, kind: 'view' } };
}

function functionOf(random: Random, context: Context, k: number): { statement: string; made: FunctionOf } {
  const [argument, result] = [random.pick(COLUMN_TYPES), random.pick(COLUMN_TYPES)];
  const body = random.chance(0.5)
    ? render(expression(context, result, simpleScope([{ text: '$1', type: argument }]), 2))
    : `(${render(query(context, { types: [result], outer: { leaves: [{ text: '$1', type: argument }], subqueries: false }, depth: 0, form: 'aggregate' }).node)})`;
  const strict = random.pick(['', ' STRICT']);
  const statement = `CREATE FUNCTION f${k}(${argument}) RETURNS ${result} LANGUAGE sql${random.pick(['', ' STABLE'])}${strict} AS $f$ SELECT ${body} $f$`;
  return { statement, made: { name: `f${k}`, argument, result } };
}

/** Everything a run of statements stands on; the names are free in a fresh schema. */
export function schema(random: Random): Schema {
  const statements = ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')"];
  let context = new Context(random, []);
  const relations: Relation[] = [];
  const functions: FunctionOf[] = [];
  const renew = (): void => { context = new Context(random, [...relations], [...functions]); };
  for (let k = 0, count = random.int(2, 4); k < count; k++) {
    const made = table(random, context, k);
    statements.push(...made.statements);
    relations.push(made.relation);
  }
  renew();
  for (let k = 0, count = random.int(0, 2); k < count; k++) {
    const made = functionOf(random, context, k);
    statements.push(made.statement);
    functions.push(made.made);
  }
  renew();
  for (let k = 0, count = random.int(0, 2); k < count; k++) {
    const made = view(random, context, k);
    statements.push(made.statement);
    relations.push(made.relation);
  }
  return { statements, relations, functions };
}
