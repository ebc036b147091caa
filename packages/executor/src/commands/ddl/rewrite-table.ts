/**
 * Rewrites of a table: a new relation file filled with (changed) rows of the old one, and new files for all its indexes.
 * The catalog rows of the columns are changed by the caller before; `old` is the relation as it was until then.
 */
import type { Steps } from '@pglitedb/txn';
import type { Datum, Oid } from '@pglitedb/types';
import { ExecContext, waitFor, type SessionServices } from '../../context.js';
import { tableSpec, type RelationHandle } from '../../relation.js';
import { buildIndex } from './index-create.js';

/** Changes a row (values[attnum - 1], in place) on its way into the new file. */
export type RowChange = (row: Datum[], x: ExecContext) => Steps<void>;

export function* rewriteTable(session: SessionServices, old: RelationHandle, change: RowChange | undefined): Steps<void> {
  const table = newStorage(session, old.info.oid);
  session.commandCounterIncrement();
  const x = new ExecContext(session, { nParamExec: 0 } as never, [], session.snapshot(), session.transaction());
  const live = old.info.attributes.filter((a) => !a.attisdropped).map((a) => a.attnum);
  const batch = { count: 0, rowids: new Float64Array(1024), values: live.map(() => [] as Datum[]) };
  const width = table.spec.columns.length;
  const scan = old.table.scan(x.snapshot, live);
  for (;;) {
    const wait = scan.next(batch);
    if (wait !== undefined) { yield waitFor(wait); continue; }
    if (batch.count === 0) break;
    for (let r = 0; r < batch.count; r++) {
      const row = new Array<Datum>(width).fill(null);
      for (let k = 0; k < live.length; k++) row[live[k]! - 1] = batch.values[k]![r];
      if (change !== undefined) yield* change(row, x);
      table.insert(x.tx, row);
    }
    if (session.sliceOver()) { yield { kind: 'slice' }; session.checkInterrupts(); }
  }
  session.txns.store.drop(session.transaction(), old.info.relfile);
  yield* rebuildIndexes(session, old.info.oid);
}

/** An empty relation file in the place of the relation's present one, which the caller drops. */
export function newStorage(session: SessionServices, oid: Oid): RelationHandle['table'] {
  const w = session.catalogWriter();
  const { store } = session.txns;
  const relfile = store.newRelfile();
  w.update('pg_class', { oid }, { relfilenode: relfile });
  w.update('pg_attribute', { attrelid: oid, atthasmissing: true }, { atthasmissing: false, attmissingval: null });
  return store.createTable(session.transaction(), relfile, tableSpec(session, session.catalog().relation(oid)!));
}

/** New files for every index of the relation, filled from its rows. */
export function* rebuildIndexes(session: SessionServices, oid: Oid): Steps<void> {
  for (const i of session.catalog().relation(oid)!.indexes) yield* rebuildIndex(session, oid, i.oid);
}
export function* rebuildIndex(session: SessionServices, relation: Oid, index: Oid): Steps<void> {
  const w = session.catalogWriter();
  const { store } = session.txns;
  const old = w.syscache('RELOID', index)!.relfilenode;
  store.drop(session.transaction(), old);
  w.update('pg_class', { oid: index }, { relfilenode: store.newRelfile() });
  yield* buildIndex(session, relation, index);
}

/** An empty table with empty indexes, as TRUNCATE and REFRESH MATERIALIZED VIEW make it. */
export function* emptyTable(session: SessionServices, oid: Oid): Steps<void> {
  const old = session.catalog().relation(oid)!.relfile;
  newStorage(session, oid);
  session.txns.store.drop(session.transaction(), old);
  yield* rebuildIndexes(session, oid);
}
