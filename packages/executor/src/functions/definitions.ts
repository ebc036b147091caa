/** pg_get_expr, pg_get_viewdef, pg_get_ruledef, pg_get_triggerdef: what the catalogs keep as trees, as SQL. */
import { decodeNode, quoteIdentifier, type CatalogRow } from '@pglitedb/catalog';
import { deparsePartitionBound, isPartitionBound, deparseForOldNew, deparseForRelation, deparseNames, deparseQuery, simpleLiteral, type DeparseSettings, type Expr, type PrettyFlags, type Query } from '@pglitedb/planner';
import type { Oid } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { defineSyncSessionFunctions } from './fmgr.js';

const INDENT_ONLY: PrettyFlags = { paren: false, indent: true, schema: false };
const PRETTY: PrettyFlags = { paren: true, indent: true, schema: true };
export const prettyFlags = (pretty: boolean): PrettyFlags => (pretty ? PRETTY : INDENT_ONLY);

export function deparseSettings(x: ExecContext, pretty: PrettyFlags): DeparseSettings {
  return { catalog: x.session.catalog(), env: x.session.env, pretty };
}
/** A tree, or the text of one that was never analysed. */
export function storedNode(x: ExecContext, text: string): unknown { return decodeNode(text, x.session.env); }
export const sqlText = (node: unknown): string | undefined => {
  const sql = (node as { sql?: unknown } | null)?.sql;
  return typeof sql === 'string' ? sql : undefined;
};

function getExpr(x: ExecContext, text: string, relid: Oid, pretty: boolean): string | null {
  if (relid !== 0 && x.session.catalog().relation(relid) === undefined) return null;
  const node = storedNode(x, text);
  const sql = sqlText(node);
  if (sql !== undefined) return sql;
  const settings = deparseSettings(x, prettyFlags(pretty));
  if (isPartitionBound(node)) return deparsePartitionBound(node, settings);
  const list = Array.isArray(node) ? (node as Expr[]) : [node as Expr];
  return list.map((e) => deparseForRelation(e, relid, settings)).join(', ');
}

const NO_SEMICOLON = /;?\s*$/;
function viewDefinition(x: ExecContext, oid: Oid, pretty: PrettyFlags, wrapColumn: number): string | null {
  const catalog = x.session.catalog();
  const rel = catalog.relation(oid);
  if (rel === undefined) return null;
  const rule = catalog.rows('pg_rewrite', { ev_class: oid }).find((r) => r.rulename === '_RETURN');
  if (rule === undefined) return 'Not a view';
  const action = storedNode(x, rule.ev_action);
  const sql = sqlText(action);
  if (sql !== undefined) return ` ${sql.trim().replace(NO_SEMICOLON, ';')}`;
  const query = (Array.isArray(action) ? action[0] : action) as Query;
  const resultNames = rel.attributes.filter((a) => !a.attisdropped).map((a) => a.attname);
  return `${deparseQuery(query, { ...deparseSettings(x, pretty), wrapColumn }, { resultNames })};`;
}
function viewByName(x: ExecContext, name: string): Oid {
  return x.session.env.types.typeImpl(2205).parse(name, -1, x.session.env) as Oid;
}

const EVENTS: Readonly<Record<string, string>> = { 1: 'SELECT', 2: 'UPDATE', 3: 'INSERT', 4: 'DELETE' };
function ruleDefinition(x: ExecContext, oid: Oid, pretty: PrettyFlags): string | null {
  const catalog = x.session.catalog();
  const rule = catalog.syscache('RULEOID', oid) ?? catalog.rows('pg_rewrite', { oid })[0];
  if (rule === undefined) return null;
  const settings = deparseSettings(x, pretty);
  const name = pretty.schema ? deparseNames.relation(settings, rule.ev_class) : deparseNames.qualifiedRelation(settings, rule.ev_class);
  let text = `CREATE RULE ${quoteIdentifier(rule.rulename)} AS\n    ON ${EVENTS[rule.ev_type] ?? '?'} TO ${name}`;
  if (rule.ev_qual && rule.ev_qual !== '<>') text += `\n   WHERE ${deparseForOldNew(storedNode(x, rule.ev_qual) as Expr, rule.ev_class, settings)}`;
  text += ` DO ${rule.is_instead ? 'INSTEAD ' : ''}`;
  const stored = storedNode(x, rule.ev_action);
  const sql = sqlText(stored);
  if (sql !== undefined) return `${text} ${sql.trim().replace(NO_SEMICOLON, ';')}`;
  const actions = (Array.isArray(stored) ? stored : [stored]) as Query[];
  const attributes = catalog.relation(rule.ev_class)?.attributes ?? [];
  const options = rule.ev_type === '1' ? { resultNames: attributes.map((a) => a.attname) } : {};
  if (actions.length === 0) return `${text}NOTHING;`;
  if (actions.length === 1) return `${text}${deparseQuery(actions[0]!, settings, options)};`;
  return `${text}(${actions.map((q) => `${deparseQuery(q, settings, options)};\n`).join('')});`;
}

