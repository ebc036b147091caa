/**
 * search_path: "$user", pg_temp and the implicit pg_catalog, as recomputeNamespacePath does; and name lookup along it.
 * The list is kept until the setting, the role, the temporary namespace or pg_namespace changes.
 */
import { SqlError, type Oid } from '@pglitedb/types';
import type { Reader } from '../reader.js';
import { readIdentifierList } from '../quote.js';
import { hasPrivilege } from '../acl/acl-check.js';
import { ACL } from '../acl/acl-item.js';

export const PG_CATALOG_NAMESPACE: Oid = 11;
export const PG_TOAST_NAMESPACE: Oid = 99;

export class SearchPath {
  private list: readonly Oid[] = [];
  private creationOid: Oid = 0;
  private key = '';

  constructor(private readonly reader: Reader) {}

  private compute(): void {
    const { session } = this.reader;
    const setting = session.setting('search_path') ?? '"$user", public';
    const key = `${this.reader.version()}|${session.userOid()}|${session.tempNamespace()}|${setting}`;
    if (key === this.key) return;
    this.key = key;
    const temp = session.tempNamespace();
    const path: Oid[] = [];
    let tempFirst = false;
    for (const name of readIdentifierList(setting, ',') ?? []) {
      const oid = this.named(name, temp);
      if (oid === -1) {
        if (temp !== 0) path.push(temp);
        else if (path.length === 0) tempFirst = true;
      } else if (oid !== 0 && !path.includes(oid)) path.push(oid);
    }
    // The first explicit member is where objects are made; -1 stands for a temporary schema still to come.
    this.creationOid = tempFirst ? -1 : (path[0] ?? 0);
    if (!path.includes(PG_CATALOG_NAMESPACE)) path.unshift(PG_CATALOG_NAMESPACE);
    if (temp !== 0 && !path.includes(temp)) path.unshift(temp);
    this.list = path;
  }

  /** Namespace of one member, -1 for pg_temp, 0 where it does not exist or may not be used. */
  private named(name: string, temp: Oid): Oid {
    const { session } = this.reader;
    let wanted = name;
    if (name === '$user') {
      const role = this.reader.syscache('AUTHOID', session.userOid());
      if (role === undefined) return 0;
      wanted = role.rolname;
    } else if (name === 'pg_temp') return -1;
    const row = this.reader.syscache('NAMESPACENAME', wanted);
    if (row === undefined) return 0;
    return row.oid === temp || hasPrivilege(this.reader, 'n', row.nspacl, row.nspowner, session.userOid(), ACL.USAGE) ? row.oid : 0;
  }

  active(): readonly Oid[] {
    this.compute();
    return this.list;
  }

  /** 0: none; -1: the temporary schema, which does not exist yet. */
  creation(): Oid {
    this.compute();
    return this.creationOid;
  }

  relid(schema: string | undefined, name: string): Oid {
    if (schema !== undefined) return this.reader.syscache('RELNAMENSP', name, this.namespace(schema))?.oid ?? 0;
    for (const ns of this.active()) {
      const row = this.reader.syscache('RELNAMENSP', name, ns);
      if (row !== undefined) return row.oid;
    }
    return 0;
  }

  /** LookupExplicitNamespace: 3F000 for an unknown schema, 42501 without USAGE. */
  private namespace(schema: string): Oid {
    const { session } = this.reader;
    if (schema === 'pg_temp') {
      const temp = session.tempNamespace();
      if (temp !== 0) return temp;
    }
    const row = this.reader.syscache('NAMESPACENAME', schema);
    if (row === undefined) throw new SqlError('3F000', `schema "${schema}" does not exist`);
    if (row.oid !== session.tempNamespace() && !hasPrivilege(this.reader, 'n', row.nspacl, row.nspowner, session.userOid(), ACL.USAGE)) {
      throw new SqlError('42501', `permission denied for schema ${schema}`);
    }
    return row.oid;
  }
}
