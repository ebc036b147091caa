/** COMMENT ON. */
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { requireObject } from './object-lookup.js';
import { checkObjectOwner } from './ownership.js';
import type { Raw } from './raw.js';

const SHARED = new Set<number>([CLASS.database, CLASS.tablespace, CLASS.authid]);

function* comment(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  if (node.objtype === 'OBJECT_LARGEOBJECT') throw new SqlError('0A000', 'comments on large objects are not supported yet');
  const o = requireObject(session, node.objtype, node.object);
  checkObjectOwner(session, o);
  if (node.objtype === 'OBJECT_COLUMN') {
    const rel = session.catalog().syscache('RELOID', o.objectId)!;
    if (!'rvmcfp'.includes(rel.relkind)) throw new SqlError('42809', `cannot set comment on relation "${rel.relname}"`, { detail: `This operation is not supported for ${rel.relkind === 'S' ? 'sequences' : 'indexes'}.` });
  }
  const w = session.catalogWriter();
  const text = node.comment === undefined || node.comment === '' ? undefined : (node.comment as string);
  if (SHARED.has(o.classId)) {
    w.remove('pg_shdescription', { objoid: o.objectId, classoid: o.classId });
    if (text !== undefined) w.insert('pg_shdescription', { objoid: o.objectId, classoid: o.classId, description: text });
  } else {
    w.remove('pg_description', { objoid: o.objectId, classoid: o.classId, objsubid: o.subId });
    if (text !== undefined) w.insert('pg_description', { objoid: o.objectId, classoid: o.classId, objsubid: o.subId, description: text });
  }
  return 'COMMENT';
}

defineCommands({ CommentStmt: comment });
