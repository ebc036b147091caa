/** A sequence read as a relation: SELECT * FROM seq sees one row (last_value, log_cnt, is_called). */
import type { RelationInfo } from '@pglitedb/catalog';
import type { RowBatch, SequenceState, Table, TableScan, TableSpec } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { SessionServices } from './context.js';
import { sequenceLogCount } from './functions/sequence.js';

export function sequenceTable(session: SessionServices, info: RelationInfo, spec: TableSpec): Table {
  const state = (): SequenceState => session.txns.store.sequence(info.relfile) ?? { last: 0, called: false };
  const read = (attnums: readonly number[], out: Datum[][], at: number): void => {
    const s = state();
    const row: Datum[] = [s.last, sequenceLogCount(session.txns.store, info.relfile), s.called];
    for (let k = 0; k < attnums.length; k++) out[k]![at] = row[attnums[k]! - 1];
  };
  const refuse = (): never => { throw new SqlError('42809', `cannot change sequence "${info.relname}"`); };
  return {
    relfile: info.relfile, spec,
    rowsPerPage: () => 1, estimates: () => ({ rows: 1, pages: 1 }),
    scan: (_snapshot, attnums): TableScan => {
      let done = false;
      return {
        next(batch: RowBatch) {
          batch.count = done ? 0 : 1;
          if (!done) {
            batch.rowids[0] = 0;
            read(attnums, batch.values, 0);
          }
          done = true;
          return undefined;
        },
        restart: () => { done = false; },
        vectors: refuse,
        resumeAt: refuse,
      };
    },
    fetch: (_snapshot, _rowid, attnums, out, at) => { read(attnums, out, at); return true; },
    fetchLatest: (_tx, _rowid, attnums, out, at) => { read(attnums, out, at); return true; },
    systemColumns: () => ({ xmin: 2, xmax: 0, cmin: 0, cmax: 0 }),
    insert: refuse, insertBlock: refuse, update: refuse, delete: refuse, lock: refuse, truncate: refuse, vacuum: () => undefined, currentRowid: (_snapshot, rowid) => rowid,
  };
}
