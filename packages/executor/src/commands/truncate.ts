/** TRUNCATE: checks, foreign keys, triggers, then empty relation files in place of the old ones. */
import { ACL, checkPrivilege, hasPrivilegesOfRole } from '@pglitedb/catalog';
import type { PlannedStmt } from '@pglitedb/planner';
import type { LockMode, Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { ExecContext, type SessionServices } from '../context.js';
import { ResultRelation } from '../dml/target.js';
import { runAfterQueue } from '../dml/after-queue.js';
import { afterStatement, beforeStatement } from '../dml/triggers.js';
import { lockRelation, openRelation } from '../relation.js';
import { relationOid, type Raw } from './ddl/raw.js';
import { emptyTable } from './ddl/rewrite-table.js';
import { defineCommands, type UtilityContext } from './registry.js';

const ACCESS_EXCLUSIVE: LockMode = 8;
const NO_PLAN = { nParamExec: 0 } as PlannedStmt;
const CLASS_OID = 1259;
const FIRST_NORMAL_OID = 16384;

function checkRelation(session: SessionServices, oid: Oid): void {
  const catalog = session.catalog();
  const info = catalog.relation(oid)!;
  if (info.relkind !== 'r' && info.relkind !== 'p') throw new SqlError('42809', `"${info.relname}" is not a table`);
  checkPrivilege(catalog, 'pg_class', oid, session.userOid(), ACL.TRUNCATE);
  if (oid < FIRST_NORMAL_OID) throw new SqlError('42501', `permission denied: "${info.relname}" is a system catalog`);
  if (info.relpersistence === 't' && info.relnamespace !== catalog.session.tempNamespace()) throw new SqlError('0A000', 'cannot truncate temporary tables of other sessions');
}

function* collect(node: Raw, session: SessionServices): Steps<Oid[]> {
  const list: Oid[] = [];
  const add = function* (oid: Oid): Steps<void> {
    if (list.includes(oid)) return;
    yield* lockRelation(session, oid, ACCESS_EXCLUSIVE);
    checkRelation(session, oid);
    list.push(oid);
  };
  for (const r of node.relations as Raw[]) {
    const rv = r.RangeVar;
    const oid = relationOid(session, rv);
    yield* add(oid);
    const info = session.catalog().relation(oid)!;
    if (rv.inh === true) {
      const children = [...info.children];
      for (let k = 0; k < children.length; k++) {
        yield* add(children[k]!);
        children.push(...(session.catalog().relation(children[k]!)?.children ?? []));
      }
    } else if (info.relkind === 'p') {
      throw new SqlError('42809', 'cannot truncate only a partitioned table', { hint: 'Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.' });
    }
  }
  return list;
}

/** Tables with foreign keys that point into the list join it (CASCADE), or stand in the way. */
function* foreignKeys(list: Oid[], cascade: boolean, session: SessionServices): Steps<void> {
  const catalog = session.catalog();
  for (let k = 0; k < list.length; k++) {
    const info = catalog.relation(list[k]!)!;
    for (const fk of [...info.referencedBy].sort((a, b) => a.conrelid - b.conrelid)) {
      if (list.includes(fk.conrelid)) continue;
      const other = catalog.relation(fk.conrelid)!.relname;
      if (!cascade) {
        throw new SqlError('0A000', 'cannot truncate a table referenced in a foreign key constraint', {
          detail: `Table "${other}" references "${info.relname}".`, hint: `Truncate table "${other}" at the same time, or use TRUNCATE ... CASCADE.`,
        });
      }
      yield* lockRelation(session, fk.conrelid, ACCESS_EXCLUSIVE);
      session.notice('NOTICE', '00000', `truncate cascades to table "${other}"`);
      checkRelation(session, fk.conrelid);
      list.push(fk.conrelid);
    }
  }
}

/** Sequences owned by columns start over, in a new file, so that a rollback brings the old values back. */
function restartSequences(list: readonly Oid[], session: SessionServices): void {
  const catalog = session.catalog();
  const w = session.catalogWriter();
  for (const oid of list) {
    for (const d of catalog.rows('pg_depend', { refclassid: CLASS_OID, refobjid: oid })) {
      if (d.classid !== CLASS_OID || (d.deptype !== 'a' && d.deptype !== 'i') || d.refobjsubid === 0) continue;
      const info = catalog.relation(d.objid);
      if (info?.relkind !== 'S') continue;
      if (!hasPrivilegesOfRole(catalog, session.userOid(), info.relowner)) throw new SqlError('42501', `must be owner of sequence ${info.relname}`);
      const start = catalog.rows('pg_sequence', { seqrelid: d.objid })[0]!.seqstart;
      const relfile = session.txns.store.newRelfile();
      w.update('pg_class', { oid: d.objid }, { relfilenode: relfile });
      session.txns.store.setSequence(session.transaction(), relfile, { last: start, called: false });
    }
  }
}

function* truncate(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const list = yield* collect(node, session);
  yield* foreignKeys(list, node.behavior === 'DROP_CASCADE', session);
  if (session.transaction().readOnly && list.some((oid) => session.catalog().relation(oid)!.relpersistence !== 't')) throw new SqlError('25006', 'cannot execute TRUNCATE TABLE in a read-only transaction');
  if (node.restart_seqs === true) restartSequences(list, session);
  const x = new ExecContext(session, NO_PLAN, [], session.snapshot(), session.transaction());
  const targets = list.filter((oid) => session.catalog().relation(oid)!.triggers.length > 0).map((oid) => new ResultRelation(openRelation(session, oid), session));
  for (const t of targets) yield* beforeStatement(t, ['truncate'], x);
  for (const oid of list) {
    if (session.catalog().relation(oid)!.relkind === 'p') continue;
    yield* emptyTable(session, oid);
    session.catalogWriter().update('pg_class', { oid }, { relpages: 0, reltuples: -1, relallvisible: 0 });
  }
  session.commandCounterIncrement();
  for (const t of targets) yield* afterStatement(t, ['truncate'], x);
  yield* runAfterQueue(x);
  return 'TRUNCATE TABLE';
}

defineCommands({ TruncateStmt: truncate });
