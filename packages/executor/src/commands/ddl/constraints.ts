/** Column defaults and table constraints: their catalog rows, indexes and internal triggers, and checks of existing rows. */
import { encodeNode, type CatalogWriter } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { relationExpr } from './analysis.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency, recordExpressionDependencies } from './depend.js';
import { addForeignKey } from './foreign-key-create.js';
import { addKeyConstraint } from './key-constraint.js';
import { chooseName, type Raw } from './raw.js';
import { firstViolation } from './scan-check.js';

export interface TableConstraint {
  kind: 'check' | 'primary' | 'unique' | 'foreign' | 'notnull' | 'exclusion'; name: string | undefined; columns: string[]; raw: Raw;
  deferrable: boolean; deferred: boolean; validate: boolean; enforced: boolean; noInherit: boolean;
  /** An analysed check expression, when the constraint is copied rather than written. */ expr?: Expr;
  isLocal?: boolean; inheritCount?: number; /** names that the same statement gives to others */ avoid?: ReadonlySet<string>;
}

export type DefaultSource = { kind: 'raw'; raw: Raw } | { kind: 'generated'; raw: Raw } | { kind: 'nextval'; sequence: Oid } | { kind: 'expr'; expr: Expr };

const REGCLASS = 2205;
const NEXTVAL = 1574;

/** Sets a column's default (or generation expression). */
export function addDefault(u: UtilityContext, table: Oid, attnum: number, source: DefaultSource): Expr {
  const { session } = u;
  const w = session.catalogWriter();
  const rel = w.relation(table)!;
  const a = rel.attributes[attnum - 1]!;
  const target = { type: a.atttypid, typmod: a.atttypmod, column: a.attname };
  const expr: Expr = source.kind === 'expr' ? source.expr
    : source.kind === 'nextval' ? nextvalExpr(source.sequence, a.atttypid)
    : relationExpr(u, table, source.raw, source.kind === 'generated' ? 'generated_column' : 'column_default', target);
  w.remove('pg_attrdef', { adrelid: table, adnum: attnum });
  const oid = w.newOid();
  w.insert('pg_attrdef', { oid, adrelid: table, adnum: attnum, adbin: encodeNode(expr, session.env) });
  w.update('pg_attribute', { attrelid: table, attnum }, { atthasdef: true });
  recordDependency(w, address(CLASS.attrdef, oid), address(CLASS.relation, table, attnum), source.kind === 'generated' ? 'i' : 'a');
  recordExpressionDependencies(w, address(CLASS.attrdef, oid), expr, table);
  return expr;
}

/** nextval('seq'::regclass), cast to the column's type. */
function nextvalExpr(sequence: Oid, type: Oid): Expr {
  const call: Expr = {
    kind: 'FuncExpr', funcid: NEXTVAL, funcresulttype: 20, funcretset: false, funcvariadic: false, funcformat: 'call', funccollid: 0, inputcollid: 0,
    args: [{ kind: 'Const', consttype: REGCLASS, consttypmod: -1, constcollid: 0, constvalue: sequence, location: -1 }], location: -1,
  };
  const cast: Record<number, Oid> = { 23: 480, 21: 714 };
  const fn = cast[type];
  return fn === undefined ? call : {
    kind: 'FuncExpr', funcid: fn, funcresulttype: type, funcretset: false, funcvariadic: false, funcformat: 'implicit', funccollid: 0, inputcollid: 0, args: [call], location: -1,
  };
}

export interface ConstraintRow { name: string; namespace: Oid; type: string; relation: Oid; constraint: TableConstraint; keys: number[] | null; index?: Oid; foreign?: ForeignPart; expr?: Expr }
export interface ForeignPart { relation: Oid; keys: number[]; pfeqop: Oid[]; ppeqop: Oid[]; ffeqop: Oid[]; onUpdate: string; onDelete: string; match: string; setColumns: number[] | null }

