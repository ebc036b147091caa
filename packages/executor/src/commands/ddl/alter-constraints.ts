/** ALTER TABLE ADD, DROP and VALIDATE CONSTRAINT, with inheritance. */
import type { CatalogRow } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { defineAlterActions, runAlter, type AlterTarget } from './alter-table.js';
import { lockedChildren, relationOf } from './alter-columns.js';
import { CLASS } from './catalog-ids.js';
import { addConstraint, checkNoNulls } from './constraints.js';
import { tableConstraint } from './create-table.js';
import { address, recordDependency } from './depend.js';
import { performDeletion } from './dependency.js';
import { validateForeignKey } from './foreign-key-create.js';
import { mapByName, mapVars } from './map-vars.js';
import { firstViolation } from './scan-check.js';

type Constraint = CatalogRow<'pg_constraint'>;

function* addTableConstraint(t: AlterTarget): Steps<void> {
  const raw = t.cmd.def.Constraint;
  if (raw.indexname !== undefined) return addUsingIndex(t);
  const c = tableConstraint(raw, undefined);
  if (c.kind === 'check' && raw.conname !== undefined) {
    const known = t.u.session.catalog().rows('pg_constraint', { conrelid: t.oid, conname: raw.conname })[0];
    if (known !== undefined && t.recursing) {
      t.u.session.notice('NOTICE', '00000', `merging constraint "${raw.conname}" with inherited definition`);
      t.u.session.catalogWriter().update('pg_constraint', { oid: known.oid }, { coninhcount: known.coninhcount + 1 });
      return;
    }
  }
  if (t.recursing && (c.kind === 'check' || c.kind === 'notnull')) { c.isLocal = false; c.inheritCount = 1; }
  yield* addConstraint(t.u, t.oid, c, false);
  if ((c.kind !== 'check' && c.kind !== 'notnull') || c.noInherit) return;
  const children = yield* lockedChildren(t);
  if (children.length === 0) return;
  if (!t.recurse) throw new SqlError('42P16', 'constraint must be added to child tables too');
  const made = [...t.u.session.catalog().rows('pg_constraint', { conrelid: t.oid, contype: c.kind === 'check' ? 'c' : 'n' })].sort((a, b) => b.oid - a.oid)[0]!;
  for (const child of children) yield* runAlter({ ...t, oid: child, recursing: true, cmd: { ...t.cmd, def: { Constraint: { ...raw, conname: made.conname } } } });
}

/** PRIMARY KEY or UNIQUE USING INDEX: an existing unique index becomes the constraint's. */
function addUsingIndex(t: AlterTarget): void {
  const raw = t.cmd.def.Constraint;
  const w = t.u.session.catalogWriter();
  const rel = relationOf(t);
  const index = rel.indexes.find((i) => i.relname === raw.indexname);
  if (index === undefined) {
    const other = w.syscache('RELNAMENSP', raw.indexname, rel.relnamespace);
    if (other === undefined) throw new SqlError('42704', `index "${raw.indexname}" does not exist`);
    throw new SqlError('55000', `"${raw.indexname}" is not an index for table "${rel.relname}"`);
  }
  const bad = (message: string, detail?: string): SqlError => new SqlError('42809', message, { detail });
  if (w.rows('pg_constraint', { conindid: index.oid }).some((c) => c.contype === 'p' || c.contype === 'u')) throw new SqlError('55000', `index "${index.relname}" is already associated with a constraint`);
  if (!index.unique) throw bad(`"${index.relname}" is not a unique index`, 'Cannot create a primary key or unique constraint using such an index.');
  if (index.expressions.length > 0) throw bad(`index "${index.relname}" contains expressions`, 'Cannot create a primary key or unique constraint using such an index.');
  if (index.predicate !== undefined) throw bad(`"${index.relname}" is a partial index`, 'Cannot create a primary key or unique constraint using such an index.');
  const primary = raw.contype === 'CONSTR_PRIMARY';
  if (primary && rel.indexes.some((i) => i.primary)) throw new SqlError('42P16', `multiple primary keys for table "${rel.relname}" are not allowed`);
  const name = (raw.conname as string | undefined) ?? index.relname;
  if (name !== index.relname) {
    t.u.session.notice('NOTICE', '00000', `ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index "${index.relname}" to "${name}"`);
    w.update('pg_class', { oid: index.oid }, { relname: name });
  }
  const oid = w.newOid();
  const keys = index.attnums.slice(0, index.nkeys);
  w.insert('pg_constraint', {
    oid, conname: name, connamespace: rel.relnamespace, contype: primary ? 'p' : 'u', condeferrable: raw.deferrable === true, condeferred: raw.initdeferred === true, conenforced: true, convalidated: true, conrelid: t.oid,
    contypid: 0, conindid: index.oid, conparentid: 0, confrelid: 0, confupdtype: ' ', confdeltype: ' ', confmatchtype: ' ', conislocal: true, coninhcount: 0, connoinherit: true, conperiod: false, conkey: keys, confkey: null,
    conpfeqop: null, conppeqop: null, conffeqop: null, confdelsetcols: null, conexclop: null, conbin: null,
  });
  for (const k of keys) recordDependency(w, address(CLASS.constraint, oid), address(CLASS.relation, t.oid, k), 'a');
  w.remove('pg_depend', { classid: CLASS.relation, objid: index.oid, refclassid: CLASS.relation, refobjid: t.oid });
  recordDependency(w, address(CLASS.relation, index.oid), address(CLASS.constraint, oid), 'i');
  w.update('pg_index', { indexrelid: index.oid }, { indisprimary: primary, indimmediate: raw.deferrable !== true });
  if (primary) for (const k of keys) if (!rel.attributes[k - 1]!.attnotnull) w.update('pg_attribute', { attrelid: t.oid, attnum: k }, { attnotnull: true });
}

