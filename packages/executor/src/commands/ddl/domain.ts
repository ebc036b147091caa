/** CREATE DOMAIN and ALTER DOMAIN: the pg_type row, its constraints, and checks of stored values. */
import { encodeNode, type CatalogRow } from '@pglitedb/catalog';
import { analyzeCondition, analyzeDefault, type Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { columnType } from './analysis.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { performDeletion } from './dependency.js';
import { checkDomainValues } from './domain-check.js';
import { createTypeWithArray, typeRow } from './heap.js';
import { requireObject } from './object-lookup.js';
import { checkObjectOwner } from './ownership.js';
import { chooseName, creationNamespace, splitName, type Raw } from './raw.js';

const DOMAIN_IO = { typinput: 2597, typreceive: 2598 } as const;
const FORBIDDEN: Readonly<Record<string, [string, string]>> = {
  CONSTR_UNIQUE: ['42601', 'unique constraints not possible for domains'], CONSTR_PRIMARY: ['42601', 'primary key constraints not possible for domains'],
  CONSTR_EXCLUSION: ['42601', 'exclusion constraints not possible for domains'], CONSTR_FOREIGN: ['42601', 'foreign key constraints not possible for domains'],
  CONSTR_ATTR_DEFERRABLE: ['0A000', 'specifying constraint deferrability not supported for domains'], CONSTR_ATTR_NOT_DEFERRABLE: ['0A000', 'specifying constraint deferrability not supported for domains'],
  CONSTR_ATTR_DEFERRED: ['0A000', 'specifying constraint deferrability not supported for domains'], CONSTR_ATTR_IMMEDIATE: ['0A000', 'specifying constraint deferrability not supported for domains'],
  CONSTR_GENERATED: ['0A000', 'specifying GENERATED not supported for domains'], CONSTR_IDENTITY: ['0A000', 'specifying GENERATED not supported for domains'],
};

function* createDomain(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const { schema, name } = splitName(node.domainname);
  const namespace = creationNamespace(session, schema);
  const base = columnType(u, node.typeName, node.collClause?.CollateClause ?? node.collClause);
  const w = session.catalogWriter();
  const info = w.syscache('TYPEOID', base.oid)!;
  if (!'bcdermp'.includes(info.typtype) || info.typtype === 'p') throw new SqlError('42804', `"${w.types.formatType(base.oid, -1)}" is not a valid base type for a domain`);
  const list: Raw[] = (node.constraints ?? []).map((c: Raw) => c.Constraint);
  const defaults = list.filter((c) => c.contype === 'CONSTR_DEFAULT');
  for (const c of list) { const f = FORBIDDEN[c.contype]; if (f !== undefined) throw new SqlError(f[0], f[1]); }
  if (defaults.length > 1) throw new SqlError('42601', 'multiple default expressions');
  const notNull = list.some((c) => c.contype === 'CONSTR_NOTNULL');
  if (notNull && list.some((c) => c.contype === 'CONSTR_NULL')) throw new SqlError('42601', 'conflicting NULL/NOT NULL constraints');
  const context = { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] };
  const expr = defaults[0] === undefined ? undefined : analyzeDefault(defaults[0].raw_expr, { name, type: base.oid, typmod: base.typmod }, false, undefined, context);
  const oid = w.newOid();
  createTypeWithArray(w, typeRow({
    oid, typname: name, typnamespace: namespace, typowner: session.userOid(), typlen: info.typlen, typbyval: info.typbyval, typtype: 'd', typcategory: info.typcategory, typdelim: info.typdelim, ...DOMAIN_IO,
    typoutput: info.typoutput, typsend: info.typsend, typanalyze: info.typanalyze, typalign: info.typalign, typstorage: info.typstorage, typnotnull: notNull, typbasetype: base.oid, typtypmod: base.typmod,
    typndims: node.typeName.arrayBounds?.length ?? 0, typcollation: base.collation, typdefaultbin: expr === undefined ? null : encodeNode(expr, session.env), typdefault: expr === undefined ? null : defaultText(u, expr),
  }));
  const self = address(CLASS.type, oid);
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  recordDependency(w, self, address(CLASS.type, base.oid), 'n');
  if (base.collation !== info.typcollation) recordDependency(w, self, address(CLASS.collation, base.collation), 'n');
  if (expr !== undefined) recordExpressionDependencies(w, self, expr, 0);
  for (const c of list) {
    if (c.contype === 'CONSTR_CHECK') addCheck(u, oid, name, namespace, c);
    if (c.contype === 'CONSTR_NOTNULL') addNotNull(u, oid, name, namespace, c);
  }
  return 'CREATE DOMAIN';
}

