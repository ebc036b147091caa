/** pg_current_snapshot: the statement's snapshot as transaction ids. */
import { PgSnapshot, type Datum } from '@pglitedb/types';
import { defineSyncSessionFunctions } from './fmgr.js';

defineSyncSessionFunctions({
  pg_current_snapshot(x): Datum {
    const s = x.session.txns.xidSnapshot(x.snapshot);
    return new PgSnapshot(s.xmin, s.xmax, [...s.xip].sort((a, b) => a - b));
  },
});
