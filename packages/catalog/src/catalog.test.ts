import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MemoryEngine } from '@pglitedb/storage';
import { encodeNode } from './nodes/node-codec.js';
import { openCluster } from './open-cluster.js';
import { openTestCluster, TestSession } from './testing/cluster.js';
import { attributeRow, classRow, typeLike } from './testing/objects.js';

type Cluster = Awaited<ReturnType<typeof openTestCluster>>;
let cluster: Cluster;
beforeAll(async () => { cluster = await openTestCluster(); });

describe('initial rows', () => {
  test('well-known objects have PostgreSQL\'s oids', () => {
    const { writer } = cluster.session();
    expect(writer.syscache('TYPEOID', 23)?.typname).toBe('int4');
    expect(writer.syscache('PROCNAMEARGSNSP', 'int4pl', [23, 23], 11)?.oid).toBe(177);
    expect(writer.syscache('OPERNAMENSP', '+', 23, 23, 11)?.oprcode).toBe(177);
    expect(writer.syscache('AUTHNAME', 'postgres')?.rolsuper).toBe(true);
    expect(writer.syscacheList('OPERNAMENSP', '+').length).toBeGreaterThan(30);
    expect(writer.syscache('TYPEOID', 4_000_000)).toBeUndefined();
  });

  test('relcache of a catalog and a system view', () => {
    const { writer } = cluster.session();
    const proc = writer.relation(writer.relid(undefined, 'pg_proc'))!;
    expect(proc.attributes[1]!.attname).toBe('proname');
    expect(proc.indexes.map((i) => i.relname)).toEqual(['pg_proc_oid_index', 'pg_proc_proname_args_nsp_index']);
    const view = writer.relation(writer.relid('pg_catalog', 'pg_views'))!;
    expect(view.rules[0]).toMatchObject({ rulename: '_RETURN', event: 'select', isInstead: true });
    expect((view.rules[0]!.actions[0] as { sql: string }).sql).toContain('SELECT');
  });

  test('a further database is given the same rows', () => {
    const { writer } = cluster.session(1);
    expect(writer.rows('pg_namespace').map((n) => n.nspname).sort()).toEqual(['information_schema', 'pg_catalog', 'pg_toast', 'public']);
  });
});

