/** Types that only catalogs have: aclitem, and anyarray as a column. */
import { baseType, ByteReader, ByteWriter, defineFunctions, defineType, SqlError, type CallContext, type TypeEnv, type TypeImpl } from '@pglitedb/types';
import './any-array.js';
import { AclItem } from '../acl/acl-item.js';
import { formatAclItem, parseAclItem } from '../acl/acl-text.js';

function cannotAccept(name: string): never {
  throw new SqlError('0A000', `cannot accept a value of type ${name}`);
}

const utf8 = { encode: (s: string) => new TextEncoder().encode(s), decode: (b: Uint8Array) => new TextDecoder().decode(b) };

if (baseType(1033) === undefined) {
  defineType({
    oid: 1033, name: 'aclitem', physical: 'bytes', len: 16,
    parse: (text, _typmod, env) => parseAclItem(text, env),
    format: (v: AclItem, env) => formatAclItem(v, env),
    send: (v: AclItem, env: TypeEnv) => utf8.encode(formatAclItem(v, env)),
    receive: () => cannotAccept('aclitem'),
    encode: (v: AclItem) => {
      const w = new ByteWriter(16);
      w.u32(v.grantee);
      w.u32(v.grantor);
      w.u32(v.privileges);
      w.u32(v.grantOptions);
      return w.done();
    },
    decode: (bytes) => {
      const r = new ByteReader(bytes);
      return new AclItem(r.u32(), r.u32(), r.u32(), r.u32());
    },
    hashKey: (v: AclItem) => `${v.grantee}/${v.grantor}/${v.privileges}/${v.grantOptions}`,
  });
  defineFunctions({
    aclitemin: (text: string, ctx: CallContext) => parseAclItem(text, ctx.env),
    aclitemout: (v: AclItem, ctx: CallContext) => formatAclItem(v, ctx.env),
    aclitem_eq: (a: AclItem, b: AclItem) =>
      a.grantee === b.grantee && a.grantor === b.grantor && a.privileges === b.privileges && a.grantOptions === b.grantOptions,
  });
}
