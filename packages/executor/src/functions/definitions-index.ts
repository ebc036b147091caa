/** pg_get_indexdef, pg_get_constraintdef, pg_get_partkeydef and pg_get_statisticsobjdef. */
import { quoteIdentifier, quoteQualified, type CatalogRow } from '@pglitedb/catalog';
import { deparseForRelation, deparseKeyExpression, deparseNames, exprCollation, exprType, opclassSuffix, type DeparseSettings, type Expr, type PrettyFlags } from '@pglitedb/planner';
import { PgArray, SqlError, type Oid } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { deparseSettings, prettyFlags, sqlText, storedNode } from './definitions.js';
import { defineSyncSessionFunctions } from './fmgr.js';

const DESC = 1, NULLS_FIRST = 2;

interface IndexForm { /** one column only, from 1 */ column?: number; /** of an exclusion constraint */ operators?: readonly Oid[] }
interface Key { text: string; type: Oid; collation: Oid }

const columnName = (x: ExecContext, relid: Oid, attnum: number): string => quoteIdentifier(x.session.catalog().syscache('ATTNUM', relid, attnum)?.attname ?? '?');

function expressions(x: ExecContext, text: string | null): Expr[] { return text === null ? [] : (storedNode(x, text) as Expr[]); }

/** Columns and expressions of an index, a partition key or a statistics object. */
function keysOf(x: ExecContext, relid: Oid, attnums: readonly number[], exprs: readonly Expr[], settings: DeparseSettings): Key[] {
  let next = 0;
  return attnums.map((attnum) => {
    if (attnum === 0) {
      const e = exprs[next++]!;
      return { text: deparseKeyExpression(e, relid, settings), type: exprType(e), collation: exprCollation(e) };
    }
    const a = x.session.catalog().syscache('ATTNUM', relid, attnum);
    return { text: columnName(x, relid, attnum), type: a?.atttypid ?? 0, collation: a?.attcollation ?? 0 };
  });
}

function keyOptions(x: ExecContext, i: CatalogRow<'pg_index'>, at: number, key: Key, canOrder: boolean, settings: DeparseSettings, form: IndexForm): string {
  const collation = i.indcollation[at]!;
  let text = collation && collation !== key.collation ? ` COLLATE ${deparseNames.collation(settings, collation)}` : '';
  text += opclassSuffix(settings, i.indclass[at]!, key.type);
  if (canOrder) {
    const option = i.indoption[at]!;
    if (option & DESC) text += option & NULLS_FIRST ? ' DESC' : ' DESC NULLS LAST';
    else if (option & NULLS_FIRST) text += ' NULLS FIRST';
  }
  if (form.operators) text += ` WITH ${deparseNames.operator(settings, form.operators[at]!, key.type, key.type)}`;
  return text;
}

function indexDefinition(x: ExecContext, oid: Oid, pretty: PrettyFlags, form: IndexForm): string | null {
  const catalog = x.session.catalog();
  const i = catalog.syscache('INDEXRELID', oid);
  const rel = catalog.syscache('RELOID', oid);
  if (i === undefined || rel === undefined) return null;
  const settings = deparseSettings(x, pretty);
  const am = catalog.syscache('AMOID', rel.relam)?.amname ?? '?';
  const keys = keysOf(x, i.indrelid, i.indkey, expressions(x, i.indexprs), settings);
  if (form.column !== undefined) return keys[form.column - 1]?.text ?? '';
  const canOrder = am === 'btree';
  const texts = keys.map((k, n) => k.text + (n < i.indnkeyatts ? keyOptions(x, i, n, k, canOrder, settings, form) : ''));
  const table = pretty.schema ? deparseNames.relation(settings, i.indrelid) : deparseNames.qualifiedRelation(settings, i.indrelid);
  let text = form.operators ? `EXCLUDE USING ${quoteIdentifier(am)} (`
    : `CREATE ${i.indisunique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(rel.relname)} ON ${rel.relkind === 'I' ? 'ONLY ' : ''}${table} USING ${quoteIdentifier(am)} (`;
  text += texts.slice(0, i.indnkeyatts).join(', ');
  if (texts.length > i.indnkeyatts) text += `) INCLUDE (${texts.slice(i.indnkeyatts).join(', ')}`;
  text += ')';
  if (i.indnullsnotdistinct) text += ' NULLS NOT DISTINCT';
  if (rel.reloptions !== null && rel.reloptions.length > 0) text += ` WITH (${rel.reloptions.map(relOption).join(', ')})`;
  if (i.indpred !== null) {
    const predicate = storedNode(x, i.indpred);
    const shown = deparseForRelation((Array.isArray(predicate) ? predicate[0] : predicate) as Expr, i.indrelid, settings);
    text += form.operators ? ` WHERE (${shown})` : ` WHERE ${shown}`;
  }
  return text;
}
/** name=value as name='value', quoted unless the value is an identifier. */
function relOption(option: string): string {
  const at = option.indexOf('=');
  const name = at < 0 ? option : option.slice(0, at);
  const value = at < 0 ? '' : option.slice(at + 1);
  const plain = quoteIdentifier(value) === value;
  return `${quoteIdentifier(name)}=${plain ? value : `'${value.replaceAll("'", "''")}'`}`;
}

