/** What DROP ROLE needs: which objects still depend on a role, told as PostgreSQL does. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { CLASS } from './object-address.js';
import { describeObject } from './object-description.js';

const REPORTED_MAX = 100;

/** checkSharedDependencies: the DETAIL of "role cannot be dropped because some objects depend on it"; undefined: nothing does. */
export function sharedDependencyDetail(reader: CatalogReader, role: Oid): string | undefined {
  const lines: string[] = [];
  const elsewhere = new Map<Oid, number>();
  for (const d of reader.rows('pg_shdepend', { refclassid: CLASS.pg_authid, refobjid: role })) {
    if (d.dbid !== 0 && d.dbid !== reader.session.databaseOid) {
      elsewhere.set(d.dbid, (elsewhere.get(d.dbid) ?? 0) + 1);
      continue;
    }
    const object = describeObject(reader, { classId: d.classid, objectId: d.objid, subId: d.objsubid });
    if (d.deptype === 'o') lines.push(`owner of ${object}`);
    else if (d.deptype === 'a') lines.push(`privileges for ${object}`);
    else if (d.deptype === 'i') lines.push(`initial privileges for ${object}`);
    else if (d.deptype === 'r') lines.push(`target of ${object}`);
    else if (d.deptype === 't') lines.push(`tablespace for ${object}`);
  }
  for (const [db, count] of elsewhere) {
    lines.push(`${count} ${count === 1 ? 'object' : 'objects'} in database ${reader.syscache('DATABASEOID', db)?.datname ?? db}`);
  }
  if (lines.length === 0) return undefined;
  const rest = lines.length - REPORTED_MAX;
  return lines.slice(0, REPORTED_MAX).join('\n') + (rest > 0 ? `\nand ${rest} other ${rest === 1 ? 'object' : 'objects'} (see server log for list)` : '');
}
