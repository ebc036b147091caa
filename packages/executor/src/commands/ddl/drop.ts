/** DROP of everything but databases, roles and tablespaces. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { performDeletions } from './dependency.js';
import { address, type ObjectAddress } from './depend.js';
import { findObject, Missing, missingSchema, nameList } from './object-lookup.js';
import { checkObjectOwner, checkRelationOwner } from './ownership.js';
import { namespaceOf } from './type-lookup.js';
import type { Raw } from './raw.js';

interface RelationKind { kinds: string; noun: string; not: string; code: string }
const RELATIONS: Readonly<Record<string, RelationKind>> = {
  OBJECT_TABLE: { kinds: 'rp', noun: 'table', not: 'a table', code: '42P01' },
  OBJECT_SEQUENCE: { kinds: 'S', noun: 'sequence', not: 'a sequence', code: '42P01' },
  OBJECT_VIEW: { kinds: 'v', noun: 'view', not: 'a view', code: '42P01' },
  OBJECT_MATVIEW: { kinds: 'm', noun: 'materialized view', not: 'a materialized view', code: '42P01' },
  OBJECT_INDEX: { kinds: 'iI', noun: 'index', not: 'an index', code: '42704' },
  OBJECT_FOREIGN_TABLE: { kinds: 'f', noun: 'foreign table', not: 'a foreign table', code: '42704' },
};
const DROP_HINTS: Readonly<Record<string, string>> = {
  r: 'Use DROP TABLE to remove a table.', p: 'Use DROP TABLE to remove a table.', S: 'Use DROP SEQUENCE to remove a sequence.', v: 'Use DROP VIEW to remove a view.',
  m: 'Use DROP MATERIALIZED VIEW to remove a materialized view.', i: 'Use DROP INDEX to remove an index.', I: 'Use DROP INDEX to remove an index.', c: 'Use DROP TYPE to remove a type.',
  f: 'Use DROP FOREIGN TABLE to remove a foreign table.',
};

const TAGS: Readonly<Record<string, string>> = {
  OBJECT_MATVIEW: 'MATERIALIZED VIEW', OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE', OBJECT_STATISTIC_EXT: 'STATISTICS', OBJECT_OPCLASS: 'OPERATOR CLASS', OBJECT_OPFAMILY: 'OPERATOR FAMILY',
  OBJECT_TSPARSER: 'TEXT SEARCH PARSER', OBJECT_TSDICTIONARY: 'TEXT SEARCH DICTIONARY', OBJECT_TSTEMPLATE: 'TEXT SEARCH TEMPLATE', OBJECT_TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
  OBJECT_FDW: 'FOREIGN DATA WRAPPER', OBJECT_FOREIGN_SERVER: 'SERVER', OBJECT_ACCESS_METHOD: 'ACCESS METHOD', OBJECT_EVENT_TRIGGER: 'EVENT TRIGGER',
};
/** The word of a command tag for a kind of object. */
export const tagWord = (objtype: string): string => TAGS[objtype] ?? objtype.replace('OBJECT_', '').replace(/_/g, ' ');

function* drop(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const targets: ObjectAddress[] = [];
  const kind = RELATIONS[node.removeType];
  for (const o of node.objects) {
    if (kind !== undefined) {
      const oid = yield* relationTarget(session, kind, nameList(o), node.missing_ok === true);
      if (oid !== 0) targets.push(address(CLASS.relation, oid));
    } else {
      const found = findDropTarget(session, node.removeType, o, node.missing_ok === true);
      if (found !== undefined) targets.push(found);
    }
  }
  const unique = targets.filter((t, k) => targets.findIndex((x) => x.classId === t.classId && x.objectId === t.objectId && x.subId === t.subId) === k);
  yield* performDeletions(session, unique, node.behavior === 'DROP_CASCADE' ? 'cascade' : 'restrict');
  return `DROP ${tagWord(node.removeType)}`;
}

const skipping = (session: SessionServices, what: string): void => session.notice('NOTICE', '00000', `${what}, skipping`);

function* relationTarget(session: SessionServices, kind: RelationKind, parts: string[], missingOk: boolean): Steps<Oid> {
  const catalog = session.catalog();
  const schema = parts.length > 1 ? parts[parts.length - 2] : undefined;
  const name = parts[parts.length - 1]!;
  const noSchema = schema !== undefined && namespaceOf(catalog, schema) === 0;
  const oid = noSchema ? 0 : catalog.relid(schema, name);
  if (oid === 0) {
    const lost = noSchema ? missingSchema(schema) : new Missing(kind.code, `${kind.noun} "${name}" does not exist`);
    if (!missingOk) throw lost.error();
    skipping(session, lost.message);
    return 0;
  }
  const row = catalog.syscache('RELOID', oid)!;
  if (!kind.kinds.includes(row.relkind)) throw new SqlError('42809', `"${name}" is not ${kind.not}`, { hint: DROP_HINTS[row.relkind] });
  checkRelationOwner(session, oid, true);
  if (row.relkind === 'i' || row.relkind === 'I') {
    const table = catalog.syscache('INDEXRELID', oid)?.indrelid;
    if (table !== undefined) yield* lockRelation(session, table, 8);
  }
  yield* lockRelation(session, oid, 8);
  return oid;
}

function findDropTarget(session: SessionServices, objtype: string, object: Raw, missingOk: boolean): ObjectAddress | undefined {
  const found = findObject(session, objtype, object);
  if (found instanceof Missing) {
    if (!missingOk) throw found.error();
    skipping(session, found.skipped);
    return undefined;
  }
  if (objtype === 'OBJECT_FUNCTION' && session.catalog().syscache('PROCOID', found.objectId)?.prokind === 'a') {
    const parts = nameList(object.ObjectWithArgs.objname);
    throw new SqlError('42809', `"${parts.join('.')}" is an aggregate function`, { hint: 'Use DROP AGGREGATE to drop aggregate functions.' });
  }
  checkObjectOwner(session, found);
  return found;
}

defineCommands({ DropStmt: drop });
