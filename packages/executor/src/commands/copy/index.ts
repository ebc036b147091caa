/** COPY: options and permissions, then one of its two directions. */
import { hasPrivilegesOfRole } from '@pglitedb/catalog';
import { characterPosition } from '@pglitedb/parser';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import type { Raw } from '../ddl/raw.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { copyFrom } from './copy-from.js';
import { copyTo } from './copy-to.js';
import { copyOptions } from './options.js';

const READ_SERVER_FILES = 4569;
const WRITE_SERVER_FILES = 4570;
const EXECUTE_SERVER_PROGRAM = 4571;

function checkServerAccess(node: Raw, from: boolean, u: UtilityContext): void {
  const catalog = u.session.catalog();
  const may = (role: number): boolean => hasPrivilegesOfRole(catalog, u.session.userOid(), role);
  const refuse = (what: string, role: string, verb: string): never => {
    throw new SqlError('42501', `permission denied to COPY ${what}`, {
      detail: `Only roles with privileges of the "${role}" role may COPY ${verb}.`, hint: "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.",
    });
  };
  if (node.is_program === true) {
    if (!may(EXECUTE_SERVER_PROGRAM)) refuse('to or from an external program', 'pg_execute_server_program', 'to or from an external program');
    throw new SqlError('0A000', 'COPY to or from a program is not supported');
  }
  if (from && !may(READ_SERVER_FILES)) refuse('from a file', 'pg_read_server_files', 'from a file');
  if (!from && !may(WRITE_SERVER_FILES)) refuse('to a file', 'pg_write_server_files', 'to a file');
}

function* copy(node: Raw, u: UtilityContext): Steps<string> {
  const from = node.is_from === true;
  if (node.filename !== undefined || node.is_program === true) checkServerAccess(node, from, u);
  if (!from && node.whereClause !== undefined) {
    throw new SqlError('42601', 'WHERE clause not allowed with COPY TO', { position: characterPosition(u.sql, node.whereClause.location ?? -1) });
  }
  const options = copyOptions(node.options, from, u);
  return yield* (from ? copyFrom(node, options, u) : copyTo(node, options, u));
}

defineCommands({ CopyStmt: copy });
