/** Command tags of DDL: which of them fire event triggers, and the tag of a statement before it runs. */
import { tagWord } from '../ddl/drop.js';
import type { Raw } from '../ddl/raw.js';

const objects = (verb: string, list: string): string[] => list.split('|').map((o) => `${verb} ${o}`);
const CREATED = 'ACCESS METHOD|AGGREGATE|CAST|COLLATION|CONVERSION|DOMAIN|EXTENSION|FOREIGN DATA WRAPPER|FOREIGN TABLE|FUNCTION|INDEX|LANGUAGE|MATERIALIZED VIEW|OPERATOR|OPERATOR CLASS|OPERATOR FAMILY|POLICY|PROCEDURE|PUBLICATION|RULE|SCHEMA|SEQUENCE|SERVER|STATISTICS|SUBSCRIPTION|TABLE|TEXT SEARCH CONFIGURATION|TEXT SEARCH DICTIONARY|TEXT SEARCH PARSER|TEXT SEARCH TEMPLATE|TRANSFORM|TRIGGER|TYPE|USER MAPPING|VIEW';
/** Tags that an event trigger may be limited to, and that fire one. */
export const EVENT_TAGS: ReadonlySet<string> = new Set([
  ...objects('CREATE', `${CREATED}|TABLE AS`),
  ...objects('DROP', `${CREATED}|CONSTRAINT|OWNED|ROUTINE`),
  ...objects('ALTER', `${CREATED}|CONSTRAINT|DEFAULT PRIVILEGES|LARGE OBJECT|ROUTINE`.replace('ACCESS METHOD|', '').replace('CAST|', '').replace('TRANSFORM|', '')),
  'COMMENT', 'GRANT', 'REVOKE', 'IMPORT FOREIGN SCHEMA', 'REFRESH MATERIALIZED VIEW', 'REINDEX', 'SECURITY LABEL', 'SELECT INTO', 'ALTER CAST', 'ALTER ACCESS METHOD', 'ALTER TRANSFORM',
]);
/** Other tags that exist. */
export const OTHER_TAGS: ReadonlySet<string> = new Set([
  ...objects('CREATE', 'DATABASE|EVENT TRIGGER|ROLE|TABLESPACE|CONSTRAINT|ROUTINE'), ...objects('ALTER', 'DATABASE|EVENT TRIGGER|ROLE|SYSTEM|TABLESPACE'), ...objects('DROP', 'DATABASE|EVENT TRIGGER|ROLE|TABLESPACE'),
  'ANALYZE', 'BEGIN', 'CALL', 'CHECKPOINT', 'CLOSE', 'CLOSE CURSOR', 'CLOSE CURSOR ALL', 'CLUSTER', 'COMMIT', 'COMMIT PREPARED', 'COPY', 'COPY FROM', 'DEALLOCATE', 'DEALLOCATE ALL', 'DECLARE CURSOR', 'DELETE', 'DISCARD',
  'DISCARD ALL', 'DISCARD PLANS', 'DISCARD SEQUENCES', 'DISCARD TEMP', 'DO', 'DROP REPLICATION SLOT', 'DROP USER MAPPING', 'EXECUTE', 'EXPLAIN', 'FETCH', 'GRANT ROLE', 'INSERT', 'LISTEN', 'LOAD', 'LOCK TABLE', 'LOGIN', 'MERGE',
  'MOVE', 'NOTIFY', 'PREPARE', 'PREPARE TRANSACTION', 'REASSIGN OWNED', 'RELEASE', 'RESET', 'REVOKE ROLE', 'ROLLBACK', 'ROLLBACK PREPARED', 'SAVEPOINT', 'SELECT', 'SELECT FOR KEY SHARE', 'SELECT FOR NO KEY UPDATE',
  'SELECT FOR SHARE', 'SELECT FOR UPDATE', 'SET', 'SET CONSTRAINTS', 'SHOW', 'START TRANSACTION', 'TRUNCATE TABLE', 'UNLISTEN', 'UPDATE', 'VACUUM',
]);
export const REWRITE_TAGS: ReadonlySet<string> = new Set(['ALTER MATERIALIZED VIEW', 'ALTER TABLE', 'ALTER TYPE']);