describe('changes', () => {
  test('are seen by their own transaction at once, and by others after the commit', async () => {
    const a = cluster.session();
    const b = cluster.session();
    a.begin();
    const before = b.writer.version();
    const oid = a.writer.newOid();
    expect(b.writer.syscache('NAMESPACENAME', 's1')).toBeUndefined();
    a.writer.insert('pg_namespace', { oid, nspname: 's1', nspowner: 10, nspacl: null });
    expect(a.writer.syscache('NAMESPACENAME', 's1')?.oid).toBe(oid);
    expect(b.writer.syscache('NAMESPACENAME', 's1')).toBeUndefined();
    expect(a.writer.version()).not.toBe(before);
    expect(b.writer.version()).toBe(before);
    a.writer.update('pg_namespace', { oid }, { nspname: 's2' });
    expect(a.writer.syscache('NAMESPACENAME', 's1')).toBeUndefined();
    await a.commit();
    expect(b.writer.syscache('NAMESPACENAME', 's2')?.oid).toBe(oid);
    expect(b.writer.version()).not.toBe(before);
  });

  test('vanish with a rollback, also to a savepoint', () => {
    const a = cluster.session();
    a.begin();
    const savepoint = cluster.txns.savepoint(a.tx!);
    a.writer.insert('pg_namespace', { oid: a.writer.newOid(), nspname: 'gone', nspowner: 10, nspacl: null });
    expect(a.writer.syscache('NAMESPACENAME', 'gone')).toBeDefined();
    cluster.txns.rollbackTo(a.tx!, savepoint);
    expect(a.writer.syscache('NAMESPACENAME', 'gone')).toBeUndefined();
    a.rollback();
    expect(a.writer.syscache('NAMESPACENAME', 'gone')).toBeUndefined();
  });

  test('unique indexes hold', () => {
    const a = cluster.session();
    a.begin();
    expect(() => a.writer.insert('pg_namespace', { oid: a.writer.newOid(), nspname: 'public', nspowner: 10, nspacl: null }))
      .toThrow('duplicate key value violates unique constraint "pg_namespace_nspname_index"');
    a.rollback();
  });

  test('syscache agrees with a plain model over random changes', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ op: fc.constant('insert' as const), name }), fc.record({ op: fc.constant('remove' as const), name }), fc.record({ op: fc.constant('rename' as const), name, to: name }),
      fc.record({ op: fc.constant('commit' as const) }), fc.record({ op: fc.constant('rollback' as const) }));
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const s = cluster.session();
      const other = cluster.session();
      let committed = new Set<string>();
      let own = new Set<string>();
      s.begin();
      for (const x of steps) {
        if (x.op === 'insert' && !own.has(x.name)) {
          s.writer.insert('pg_namespace', { oid: s.writer.newOid(), nspname: `model_${x.name}`, nspowner: 10, nspacl: null });
          own.add(x.name);
        } else if (x.op === 'remove') {
          expect(s.writer.remove('pg_namespace', { nspname: `model_${x.name}` })).toBe(own.delete(x.name) ? 1 : 0);
        } else if (x.op === 'rename' && own.has(x.name) && !own.has(x.to)) {
          s.writer.update('pg_namespace', { nspname: `model_${x.name}` }, { nspname: `model_${x.to}` });
          own.delete(x.name);
          own.add(x.to);
        } else if (x.op === 'commit') {
          await s.commit();
          committed = new Set(own);
          s.begin();
        } else if (x.op === 'rollback') {
          s.rollback();
          own = new Set(committed);
          s.begin();
        }
        for (const n of ['a', 'b', 'c', 'd']) {
          expect(s.writer.syscache('NAMESPACENAME', `model_${n}`) !== undefined).toBe(own.has(n));
          expect(other.writer.syscache('NAMESPACENAME', `model_${n}`) !== undefined).toBe(committed.has(n));
        }
      }
      for (const n of own) s.writer.remove('pg_namespace', { nspname: `model_${n}` });
      await s.commit();
    }), { numRuns: 30 });
  });
});

test('a database copied from a changed one, and dropped', async () => {
  const own = await openTestCluster();
  const a = own.session();
  a.begin();
  a.writer.insert('pg_namespace', { oid: a.writer.newOid(), nspname: 'copied', nspowner: 10, nspacl: null });
  await a.commit();
  a.begin();
  const database = a.writer.newOid();
  own.catalog.createDatabase(a.tx!, database, 5);
  await a.commit();
  const b = own.session(database);
  expect(b.writer.syscache('NAMESPACENAME', 'copied')).toBeDefined();
  expect(b.writer.syscache('PROCNAMEARGSNSP', 'int4pl', [23, 23], 11)?.oid).toBe(177);
  b.begin();
  b.writer.remove('pg_namespace', { nspname: 'copied' });
  await b.commit();
  expect(a.writer.syscache('NAMESPACENAME', 'copied')).toBeDefined();
  expect(b.writer.syscache('NAMESPACENAME', 'copied')).toBeUndefined();
  a.begin();
  own.catalog.dropDatabase(a.tx!, database);
  await a.commit();
  expect(own.session(database).writer.syscache('NAMESPACENAME', 'copied')).toBeUndefined();
});

test('changes survive a restart without a checkpoint', async () => {
  const engine = new MemoryEngine();
  const first = await openCluster({ engine });
  const a = new TestSession(first.catalog, first.txns);
  const names = ['r1', 'r2', 'r3'];
  for (const name of names) {
    a.begin();
    a.writer.insert('pg_namespace', { oid: a.writer.newOid(), nspname: name, nspowner: 10, nspacl: null });
    a.writer.insert('pg_authid', {
      oid: a.writer.newOid(), rolname: name, rolsuper: false, rolinherit: true, rolcreaterole: false, rolcreatedb: false, rolcanlogin: false, rolreplication: false,
      rolbypassrls: false, rolconnlimit: -1, rolpassword: null, rolvaliduntil: null,
    });
    await a.commit();
  }
  const second = await openCluster({ engine });
  const { writer } = new TestSession(second.catalog, second.txns);
  for (const name of names) {
    expect(writer.syscache('NAMESPACENAME', name)).toBeDefined();
    expect(writer.syscache('AUTHNAME', name)?.rolinherit).toBe(true);
  }
  expect(second.txns.store.pendingIndexes()).toEqual([]);
  expect(writer.newOid()).toBeGreaterThan(writer.syscache('AUTHNAME', 'r3')!.oid);
});

