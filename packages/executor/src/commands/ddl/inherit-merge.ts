/** A table that becomes a child (INHERIT, ATTACH PARTITION): its columns and constraints against the parent's (MergeAttributesIntoExisting, MergeConstraintsIntoExisting). */
import type { RelationInfo } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import { SqlError } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { mapByName, mapVars } from './map-vars.js';

const column = (rel: RelationInfo, name: string): RelationInfo['attributes'][number] | undefined => rel.attributes.find((a) => a.attname === name && !a.attisdropped);

export function mergeInheritedParts(u: UtilityContext, parent: RelationInfo, child: RelationInfo, isPartition: boolean): void {
  const w = u.session.catalogWriter();
  for (const a of parent.attributes) {
    if (a.attisdropped) continue;
    const own = column(child, a.attname);
    if (own === undefined) throw new SqlError('42804', `child table is missing column "${a.attname}"`);
    if (own.atttypid !== a.atttypid || own.atttypmod !== a.atttypmod) throw new SqlError('42804', `child table "${child.relname}" has different type for column "${a.attname}"`);
    if (own.attcollation !== a.attcollation) throw new SqlError('42P21', `child table "${child.relname}" has different collation for column "${a.attname}"`);
    if (a.attnotnull && !own.attnotnull) {
      const inheritable = w.rows('pg_constraint', { conrelid: parent.oid, contype: 'n' }).some((c) => c.conkey?.[0] === a.attnum && !c.connoinherit);
      if (inheritable || isPartition) throw new SqlError('42804', `column "${a.attname}" in child table "${child.relname}" must be marked NOT NULL`);
    }
    if (a.attgenerated !== '' && own.attgenerated === '') throw new SqlError('42804', `column "${a.attname}" in child table must be a generated column`);
    if (a.attgenerated === '' && own.attgenerated !== '') throw new SqlError('42804', `column "${a.attname}" in child table must not be a generated column`);
    if (a.attgenerated !== own.attgenerated) throw new SqlError('42804', `column "${a.attname}" inherits from generated column of different kind`, { detail: `Parent column is ${a.attgenerated === 's' ? 'STORED' : 'VIRTUAL'}, child column is ${own.attgenerated === 's' ? 'STORED' : 'VIRTUAL'}.` });
    w.update('pg_attribute', { attrelid: child.oid, attnum: own.attnum }, { attinhcount: own.attinhcount + 1, ...(isPartition ? { attislocal: false, attidentity: a.attidentity } : {}) });
  }
  mergeConstraints(u, parent, child, isPartition);
}

function mergeConstraints(u: UtilityContext, parent: RelationInfo, child: RelationInfo, isPartition: boolean): void {
  const w = u.session.catalogWriter();
  for (const c of w.rows('pg_constraint', { conrelid: parent.oid })) {
    if ((c.contype !== 'c' && c.contype !== 'n') || c.connoinherit) continue;
    const attnum = c.contype === 'n' ? column(child, parent.attributes[c.conkey![0]! - 1]!.attname)!.attnum : 0;
    const own = w.rows('pg_constraint', { conrelid: child.oid, contype: c.contype }).find((x) => (c.contype === 'n' ? x.conkey?.[0] === attnum : x.conname === c.conname));
    if (own === undefined) {
      if (c.contype === 'n') throw new SqlError('42804', `column "${child.attributes[attnum - 1]!.attname}" in child table "${child.relname}" must be marked NOT NULL`);
      throw new SqlError('42804', `child table is missing constraint "${c.conname}"`);
    }
    if (own.connoinherit) throw new SqlError('42P17', `constraint "${own.conname}" conflicts with non-inherited constraint on child table "${child.relname}"`);
    if (c.contype === 'c') {
      const text = (e: unknown): string => JSON.stringify(e, (k, v: unknown) => (k === 'location' ? undefined : typeof v === 'bigint' ? `${v}n` : v));
      const theirs = mapVars(parent.checks.find((k) => k.oid === c.oid)!.expr as Expr, mapByName(parent.attributes, child.attributes));
      if (text(theirs) !== text(child.checks.find((k) => k.oid === own.oid)!.expr)) throw new SqlError('42804', `child table "${child.relname}" has different definition for check constraint "${c.conname}"`);
    }
    if (c.convalidated && c.conenforced && !own.convalidated) throw new SqlError('55000', `constraint "${own.conname}" conflicts with NOT VALID constraint on child table "${child.relname}"`);
    w.update('pg_constraint', { oid: own.oid }, { coninhcount: own.coninhcount + 1, ...(isPartition ? { conislocal: false } : {}) });
  }
}