/** typdefault: PostgreSQL keeps the expression's text for people; a literal's own text here. */
function defaultText(u: UtilityContext, expr: Expr): string | null {
  if (expr.kind !== 'Const' || expr.constvalue === null) return null;
  const text = u.session.catalog().types.typeImpl(expr.consttype).format(expr.constvalue, u.session.env);
  return expr.consttype === 23 ? text : `'${text.replaceAll("'", "''")}'::${u.session.catalog().types.formatType(expr.consttype, -1)}`;
}

function insertConstraint(u: UtilityContext, domain: Oid, namespace: Oid, name: string, type: string, validated: boolean, expr: Expr | undefined): Oid {
  const w = u.session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_constraint', {
    oid, conname: name, connamespace: namespace, contype: type, condeferrable: false, condeferred: false, conenforced: true, convalidated: validated, conrelid: 0, contypid: domain, conindid: 0, conparentid: 0,
    confrelid: 0, confupdtype: ' ', confdeltype: ' ', confmatchtype: ' ', conislocal: true, coninhcount: 0, connoinherit: false, conperiod: false, conkey: null, confkey: null, conpfeqop: null, conppeqop: null,
    conffeqop: null, confdelsetcols: null, conexclop: null, conbin: expr === undefined ? null : encodeNode(expr, u.session.env),
  });
  recordDependency(w, address(CLASS.constraint, oid), address(CLASS.type, domain), 'a');
  if (expr !== undefined) recordExpressionDependencies(w, address(CLASS.constraint, oid), expr, 0);
  return oid;
}
function constraintName(u: UtilityContext, domain: Oid, domainName: string, namespace: Oid, given: string | undefined, label: string): string {
  const c = u.session.catalog();
  if (given !== undefined) {
    if (c.rows('pg_constraint', { contypid: domain, conname: given }).length > 0) throw new SqlError('42710', `constraint "${given}" for domain "${domainName}" already exists`);
    return given;
  }
  return chooseName(domainName, undefined, label, (n) => c.rows('pg_constraint', { conname: n, connamespace: namespace }).length > 0);
}

/** VALUE in a domain's check stands for the value. */
function checkExpr(u: UtilityContext, domain: Oid, raw: Raw): Expr {
  const { session } = u;
  const t = session.catalog().syscache('TYPEOID', domain)!;
  const preColumnRef = (parts: readonly string[]): Expr | undefined => (parts.length === 1 && parts[0] === 'value'
    ? { kind: 'CoerceToDomainValue', typeId: t.typbasetype, typeMod: t.typtypmod, collation: t.typcollation, location: -1 } : undefined);
  return analyzeCondition(raw, 'domain_check', 'CHECK', undefined, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [], preColumnRef });
}

function addCheck(u: UtilityContext, domain: Oid, domainName: string, namespace: Oid, c: Raw): Oid {
  if (c.is_no_inherit === true) throw new SqlError('42P16', `check constraints for domains cannot be marked NO INHERIT`);
  if (c.is_enforced !== true && c.is_enforced !== undefined) throw new SqlError('0A000', 'specifying constraint enforceability not supported for domains');
  const name = constraintName(u, domain, domainName, namespace, c.conname, 'check');
  return insertConstraint(u, domain, namespace, name, 'c', c.skip_validation !== true, checkExpr(u, domain, c.raw_expr));
}
function addNotNull(u: UtilityContext, domain: Oid, domainName: string, namespace: Oid, c: Raw): void {
  const w = u.session.catalogWriter();
  if (w.rows('pg_constraint', { contypid: domain, contype: 'n' }).length > 0) return;
  insertConstraint(u, domain, namespace, constraintName(u, domain, domainName, namespace, c.conname, 'not_null'), 'n', true, undefined);
  w.update('pg_type', { oid: domain }, { typnotnull: true });
}

