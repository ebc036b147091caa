/** Type names, relation names and aliases. */
import type { BasicDataTypeDef, DataTypeDef, Name, QName } from 'pgsql-ast-parser';
import { type Context, quoted, textBefore, textOf } from './source.js';
import { compact, filled, intConst, integer, rejected, strings, type Tree, unsupported } from './tree.js';

/** The grammar's own type names: what pg_catalog type they mean, and their type modifier without one given. */
const GRAMMAR_TYPES: Readonly<Record<string, { readonly name: string; readonly length?: number }>> = {
  int: { name: 'int4' }, integer: { name: 'int4' }, smallint: { name: 'int2' }, bigint: { name: 'int8' }, real: { name: 'float4' },
  float: { name: 'float8' }, 'double precision': { name: 'float8' }, decimal: { name: 'numeric' }, dec: { name: 'numeric' },
  numeric: { name: 'numeric' }, boolean: { name: 'bool' }, bit: { name: 'bit', length: 1 }, 'bit varying': { name: 'varbit' },
  character: { name: 'bpchar', length: 1 }, char: { name: 'bpchar', length: 1 }, nchar: { name: 'bpchar', length: 1 },
  varchar: { name: 'varchar' }, 'character varying': { name: 'varchar' }, json: { name: 'json' },
  timestamp: { name: 'timestamp' }, 'timestamp with time zone': { name: 'timestamptz' }, 'timestamp without time zone': { name: 'timestamp' },
  time: { name: 'time' }, 'time with time zone': { name: 'timetz' }, 'time without time zone': { name: 'time' }, interval: { name: 'interval' },
};
const WITHOUT_MODIFIER = new Set(['int', 'integer', 'smallint', 'bigint', 'real', 'double precision', 'boolean', 'json']);
const FLOAT4_DIGITS_MAX = 24;
const FLOAT8_DIGITS_MAX = 53;

/** A TypeName's inside. `constant`: of a typed literal, where char and bit have no default length. */
export function typeName(c: Context, type: DataTypeDef, constant = false): Tree {
  let bounds = 0;
  let base: DataTypeDef = type;
  while (base.kind === 'array') {
    bounds++;
    base = base.arrayOf;
  }
  const inner = basicType(c, base, type, constant);
  return compact({ ...inner, typemod: -1, arrayBounds: filled(Array.from({ length: bounds }, () => integer(-1))) });
}

function basicType(c: Context, base: BasicDataTypeDef, whole: DataTypeDef, constant: boolean): Record<string, unknown> {
  const config = base.config;
  const text = textOf(c, base) ?? textOf(c, whole) ?? '';
  const modifiers = filled(config?.map(intConst));
  if (base.schema !== undefined) return { names: strings([base.schema, base.name]), typmods: modifiers };
  if (base.doubleQuoted || text.startsWith('"')) return { names: strings([base.name]), typmods: modifiers };
  const written = timeOrTimestamp(c, base, whole);
  const known = Object.hasOwn(GRAMMAR_TYPES, written) ? GRAMMAR_TYPES[written]! : undefined;
  if (known === undefined) {
    if (base.name === 'national' || base.name === 'setof' || base.name === 'precision') throw unsupported(`the type name ${base.name}`);
    return { names: strings([base.name]), typmods: modifiers };
  }
  if (config !== undefined && WITHOUT_MODIFIER.has(base.name)) throw rejected('syntax error at or near "("');
  if (base.name === 'interval' && /^interval\s*[(a-z]/i.test(text) && config !== undefined) return { names: strings(['pg_catalog', 'interval']), typmods: [intConst(INTERVAL_FULL_RANGE), ...(modifiers ?? [])] };
  if (base.name === 'float' && config !== undefined) return { names: strings(['pg_catalog', floatOf(config[0]!)]) };
  const length = known.length !== undefined && !constant ? [intConst(known.length)] : undefined;
  return { names: strings(['pg_catalog', known.name]), typmods: modifiers ?? length };
}
/** The parser calls time(n) with time zone a timestamp. */
function timeOrTimestamp(c: Context, base: BasicDataTypeDef, whole: DataTypeDef): string {
  if (base.config === undefined || !base.name.startsWith('timestamp with')) return base.name;
  const around = `${textBefore(c, whole)} ${textOf(c, whole) ?? ''}`.split(/\(\s*\d+\s*\)\s*with/i).at(-2) ?? '';
  return /(?:^|\W)time\s*$/i.test(around) ? base.name.replace('timestamp', 'time') : base.name;
}
const INTERVAL_FULL_RANGE = 32767;

function floatOf(digits: number): string {
  if (digits < 1) throw rejected('precision for type float must be at least 1 bit');
  if (digits > FLOAT8_DIGITS_MAX) throw rejected('precision for type float must be less than 54 bits');
  return digits <= FLOAT4_DIGITS_MAX ? 'float4' : 'float8';
}

/** A type named where the AST has only a qualified name. */
export function typeOfName(c: Context, name: QName): Tree {
  return typeName(c, (quoted(c, name) ? { ...name, doubleQuoted: true } : name) as BasicDataTypeDef);
}

export const qualified = (name: QName): string[] => (name.schema === undefined ? [name.name] : [name.schema, name.name]);
export const nameList = (names: readonly Name[] | null | undefined): readonly Tree[] | undefined => filled(strings((names ?? []).map((n) => n.name)));

/** A RangeVar's inside. */
export function rangeVar(name: QName & { readonly alias?: string; readonly columnNames?: readonly Name[] | null }, persistence = 'p', inh = true): Tree {
  return compact({
    schemaname: name.schema, relname: name.name, inh: inh || undefined, relpersistence: persistence,
    alias: name.alias === undefined ? undefined : alias(name.alias, name.columnNames),
  });
}
/** An Alias's inside. */
export function alias(aliasname: string, columns?: readonly Name[] | null): Tree {
  return compact({ aliasname, colnames: nameList(columns) });
}
