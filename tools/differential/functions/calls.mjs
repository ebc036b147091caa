/** Random calls of functions, aggregates, operators and casts, as SQL. */
import { argument, hasPool } from './values.mjs';

const elements = ['int4', 'text', 'numeric', 'date', 'float8', 'bool', 'timestamptz'];
const rangeTypes = ['int4range', 'numrange', 'daterange', 'tsrange'];
const rangeElement = { int4range: 'int4', numrange: 'numeric', daterange: 'date', tsrange: 'timestamp' };
const polymorphic = /^any/;

/** Concrete types for a signature's polymorphic ones; the same choice for all of a family. */
function concrete(r, types) {
  const range = types.some((t) => /range$/.test(t) && polymorphic.test(t)) ? r.pick(rangeTypes) : undefined;
  const element = range === undefined ? r.pick(elements) : rangeElement[range];
  const by = {
    anyelement: element, anynonarray: element, anycompatible: element, anycompatiblenonarray: element, anyarray: `_${element}`, anycompatiblearray: `_${element}`,
    anyrange: range, anycompatiblerange: range, anymultirange: range?.replace('range', 'multirange'), anycompatiblemultirange: range?.replace('range', 'multirange'),
    anyenum: 'rainbow', any: r.pick(elements),
  };
  return types.map((t) => by[t] ?? t);
}

const quote = (text) => (text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`);
const castName = (type) => (type === 'char' ? '"char"' : type.startsWith('_') ? `${castName(type.slice(1))}[]` : type);
export const literal = (r, type) => (r.chance(0.04) ? `NULL::${castName(type)}` : `${quote(argument(r, type))}::${castName(type)}`);
const callName = (name) => `pg_catalog."${name.replaceAll('"', '""')}"`;

export const callable = (f) => f.args.every((t) => hasPool(t) || polymorphic.test(t)) && f.ret !== 'internal' && f.ret !== 'trigger' && f.ret !== 'event_trigger' && !/handler$/.test(f.ret);

/** SELECT of one call whose only column is text. */
export function randomCall(r, f) {
  const types = concrete(r, f.args);
  if (f.kind === 'a') return aggregateCall(r, f, types);
  const call = `${callName(f.name)}(${types.map((t, i) => (f.variadic && i === types.length - 1 ? `VARIADIC ${literal(r, t)}` : literal(r, t))).join(', ')})`;
  if (f.retset) return `SELECT (${call})::text LIMIT 20`;
  return f.ret === 'void' ? `SELECT (${call}) IS NULL` : `SELECT (${call})::text`;
}

function aggregateCall(r, f, types) {
  const direct = f.direct ?? 0;
  const ordered = f.aggkind !== 'n';
  const columns = types.slice(f.aggkind === 'h' ? 0 : direct);
  const hypothetical = f.aggkind === 'h';
  const names = columns.map((_, i) => `c${i}`);
  const rows = Array.from({ length: r.below(7) + 1 }, () => `(${columns.map((t) => literal(r, t)).join(', ')})`).join(', ');
  const from = columns.length === 0 ? `generate_series(1, ${r.below(5)})` : `(VALUES ${rows}) v(${names.join(', ')})`;
  const where = r.chance(0.1) ? ' WHERE false' : '';
  if (!ordered) return `SELECT (${callName(f.name)}(${names.length === 0 ? '*' : names.join(', ')}))::text FROM ${from}${where}`;
  const directs = types.slice(0, hypothetical ? types.length : direct).map((t) => literal(r, t)).join(', ');
  return `SELECT (${callName(f.name)}(${directs}) WITHIN GROUP (ORDER BY ${names.join(', ')}))::text FROM ${from}${where}`;
}

export function randomOperation(r, o) {
  const types = concrete(r, [o.left, o.right]);
  const op = `OPERATOR(pg_catalog.${o.name})`;
  return o.left === '' ? `SELECT (${op} ${literal(r, types[1])})::text` : `SELECT (${literal(r, types[0])} ${op} ${literal(r, types[1])})::text`;
}

export const randomCast = (r, c) => `SELECT (${literal(r, c.from)}::${castName(c.to)})::text`;
