/** Column defaults: build_column_default, identity sequences, domain defaults, NULL; and generated columns' expressions. */
import { SqlError, type Oid } from '@pglitedb/types';
import { decodeNode, type CatalogReader, type RelationInfo } from '@pglitedb/catalog';
import { parse } from '@pglitedb/parser';
import { makeConst, type Expr } from '../nodes/index.js';
import { analyzeDefault, coerceToTarget } from '../analyze/index.js';
import type { AnalyzeContext } from '../analyze/context.js';
import type { Raw } from '../analyze/raw.js';
import { copyTree } from './manip.js';

export type RewriteContext = Pick<AnalyzeContext, 'catalog' | 'env' | 'storedNode'>;

export const asAnalyzeContext = (ctx: RewriteContext, sql: string): AnalyzeContext => ({ ...ctx, sql, paramTypes: [] });

/** A stored expression: an Expr, or {sql} text analysed as the column's default. */
function storedDefault(stored: unknown, column: { name: string; type: Oid; typmod: number }, generated: boolean, rel: RelationInfo | undefined, ctx: RewriteContext): Expr {
  const sql = (stored as { sql?: string }).sql;
  if (sql === undefined) return copyTree(stored as Expr);
  const text = `SELECT ${sql}`;
  const raw: Raw = parse(text)[0]!.stmt;
  return analyzeDefault(raw.SelectStmt.targetList[0].ResTarget.val, column, generated, rel, asAnalyzeContext(ctx, text));
}

/** The sequence behind an identity column (getIdentitySequence). */
export function identitySequence(catalog: CatalogReader, relid: Oid, attnum: number): Oid {
  const rows = catalog.rows('pg_depend', { refclassid: 1259, refobjid: relid, refobjsubid: attnum, classid: 1259, deptype: 'i' } as never) as unknown as { objid: Oid }[];
  const row = rows.find((r) => catalog.relation(r.objid)?.relkind === 'S');
  if (!row) throw new SqlError('XX000', 'no owned sequence found');
  return row.objid;
}

/** build_column_default: undefined where the default is NULL. */
export function columnDefault(rel: RelationInfo, attnum: number, ctx: RewriteContext): Expr | undefined {
  const att = rel.attributes[attnum - 1]!;
  const column = { name: att.attname, type: att.atttypid, typmod: att.atttypmod };
  if (att.attidentity) {
    let owner = rel;
    if (rel.relispartition && rel.parents.length) owner = topPartition(ctx.catalog, rel);
    const ownerAtt = owner.attributes.find((a) => a.attname === att.attname && !a.attisdropped)!;
    return { kind: 'NextValueExpr', seqid: identitySequence(ctx.catalog, owner.oid, ownerAtt.attnum), typeId: att.atttypid };
  }
  const stored = rel.defaults.get(attnum);
  if (stored !== undefined && !att.attgenerated) return storedDefault(stored, column, false, undefined, ctx);
  if (stored !== undefined) return undefined;
  return domainDefault(att.atttypid, column, ctx);
}
function topPartition(catalog: CatalogReader, rel: RelationInfo): RelationInfo {
  let top = rel;
  while (top.relispartition && top.parents[0]) top = catalog.relation(top.parents[0]) ?? top;
  return top;
}
function domainDefault(type: Oid, column: { name: string; type: Oid; typmod: number }, ctx: RewriteContext): Expr | undefined {
  const row = ctx.catalog.syscache('TYPEOID', type) as unknown as { typtype: string; typdefaultbin: string | null; typdefault: string | null } | undefined;
  if (!row?.typdefaultbin) return row?.typtype === 'b' && row.typdefault !== null ? baseDefault(row.typdefault, type, column.typmod, ctx) : undefined;
  const node: unknown = ctx.storedNode ? ctx.storedNode(row.typdefaultbin) : decodeNode(row.typdefaultbin, ctx.env);
  const expr = storedDefault(node, column, false, undefined, ctx);
  return coerceToTarget(expr, type, column.typmod, 'assignment', asAnalyzeContext(ctx, '')) ?? expr;
}

/** A base type's DEFAULT is text for its input function. */
function baseDefault(text: string, type: Oid, typmod: number, ctx: RewriteContext): Expr {
  const collation = ctx.catalog.types.typeInfo(type)?.collation ?? 0;
  return makeConst(type, -1, collation, ctx.catalog.types.typeImpl(type).parse(text, typmod, ctx.env));
}

/** The generation expression of a column over varno 1. */
export function generationExpr(rel: RelationInfo, attnum: number, ctx: RewriteContext): Expr {
  const att = rel.attributes[attnum - 1]!;
  return storedDefault(rel.defaults.get(attnum), { name: att.attname, type: att.atttypid, typmod: att.atttypmod }, true, rel, ctx);
}

/** NULL of a column's type; of a domain as a coerced NULL, so that its NOT NULL is checked. */
export function nullColumn(rel: RelationInfo, attnum: number, ctx: RewriteContext): Expr {
  const att = rel.attributes[attnum - 1]!;
  if (att.attisdropped) return makeConst(23, -1, 0, null);
  const info = ctx.catalog.types.typeInfo(att.atttypid);
  if (info?.kind === 'd' && !att.attgenerated) {
    const base = makeConst(info.baseOid, -1, att.attcollation, null);
    return { kind: 'CoerceToDomain', arg: base, resulttype: att.atttypid, resulttypmod: -1, resultcollid: att.attcollation, coercionformat: 'implicit', location: -1 };
  }
  return makeConst(att.atttypid, att.atttypmod, att.attcollation, null);
}
