/** Foreign keys of and to partitioned tables: a constraint per partition on either side (CloneForeignKeyConstraints). */
import type { CatalogRow, CatalogWriter, RelationInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import type { Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { actionTriggers, checkTriggers, validateForeignKey } from './foreign-key-create.js';
import { mapByName } from './map-vars.js';
import { chooseName } from './raw.js';

type Constraint = CatalogRow<'pg_constraint'>;

/** A partition gets its parent's foreign keys, and becomes a target of those that point at its parent. */
export function* cloneForeignKeys(u: UtilityContext, parent: RelationInfo, oid: Oid, validate = false): Steps<void> {
  for (const fk of parent.foreignKeys) yield* cloneReferencing(u, fk.oid, oid, validate);
  for (const fk of parent.referencedBy) if (fk.conrelid !== oid) addReferenced(u, fk.oid, oid);
}

const sameKeys = (a: readonly unknown[] | null, b: readonly unknown[] | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/** addFkRecurseReferencing for one partition of the referencing table. */
export function* cloneReferencing(u: UtilityContext, constraint: Oid, oid: Oid, validate: boolean): Steps<void> {
  const w = u.session.catalogWriter();
  const c = w.syscache('CONSTROID', constraint)!;
  const parent = w.relation(c.conrelid)!;
  const child = w.relation(oid)!;
  const map = mapByName(parent.attributes, child.attributes);
  const conkey = c.conkey!.map(map);
  const own = w.rows('pg_constraint', { conrelid: oid, contype: 'f' }).find((k) => k.conparentid === 0 && k.confrelid === c.confrelid && sameKeys(k.conkey, conkey) && sameKeys(k.confkey, c.confkey)
    && k.conenforced === c.conenforced && k.condeferrable === c.condeferrable && k.condeferred === c.condeferred && k.confupdtype === c.confupdtype && k.confdeltype === c.confdeltype && k.confmatchtype === c.confmatchtype);
  let made: Oid;
  if (own !== undefined) {
    made = own.oid;
    attach(w, own, constraint, oid);
    if (!own.convalidated && c.convalidated) { yield* validateForeignKey(u, made); w.update('pg_constraint', { oid: made }, { convalidated: true }); }
  } else {
    made = copyConstraint(w, c, { conrelid: oid, conkey, conparentid: constraint, confdelsetcols: c.confdelsetcols?.map(map) ?? null, connamespace: child.relnamespace, conname: freeName(w, oid, c.conname) });
    for (const k of conkey) recordDependency(w, address(CLASS.constraint, made), address(CLASS.relation, oid, k), 'a');
    recordDependency(w, address(CLASS.constraint, made), address(CLASS.constraint, constraint), 'P');
    recordDependency(w, address(CLASS.constraint, made), address(CLASS.relation, oid), 'S');
    if (c.conenforced) checkTriggers(w, { constraint: made, relation: oid, referenced: c.confrelid, index: c.conindid, deferrable: c.condeferrable, deferred: c.condeferred });
    if (validate && c.convalidated && c.conenforced && child.relkind !== 'p') yield* validateForeignKey(u, made);
  }
  if (child.relkind === 'p') for (const k of child.children) yield* cloneReferencing(u, made, k, validate);
}

/** The constraint's name, or another where the table has one of that name. */
function freeName(w: CatalogWriter, relation: Oid, name: string): string {
  const taken = (n: string): boolean => w.rows('pg_constraint', { conrelid: relation, conname: n }).length > 0;
  return taken(name) ? chooseName(name, undefined, '1', taken) : name;
}

function copyConstraint(w: CatalogWriter, c: Constraint, changes: Partial<Constraint>): Oid {
  const oid = w.newOid();
  w.insert('pg_constraint', { ...c, conislocal: false, coninhcount: 1, connoinherit: true, ...changes, oid });
  return oid;
}

/** tryAttachPartitionForeignKey: an own foreign key that is like the parent's; its triggers on the referenced side go. */
function attach(w: CatalogWriter, own: Constraint, parent: Oid, table: Oid): void {
  w.update('pg_constraint', { oid: own.oid }, { conparentid: parent, conislocal: false, coninhcount: own.coninhcount + 1 });
  recordDependency(w, address(CLASS.constraint, own.oid), address(CLASS.constraint, parent), 'P');
  recordDependency(w, address(CLASS.constraint, own.oid), address(CLASS.relation, table), 'S');
  for (const t of w.rows('pg_trigger', { tgconstraint: own.oid })) {
    if (t.tgrelid !== own.confrelid || t.tgrelid === own.conrelid) continue;
    w.remove('pg_depend', { classid: CLASS.trigger, objid: t.oid });
    w.remove('pg_trigger', { oid: t.oid });
  }
}

/** addFkRecurseReferenced: a constraint for one partition of the referenced table, with the action triggers on it. */
export function addReferenced(u: UtilityContext, constraint: Oid, partition: Oid): void {
  const w = u.session.catalogWriter();
  const c = w.syscache('CONSTROID', constraint)!;
  const whole = w.relation(c.confrelid)!;
  const part = w.relation(partition)!;
  const map = mapByName(whole.attributes, part.attributes);
  const index = part.indexes.find((i) => w.rows('pg_inherits', { inhrelid: i.oid })[0]?.inhparent === c.conindid);
  const taken = (n: string): boolean => w.rows('pg_constraint', { conrelid: c.conrelid, conname: n }).length > 0;
  let name = c.conname;
  for (let n = 1; taken(name); n++) name = `${c.conname}_${n}`;
  const made = copyConstraint(w, c, { conname: name, confrelid: partition, confkey: c.confkey!.map(map), conparentid: constraint, conindid: index?.oid ?? c.conindid });
  recordDependency(w, address(CLASS.constraint, made), address(CLASS.constraint, constraint), 'P');
  recordDependency(w, address(CLASS.constraint, made), address(CLASS.relation, partition), 'S');
  if (c.conenforced) actionTriggers(w, { constraint: made, relation: c.conrelid, referenced: partition, index: index?.oid ?? c.conindid, deferrable: c.condeferrable, deferred: c.condeferred, onDelete: c.confdeltype, onUpdate: c.confupdtype });
  if (part.relkind === 'p') for (const k of part.children) addReferenced(u, made, k);
}

/** A new foreign key reaches the partitions on both sides. */
export function* spreadForeignKey(u: UtilityContext, constraint: Oid, isNew: boolean): Steps<void> {
  const c = u.session.catalog().syscache('CONSTROID', constraint)!;
  const [from, to] = [u.session.catalog().relation(c.conrelid)!, u.session.catalog().relation(c.confrelid)!];
  if (to.relkind === 'p') for (const k of to.children) addReferenced(u, constraint, k);
  if (from.relkind === 'p') for (const k of from.children) yield* cloneReferencing(u, constraint, k, !isNew);
}
