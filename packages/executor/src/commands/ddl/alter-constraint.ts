/** ALTER TABLE ALTER CONSTRAINT: deferrability and enforcement of foreign keys, inheritance of not-null constraints. */
import type { CatalogRow } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineAlterActions, runAlter, type AlterTarget } from './alter-table.js';
import { lockedChildren, relationOf } from './alter-columns.js';
import { CLASS } from './catalog-ids.js';
import { actionTriggers, checkTriggers, validateForeignKey } from './foreign-key-create.js';

type Constraint = CatalogRow<'pg_constraint'>;

function checkKind(t: AlterTarget, c: Constraint): void {
  const def = t.cmd.def.ATAlterConstraint;
  const of = `"${c.conname}" of relation "${relationOf(t).relname}"`;
  if (def.alterDeferrability === true && c.contype !== 'f') throw new SqlError('42809', `constraint ${of} is not a foreign key constraint`);
  if (def.alterEnforceability === true && c.contype !== 'f') throw new SqlError('42809', `cannot alter enforceability of constraint ${of}`);
  if (def.alterInheritability === true && c.contype !== 'n') throw new SqlError('42809', `constraint ${of} is not a not-null constraint`);
  if (def.alterInheritability === true && def.noinherit === true && c.coninhcount > 0) throw new SqlError('42P16', `cannot alter inherited constraint "${c.conname}" on relation "${relationOf(t).relname}"`);
  if (c.conparentid === 0) return;
  const cat = t.u.session.catalog();
  let top = c;
  for (let up = cat.syscache('CONSTROID', c.conparentid); up !== undefined; up = up.conparentid === 0 ? undefined : cat.syscache('CONSTROID', up.conparentid)) top = up;
  throw new SqlError('42809', `cannot alter constraint "${c.conname}" on relation "${relationOf(t).relname}"`, {
    detail: `Constraint "${c.conname}" is derived from constraint "${top.conname}" of relation "${cat.relation(top.conrelid)!.relname}".`, hint: 'You may alter the constraint it derives from instead.',
  });
}

/** The constraint and those of partitions that hang below it. */
function family(t: AlterTarget, oid: Oid): Oid[] {
  return [oid, ...t.u.session.catalog().rows('pg_constraint', { conparentid: oid }).flatMap((c) => family(t, c.oid))];
}

function setDeferrability(t: AlterTarget, c: Constraint): void {
  const def = t.cmd.def.ATAlterConstraint;
  const w = t.u.session.catalogWriter();
  const [condeferrable, condeferred] = [def.deferrable === true, def.initdeferred === true];
  for (const oid of family(t, c.oid)) {
    w.update('pg_constraint', { oid }, { condeferrable, condeferred });
    w.update('pg_trigger', { tgconstraint: oid }, { tgdeferrable: condeferrable, tginitdeferred: condeferred });
  }
}

function* setEnforced(t: AlterTarget, c: Constraint, enforced: boolean): Steps<void> {
  if (c.conenforced === enforced) return;
  const w = t.u.session.catalogWriter();
  for (const oid of family(t, c.oid)) {
    const row = w.syscache('CONSTROID', oid)!;
    w.update('pg_constraint', { oid }, { conenforced: enforced, convalidated: enforced });
    if (!enforced) {
      for (const g of w.rows('pg_trigger', { tgconstraint: oid })) w.remove('pg_depend', { classid: CLASS.trigger, objid: g.oid });
      w.remove('pg_trigger', { tgconstraint: oid });
      continue;
    }
    const plan = { constraint: oid, relation: row.conrelid, referenced: row.confrelid, index: row.conindid, deferrable: row.condeferrable, deferred: row.condeferred, onDelete: row.confdeltype, onUpdate: row.confupdtype };
    const parent = row.conparentid === 0 ? undefined : w.syscache('CONSTROID', row.conparentid);
    if (parent === undefined || parent.conrelid === row.conrelid) actionTriggers(w, plan);
    if (parent === undefined || parent.conrelid !== row.conrelid) checkTriggers(w, plan);
    if ((parent === undefined || parent.conrelid !== row.conrelid) && t.u.session.catalog().relation(row.conrelid)!.relkind !== 'p') yield* validateForeignKey(t.u, oid);
  }
}

function* setInheritance(t: AlterTarget, c: Constraint, noInherit: boolean): Steps<void> {
  if (c.connoinherit === noInherit) return;
  const w = t.u.session.catalogWriter();
  const rel = relationOf(t);
  if (rel.relkind === 'p' && noInherit) throw new SqlError('42P16', 'not-null constraints on partitioned tables cannot be NO INHERIT');
  w.update('pg_constraint', { oid: c.oid }, { connoinherit: noInherit });
  const column = rel.attributes[c.conkey![0]! - 1]!.attname;
  for (const child of yield* lockedChildren(t)) {
    if (!noInherit) { yield* runAlter({ ...t, oid: child, recursing: true, cmd: { subtype: 'AT_SetNotNull', name: column, parentName: c.conname } }); continue; }
    const attnum = w.relation(child)!.attributes.find((a) => a.attname === column && !a.attisdropped)?.attnum;
    const own = w.rows('pg_constraint', { conrelid: child, contype: 'n' }).find((k) => k.conkey?.[0] === attnum);
    if (own !== undefined && own.coninhcount > 0) w.update('pg_constraint', { oid: own.oid }, { coninhcount: own.coninhcount - 1, conislocal: own.coninhcount === 1 ? true : own.conislocal });
  }
}

function* alterConstraint(t: AlterTarget): Steps<void> {
  const def = t.cmd.def.ATAlterConstraint;
  const c = t.u.session.catalog().rows('pg_constraint', { conrelid: t.oid, conname: def.conname })[0];
  if (c === undefined) throw new SqlError('42704', `constraint "${def.conname}" of relation "${relationOf(t).relname}" does not exist`);
  checkKind(t, c);
  if (def.alterEnforceability === true) yield* setEnforced(t, c, def.is_enforced === true);
  if (def.alterDeferrability === true) setDeferrability(t, c);
  if (def.alterInheritability === true) yield* setInheritance(t, c, def.noinherit === true);
}

defineAlterActions({ AT_AlterConstraint: alterConstraint });
