/** Values of columns that COPY does not bring: defaults, identity sequences, and generated columns. */
import { coerceToTarget, type Expr } from '@pglitedb/planner';
import { SqlError, type Oid } from '@pglitedb/types';
import type { RelationAttribute, RelationInfo } from '@pglitedb/catalog';
import type { SessionServices } from '../../context.js';
import type { Compiled } from '../../expr/index.js';
import { rowCompiler } from '../../index-keys.js';

/** build_column_default: undefined where the default is NULL. */
export function columnDefault(session: SessionServices, info: RelationInfo, a: RelationAttribute): Expr | undefined {
  if (a.attidentity !== '') return { kind: 'NextValueExpr', seqid: identitySequence(session, info.oid, a.attnum), typeId: a.atttypid };
  const own = info.defaults.get(a.attnum) as Expr | undefined;
  if (own !== undefined) return own;
  const domain = session.catalog().types.typeInfo(a.atttypid);
  if (domain?.kind !== 'd') return undefined;
  const text = session.catalog().syscache('TYPEOID', a.atttypid)?.typdefault as string | null | undefined;
  if (text === null || text === undefined) return undefined;
  const value: Expr = { kind: 'Const', consttype: domain.baseOid, consttypmod: domain.baseTypmod, constcollid: domain.collation, constvalue: session.catalog().types.typeImpl(domain.baseOid).parse(unquote(text), domain.baseTypmod, session.env), location: -1 };
  return coerceToTarget(value, a.atttypid, a.atttypmod, 'assignment', { catalog: session.catalog(), env: session.env, sql: '', paramTypes: [] }) ?? value;
}
/** typdefault holds a literal for constants: '…'::type. */
function unquote(text: string): string {
  const m = /^'((?:[^']|'')*)'::/.exec(text);
  return m === null ? text : m[1]!.replace(/''/g, "'");
}

export function identitySequence(session: SessionServices, relid: Oid, attnum: number): Oid {
  const c = session.catalog();
  const rel = c.relation(relid);
  const parent = rel?.relispartition === true && rel.parents[0] !== undefined ? c.relation(rel.parents[0]) : undefined;
  const above = parent?.attributes.find((a) => !a.attisdropped && a.attname === rel!.attributes[attnum - 1]!.attname && a.attidentity !== '');
  if (above !== undefined) return identitySequence(session, parent!.oid, above.attnum);
  const row = c.rows('pg_depend', { refclassid: 1259, refobjid: relid, refobjsubid: attnum }).find((d) => d.deptype === 'i' && d.classid === 1259);
  if (row === undefined) throw new SqlError('XX000', 'no owned sequence found');
  return row.objid as Oid;
}

export interface RowExpression { readonly attnum: number; readonly expr: Compiled }

export function rowExpressions(session: SessionServices, list: readonly { attnum: number; expr: Expr }[]): RowExpression[] {
  const c = rowCompiler(session);
  return list.map((e) => ({ attnum: e.attnum, expr: c.compile(e.expr) }));
}

