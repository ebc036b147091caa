/** pg_describe_object and pg_identify_object. */
import { defineFunctions, PgArray, PgRecord, SqlError, type CallContext, type Oid } from '@pglitedb/types';
import { objectDescription } from '../ddl-support/object-description.js';
import { objectIdentity } from '../ddl-support/object-identity.js';
import { objectAddressParts } from '../ddl-support/object-parts.js';
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
  pg_identify_object_as_address: (classId: Oid, objectId: Oid, subId: number, ctx: CallContext) => {
    checkClass(classId);
    const reader = envReader(ctx.env);
    const object = address(classId, objectId, subId);
    const parts = objectAddressParts(reader, object);
    const array = (list: readonly string[]): PgArray => new PgArray(25, list.length === 0 ? [] : [list.length], list.length === 0 ? [] : [1], [...list]);
    return new PgRecord(2249, [objectIdentity(reader, object)?.type ?? null, parts === undefined ? null : array(parts.names), parts === undefined ? null : array(parts.args)], [25, 1009, 1009], ['type', 'object_names', 'object_args']);
  },
  pg_identify_object: (classId: Oid, objectId: Oid, subId: number, ctx: CallContext) => {
    checkClass(classId);
    const id = objectIdentity(envReader(ctx.env), address(classId, objectId, subId));
    return new PgRecord(2249, [id?.type ?? null, id?.schema ?? null, id?.name ?? null, id?.identity ?? null], [25, 25, 25, 25], ['type', 'schema', 'name', 'identity']);
  },
});
