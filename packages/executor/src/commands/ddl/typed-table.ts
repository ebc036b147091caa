/** Typed tables: CREATE TABLE OF a composite type, ALTER TABLE OF and NOT OF. */
import type { RelationInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { defineAlterActions, type AlterTarget } from './alter-table.js';
import { columnType } from './analysis.js';
import { relationOf } from './alter-columns.js';
import { CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import type { Raw } from './raw.js';

const wrong = (message: string, detail?: string): SqlError => new SqlError('42809', message, detail === undefined ? {} : { detail });

/** check_of_type: a stand-alone composite type; answers its relation. */
export function ofType(u: UtilityContext, typeName: Raw): { type: Oid; rel: RelationInfo } {
  const c = u.session.catalog();
  const { oid } = columnType(u, typeName, undefined);
  const row = c.syscache('TYPEOID', oid)!;
  const text = c.types.formatType(oid, -1);
  if (row.typtype !== 'c') throw wrong(`type ${text} is not a composite type`);
  const rel = c.relation(row.typrelid)!;
  if (rel.relkind !== 'c') throw wrong(`type ${text} is the row type of another table`, 'A typed table must use a stand-alone composite type created with CREATE TYPE.');
  return { type: oid, rel };
}

export function recordOfType(u: UtilityContext, relation: Oid, type: Oid): void {
  recordDependency(u.session.catalogWriter(), address(CLASS.relation, relation), address(CLASS.type, type), 'n');
}

/** ATExecAddOf: the table must look exactly like the type. */
function* addOf(t: AlterTarget): Steps<void> {
  const { session } = t.u;
  const { type, rel: shape } = ofType(t.u, t.cmd.def.TypeName);
  const rel = relationOf(t);
  if (rel.parents.length > 0) throw wrong('typed tables cannot inherit');
  const own = rel.attributes.filter((a) => !a.attisdropped);
  let k = 0;
  for (const a of shape.attributes) {
    if (a.attisdropped) continue;
    const mine = own[k++];
    if (mine === undefined) throw new SqlError('42804', `table is missing column "${a.attname}"`);
    if (mine.attname !== a.attname) throw new SqlError('42804', `table has column "${mine.attname}" where type requires "${a.attname}"`);
    if (mine.atttypid !== a.atttypid || mine.atttypmod !== a.atttypmod || mine.attcollation !== a.attcollation) throw new SqlError('42804', `table "${rel.relname}" has different type for column "${a.attname}"`);
  }
  if (own[k] !== undefined) throw new SqlError('42804', `table has extra column "${own[k]!.attname}"`);
  const w = session.catalogWriter();
  const old = w.syscache('RELOID', t.oid)!.reloftype;
  if (old !== 0) w.remove('pg_depend', { classid: CLASS.relation, objid: t.oid, objsubid: 0, refclassid: CLASS.type, refobjid: old });
  w.update('pg_class', { oid: t.oid }, { reloftype: type });
  recordOfType(t.u, t.oid, type);
}

function* dropOf(t: AlterTarget): Steps<void> {
  const w = t.u.session.catalogWriter();
  const old = w.syscache('RELOID', t.oid)!.reloftype;
  if (old === 0) throw wrong(`"${relationOf(t).relname}" is not a typed table`);
  w.remove('pg_depend', { classid: CLASS.relation, objid: t.oid, objsubid: 0, refclassid: CLASS.type, refobjid: old });
  w.update('pg_class', { oid: t.oid }, { reloftype: 0 });
}

const isTyped = (t: AlterTarget): boolean => t.u.session.catalog().syscache('RELOID', t.oid)!.reloftype !== 0;
/** What a typed table may not have done to it by itself. */
export function refuseTyped(t: AlterTarget, what: string): void {
  if (!t.recursing && isTyped(t)) throw wrong(`cannot ${what} typed table`);
}

defineAlterActions({ AT_AddOf: addOf, AT_DropOf: dropOf });
