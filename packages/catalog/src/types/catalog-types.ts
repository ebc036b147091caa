/** Types that only catalogs have: aclitem, pg_node_tree, and the types of statistics, which are opaque text here. */
import { ByteReader, ByteWriter, baseType, defineFunctions, defineType, SqlError, type CallContext, type TypeEnv, type TypeImpl } from '@pglitedb/types';
import { AclItem } from '../acl/acl-item.js';
import { formatAclItem, parseAclItem } from '../acl/acl-text.js';

function cannotAccept(name: string): never {
  throw new SqlError('0A000', `cannot accept a value of type ${name}`);
}

const utf8 = { encode: (s: string) => new TextEncoder().encode(s), decode: (b: Uint8Array) => new TextDecoder().decode(b) };

/** A type whose values only the system makes: text out, no text in. */
function opaque(oid: number, name: string, prefix: string): void {
  const impl: TypeImpl = {
    oid, name, physical: 'text', len: -1,
    parse: () => cannotAccept(name),
    format: (v: string) => v,
    send: (v: string) => utf8.encode(v),
    receive: () => cannotAccept(name),
  };
  defineType(impl);
  defineFunctions({
    [`${prefix}_in`]: (): never => cannotAccept(name), [`${prefix}_recv`]: (): never => cannotAccept(name),
    [`${prefix}_out`]: (v: string) => v, [`${prefix}_send`]: (v: string) => utf8.encode(v),
  });
}
opaque(194, 'pg_node_tree', 'pg_node_tree');
opaque(3361, 'pg_ndistinct', 'pg_ndistinct');
opaque(3402, 'pg_dependencies', 'pg_dependencies');
opaque(5017, 'pg_mcv_list', 'pg_mcv_list');

/**
 * anyarray as a column (pg_statistic's values, attmissingval): an array of any type. Its bytes are not made here: the
 * chunk keeps the array's text with its type, which the statistics' code writes and reads.
 */
if (baseType(2277) === undefined) {
  defineType({
    oid: 2277, name: 'anyarray', physical: 'text', len: -1,
    parse: () => cannotAccept('anyarray'),
    format: (v: string) => anyArrayText(v),
    send: (v: string) => utf8.encode(anyArrayText(v)),
    receive: () => cannotAccept('anyarray'),
  });
}
/** The datum is 'arraytype:text'. */
function anyArrayText(v: string): string {
  return v.slice(v.indexOf(':') + 1);
}

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