describe('types', () => {
  test('names are read and written', () => {
    const { types } = cluster.session().writer;
    const pairs: [string, string | undefined][] = [
      ['int', 'integer'], ['varchar(10)[]', 'character varying(10)[]'], ['timestamp(3) with time zone', 'timestamp(3) with time zone'],
      ['interval day to second(2)', 'interval day to second(2)'], ['numeric(10,-2)', 'numeric(10,-2)'], ['"char"', '"char"'], ['char', 'character(1)'],
      ['information_schema.sql_identifier', 'information_schema.sql_identifier'], ['nope', undefined], ['double precision', 'double precision'], ['int2vector', 'int2vector'],
    ];
    for (const [text, want] of pairs) {
      const found = types.typeByName(text);
      expect(found === undefined ? undefined : types.formatType(found.oid, found.typmod)).toBe(want);
    }
    expect(() => types.typeByName('int(')).toThrow('syntax error');
  });

  test('an enum and its array, made in a transaction', async () => {
    const s = cluster.session();
    s.begin();
    const { writer } = s;
    const [oid, arrayOid] = [writer.newOid(), writer.newOid()];
    typeLike(writer, 3500, { oid, typname: 'mood', typtype: 'e', typarray: arrayOid });
    typeLike(writer, 1007, { oid: arrayOid, typname: '_mood', typelem: oid });
    for (const [i, label] of ['sad', 'happy'].entries()) writer.insert('pg_enum', { oid: writer.newOid(), enumtypid: oid, enumsortorder: i, enumlabel: label });
    const check = (): void => {
      const env = { types: writer.types } as never;
      const array = writer.types.typeImpl(arrayOid);
      expect(array.format(array.parse('{happy,sad}', -1, env), env)).toBe('{happy,sad}');
      expect(writer.types.formatType(arrayOid, -1)).toBe('mood[]');
      expect(writer.types.typeInfo(arrayOid)?.kind).toBe('a');
    };
    check();
    await s.commit();
    check();
    s.settings.set('search_path', '');
    expect(writer.types.formatType(oid, -1)).toBe('public.mood');
  });
});

describe('relcache', () => {
  test('follows own and committed changes', async () => {
    const s = cluster.session();
    const other = cluster.session();
    s.begin();
    const oid = s.writer.newOid();
    s.writer.insert('pg_class', classRow(oid, 't1'));
    s.writer.insert('pg_attribute', attributeRow(oid, 1, 'a', 23));
    expect(s.writer.relation(s.writer.relid(undefined, 't1'))?.attributes.map((a) => a.attname)).toEqual(['a']);
    await s.commit();
    expect(other.writer.relation(oid)?.relname).toBe('t1');
    s.begin();
    s.writer.insert('pg_attribute', attributeRow(oid, 2, 'b', 25));
    s.writer.insert('pg_attrdef', { oid: s.writer.newOid(), adrelid: oid, adnum: 2, adbin: encodeNode({ kind: 'Const', consttype: 25, constvalue: 'x', location: -1 }) });
    s.writer.update('pg_attribute', { attrelid: oid, attnum: 2 }, { atthasdef: true });
    expect(s.writer.relation(oid)?.defaults.get(2)).toMatchObject({ kind: 'Const', constvalue: 'x' });
    expect(other.writer.relation(oid)?.attributes).toHaveLength(1);
    s.rollback();
    expect(s.writer.relation(oid)?.attributes).toHaveLength(1);
  });
});
