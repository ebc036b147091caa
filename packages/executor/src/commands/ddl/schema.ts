/** CREATE SCHEMA with the objects made in it. */
import { hasPrivilege, ACL, isMemberOfRole, type CatalogReader } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, utilityCommand, type UtilityContext } from '../registry.js';
import { newObjectAcl } from './default-acl.js';
import { roleOid } from './role-lookup.js';
import type { Raw } from './raw.js';

function* createSchema(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const c = session.catalog();
  const owner = node.authrole === undefined ? session.userOid() : roleOid(session, node.authrole);
  const name: string = node.schemaname ?? c.syscache('AUTHOID', owner)!.rolname;
  checkMayCreate(session, c, owner);
  if (name.startsWith('pg_') && session.setting('allow_system_table_mods') !== 'on') {
    throw new SqlError('42939', `unacceptable schema name "${name}"`, { detail: 'The prefix "pg_" is reserved for system schemas.' });
  }
  if (c.syscache('NAMESPACENAME', name) !== undefined) {
    if (node.if_not_exists !== true) throw new SqlError('42P06', `schema "${name}" already exists`);
    session.notice('NOTICE', '42P06', `schema "${name}" already exists, skipping`);
    return 'CREATE SCHEMA';
  }
  const w = session.catalogWriter();
  w.insert('pg_namespace', { oid: w.newOid(), nspname: name, nspowner: owner, nspacl: newObjectAcl(w, 'n', owner, 0) });
  if (node.schemaElts?.length > 0) yield* session.asUser(owner, () => createElements(node.schemaElts, name, u));
  return 'CREATE SCHEMA';
}

function checkMayCreate(session: SessionServices, c: CatalogReader, owner: Oid): void {
  const user = session.userOid();
  const db = c.syscache('DATABASEOID', c.session.databaseOid);
  if (db !== undefined && !hasPrivilege(c, 'd', db.datacl, db.datdba, user, ACL.CREATE)) throw new SqlError('42501', `permission denied for database ${db.datname}`);
  if (!isMemberOfRole(c, user, owner)) throw new SqlError('42501', `must be able to SET ROLE "${c.syscache('AUTHOID', owner)?.rolname}"`);
}

const RELATION_FIELD: Readonly<Record<string, string>> = { CreateStmt: 'relation', ViewStmt: 'view', CreateSeqStmt: 'sequence', IndexStmt: 'relation', CreateTrigStmt: 'relation' };
/** Sequences first, grants last, as transformCreateSchemaStmtElements orders them. */
const ORDER = ['CreateSeqStmt', 'CreateStmt', 'ViewStmt', 'IndexStmt', 'CreateTrigStmt', 'GrantStmt'];

/** The elements run with the new schema in front of the search path. */
function* createElements(elements: Raw[], schema: string, u: UtilityContext): Steps<void> {
  const { session } = u;
  const saved = session.setting('search_path') ?? '';
  const rest = saved.trim() === '' ? '' : `, ${saved}`;
  session.setSetting('search_path', `"${schema.replace(/"/g, '""')}"${rest}`, true);
  try {
    const sorted = [...elements].sort((a, b) => ORDER.indexOf(Object.keys(a)[0]!) - ORDER.indexOf(Object.keys(b)[0]!));
    for (const e of sorted) {
      const kind = Object.keys(e)[0]!;
      const field = RELATION_FIELD[kind];
      if (field !== undefined) {
        const given = e[kind][field].schemaname;
        if (given !== undefined && given !== schema) throw new SqlError('42P15', `CREATE specifies a schema (${given}) different from the one being created (${schema})`);
      }
      const { command, node } = utilityCommand(e);
      if (command === undefined) throw new SqlError('0A000', `${kind} in CREATE SCHEMA is not supported yet`);
      yield* command(node, u);
      session.commandCounterIncrement();
    }
  } finally {
    session.setSetting('search_path', saved, true);
  }
}

defineCommands({ CreateSchemaStmt: createSchema });
