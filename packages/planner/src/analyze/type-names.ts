/** Type names of the grammar (TypeName) to type oid and typmod: parse_type.c. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { errorAt, withPosition, type AnalyzeContext, type ParseState } from './context.js';
import { list, locOf, strings, type Raw } from './raw.js';
import { namespaceOid, splitQualified } from './names.js';
import { takesTypmod, typmodIn } from './typmod.js';

type Ctx = { readonly ctx: AnalyzeContext; readonly catalog: CatalogReader };
export interface ColumnType { oid: Oid; typmod: number; collation: Oid }

/** LookupTypeName without typmod: 0 where there is none. */
export function lookupTypeOid(ps: Ctx, tn: Raw): Oid {
  if (tn.typeOid) return tn.typeOid as Oid;
  const names = strings(tn.names);
  let oid = 0;
  if (tn.pct_type) return percentType(ps, tn, names);
  if (names.length === 1) oid = typeInPath(ps.catalog, names[0]!);
  else {
    const { schema, name } = splitQualified(ps.catalog, names);
    const ns = withPosition(ps, locOf(tn), () => namespaceOid(ps.catalog, schema!));
    oid = (ps.catalog.syscache('TYPENAMENSP', name, ns)?.['oid'] as Oid | undefined) ?? 0;
  }
  if (oid && tn.arrayBounds?.length) oid = arrayTypeOf(ps.catalog, oid);
  return oid;
}
function percentType(ps: Ctx, tn: Raw, names: string[]): Oid {
  if (names.length < 2) throw errorAt(ps, '42601', `improper %TYPE reference (too few dotted names): ${names.join('.')}`, locOf(tn));
  const column = names[names.length - 1]!;
  const relname = names[names.length - 2]!;
  const schema = names.length > 2 ? names[names.length - 3]! : undefined;
  const relid = ps.catalog.relid(schema, relname);
  if (!relid) throw errorAt(ps, '42P01', `relation "${schema ? `${schema}.` : ''}${relname}" does not exist`, locOf(tn));
  const att = ps.catalog.relation(relid)!.attributes.find((a) => a.attname === column && !a.attisdropped);
  if (!att) throw errorAt(ps, '42703', `column "${column}" of relation "${relname}" does not exist`, locOf(tn));
  const notice = `type reference ${names.join('.')}%TYPE converted to ${ps.catalog.types.formatType(att.atttypid, -1)}`;
  ps.ctx.env.notice('NOTICE', '00000', notice);
  return tn.arrayBounds?.length ? arrayTypeOf(ps.catalog, att.atttypid) : att.atttypid;
}

/** TypenameGetTypid: searches the path. */
export function typeInPath(catalog: CatalogReader, name: string): Oid {
  for (const ns of catalog.searchPath()) {
    const row = catalog.syscache('TYPENAMENSP', name, ns);
    if (row) return row['oid'] as Oid;
  }
  return 0;
}
export function arrayTypeOf(catalog: CatalogReader, oid: Oid): Oid {
  return catalog.types.typeInfo(oid)?.arrayOid ?? 0;
}

/** TypeNameToString, for messages. */
export function typeNameToString(ps: Ctx, tn: Raw): string {
  let s = tn.typeOid ? ps.catalog.types.formatType(tn.typeOid as Oid, -1) : strings(tn.names).join('.');
  if (tn.pct_type) s += '%TYPE';
  if (tn.arrayBounds?.length) s += '[]';
  return s;
}

/** typenameTypeIdAndMod: the type and its typmod; raises 42704 for no such type. */
export function typenameType(ps: Ctx, tn: Raw): { oid: Oid; typmod: number } {
  const oid = lookupTypeOid(ps, tn);
  if (!oid) throw errorAt(ps, '42704', `type "${typeNameToString(ps, tn)}" does not exist`, locOf(tn));
  const row = ps.catalog.syscache('TYPEOID', oid)!;
  if (!row['typisdefined']) throw errorAt(ps, '42704', `type "${typeNameToString(ps, tn)}" is only a shell`, locOf(tn));
  return { oid, typmod: typenameTypmod(ps, tn, oid) };
}
function typenameTypmod(ps: Ctx, tn: Raw, oid: Oid): number {
  const mods = list(tn.typmods);
  if (!mods.length) return (tn.typemod as number | undefined) ?? -1;
  const info = ps.catalog.types.typeInfo(oid)!;
  const element = info.kind === 'a' ? info.elementOid : oid;
  if (!takesTypmod(element)) throw errorAt(ps, '42601', `type modifier is not allowed for type "${typeNameToString(ps, tn)}"`, locOf(tn));
  const texts = mods.map((m) => typmodText(ps, m, locOf(tn)));
  return withPosition(ps, locOf(tn), () => typmodIn(element, texts)!);
}
function typmodText(ps: Ctx, node: Raw, location: number): string {
  const c = node.A_Const;
  if (c?.ival) return String(c.ival.ival ?? 0);
  if (c?.fval) return c.fval.fval as string;
  if (c?.sval) return (c.sval.sval as string | undefined) ?? '';
  const fields = node.ColumnRef?.fields;
  if (fields?.length === 1 && fields[0].String) return strings(fields)[0]!;
  throw errorAt(ps, '42601', 'type modifiers must be simple constants or identifiers', location);
}

/** typenameType plus collation: what a column definition needs. */
export function transformColumnType(ps: Ctx, tn: Raw, collClause?: Raw): ColumnType {
  const { oid, typmod } = typenameType(ps, tn);
  const typcollation = ps.catalog.types.typeInfo(oid)!.collation;
  if (!collClause) return { oid, typmod, collation: typcollation };
  const collation = lookupCollation(ps, strings(collClause.collname), locOf(collClause));
  if (!typcollation) throw errorAt(ps, '42804', `collations are not supported by type ${ps.catalog.types.formatType(oid, -1)}`, locOf(collClause));
  return { oid, typmod, collation };
}

/** get_collation_oid with an error position; the database encoding's rows win over any-encoding ones. */
export function lookupCollation(ps: Ctx, names: readonly string[], location: number): Oid {
  const name = names[names.length - 1]!;
  const spaces = names.length > 1 ? [withPosition(ps, location, () => namespaceOid(ps.catalog, names[names.length - 2]!))] : ps.catalog.searchPath();
  for (const ns of spaces) {
    for (const encoding of [6, -1]) {
      const row = ps.catalog.syscache('COLLNAMEENCNSP', name, encoding, ns);
      if (row) return row['oid'] as Oid;
    }
  }
  throw errorAt(ps, '42704', `collation "${names.join('.')}" for encoding "UTF8" does not exist`, location);
}
