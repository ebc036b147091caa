import { beforeAll, expect, test } from '@jest/globals';
import { PgArray, type Datum, type PgRecord } from '@pglitedb/types';
import { AclItem } from '../acl/acl-item.js';
import { openTestCluster, type TestSession } from '../testing/cluster.js';
import { detachedEnv } from '../types/detached-env.js';
import { decodeNode, encodeNode } from '../nodes/node-codec.js';

let s: TestSession;
beforeAll(async () => { s = (await openTestCluster()).session(); });

test.each<[string, Datum[], Datum]>([
  ['format_type', [1043, 14], 'character varying(10)'],
  ['format_type', [0, null], '-'],
  ['format_type', [99999, -1], '???'],
  ['pg_get_userbyid', [10], 'postgres'],
  ['pg_get_userbyid', [77], 'unknown (OID=77)'],
  ['pg_table_is_visible', [1259], true],
  ['pg_table_is_visible', [99999], null],
  ['to_regclass', ['pg_class'], 1259],
  ['to_regclass', ['no.such'], null],
  ['to_regtype', ['int'], 23],
  ['to_regproc', ['int4pl'], 177],
  ['to_regproc', ['length'], null],
  ['to_regprocedure', ['int4pl(int,int)'], 177],
  ['to_regoperator', ['+(int4,int4)'], 551],
  ['to_regnamespace', ['pg_catalog'], 11],
  ['to_regrole', ['nobody'], null],
  ['regclassout', [1259], 'pg_class'],
  ['regprocedureout', [177], 'int4pl(integer,integer)'],
  ['regoperatorout', [551], '+(integer,integer)'],
  ['current_schema', [], 'public'],
  ['current_database', [], 'postgres'],
  ['pg_describe_object', [1255, 177, 0], 'function int4pl(integer,integer)'],
  ['pg_describe_object', [1259, 1259, 2], 'column relname of table pg_class'],
  ['has_table_privilege_name_name', ['pg_monitor', 'pg_class', 'SELECT'], true],
  ['has_table_privilege_name_name', ['pg_monitor', 'pg_authid', 'SELECT'], false],
  ['has_table_privilege_name_name', ['public', 'pg_class', 'INSERT, SELECT'], true],
  ['has_schema_privilege_name_name', ['pg_monitor', 'public', 'CREATE'], false],
  ['pg_has_role_name_name', ['pg_monitor', 'pg_read_all_stats', 'MEMBER'], true],
  ['pg_partition_root', [1259], null],
])('%s(%p) is %p', (name, args, want) => {
  expect(s.call(name, ...args)).toEqual(want);
});

test('errors are PostgreSQL\'s', () => {
  expect(() => s.call('regclassin', 'no_such')).toThrow(expect.objectContaining({ code: '42P01', message: 'relation "no_such" does not exist' }));
  expect(() => s.call('regprocin', 'length')).toThrow(expect.objectContaining({ code: '42725', message: 'more than one function named "length"' }));
  expect(() => s.call('has_table_privilege_name', 'pg_class', 'FLY')).toThrow(expect.objectContaining({ code: '22023', message: 'unrecognized privilege type: "FLY"' }));
});

test('aclitem text', () => {
  const item = s.call('aclitemin', 'pg_monitor=ar*w/postgres') as AclItem;
  expect(item).toEqual(new AclItem(3373, 10, 7, 2));
  expect(s.call('aclitemout', item)).toBe('pg_monitor=ar*w/postgres');
  const rows = [...(s.call('aclexplode', PgArray.of(1033, [item])) as Iterable<PgRecord>)].map((r) => r.values);
  expect(rows).toEqual([[10, 3373, 'INSERT', false], [10, 3373, 'SELECT', true], [10, 3373, 'UPDATE', false]]);
});

test('node trees keep constants of every kind', () => {
  const env = detachedEnv(s.writer.types);
  const bigint = { kind: 'Const', consttype: 20, constvalue: 9223372036854775807n };
  const tree = { kind: 'Query', cols: new Set([1, 2]), args: [bigint, { kind: 'Const', consttype: 701, constvalue: Infinity }, { kind: 'Const', consttype: 17, constvalue: new Uint8Array([0, 255]) }, undefined, null] };
  expect(decodeNode(encodeNode(tree, env), env)).toEqual(tree);
});