/** CreateConstraintEntry. */
export function insertConstraint(u: UtilityContext, r: ConstraintRow): Oid {
  const w = u.session.catalogWriter();
  const oid = w.newOid();
  const c = r.constraint;
  const f = r.foreign;
  w.insert('pg_constraint', {
    oid, conname: r.name, connamespace: r.namespace, contype: r.type, condeferrable: c.deferrable, condeferred: c.deferred, conenforced: c.enforced, convalidated: c.validate && c.enforced,
    conrelid: r.relation, contypid: 0, conindid: r.index ?? 0, conparentid: 0, confrelid: f?.relation ?? 0, confupdtype: f?.onUpdate ?? ' ', confdeltype: f?.onDelete ?? ' ',
    confmatchtype: f?.match ?? ' ', conislocal: c.isLocal ?? true, coninhcount: c.inheritCount ?? 0, connoinherit: c.noInherit || !'cn'.includes(r.type), conperiod: false, conkey: r.keys,
    confkey: f?.keys ?? null, conpfeqop: f?.pfeqop ?? null, conppeqop: f?.ppeqop ?? null, conffeqop: f?.ffeqop ?? null, confdelsetcols: f?.setColumns ?? null, conexclop: null,
    conbin: r.expr === undefined ? null : encodeNode(r.expr, u.session.env),
  });
  const self = address(CLASS.constraint, oid);
  if (r.keys !== null && r.keys.length > 0) for (const k of r.keys) recordDependency(w, self, address(CLASS.relation, r.relation, k), 'a');
  else recordDependency(w, self, address(CLASS.relation, r.relation), 'a');
  return oid;
}

export function constraintNameTaken(w: CatalogWriter, relation: Oid, name: string): boolean {
  return w.rows('pg_constraint', { conrelid: relation, conname: name }).length > 0;
}

/** The given name if free on the relation, or a chosen one. */
export function constraintName(w: CatalogWriter, relation: Oid, given: string | undefined, columns: readonly string[], label: string, avoid?: ReadonlySet<string>): string {
  const rel = w.relation(relation)!;
  if (given !== undefined) {
    if (constraintNameTaken(w, relation, given)) throw new SqlError('42710', `constraint "${given}" for relation "${rel.relname}" already exists`);
    return given;
  }
  const namespaceTaken = (n: string): boolean => avoid?.has(n) === true || w.rows('pg_constraint', { conname: n, connamespace: rel.relnamespace }).length > 0;
  return chooseName(rel.relname, columns.length > 0 ? columns.join('_') : undefined, label, namespaceTaken);
}

/** Attnums of named columns; 42703 for a missing one. */
export function columnNumbers(w: CatalogWriter, relation: Oid, columns: readonly string[], message: (name: string) => string): number[] {
  const rel = w.relation(relation)!;
  return columns.map((name) => {
    const a = rel.attributes.find((x) => x.attname === name && !x.attisdropped);
    if (a === undefined) throw new SqlError('42703', message(name));
    return a.attnum;
  });
}

/** Adds a constraint. isNew: the table was made by this statement, so its rows need no check. */
export function* addConstraint(u: UtilityContext, relation: Oid, c: TableConstraint, isNew: boolean): Steps<void> {
  switch (c.kind) {
    case 'check': return yield* addCheck(u, relation, c, isNew);
    case 'notnull': return yield* addNotNull(u, relation, c, isNew);
    case 'primary': case 'unique': return yield* addKeyConstraint(u, relation, c, isNew);
    case 'foreign': return yield* addForeignKey(u, relation, c, isNew);
    default: throw new SqlError('0A000', 'exclusion constraints are not supported yet');
  }
}

function* addCheck(u: UtilityContext, relation: Oid, c: TableConstraint, isNew: boolean): Steps<void> {
  const { session } = u;
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  const expr = c.expr ?? relationExpr(u, relation, c.raw.raw_expr, 'check_constraint');
  if (c.name !== undefined && isNew && mergeCheck(u, relation, c, expr)) return;
  if (rel.relkind === 'p' && c.noInherit) throw new SqlError('42P16', `cannot add NO INHERIT constraint to partitioned table "${rel.relname}"`);
  const keys = [...varAttnums(expr)].sort((a, b) => a - b);
  const only = keys.length === 1 ? [rel.attributes[keys[0]! - 1]!.attname] : [];
  const name = constraintName(w, relation, c.name, only, 'check');
  const oid = insertConstraint(u, { name, namespace: rel.relnamespace, type: 'c', relation, constraint: c, keys: keys.length > 0 ? keys : null, expr });
  recordExpressionDependencies(w, address(CLASS.constraint, oid), expr, relation);
  const checks = w.syscache('RELOID', relation)!.relchecks;
  w.update('pg_class', { oid: relation }, { relchecks: checks + 1 });
  if (!isNew && c.validate && c.enforced) yield* validateRows(u, relation, name, expr);
}