function findConstraint(t: AlterTarget, name: string): Constraint | undefined {
  return t.u.session.catalog().rows('pg_constraint', { conrelid: t.oid, conname: name })[0];
}
const notThere = (t: AlterTarget, name: string): SqlError => new SqlError('42704', `constraint "${name}" of relation "${relationOf(t).relname}" does not exist`);

function* dropConstraint(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const name = t.cmd.name as string;
  const rel = relationOf(t);
  const c = findConstraint(t, name);
  if (c === undefined) {
    if (t.cmd.missing_ok !== true) throw notThere(t, name);
    session.notice('NOTICE', '00000', `constraint "${name}" of relation "${rel.relname}" does not exist, skipping`);
    return;
  }
  if (c.coninhcount > 0 && !t.recursing) throw new SqlError('42P16', `cannot drop inherited constraint "${name}" of relation "${rel.relname}"`);
  const w = session.catalogWriter();
  if (c.contype === 'n') {
    const attnum = c.conkey![0]!;
    const a = rel.attributes[attnum - 1]!;
    if (a.attidentity !== '') throw new SqlError('42601', `column "${a.attname}" of relation "${rel.relname}" is an identity column`);
    if (rel.indexes.some((i) => i.primary && i.attnums.slice(0, i.nkeys).includes(attnum))) throw new SqlError('42P16', `column "${a.attname}" is in a primary key`);
    w.update('pg_attribute', { attrelid: t.oid, attnum }, { attnotnull: false });
  }
  yield* performDeletion(session, address(CLASS.constraint, c.oid), t.cascade ? 'cascade' : 'restrict');
  if ((c.contype !== 'c' && c.contype !== 'n') || c.connoinherit) return;
  const column = c.contype === 'n' ? rel.attributes[c.conkey![0]! - 1]!.attname : undefined;
  for (const child of yield* lockedChildren(t)) {
    const own = childConstraint(t, child, c, column);
    if (own === undefined) continue;
    if (!t.recurse) { w.update('pg_constraint', { oid: own.oid }, { coninhcount: own.coninhcount - 1, conislocal: true }); continue; }
    if (own.coninhcount === 1 && !own.conislocal) yield* runAlter({ ...t, oid: child, recursing: true, cmd: { ...t.cmd, name: own.conname } });
    else w.update('pg_constraint', { oid: own.oid }, { coninhcount: own.coninhcount - 1 });
  }
}

function childConstraint(t: AlterTarget, child: number, c: Constraint, column: string | undefined): Constraint | undefined {
  const rows = t.u.session.catalog().rows('pg_constraint', { conrelid: child, contype: c.contype });
  if (column === undefined) return rows.find((x) => x.conname === c.conname);
  const a = t.u.session.catalog().relation(child)!.attributes.find((x) => x.attname === column && !x.attisdropped);
  return rows.find((x) => x.conkey?.[0] === a?.attnum);
}

function* validateConstraint(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const name = t.cmd.name as string;
  const c = findConstraint(t, name);
  if (c === undefined) throw notThere(t, name);
  const rel = relationOf(t);
  if (c.contype !== 'f' && c.contype !== 'c' && c.contype !== 'n') throw new SqlError('42809', `cannot validate constraint "${name}" of relation "${rel.relname}"`, { detail: 'This operation is not supported for this type of constraint.' });
  if (!c.conenforced) throw new SqlError('42809', 'cannot validate NOT ENFORCED constraint');
  if (c.convalidated) return;
  if (c.contype === 'f') yield* validateForeignKey(t.u, c.oid);
  else if (c.contype === 'n') yield* checkNoNulls(t.u, t.oid, c.conkey![0]!);
  else {
    const expr = rel.checks.find((k) => k.oid === c.oid)!.expr as Expr;
    for (const child of [t.oid, ...(c.connoinherit ? [] : yield* lockedChildren(t))]) {
      const info = session.catalog().relation(child)!;
      if (yield* firstViolation(session, child, child === t.oid ? expr : mapVars(expr, mapByName(rel.attributes, info.attributes)))) {
        throw new SqlError('23514', `check constraint "${name}" of relation "${info.relname}" is violated by some row`, { schema: info.nspname, table: info.relname, constraint: name });
      }
    }
  }
  session.catalogWriter().update('pg_constraint', { oid: c.oid }, { convalidated: true });
}

defineAlterActions({ AT_AddConstraint: addTableConstraint, AT_DropConstraint: dropConstraint, AT_ValidateConstraint: validateConstraint });
