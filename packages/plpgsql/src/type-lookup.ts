/** Type names of declarations, looked up in the catalog. */
import { parse } from '@pglitedb/parser';
import { transformColumnType } from '@pglitedb/planner';
import type { SessionServices } from '@pglitedb/executor';
import { RECORD_OID, SqlError, type Oid, type TypeResolver } from '@pglitedb/types';
import type { PlType } from './tree.js';

const PREFIX = 'SELECT CAST(NULL AS ';
const ALLOWED_PSEUDO = new Set<Oid>([RECORD_OID]);
/** What a domain is over, at the bottom. */
export function baseType(types: TypeResolver, oid: Oid): Oid {
  let at = oid;
  for (let info = types.typeInfo(at); info?.kind === 'd'; info = types.typeInfo(at)) at = info.baseOid;
  return at;
}

type Fail = (message: string, code: string) => SqlError;

export class TypeLookup {
  constructor(private readonly session: SessionServices, private readonly polymorphic: ReadonlyMap<Oid, Oid> = new Map()) {}
  /** Characters before the name in the text that is parsed. */
  readonly textPrefix = PREFIX.length;

  byOid(oid: Oid, typmod = -1, collation?: Oid): PlType {
    const { types } = this.session.catalog();
    const resolved = this.polymorphic.get(oid) ?? oid;
    const info = types.typeInfo(resolved);
    if (info === undefined) throw new SqlError('42704', `type with OID ${resolved} does not exist`);
    const kind = resolved === RECORD_OID || types.typeInfo(baseType(types, resolved))?.kind === 'c' ? 'rec' : 'scalar';
    return { oid: resolved, typmod, collation: collation ?? info.collation, kind, name: types.formatType(resolved, typmod) };
  }
  byText(text: string): PlType {
    const sql = `${PREFIX}${text})`;
    const statement = parse(sql)[0]!.stmt as unknown as { SelectStmt: { targetList: { ResTarget: { val: { TypeCast?: { typeName: unknown } } } }[] } };
    const typeName = statement.SelectStmt.targetList[0]?.ResTarget.val.TypeCast?.typeName;
    if (typeName === undefined) throw new SqlError('42601', `invalid type name "${text}"`);
    const t = transformColumnType(typeName, undefined, { catalog: this.session.catalog(), env: this.session.env, sql, paramTypes: [] });
    const type = this.byOid(t.oid, t.typmod);
    this.refusePseudo(type);
    return type;
  }
  private refusePseudo(type: PlType): void {
    const info = this.session.catalog().types.typeInfo(type.oid);
    if (info?.kind === 'p' && !ALLOWED_PSEUDO.has(type.oid)) throw new PseudoTypeError(type.name);
  }
  withCollation(type: PlType, parts: readonly string[]): PlType {
    const catalog = this.session.catalog();
    if (catalog.types.typeInfo(type.oid)?.collation === 0) throw new SqlError('42804', `collations are not supported by type ${type.name}`);
    const collname = parts.map((sval) => ({ String: { sval } }));
    const text = { names: [{ String: { sval: 'pg_catalog' } }, { String: { sval: 'text' } }], typemod: -1 };
    return { ...type, collation: transformColumnType(text, { collname, location: -1 }, { catalog, env: this.session.env, sql: '', paramTypes: [] }).collation };
  }
  /** table.column%TYPE */
  columnType(parts: readonly string[], fail: Fail): PlType {
    if (parts.length < 2) throw fail(`variable "${parts[0]}" does not exist`, '42704');
    const rel = this.relation(parts.slice(0, -1));
    if (rel === undefined) throw fail(`relation "${parts.slice(0, -1).join('.')}" does not exist`, '42P01');
    const column = parts[parts.length - 1]!;
    const att = this.session.catalog().relation(rel)?.attributes.find((a) => a.attname === column && !a.attisdropped);
    if (att === undefined) throw fail(`column "${column}" of relation "${parts[parts.length - 2]}" does not exist`, '42703');
    return this.byOid(att.atttypid, att.atttypmod, att.attcollation);
  }
  /** table%ROWTYPE */
  rowType(parts: readonly string[], fail: Fail): PlType {
    const rel = this.relation(parts);
    if (rel === undefined) throw fail(`relation "${parts.join('.')}" does not exist`, '42P01');
    const oid = this.session.catalog().relation(rel)!.reltype;
    if (oid === 0) throw fail(`relation "${parts[parts.length - 1]}" does not have a composite type`, '42809');
    return this.byOid(oid);
  }
  fieldType(type: PlType, field: string): PlType {
    if (type.oid === RECORD_OID) throw new SqlError('55000', `record "${field}" is not assigned yet`, { detail: 'The tuple structure of a not-yet-assigned record is indeterminate.' });
    const { types } = this.session.catalog();
    const f = types.fields(baseType(types, type.oid)).find((x) => x.name === field);
    if (f === undefined) throw new SqlError('42703', `type ${type.name} has no field "${field}"`);
    return this.byOid(f.typeOid, f.typmod, f.collation);
  }
  arrayOf(type: PlType): PlType {
    const { types } = this.session.catalog();
    const info = types.typeInfo(type.oid);
    if (info?.kind === 'a') return type;
    const array = info?.arrayOid ?? 0;
    if (array === 0) throw new SqlError('42704', `could not find array type for data type ${type.name}`);
    return this.byOid(array, type.typmod, type.collation);
  }
  private relation(parts: readonly string[]): Oid | undefined {
    const c = this.session.catalog();
    const [schema, name] = parts.length > 1 ? [parts[parts.length - 2], parts[parts.length - 1]!] : [undefined, parts[0]!];
    const oid = c.relid(schema, name);
    return oid === 0 ? undefined : oid;
  }
}

/** Told apart, since the message names the variable. */
export class PseudoTypeError extends Error {
  constructor(readonly typeName: string) { super(`pseudo-type ${typeName}`); }
}
