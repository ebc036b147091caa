/** pg_get_functiondef and the pieces of a function's signature. */
import { decodeNode, quoteIdentifier, quoteQualified, type CatalogRow } from '@pglitedb/catalog';
import { deparseForRelation, deparseQuery, NOT_PRETTY, simpleLiteral, type Expr, type Param, type Query } from '@pglitedb/planner';
import { SqlError, type Oid } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { deparseSettings, prettyFlags, sqlText } from './definitions.js';
import { defineSyncSessionFunctions } from './fmgr.js';

type Proc = CatalogRow<'pg_proc'>;
const INPUT_MODES = 'ibv';
const MODES: Readonly<Record<string, string>> = { b: 'INOUT ', o: 'OUT ', v: 'VARIADIC ' };

/** The default expressions, as texts in order. */
function defaults(x: ExecContext, p: Proc): string[] {
  if (p.proargdefaults === null) return [];
  const node = decodeNode(p.proargdefaults, x.session.env);
  const sql = sqlText(node);
  if (sql !== undefined) return splitTopLevel(sql);
  const settings = deparseSettings(x, NOT_PRETTY);
  return (node as Expr[]).map((e) => deparseForRelation(e, 0, settings));
}
function splitTopLevel(sql: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  let quoted = false;
  for (const c of sql) {
    if (c === "'") quoted = !quoted;
    else if (!quoted && '([{'.includes(c)) depth++;
    else if (!quoted && ')]}'.includes(c)) depth--;
    if (c === ',' && depth === 0 && !quoted) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.map((s) => s.trim());
}

/** print_function_arguments; the arguments of an ordered-set aggregate stand around ORDER BY. */
function argumentTexts(x: ExecContext, p: Proc, table: boolean, withDefaults: boolean): string[] {
  const types = p.proallargtypes ?? p.proargtypes;
  const values = withDefaults ? defaults(x, p) : [];
  const lacking = p.pronargs - p.pronargdefaults;
  let input = 0;
  const out: string[] = [];
  types.forEach((type, i) => {
    const mode = p.proargmodes?.[i] ?? 'i';
    const isInput = INPUT_MODES.includes(mode);
    if (isInput) input++;
    if (table !== (mode === 't')) return;
    const name = p.proargnames?.[i];
    const value = withDefaults && isInput && input > lacking ? values[input - 1 - lacking] : undefined;
    const modeText = mode === 'i' && p.prokind === 'p' ? 'IN ' : MODES[mode] ?? '';
    out.push(`${modeText}${name ? `${quoteIdentifier(name)} ` : ''}${x.session.env.types.formatType(type, -1)}${value === undefined ? '' : ` DEFAULT ${value}`}`);
  });
  return out;
}
function argumentList(x: ExecContext, p: Proc, withDefaults: boolean): string {
  const args = argumentTexts(x, p, false, withDefaults);
  const agg = p.prokind === 'a' ? x.session.catalog().syscache('AGGFNOID', p.oid) : undefined;
  if (agg === undefined || agg.aggkind === 'n') return args.join(', ');
  const direct = args.slice(0, agg.aggnumdirectargs);
  // A VARIADIC "any" that is both the last direct and the only aggregated argument shows twice.
  const sorted = args.length === agg.aggnumdirectargs ? args.slice(-1) : args.slice(agg.aggnumdirectargs);
  return `${direct.join(', ')}${direct.length > 0 ? ' ' : ''}ORDER BY ${sorted.join(', ')}`;
}
function resultText(x: ExecContext, p: Proc): string {
  if (p.proretset) {
    const columns = argumentTexts(x, p, true, false);
    if (columns.length > 0) return `TABLE(${columns.join(', ')})`;
  }
  return `${p.proretset ? 'SETOF ' : ''}${x.session.env.types.formatType(p.prorettype, -1)}`;
}
function argumentDefault(x: ExecContext, p: Proc, nth: number): string | null {
  const types = p.proallargtypes ?? p.proargtypes;
  if (nth < 1 || nth > types.length || !INPUT_MODES.includes(p.proargmodes?.[nth - 1] ?? 'i')) return null;
  const position = types.slice(0, nth).filter((_, i) => INPUT_MODES.includes(p.proargmodes?.[i] ?? 'i')).length;
  return defaults(x, p)[position - 1 - (p.pronargs - p.pronargdefaults)] ?? null;
}

/** print_function_sqlbody */
function sqlBody(x: ExecContext, p: Proc): string {
  const node = decodeNode(p.prosqlbody!, x.session.env);
  const sql = sqlText(node);
  if (sql !== undefined) return sql;
  const param = (q: Param, inQuery: boolean): string | undefined => {
    const inputs = (p.proargnames ?? []).filter((_, i) => INPUT_MODES.includes(p.proargmodes?.[i] ?? 'i'));
    const name = q.paramkind === 'extern' ? inputs[q.paramid - 1] : undefined;
    if (!name) return undefined;
    return inQuery ? `${quoteIdentifier(p.proname)}.${quoteIdentifier(name)}` : quoteIdentifier(name);
  };
  const options = { colNamesVisible: false, nested: true };
  const hooks = { param };
  if (!Array.isArray(node)) return deparseQuery(node as Query, { ...deparseSettings(x, NOT_PRETTY), hooks }, options);
  const settings = { ...deparseSettings(x, prettyFlags(false)), hooks, indentLevel: 1 };
  const queries = (node as (Query | Query[])[]).flat();
  return `BEGIN ATOMIC\n${queries.map((q) => `${deparseQuery(q, settings, options)};\n`).join('')}END`;
}

const VOLATILITY: Readonly<Record<string, string>> = { i: ' IMMUTABLE', s: ' STABLE' };
const PARALLEL: Readonly<Record<string, string>> = { s: ' PARALLEL SAFE', r: ' PARALLEL RESTRICTED' };
const LANGUAGE_INTERNAL = 12, LANGUAGE_C = 13;
/** Settings whose values are lists of names, each quoted by itself. */
const LIST_SETTINGS: ReadonlySet<string> = new Set(['search_path', 'temp_tablespaces', 'session_preload_libraries', 'shared_preload_libraries', 'local_preload_libraries', 'unix_socket_directories']);

function options(x: ExecContext, p: Proc): string {
  let text = (p.prokind === 'w' ? ' WINDOW' : '') + (VOLATILITY[p.provolatile] ?? '') + (PARALLEL[p.proparallel] ?? '');
  if (p.proisstrict) text += ' STRICT';
  if (p.prosecdef) text += ' SECURITY DEFINER';
  if (p.proleakproof) text += ' LEAKPROOF';
  const cost = p.prolang === LANGUAGE_INTERNAL || p.prolang === LANGUAGE_C ? 1 : 100;
  if (p.procost !== cost) text += ` COST ${p.procost}`;
  if (p.prorows > 0 && p.prorows !== 1000) text += ` ROWS ${p.prorows}`;
  const support = p.prosupport ? x.session.catalog().syscache('PROCOID', p.prosupport) : undefined;
  if (support) text += ` SUPPORT ${quoteIdentifier(support.proname)}`;
  return text === '' ? '' : `${text}\n`;
}
function settingText(option: string): string {
  const at = option.indexOf('=');
  const name = option.slice(0, at);
  const value = option.slice(at + 1);
  const shown = LIST_SETTINGS.has(name.toLowerCase()) ? value.split(',').map((v) => simpleLiteral(v.trim().replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'))).join(', ') : simpleLiteral(value);
  return ` SET ${quoteIdentifier(name)} TO ${shown}\n`;
}
function functionDefinition(x: ExecContext, p: Proc): string {
  if (p.prokind === 'a') throw new SqlError('42809', `"${p.proname}" is an aggregate function`);
  const catalog = x.session.catalog();
  const schema = catalog.syscache('NAMESPACEOID', p.pronamespace)?.nspname;
  const isFunction = p.prokind !== 'p';
  let text = `CREATE OR REPLACE ${isFunction ? 'FUNCTION' : 'PROCEDURE'} ${quoteQualified(schema, p.proname)}(${argumentList(x, p, true)})\n`;
  if (isFunction) text += ` RETURNS ${resultText(x, p)}\n`;
  text += ` LANGUAGE ${quoteIdentifier(catalog.syscache('LANGOID', p.prolang)?.lanname ?? '?')}\n${options(x, p)}`;
  text += (p.proconfig ?? []).map(settingText).join('');
  if (p.prosqlbody !== null) return `${text}${sqlBody(x, p)}\n`;
  let quote = isFunction ? '$function' : '$procedure';
  while (p.prosrc.includes(quote)) quote += 'x';
  return `${text}AS ${p.probin === null ? '' : `${simpleLiteral(p.probin)}, `}${quote}$${p.prosrc}${quote}$\n`;
}

const ofFunction = (make: (x: ExecContext, p: Proc, args: readonly unknown[]) => string | null) => (x: ExecContext, args: readonly unknown[]): string | null => {
  const p = x.session.catalog().syscache('PROCOID', args[0] as Oid);
  return p === undefined ? null : make(x, p, args);
};
defineSyncSessionFunctions({
  pg_get_functiondef: ofFunction(functionDefinition),
  pg_get_function_arguments: ofFunction((x, p) => argumentList(x, p, true)),
  pg_get_function_identity_arguments: ofFunction((x, p) => argumentList(x, p, false)),
  pg_get_function_result: ofFunction((x, p) => (p.prokind === 'p' ? null : resultText(x, p))),
  pg_get_function_arg_default: ofFunction((x, p, args) => argumentDefault(x, p, args[1] as number)),
  pg_get_function_sqlbody: ofFunction((x, p) => (p.prosqlbody === null ? null : sqlBody(x, p))),
});
