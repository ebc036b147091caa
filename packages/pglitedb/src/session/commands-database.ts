/** CREATE and DROP DATABASE. */
import { defineCommands, type UtilityContext } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { constText, sessionOf } from './commands.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Raw = any;

function optionMap(list: Raw[] | undefined): Map<string, string> {
  return new Map((list ?? []).map((o: Raw) => [o.DefElem.defname as string, o.DefElem.arg === undefined ? '' : constText(o.DefElem.arg)]));
}

function* createDatabase(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  if (!u.isTopLevel) throw new SqlError('25001', 'CREATE DATABASE cannot run inside a transaction block');
  const w = s.catalogWriter();
  if (w.rows('pg_database', { datname: node.dbname }).length > 0) throw new SqlError('42P04', `database "${node.dbname}" already exists`);
  const given = optionMap(node.options);
  const templateName = given.get('template') ?? 'template1';
  const template = w.rows('pg_database', { datname: templateName })[0];
  if (template === undefined) throw new SqlError('3D000', `template database "${templateName}" does not exist`);
  const owner = given.get('owner');
  const role = owner === undefined ? undefined : w.syscache('AUTHNAME', owner);
  if (owner !== undefined && role === undefined) throw new SqlError('42704', `role "${owner}" does not exist`);
  const encoding = given.get('encoding');
  if (encoding !== undefined && !/^(utf-?8|unicode|6|default)$/i.test(encoding)) throw new SqlError('0A000', `encoding "${encoding}" is not supported: databases are UTF8`);
  const oid = w.newOid();
  w.insert('pg_database', {
    ...template, oid, datname: node.dbname, datdba: role?.oid ?? s.userOid(), datistemplate: given.get('is_template') === 'true', datallowconn: given.get('allow_connections') !== 'false',
    datconnlimit: Number(given.get('connection_limit') ?? -1), datacl: null,
  });
  s.cluster.catalog.createDatabase(s.transaction(), oid, template.oid);
  return 'CREATE DATABASE';
}

function* dropDatabase(node: Raw, u: UtilityContext): Steps<string> {
  const s = sessionOf(u);
  if (!u.isTopLevel) throw new SqlError('25001', 'DROP DATABASE cannot run inside a transaction block');
  const w = s.catalogWriter();
  const row = w.rows('pg_database', { datname: node.dbname })[0];
  if (row === undefined) {
    if (node.missing_ok !== true) throw new SqlError('3D000', `database "${node.dbname}" does not exist`);
    s.notice('NOTICE', '00000', `database "${node.dbname}" does not exist, skipping`);
    return 'DROP DATABASE';
  }
  if (row.oid === s.databaseOid) throw new SqlError('55006', 'cannot drop the currently open database');
  if (row.datistemplate) throw new SqlError('42809', 'cannot drop a template database');
  const others = [...s.cluster.sessions.values()].filter((x) => x.databaseOid === row.oid);
  if (others.length > 0 && !optionMap(node.options).has('force')) {
    throw new SqlError('55006', `database "${node.dbname}" is being accessed by other users`, { detail: others.length === 1 ? 'There is 1 other session using the database.' : `There are ${others.length} other sessions using the database.` });
  }
  for (const x of others) x.events.terminate(new SqlError('57P01', 'terminating connection due to administrator command', { severity: 'FATAL' }));
  w.remove('pg_database', { oid: row.oid });
  w.remove('pg_db_role_setting', { setdatabase: row.oid });
  s.cluster.catalog.dropDatabase(s.transaction(), row.oid);
  return 'DROP DATABASE';
}

defineCommands({ CreatedbStmt: createDatabase, DropdbStmt: dropDatabase });
