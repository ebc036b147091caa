/** ALTER SEQUENCE: parameters, position and owner column. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { lockRelation } from '../../relation.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { checkRelationOwner } from './ownership.js';
import { names, options, rangeVarText, relationOid, type Raw } from './raw.js';
import { ownSequence, sequenceParameters } from './sequence.js';

/** Applies options to a sequence; RESTART also moves it. */
export function alterSequence(u: UtilityContext, oid: Oid, raw: Raw[]): void {
  const { session } = u;
  const w = session.catalogWriter();
  const old = w.syscache('SEQRELID', oid)!;
  const { relfilenode } = w.syscache('RELOID', oid)!;
  const state = session.txns.store.sequence(relfilenode)!;
  const p = sequenceParameters(u, raw, old.seqtypid, {
    type: old.seqtypid, start: old.seqstart, increment: old.seqincrement, min: old.seqmin, max: old.seqmax, cache: old.seqcache, cycle: old.seqcycle, last: undefined, called: state.called, ownedBy: undefined,
  });
  const last = p.last ?? state.last;
  if (BigInt(last) < BigInt(p.min)) throw new SqlError('22023', `RESTART value (${last}) cannot be less than MINVALUE (${p.min})`);
  if (BigInt(last) > BigInt(p.max)) throw new SqlError('22023', `RESTART value (${last}) cannot be greater than MAXVALUE (${p.max})`);
  w.update('pg_sequence', { seqrelid: oid }, { seqtypid: p.type, seqstart: p.start, seqincrement: p.increment, seqmax: p.max, seqmin: p.min, seqcache: p.cache, seqcycle: p.cycle });
  if (p.last !== undefined) session.txns.store.setSequence(session.transaction(), relfilenode, { last: p.last, called: false });
}

function* alterSequenceCommand(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const oid = relationOid(session, node.sequence, node.missing_ok === true);
  if (oid === 0) {
    session.notice('NOTICE', '00000', `relation "${node.sequence.relname}" does not exist, skipping`);
    return 'ALTER SEQUENCE';
  }
  if (session.catalog().syscache('RELOID', oid)!.relkind !== 'S') throw new SqlError('42809', `"${rangeVarText(node.sequence)}" is not a sequence`);
  yield* lockRelation(session, oid, 6);
  checkRelationOwner(session, oid);
  const owned = options(node.options).find((o) => o.name === 'owned_by');
  const rest = (node.options ?? []).filter((o: Raw) => o.DefElem.defname !== 'owned_by');
  alterSequence(u, oid, rest);
  if (owned !== undefined) ownSequence(session, oid, names(owned.raw.List.items));
  return 'ALTER SEQUENCE';
}

defineCommands({ AlterSeqStmt: alterSequenceCommand });