const ACTIONS: Readonly<Record<string, string>> = { a: '', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT' };
const MATCHES: Readonly<Record<string, string>> = { s: '', f: ' MATCH FULL', p: ' MATCH PARTIAL' };

type Constraint = CatalogRow<'pg_constraint'>;
function columnList(x: ExecContext, relid: Oid, attnums: readonly number[], period: boolean): string {
  return attnums.map((n, i) => `${period && i === attnums.length - 1 ? 'PERIOD ' : ''}${columnName(x, relid, n)}`).join(', ');
}
function foreignKey(x: ExecContext, c: Constraint, settings: DeparseSettings): string {
  let text = `FOREIGN KEY (${columnList(x, c.conrelid, c.conkey ?? [], c.conperiod)}) REFERENCES ${deparseNames.relation(settings, c.confrelid)}(${columnList(x, c.confrelid, c.confkey ?? [], c.conperiod)})`;
  text += MATCHES[c.confmatchtype] ?? '';
  const update = ACTIONS[c.confupdtype];
  const remove = ACTIONS[c.confdeltype];
  if (update) text += ` ON UPDATE ${update}`;
  if (remove) text += ` ON DELETE ${remove}`;
  if (c.confdelsetcols !== null && c.confdelsetcols.length > 0) text += ` (${columnList(x, c.conrelid, c.confdelsetcols, false)})`;
  return text;
}
function keyConstraint(x: ExecContext, c: Constraint): string {
  const index = x.session.catalog().syscache('INDEXRELID', c.conindid);
  let text = c.contype === 'p' ? 'PRIMARY KEY ' : 'UNIQUE ';
  if (index?.indnullsnotdistinct) text += 'NULLS NOT DISTINCT ';
  text += `(${columnList(x, c.conrelid, c.conkey ?? [], false)}${c.conperiod ? ' WITHOUT OVERLAPS' : ''})`;
  const included = index?.indkey.slice(index.indnkeyatts) ?? [];
  return included.length > 0 ? `${text} INCLUDE (${columnList(x, c.conrelid, included, false)})` : text;
}
function checkText(x: ExecContext, c: Constraint, settings: DeparseSettings): string {
  const node = c.conbin === null ? { sql: 'true' } : storedNode(x, c.conbin);
  return `CHECK (${sqlText(node) ?? deparseForRelation(node as Expr, c.conrelid, settings)})${c.connoinherit ? ' NO INHERIT' : ''}`;
}
function constraintText(x: ExecContext, c: Constraint, settings: DeparseSettings): string {
  switch (c.contype) {
    case 'f': return foreignKey(x, c, settings);
    case 'p': case 'u': return keyConstraint(x, c);
    case 'c': return checkText(x, c, settings);
    case 'n': return c.conrelid ? `NOT NULL ${columnName(x, c.conrelid, c.conkey?.[0] ?? 0)}${c.connoinherit ? ' NO INHERIT' : ''}` : 'NOT NULL';
    case 't': return 'TRIGGER';
    case 'x': return indexDefinition(x, c.conindid, settings.pretty ?? prettyFlags(false), { operators: c.conexclop ?? [] }) ?? '';
    default: throw new SqlError('XX000', `invalid constraint type "${c.contype}"`);
  }
}
function constraintDefinition(x: ExecContext, oid: Oid, pretty: boolean): string | null {
  const c = x.session.catalog().syscache('CONSTROID', oid);
  if (c === undefined) return null;
  let text = constraintText(x, c, deparseSettings(x, prettyFlags(pretty)));
  if (c.condeferrable) text += ' DEFERRABLE';
  if (c.condeferred) text += ' INITIALLY DEFERRED';
  if (!c.conenforced) text += ' NOT ENFORCED';
  else if (!c.convalidated) text += ' NOT VALID';
  return text;
}

const STRATEGIES: Readonly<Record<string, string>> = { h: 'HASH', l: 'LIST', r: 'RANGE' };
function partitionKey(x: ExecContext, relid: Oid): string | null {
  const p = x.session.catalog().syscache('PARTRELID', relid);
  if (p === undefined) return null;
  const settings = deparseSettings(x, prettyFlags(false));
  const keys = keysOf(x, relid, p.partattrs, expressions(x, p.partexprs), settings).map((k, i) => {
    const collation = p.partcollation[i]!;
    const collate = collation && collation !== k.collation ? ` COLLATE ${deparseNames.collation(settings, collation)}` : '';
    return k.text + collate + opclassSuffix(settings, p.partclass[i]!, k.type);
  });
  return `${STRATEGIES[p.partstrat] ?? '?'} (${keys.join(', ')})`;
}

const STATISTIC_KINDS: readonly (readonly [string, string])[] = [['d', 'ndistinct'], ['f', 'dependencies'], ['m', 'mcv']];
function statistics(x: ExecContext, oid: Oid, columnsOnly: boolean): string | null {
  const catalog = x.session.catalog();
  const s = catalog.syscache('STATEXTOID', oid);
  if (s === undefined) return null;
  const settings = deparseSettings(x, { paren: true, indent: false, schema: false });
  const exprs = expressions(x, s.stxexprs);
  const items = [...s.stxkeys.map((n) => columnName(x, s.stxrelid, n)), ...exprs.map((e) => deparseKeyExpression(e, s.stxrelid, settings))];
  if (columnsOnly) return items.join(', ');
  const schema = catalog.syscache('NAMESPACEOID', s.stxnamespace)?.nspname;
  const kinds = STATISTIC_KINDS.filter(([code]) => s.stxkind.includes(code)).map(([, name]) => name);
  const shown = items.length > 1 && kinds.length < STATISTIC_KINDS.length ? ` (${kinds.join(', ')})` : '';
  return `CREATE STATISTICS ${quoteQualified(schema, s.stxname)}${shown} ON ${items.join(', ')} FROM ${deparseNames.relation(settings, s.stxrelid)}`;
}
function statisticsExpressions(x: ExecContext, oid: Oid): PgArray | null {
  const s = x.session.catalog().syscache('STATEXTOID', oid);
  if (s === undefined || s.stxexprs === null) return null;
  const settings = deparseSettings(x, prettyFlags(false));
  return PgArray.of(25, expressions(x, s.stxexprs).map((e) => deparseForRelation(e, s.stxrelid, settings)));
}

defineSyncSessionFunctions({
  pg_get_indexdef: (x, [oid]) => indexDefinition(x, oid, prettyFlags(false), {}),
  pg_get_indexdef_ext: (x, [oid, column, pretty]) => indexDefinition(x, oid, prettyFlags(pretty), column === 0 ? {} : { column }),
  pg_get_constraintdef: (x, [oid]) => constraintDefinition(x, oid, false),
  pg_get_constraintdef_ext: (x, [oid, pretty]) => constraintDefinition(x, oid, pretty),
  pg_get_partkeydef: (x, [relid]) => partitionKey(x, relid),
  pg_get_statisticsobjdef: (x, [oid]) => statistics(x, oid, false),
  pg_get_statisticsobjdef_columns: (x, [oid]) => statistics(x, oid, true),
  pg_get_statisticsobjdef_expressions: (x, [oid]) => statisticsExpressions(x, oid),
});