const FIXED: Readonly<Record<string, string>> = {
  CreateStmt: 'CREATE TABLE', CommentStmt: 'COMMENT', AlterDefaultPrivilegesStmt: 'ALTER DEFAULT PRIVILEGES', CompositeTypeStmt: 'CREATE TYPE', CreateEnumStmt: 'CREATE TYPE', CreateRangeStmt: 'CREATE TYPE',
  AlterEnumStmt: 'ALTER TYPE', AlterTypeStmt: 'ALTER TYPE', ViewStmt: 'CREATE VIEW', IndexStmt: 'CREATE INDEX', RuleStmt: 'CREATE RULE', CreateSeqStmt: 'CREATE SEQUENCE', AlterSeqStmt: 'ALTER SEQUENCE', CreateTrigStmt: 'CREATE TRIGGER',
  CreateDomainStmt: 'CREATE DOMAIN', AlterDomainStmt: 'ALTER DOMAIN', CreateCastStmt: 'CREATE CAST', CreateOpClassStmt: 'CREATE OPERATOR CLASS', CreateOpFamilyStmt: 'CREATE OPERATOR FAMILY', AlterOpFamilyStmt: 'ALTER OPERATOR FAMILY',
  AlterOperatorStmt: 'ALTER OPERATOR', CreateConversionStmt: 'CREATE CONVERSION', CreatePolicyStmt: 'CREATE POLICY', AlterPolicyStmt: 'ALTER POLICY', CreateSchemaStmt: 'CREATE SCHEMA', CreateStatsStmt: 'CREATE STATISTICS',
  AlterStatsStmt: 'ALTER STATISTICS', CreateExtensionStmt: 'CREATE EXTENSION', AlterExtensionStmt: 'ALTER EXTENSION', DropOwnedStmt: 'DROP OWNED', RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW', ReindexStmt: 'REINDEX',
  SecLabelStmt: 'SECURITY LABEL', AlterTSDictionaryStmt: 'ALTER TEXT SEARCH DICTIONARY', AlterTSConfigurationStmt: 'ALTER TEXT SEARCH CONFIGURATION', AlterCollationStmt: 'ALTER COLLATION',
};
const DEFINED: Readonly<Record<string, string>> = {
  OBJECT_TSPARSER: 'TEXT SEARCH PARSER', OBJECT_TSDICTIONARY: 'TEXT SEARCH DICTIONARY', OBJECT_TSTEMPLATE: 'TEXT SEARCH TEMPLATE', OBJECT_TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
};
/** Objects of the whole cluster, and event triggers themselves, fire none. */
const SILENT = new Set(['OBJECT_DATABASE', 'OBJECT_TABLESPACE', 'OBJECT_ROLE', 'OBJECT_PARAMETER_ACL', 'OBJECT_EVENT_TRIGGER']);
const PARTS = new Set(['OBJECT_COLUMN', 'OBJECT_ATTRIBUTE', 'OBJECT_TABCONSTRAINT']);

type TagOf = (node: Raw) => string | undefined;
const of = (verb: string, kind: string): string | undefined => (SILENT.has(kind) ? undefined : `${verb} ${tagWord(kind)}`);
const COMPUTED: Readonly<Record<string, TagOf>> = {
  DropStmt: (n) => of('DROP', n.removeType), AlterTableStmt: (n) => of('ALTER', n.objtype), AlterOwnerStmt: (n) => of('ALTER', n.objectType), AlterObjectSchemaStmt: (n) => of('ALTER', n.objectType),
  AlterObjectDependsStmt: (n) => of('ALTER', n.objectType),
  RenameStmt: (n) => (n.renameType === 'OBJECT_DOMCONSTRAINT' ? 'ALTER DOMAIN' : of('ALTER', PARTS.has(n.renameType) ? n.relationType ?? 'OBJECT_TABLE' : n.renameType)),
  CreateTableAsStmt: (n) => (n.is_select_into === true ? 'SELECT INTO' : n.objtype === 'OBJECT_MATVIEW' ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS'),
  GrantStmt: (n) => (SILENT.has(n.objtype) ? undefined : n.is_grant === true ? 'GRANT' : 'REVOKE'), DefineStmt: (n) => `CREATE ${DEFINED[n.kind] ?? String(n.kind).replace('OBJECT_', '')}`,
  CreateFunctionStmt: (n) => (n.is_procedure === true ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'), AlterFunctionStmt: (n) => of('ALTER', n.objtype),
};

/** The statement's tag; undefined: it fires no event triggers. */
export function eventTag(kind: string, node: Raw): string | undefined {
  if (kind === 'CommentStmt' && SILENT.has(node.objtype)) return undefined;
  const fixed = FIXED[kind];
  if (fixed !== undefined) return fixed;
  const computed = COMPUTED[kind];
  return computed === undefined ? undefined : computed(node);
}