function* alterDomain(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const o = requireObject(session, 'OBJECT_DOMAIN', { TypeName: { names: node.typeName } });
  checkObjectOwner(session, o);
  const w = session.catalogWriter();
  const t = w.syscache('TYPEOID', o.objectId)!;
  switch (node.subtype) {
    case 'T': yield* setDefault(u, t, node.def); break;
    case 'N': dropNotNull(u, t); break;
    case 'O':
      if (t.typnotnull) break;
      addNotNull(u, t.oid, t.typname, t.typnamespace, {});
      yield* checkDomainValues(u, t.oid, undefined);
      break;
    case 'C': yield* addConstraint(u, t, node.def.Constraint); break;
    case 'X': yield* dropConstraint(u, t, node); break;
    case 'V': {
      const c = w.rows('pg_constraint', { contypid: t.oid, conname: node.name })[0];
      if (c === undefined) throw new SqlError('42704', `constraint "${node.name}" of domain "${t.typname}" does not exist`);
      if (c.contype !== 'c') throw new SqlError('42809', `constraint "${node.name}" of domain "${t.typname}" is not a check constraint`);
      yield* checkDomainValues(u, t.oid, c.conbin!);
      w.update('pg_constraint', { oid: c.oid }, { convalidated: true });
      break;
    }
    default: throw new SqlError('0A000', 'this form of ALTER DOMAIN is not supported yet');
  }
  return 'ALTER DOMAIN';
}

type TypeRow = CatalogRow<'pg_type'>;
function* setDefault(u: UtilityContext, t: TypeRow, raw: Raw): Steps<void> {
  const { session } = u;
  const w = session.catalogWriter();
  if (raw === undefined) { w.update('pg_type', { oid: t.oid }, { typdefault: null, typdefaultbin: null }); return; }
  const expr = analyzeDefault(raw, { name: t.typname, type: t.typbasetype, typmod: t.typtypmod }, false, undefined, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] });
  const isNull = expr.kind === 'Const' && expr.constvalue === null;
  w.update('pg_type', { oid: t.oid }, isNull ? { typdefault: null, typdefaultbin: null } : { typdefault: defaultText(u, expr), typdefaultbin: encodeNode(expr, session.env) });
  recordExpressionDependencies(w, address(CLASS.type, t.oid), expr, 0);
}
function dropNotNull(u: UtilityContext, t: TypeRow): void {
  const w = u.session.catalogWriter();
  w.update('pg_type', { oid: t.oid }, { typnotnull: false });
  for (const c of w.rows('pg_constraint', { contypid: t.oid, contype: 'n' })) {
    w.remove('pg_depend', { classid: CLASS.constraint, objid: c.oid });
    w.remove('pg_constraint', { oid: c.oid });
  }
}
function* addConstraint(u: UtilityContext, t: TypeRow, c: Raw): Steps<void> {
  const w = u.session.catalogWriter();
  if (c.contype === 'CONSTR_NOTNULL') {
    if (t.typnotnull) return;
    addNotNull(u, t.oid, t.typname, t.typnamespace, c);
    yield* checkDomainValues(u, t.oid, undefined);
    return;
  }
  const f = FORBIDDEN[c.contype];
  if (f !== undefined) throw new SqlError(f[0], f[1]);
  const oid = addCheck(u, t.oid, t.typname, t.typnamespace, c);
  if (c.skip_validation !== true) yield* checkDomainValues(u, t.oid, w.syscache('CONSTROID', oid)!.conbin!);
}
function* dropConstraint(u: UtilityContext, t: TypeRow, node: Raw): Steps<void> {
  const { session } = u;
  const c = session.catalog().rows('pg_constraint', { contypid: t.oid, conname: node.name })[0];
  if (c === undefined) {
    const message = `constraint "${node.name}" of domain "${t.typname}" does not exist`;
    if (node.missing_ok !== true) throw new SqlError('42704', message);
    session.notice('NOTICE', '00000', `${message}, skipping`);
    return;
  }
  if (c.contype === 'n') session.catalogWriter().update('pg_type', { oid: t.oid }, { typnotnull: false });
  yield* performDeletion(session, address(CLASS.constraint, c.oid), node.behavior === 'DROP_CASCADE' ? 'cascade' : 'restrict');
}

defineCommands({ CreateDomainStmt: createDomain, AlterDomainStmt: alterDomain });
