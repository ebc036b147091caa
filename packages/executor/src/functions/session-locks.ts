/** Advisory locks: one table of names gives mode, scope (session or transaction), and whether to wait. */
import type { LockMode, LockTag, Steps } from '@pglitedb/txn';
import type { Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { defineSessionFunctions, defineSyncSessionFunctions } from './fmgr.js';

const SHARE: LockMode = 5;
const EXCLUSIVE: LockMode = 7;

/** One bigint key, or two int4 keys: different key spaces, told apart by id3 as PostgreSQL's objsubid. */
function advisoryTag(x: ExecContext, args: readonly Datum[], pair: boolean): LockTag {
  const database = x.session.catalog().session.databaseOid;
  if (pair) return { kind: 'advisory', database, id: Number(args[0]) >>> 0, id2: Number(args[1]) >>> 0, id3: 2 };
  const key = BigInt.asUintN(64, BigInt(args[0]));
  return { kind: 'advisory', database, id: Number(key >> 32n), id2: Number(key & 0xffffffffn), id3: 1 };
}

function* acquire(x: ExecContext, tag: LockTag, mode: LockMode, session: boolean): Steps<Datum> {
  const { locks } = x.session.txns;
  if (!locks.tryAcquire(x.tx, tag, mode, session)) {
    yield* locks.acquire(x.tx, tag, mode, { session, timeoutMs: Number(x.session.setting('lock_timeout') ?? 0), what: 'advisory lock' });
  }
  return '';
}

function unlock(x: ExecContext, tag: LockTag, mode: LockMode): boolean {
  if (x.session.txns.locks.release(x.session.pid, tag, mode)) return true;
  x.session.notice('WARNING', '01000', `you don't own a lock of type ${mode === SHARE ? 'ShareLock' : 'ExclusiveLock'}`);
  return false;
}

for (const suffix of ['int8', 'int4'] as const) {
  const pair = suffix === 'int4';
  for (const shared of [false, true]) {
    const mode = shared ? SHARE : EXCLUSIVE;
    const s = shared ? '_shared' : '';
    defineSessionFunctions({
      [`pg_advisory_lock${s}_${suffix}`]: (x, a) => acquire(x, advisoryTag(x, a, pair), mode, true),
      [`pg_advisory_xact_lock${s}_${suffix}`]: (x, a) => acquire(x, advisoryTag(x, a, pair), mode, false),
    });
    defineSyncSessionFunctions({
      [`pg_try_advisory_lock${s}_${suffix}`]: (x, a) => x.session.txns.locks.tryAcquire(x.tx, advisoryTag(x, a, pair), mode, true),
      [`pg_try_advisory_xact_lock${s}_${suffix}`]: (x, a) => x.session.txns.locks.tryAcquire(x.tx, advisoryTag(x, a, pair), mode, false),
      [`pg_advisory_unlock${s}_${suffix}`]: (x, a) => unlock(x, advisoryTag(x, a, pair), mode),
    });
  }
}
defineSyncSessionFunctions({
  pg_advisory_unlock_all: (x) => {
    x.session.txns.locks.releaseSession(x.session.pid);
    return '';
  },
});