/** MergeWithExistingConstraint: a check of the same name that was inherited, and says the same. */
function mergeCheck(u: UtilityContext, relation: Oid, c: TableConstraint, expr: Expr): boolean {
  const w = u.session.catalogWriter();
  const rel = w.relation(relation)!;
  const known = w.rows('pg_constraint', { conrelid: relation, conname: c.name!, contype: 'c' })[0];
  if (known === undefined || known.coninhcount === 0) return false;
  const text = (e: unknown): string => JSON.stringify(e, (k, v: unknown) => (k === 'location' ? undefined : typeof v === 'bigint' ? `${v}n` : v));
  if (text(rel.checks.find((k) => k.oid === known.oid)!.expr) !== text(expr)) return false;
  if (c.noInherit) throw new SqlError('42P17', `constraint "${c.name}" conflicts with inherited constraint on relation "${rel.relname}"`);
  u.session.notice('NOTICE', '00000', `merging constraint "${c.name}" with inherited definition`);
  w.update('pg_constraint', { oid: known.oid }, { conislocal: !rel.relispartition });
  return true;
}

/** Scans the table for a row that violates a check. */
function* validateRows(u: UtilityContext, relation: Oid, name: string, expr: Expr): Steps<void> {
  const rel = u.session.catalog().relation(relation)!;
  if (yield* firstViolation(u.session, relation, expr)) {
    throw new SqlError('23514', `check constraint "${name}" of relation "${rel.relname}" is violated by some row`, { schema: rel.nspname, table: rel.relname, constraint: name });
  }
}

function* addNotNull(u: UtilityContext, relation: Oid, c: TableConstraint, isNew: boolean): Steps<void> {
  const { session } = u;
  const w = session.catalogWriter();
  const rel = w.relation(relation)!;
  const [attnum] = columnNumbers(w, relation, c.columns, (n) => `column "${n}" of relation "${rel.relname}" does not exist`);
  const existing = w.rows('pg_constraint', { conrelid: relation, contype: 'n' }).find((k) => k.conkey?.[0] === attnum);
  if (rel.relkind === 'p' && c.noInherit) throw new SqlError('42P16', 'not-null constraints on partitioned tables cannot be NO INHERIT');
  if (existing !== undefined) {
    // The own definition keeps its own name over what was inherited.
    if (isNew && existing.coninhcount > 0 && !existing.conislocal && c.isLocal !== false) w.update('pg_constraint', { oid: existing.oid }, { conislocal: true, conname: constraintName(w, relation, c.name, c.columns, 'not_null') });
    return;
  }
  const name = constraintName(w, relation, c.name, c.columns, 'not_null', c.avoid);
  if (!rel.attributes[attnum! - 1]!.attnotnull) w.update('pg_attribute', { attrelid: relation, attnum }, { attnotnull: true });
  insertConstraint(u, { name, namespace: rel.relnamespace, type: 'n', relation, constraint: c, keys: [attnum!] });
  if (!isNew) yield* checkNoNulls(u, relation, attnum!);
}

export function* checkNoNulls(u: UtilityContext, relation: Oid, attnum: number): Steps<void> {
  const rel = u.session.catalog().relation(relation)!;
  const a = rel.attributes[attnum - 1]!;
  const test: Expr = {
    kind: 'NullTest', argisrow: false, nulltesttype: 'is_not_null', location: -1,
    arg: { kind: 'Var', varno: 1, varattno: attnum, vartype: a.atttypid, vartypmod: a.atttypmod, varcollid: a.attcollation, varlevelsup: 0, varreturningtype: 'default', varnullingrels: [], varnosyn: 1, varattnosyn: attnum, location: -1 },
  };
  if (yield* firstViolation(u.session, relation, test)) {
    throw new SqlError('23502', `column "${a.attname}" of relation "${rel.relname}" contains null values`, { schema: rel.nspname, table: rel.relname, column: a.attname });
  }
}

/** Attnums of the Vars in an expression over one relation. */
export function varAttnums(expr: unknown): Set<number> {
  const found = new Set<number>();
  const visit = (n: unknown): void => {
    if (n === null || typeof n !== 'object') return;
    if (Array.isArray(n)) { for (const m of n) visit(m); return; }
    const v = n as { kind?: string; varattno?: number };
    if (v.kind === 'Var') { found.add(v.varattno!); return; }
    if (v.kind !== undefined || Object.getPrototypeOf(n) === Object.prototype) for (const value of Object.values(n)) if (typeof value === 'object') visit(value);
  };
  visit(expr);
  return found;
}