const TRIGGER = { row: 1, before: 2, insert: 4, delete: 8, update: 16, truncate: 32, instead: 64 } as const;
function triggerEvents(x: ExecContext, t: CatalogRow<'pg_trigger'>): string {
  const events: string[] = [];
  if (t.tgtype & TRIGGER.insert) events.push('INSERT');
  if (t.tgtype & TRIGGER.delete) events.push('DELETE');
  if (t.tgtype & TRIGGER.update) {
    const columns = t.tgattr.map((n) => quoteIdentifier(x.session.catalog().syscache('ATTNUM', t.tgrelid, n)?.attname ?? '?'));
    events.push(columns.length > 0 ? `UPDATE OF ${columns.join(', ')}` : 'UPDATE');
  }
  if (t.tgtype & TRIGGER.truncate) events.push('TRUNCATE');
  return events.join(' OR ');
}
function triggerArguments(args: Uint8Array): string[] {
  const parts = new TextDecoder().decode(args).split('\0');
  return parts.slice(0, -1);
}
function triggerDefinition(x: ExecContext, oid: Oid, pretty: boolean): string | null {
  const t = x.session.catalog().rows('pg_trigger', { oid })[0];
  if (t === undefined) return null;
  const settings = deparseSettings(x, prettyFlags(pretty));
  const when = t.tgtype & TRIGGER.instead ? 'INSTEAD OF' : t.tgtype & TRIGGER.before ? 'BEFORE' : 'AFTER';
  const name = pretty ? deparseNames.relation(settings, t.tgrelid) : deparseNames.qualifiedRelation(settings, t.tgrelid);
  let text = `CREATE ${t.tgconstraint ? 'CONSTRAINT ' : ''}TRIGGER ${quoteIdentifier(t.tgname)} ${when} ${triggerEvents(x, t)} ON ${name} `;
  if (t.tgconstraint) {
    if (t.tgconstrrelid) text += `FROM ${deparseNames.relation(settings, t.tgconstrrelid)} `;
    text += `${t.tgdeferrable ? '' : 'NOT '}DEFERRABLE INITIALLY ${t.tginitdeferred ? 'DEFERRED' : 'IMMEDIATE'} `;
  }
  if (t.tgoldtable !== null || t.tgnewtable !== null) {
    text += `REFERENCING ${t.tgoldtable === null ? '' : `OLD TABLE AS ${quoteIdentifier(t.tgoldtable)} `}${t.tgnewtable === null ? '' : `NEW TABLE AS ${quoteIdentifier(t.tgnewtable)} `}`;
  }
  text += `FOR EACH ${t.tgtype & TRIGGER.row ? 'ROW' : 'STATEMENT'} `;
  if (t.tgqual !== null) text += `WHEN (${deparseForOldNew(storedNode(x, t.tgqual) as Expr, t.tgrelid, settings)}) `;
  const args = triggerArguments(t.tgargs).slice(0, t.tgnargs).map(simpleLiteral).join(', ');
  return `${text}EXECUTE FUNCTION ${deparseNames.func(settings, t.tgfoid, [])}(${args})`;
}

/** Definitions of objects that a concurrent session dropped are NULL, so lookups that fail inside mean a broken catalog. */
defineSyncSessionFunctions({
  pg_get_expr: (x, [text, relid]) => getExpr(x, text, relid, false),
  pg_get_expr_ext: (x, [text, relid, pretty]) => getExpr(x, text, relid, pretty),
  pg_get_viewdef: (x, [oid]) => viewDefinition(x, oid, INDENT_ONLY, 0),
  pg_get_viewdef_ext: (x, [oid, pretty]) => viewDefinition(x, oid, prettyFlags(pretty), 0),
  pg_get_viewdef_wrap: (x, [oid, wrap]) => viewDefinition(x, oid, PRETTY, wrap),
  pg_get_viewdef_name: (x, [name]) => viewDefinition(x, viewByName(x, name), INDENT_ONLY, 0),
  pg_get_viewdef_name_ext: (x, [name, pretty]) => viewDefinition(x, viewByName(x, name), prettyFlags(pretty), 0),
  pg_get_ruledef: (x, [oid]) => ruleDefinition(x, oid, INDENT_ONLY),
  pg_get_ruledef_ext: (x, [oid, pretty]) => ruleDefinition(x, oid, prettyFlags(pretty)),
  pg_get_triggerdef: (x, [oid]) => triggerDefinition(x, oid, false),
  pg_get_triggerdef_ext: (x, [oid, pretty]) => triggerDefinition(x, oid, pretty),
});
