/** pg_describe_object and pg_identify_object. */
import { defineFunctions, PgRecord, SqlError, type CallContext, type Oid } from '@pglitedb/types';
import { objectDescription } from '../ddl-support/object-description.js';
import { objectIdentity } from '../ddl-support/object-identity.js';
import { address } from '../ddl-support/object-address.js';
import { envReader } from '../env.js';
import { catalogName } from '../store/description.js';

function checkClass(classId: Oid): void {
  if (catalogName(classId) === undefined) throw new SqlError('XX000', `unsupported object class: ${classId}`);
}

defineFunctions({
  pg_describe_object: (classId: Oid, objectId: Oid, subId: number, ctx: CallContext) => {
    if (classId === 0 && objectId === 0) return null;
    checkClass(classId);
    return objectDescription(envReader(ctx.env), address(classId, objectId, subId)) ?? null;
  },
  pg_identify_object: (classId: Oid, objectId: Oid, subId: number, ctx: CallContext) => {
    checkClass(classId);
    const id = objectIdentity(envReader(ctx.env), address(classId, objectId, subId));
    return new PgRecord(2249, [id?.type ?? null, id?.schema ?? null, id?.name ?? null, id?.identity ?? null], [25, 25, 25, 25], ['type', 'schema', 'name', 'identity']);
  },
});
