/**
 * ALTER TABLE: subcommands run in PostgreSQL's passes (drops, type changes, new columns, new constraints, the rest), each
 * over the relation and, where it is inherited, its children.
 */
import type { RelationInfo } from '@pglitedb/catalog';
import type { LockMode, Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { checkRelationOwner } from './ownership.js';
import { rangeVarText, relationOid, type Raw } from './raw.js';

/** What a subcommand works on. */
export interface AlterTarget {
  readonly u: UtilityContext; readonly oid: Oid; /** the AlterTableCmd */ readonly cmd: Raw;
  /** descend to children (no ONLY) */ readonly recurse: boolean; /** reached from a parent */ readonly recursing: boolean; readonly cascade: boolean;
}
export type AlterAction = (t: AlterTarget) => Steps<void>;

const actions = new Map<string, AlterAction>();
export function defineAlterActions(table: Readonly<Record<string, AlterAction>>): void { for (const [k, a] of Object.entries(table)) actions.set(k, a); }

/** Passes in their order; what is not listed comes last. */
const PASSES: Readonly<Record<string, number>> = {
  AT_DropColumn: 0, AT_DropConstraint: 0, AT_DropNotNull: 0, AT_DropExpression: 0, AT_DropIdentity: 0, AT_AlterColumnType: 1, AT_AddColumn: 2, AT_AddColumnToView: 2, AT_SetExpression: 3, AT_SetNotNull: 5,
  AT_AddConstraint: 6, AT_ColumnDefault: 5, AT_AddIdentity: 5, AT_SetIdentity: 5, AT_SetStatistics: 7, AT_SetStorage: 7, AT_SetCompression: 7, AT_SetOptions: 7, AT_ResetOptions: 7,
};
const LAST_PASS = 8;
function passOf(cmd: Raw): number {
  if (cmd.subtype === 'AT_ColumnDefault' && cmd.def === undefined) return 0;
  if (cmd.subtype === 'AT_AddConstraint' && cmd.def.Constraint.contype === 'CONSTR_FOREIGN') return 7;
  return PASSES[cmd.subtype] ?? LAST_PASS;
}

const KINDS: Readonly<Record<string, { kinds: string; not: string; tag: string }>> = {
  OBJECT_TABLE: { kinds: 'rpvmSiIf', not: 'a table', tag: 'ALTER TABLE' }, OBJECT_VIEW: { kinds: 'v', not: 'a view', tag: 'ALTER VIEW' },
  OBJECT_MATVIEW: { kinds: 'm', not: 'a materialized view', tag: 'ALTER MATERIALIZED VIEW' }, OBJECT_SEQUENCE: { kinds: 'S', not: 'a sequence', tag: 'ALTER SEQUENCE' },
  OBJECT_INDEX: { kinds: 'iI', not: 'an index', tag: 'ALTER INDEX' }, OBJECT_TYPE: { kinds: 'c', not: 'a composite type', tag: 'ALTER TYPE' },
  OBJECT_FOREIGN_TABLE: { kinds: 'f', not: 'a foreign table', tag: 'ALTER FOREIGN TABLE' },
};

/** Relation kinds a subcommand is for: what is not listed is for tables alone. */
const ALLOWED: Readonly<Record<string, string>> = {
  AT_ChangeOwner: 'rpvmSiIfc', AT_SetRelOptions: 'rpvmi', AT_ResetRelOptions: 'rpvmi', AT_ReplaceRelOptions: 'v', AT_ColumnDefault: 'rpfv', AT_AddColumn: 'rpfc', AT_DropColumn: 'rpfc', AT_AlterColumnType: 'rpfc',
  AT_SetStatistics: 'rpmif', AT_SetStorage: 'rpm', AT_SetOptions: 'rpmf', AT_ResetOptions: 'rpmf', AT_ClusterOn: 'rm', AT_DropCluster: 'rm', AT_SetTableSpace: 'rpmi', AT_SetLogged: 'rS', AT_SetUnLogged: 'rS',
  AT_EnableTrig: 'rpfv', AT_DisableTrig: 'rpfv', AT_SetAccessMethod: 'rpm', AT_SetCompression: 'rpm', AT_ReplicaIdentity: 'rpm', AT_AddColumnToView: 'v', AT_AttachPartition: 'rpfiI', AT_DetachPartition: 'rpfiI', AT_DetachPartitionFinalize: 'rpfiI',
};

function* alterTable(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const rv = node.relation;
  const kind = KINDS[node.objtype] ?? KINDS['OBJECT_TABLE']!;
  const oid = relationOid(session, rv, node.missing_ok === true);
  if (oid === 0) {
    session.notice('NOTICE', '00000', `relation "${rv.relname}" does not exist, skipping`);
    return kind.tag;
  }
  yield* lockRelation(session, oid, lockFor(node.cmds));
  const rel = session.catalog().relation(oid)!;
  if (!kind.kinds.includes(rel.relkind)) throw new SqlError('42809', `"${rangeVarText(rv)}" is not ${kind.not}`);
  if (node.objtype === 'OBJECT_TABLE' && rel.relkind === 'c') throw new SqlError('42809', `"${rel.relname}" is a composite type`, { hint: 'Use ALTER TYPE instead.' });
  checkRelationOwner(session, oid);
  const cmds = (node.cmds as Raw[]).map((c) => c.AlterTableCmd);
  for (const cmd of cmds) checkAllowed(rel, cmd);
  const ordered = cmds.map((cmd, k) => ({ cmd, k, pass: passOf(cmd) })).sort((a, b) => a.pass - b.pass || a.k - b.k);
  for (const { cmd } of ordered) {
    yield* runAlter({ u, oid, cmd, recurse: rv.inh === true || rel.relkind === 'c', recursing: false, cascade: cmd.behavior === 'DROP_CASCADE' });
    session.commandCounterIncrement();
  }
  return kind.tag;
}

/** Runs one subcommand; also what recursion to children calls. */
export function* runAlter(t: AlterTarget): Steps<void> {
  const action = actions.get(t.cmd.subtype);
  if (action === undefined) throw new SqlError('0A000', `ALTER TABLE ${String(t.cmd.subtype).replace('AT_', '')} is not supported yet`);
  if (!NO_POSITION.has(t.cmd.subtype)) return yield* action(t);
  try {
    yield* action(t);
  } catch (error) {
    if (error instanceof SqlError) delete error.position;
    throw error;
  }
}
/** PostgreSQL analyses these without the statement's text at hand. */
const NO_POSITION = new Set(['AT_ColumnDefault', 'AT_AddConstraint', 'AT_CookedColumnDefault']);

function checkAllowed(rel: RelationInfo, cmd: Raw): void {
  const allowed = ALLOWED[cmd.subtype] ?? 'rpf';
  if (allowed.includes(rel.relkind)) return;
  const nouns: Readonly<Record<string, string>> = { v: 'views', m: 'materialized views', S: 'sequences', i: 'indexes', I: 'partitioned indexes', c: 'composite types', f: 'foreign tables', r: 'tables', p: 'partitioned tables' };
  throw new SqlError('42809', `ALTER action ${ACTION_NAMES[cmd.subtype] ?? String(cmd.subtype).replace('AT_', '')} cannot be performed on relation "${rel.relname}"`, { detail: `This operation is not supported for ${nouns[rel.relkind]}.` });
}
const ACTION_NAMES: Readonly<Record<string, string>> = {
  AT_AddColumn: 'ADD COLUMN', AT_ColumnDefault: 'ALTER COLUMN ... SET DEFAULT', AT_DropNotNull: 'ALTER COLUMN ... DROP NOT NULL', AT_SetNotNull: 'ALTER COLUMN ... SET NOT NULL', AT_SetExpression: 'ALTER COLUMN ... SET EXPRESSION',
  AT_DropExpression: 'ALTER COLUMN ... DROP EXPRESSION', AT_SetStatistics: 'ALTER COLUMN ... SET STATISTICS', AT_SetOptions: 'ALTER COLUMN ... SET', AT_ResetOptions: 'ALTER COLUMN ... RESET',
  AT_SetStorage: 'ALTER COLUMN ... SET STORAGE', AT_SetCompression: 'ALTER COLUMN ... SET COMPRESSION', AT_DropColumn: 'DROP COLUMN', AT_AddConstraint: 'ADD CONSTRAINT', AT_AlterConstraint: 'ALTER CONSTRAINT',
  AT_ValidateConstraint: 'VALIDATE CONSTRAINT', AT_DropConstraint: 'DROP CONSTRAINT', AT_AlterColumnType: 'ALTER COLUMN ... SET DATA TYPE', AT_ChangeOwner: 'OWNER TO', AT_ClusterOn: 'CLUSTER ON', AT_DropCluster: 'SET WITHOUT CLUSTER',
  AT_SetLogged: 'SET LOGGED', AT_SetUnLogged: 'SET UNLOGGED', AT_SetAccessMethod: 'SET ACCESS METHOD', AT_SetTableSpace: 'SET TABLESPACE', AT_SetRelOptions: 'SET', AT_ResetRelOptions: 'RESET', AT_EnableTrig: 'ENABLE TRIGGER',
  AT_EnableAlwaysTrig: 'ENABLE ALWAYS TRIGGER', AT_EnableReplicaTrig: 'ENABLE REPLICA TRIGGER', AT_DisableTrig: 'DISABLE TRIGGER', AT_EnableTrigAll: 'ENABLE TRIGGER ALL', AT_DisableTrigAll: 'DISABLE TRIGGER ALL',
  AT_EnableRule: 'ENABLE RULE', AT_DisableRule: 'DISABLE RULE', AT_AddInherit: 'INHERIT', AT_DropInherit: 'NO INHERIT', AT_ReplicaIdentity: 'REPLICA IDENTITY', AT_EnableRowSecurity: 'ENABLE ROW SECURITY',
  AT_DisableRowSecurity: 'DISABLE ROW SECURITY', AT_ForceRowSecurity: 'FORCE ROW SECURITY', AT_NoForceRowSecurity: 'NO FORCE ROW SECURITY', AT_AddIdentity: 'ALTER COLUMN ... ADD IDENTITY', AT_SetIdentity: 'ALTER COLUMN ... SET',
  AT_DropIdentity: 'ALTER COLUMN ... DROP IDENTITY',
};

const LIGHT: Readonly<Record<string, LockMode>> = {
  AT_SetStatistics: 4, AT_ClusterOn: 4, AT_DropCluster: 4, AT_SetOptions: 4, AT_ResetOptions: 4, AT_ValidateConstraint: 4, AT_EnableTrig: 6, AT_DisableTrig: 6, AT_EnableTrigAll: 6, AT_DisableTrigAll: 6, AT_EnableTrigUser: 6, AT_DisableTrigUser: 6,
};
function lockFor(cmds: Raw[]): LockMode {
  return cmds.reduce<LockMode>((max, c) => {
    const { subtype, def } = c.AlterTableCmd;
    const mode: LockMode = subtype === 'AT_AddConstraint' && def.Constraint.contype === 'CONSTR_FOREIGN' ? 6 : LIGHT[subtype] ?? 8;
    return mode > max ? mode : max;
  }, 1);
}

defineCommands({ AlterTableStmt: alterTable });
