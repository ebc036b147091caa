import { beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACL, AclItem } from '../acl/acl-item.js';
import type { CatalogWriter } from '../api.js';
import { openTestCluster, type TestSession } from '../testing/cluster.js';
import { attributeRow, classRow } from '../testing/objects.js';
import { changeAcl } from './acl-grant.js';
import { chooseIndexName, chooseRelationName, makeObjectName } from './choose-name.js';
import { performDeletion } from './deletion.js';
import { recordDependencyOn } from './dependency.js';
import { expressionReferences } from './expression-dependencies.js';
import { address, CLASS } from './object-address.js';

let session: TestSession;
let writer: CatalogWriter;
beforeAll(async () => {
  session = (await openTestCluster()).session();
  writer = session.writer;
});
beforeEach(() => session.begin());
afterEach(() => session.rollback());

function relation(name: string, relkind = 'r'): number {
  const oid = writer.newOid();
  writer.insert('pg_class', classRow(oid, name, { relkind, relfilenode: relkind === 'v' ? 0 : oid }));
  writer.insert('pg_attribute', attributeRow(oid, 1, 'a', 23));
  return oid;
}
const notices: string[] = [];
const hooks = { notice: (_s: string, _c: string, m: string, d?: string) => { notices.push(d === undefined ? m : `${m}|${d}`); }, dropStorage: () => undefined };
const rel = (oid: number, sub = 0) => address(CLASS.pg_class, oid, sub);

describe('performDeletion', () => {
  test('RESTRICT names what depends on the object', () => {
    const t = relation('t');
    const v = relation('v', 'v');
    recordDependencyOn(writer, rel(v), rel(t, 1), 'n');
    expect(() => performDeletion(writer, [rel(t)], 'restrict', hooks)).toThrow(expect.objectContaining({
      code: '2BP01', message: 'cannot drop table t because other objects depend on it', detail: 'view v depends on table t',
      hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
    }));
    expect(() => performDeletion(writer, [rel(t, 1)], 'restrict', hooks)).toThrow(expect.objectContaining({
      message: 'cannot drop column a of table t because other objects depend on it', detail: 'view v depends on column a of table t',
    }));
  });

  test('CASCADE reports and removes', () => {
    const t = relation('t');
    const [v, w] = [relation('v', 'v'), relation('w', 'v')];
    recordDependencyOn(writer, rel(v), rel(t), 'n');
    recordDependencyOn(writer, rel(w), rel(v), 'n');
    notices.length = 0;
    performDeletion(writer, [rel(t)], 'cascade', hooks);
    expect(notices).toEqual(['drop cascades to 2 other objects|drop cascades to view v\ndrop cascades to view w']);
    for (const oid of [t, v, w]) expect(writer.relation(oid)).toBeUndefined();
    expect(writer.rows('pg_attribute', { attrelid: t })).toHaveLength(0);
    expect(writer.rows('pg_depend', { classid: CLASS.pg_class, objid: v })).toHaveLength(0);
  });

  test('parts of a whole go with it, and cannot go alone', () => {
    const t = relation('t');
    const s = relation('t_a_seq', 'S');
    recordDependencyOn(writer, rel(s), rel(t, 1), 'i');
    expect(() => performDeletion(writer, [rel(s)], 'restrict', hooks)).toThrow(expect.objectContaining({
      message: 'cannot drop sequence t_a_seq because column a of table t requires it', hint: 'You can drop column a of table t instead.',
    }));
    notices.length = 0;
    performDeletion(writer, [rel(t)], 'restrict', hooks);
    expect(notices).toEqual([]);
    expect(writer.relation(s)).toBeUndefined();
  });

  test('the system\'s own objects stay', () => {
    expect(() => performDeletion(writer, [address(CLASS.pg_type, 23)], 'cascade', hooks)).toThrow('cannot drop type integer because it is required by the database system');
  });
});

describe('chosen names', () => {
  test('fit into 63 bytes, whatever the parts', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), fc.string({ maxLength: 90 }), fc.constantFrom('idx', 'pkey', 'key12'), (a, b, label) => {
      const name = makeObjectName(a, b, label);
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(63);
      expect(name.endsWith(`_${label}`)).toBe(true);
    }));
  });

  test('are numbered until free', () => {
    relation('t_a_idx');
    relation('t_a_idx1');
    expect(chooseIndexName(writer, 't', 2200, ['a'], {})).toBe('t_a_idx2');
    expect(chooseRelationName(writer, 't', undefined, 'pkey', 2200, true)).toBe('t_pkey');
  });
});

describe('acl changes', () => {
  test('grant, grant on, revoke', () => {
    const [owner, bob, eve] = [16001, 16002, 16003];
    const change = { isGrant: true, grantOption: false, behavior: 'restrict' as const, grantees: [bob], grantor: owner, privileges: ACL.SELECT };
    let acl = changeAcl(writer, null, 'r', owner, { ...change, grantOption: true });
    expect(acl).toContainEqual(new AclItem(bob, owner, ACL.SELECT, ACL.SELECT));
    acl = changeAcl(writer, acl, 'r', owner, { ...change, grantees: [eve], grantor: bob });
    const revoke = { ...change, isGrant: false };
    expect(() => changeAcl(writer, acl, 'r', owner, revoke)).toThrow('dependent privileges exist');
    acl = changeAcl(writer, acl, 'r', owner, { ...revoke, behavior: 'cascade' });
    expect(acl.map((i) => i.grantee)).toEqual([owner]);
  });
});

test('references of an expression', () => {
  const t = relation('t');
  const v = { kind: 'Var', varno: 1, varattno: 1, varlevelsup: 0, vartype: 23 };
  const node = { kind: 'FuncExpr', funcid: 20001, args: [v, { kind: 'Const', consttype: 2205, constvalue: 20002 }] };
  expect(expressionReferences(node, [{ kind: 'RangeTblEntry', rtekind: 'relation', relid: t }])).toEqual(expect.arrayContaining([
    address(CLASS.pg_proc, 20001), rel(t, 1), rel(20002)]));
});
