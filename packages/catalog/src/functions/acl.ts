/** aclitem functions: aclexplode, acldefault, makeaclitem, aclcontains, and pg_get_acl. */
import { defineFunctions, PgArray, PgRecord, SqlError, type CallContext, type Oid } from '@pglitedb/types';
import { AclItem, ACL_KINDS, defaultAcl, PRIVILEGES, privilegeBit, type AclObjectKind } from '../acl/acl-item.js';
import { ACL_SOURCES, objectAcl, type AclCatalog } from '../acl/object-acl.js';
import { envReader } from '../env.js';
import { catalogName } from '../store/description.js';

const ACLITEM = 1033;
const EXPLODED = [26, 26, 25, 16];

function* explode(acl: PgArray): Generator<PgRecord> {
  if (acl.ndim > 1) throw new SqlError('22023', 'ACL arrays must be one-dimensional');
  for (const item of acl.elements as AclItem[]) {
    for (const p of PRIVILEGES) {
      if (item.privileges & p.bit) yield new PgRecord(2249, [item.grantor, item.grantee, p.name, (item.grantOptions & p.bit) !== 0], EXPLODED, ['grantor', 'grantee', 'privilege_type', 'is_grantable']);
    }
  }
}

defineFunctions({
  aclexplode: { fn: explode, set: true },
  acldefault_sql: (kind: string, owner: Oid) => {
    if (!(kind in ACL_KINDS)) throw new SqlError('XX000', `unrecognized object type abbreviation: ${kind}`);
    return PgArray.of(ACLITEM, defaultAcl(kind as AclObjectKind, owner));
  },
  makeaclitem: (grantee: Oid, grantor: Oid, privileges: string, grantable: boolean) => {
    let bits = 0;
    for (const word of privileges.split(',')) {
      const bit = privilegeBit(word);
      if (bit === 0) throw new SqlError('22023', `unrecognized privilege type: "${word.trim()}"`);
      bits |= bit;
    }
    return new AclItem(grantee, grantor, bits, grantable ? bits : 0);
  },
  aclcontains: (acl: PgArray, item: AclItem) => (acl.elements as AclItem[]).some((a) =>
    a.grantee === item.grantee && a.grantor === item.grantor && (item.privileges & a.privileges) === item.privileges && (item.grantOptions & a.grantOptions) === item.grantOptions),
  aclinsert: () => { throw new SqlError('0A000', 'aclinsert is no longer supported'); },
  aclremove: () => { throw new SqlError('0A000', 'aclremove is no longer supported'); },
  pg_get_acl: (classId: Oid, objectId: Oid, subId: number, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    const catalog = catalogName(classId);
    if (catalog === undefined) return null;
    if (catalog === 'pg_class' && subId !== 0) {
      const acl = reader.syscache('ATTNUM', objectId, subId)?.attacl ?? null;
      return acl === null ? null : PgArray.of(ACLITEM, [...acl]);
    }
    if (!(catalog in ACL_SOURCES)) return null;
    const acl = objectAcl(reader, catalog as AclCatalog, objectId)?.acl ?? null;
    return acl === null ? null : PgArray.of(ACLITEM, [...acl]);
  },
});
