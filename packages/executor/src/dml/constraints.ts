/** NOT NULL and CHECK constraints, unique keys, and PostgreSQL's ways of describing a row in an error. */
import { ACL, hasPrivilege, hasPrivilegesOfRole } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { evalSteps } from '../expr/index.js';
import type { ResultRelation, TargetIndex } from './target.js';

const ROW_DESCRIPTION_LENGTH = 64;

/** "(1, abc, null)" as ExecBuildSlotValueDescription gives it. */
export function describeRow(target: ResultRelation, row: readonly Datum[]): string {
  const env = target.session.env;
  const parts = target.liveAttnums.map((a) => {
    const v = row[a - 1];
    if (v === null || v === undefined) return 'null';
    const text = target.rel.types[a - 1]!.format(v, env);
    return text.length > ROW_DESCRIPTION_LENGTH ? `${text.slice(0, ROW_DESCRIPTION_LENGTH)}...` : text;
  });
  return `(${parts.join(', ')})`;
}

/** "Failing row contains …": not told where the user may not see it (row-level security, missing privileges). */
export function failingRow(target: ResultRelation, row: readonly Datum[]): string | undefined {
  const { session, rel: { info } } = target;
  const c = session.catalog();
  const user = session.userOid();
  if (info.relrowsecurity && hidesRows(target)) return undefined;
  if (hasPrivilege(c, 'r', info.relacl, info.relowner, user, ACL.SELECT)) return `Failing row contains ${describeRow(target, row)}.`;
  const seen = info.attributes.filter((a) => !a.attisdropped && a.attacl !== null && hasPrivilege(c, 'c', a.attacl, info.relowner, user, ACL.SELECT));
  if (seen.length === 0) return undefined;
  const values = seen.map((a) => { const v = row[a.attnum - 1]; return v === null || v === undefined ? 'null' : shorten(target.rel.types[a.attnum - 1]!.format(v, session.env)); });
  return `Failing row contains (${seen.map((a) => a.attname).join(', ')}) = (${values.join(', ')}).`;
}
const shorten = (text: string): string => (text.length > ROW_DESCRIPTION_LENGTH ? `${text.slice(0, ROW_DESCRIPTION_LENGTH)}...` : text);
function hidesRows(target: ResultRelation): boolean {
  const { session, rel: { info } } = target;
  const role = session.catalog().syscache('AUTHOID', session.userOid());
  if (role?.rolsuper === true || role?.rolbypassrls === true) return false;
  return info.relforcerowsecurity || !hasPrivilegesOfRole(session.catalog(), session.userOid(), info.relowner);
}

/** ExecPartitionCheckEmitError */
export function partitionViolation(target: ResultRelation, row: readonly Datum[]): SqlError {
  const { info } = target.rel;
  return new SqlError('23514', `new row for relation "${info.relname}" violates partition constraint`, { detail: failingRow(target, row), schema: info.nspname, table: info.relname });
}

export function* checkRow(target: ResultRelation, row: readonly Datum[], x: ExecContext): Steps<void> {
  const { info } = target.rel;
  for (const a of target.notNull) {
    if (row[a - 1] !== null) continue;
    const column = info.attributes[a - 1]!.attname;
    throw new SqlError('23502', `null value in column "${column}" of relation "${info.relname}" violates not-null constraint`, {
      detail: failingRow(target, row), schema: info.nspname, table: info.relname, column,
    });
  }
  if (target.checks.length === 0) return;
  const f = target.rowFrame;
  f.x = x;
  target.rowColumns(row);
  f.oi = 0;
  for (const check of target.checks) {
    if ((yield* evalSteps(check.test, f)) !== false) continue;
    throw new SqlError('23514', `new row for relation "${info.relname}" violates check constraint "${check.name}"`, {
      detail: failingRow(target, row), schema: info.nspname, table: info.relname, constraint: check.name,
    });
  }
}

/** Key (a, b)=(1, 2) */
export function describeKey(target: ResultRelation, index: TargetIndex, key: readonly Datum[]): string {
  const { info } = index.handle;
  const env = target.session.env;
  const types = target.session.catalog().types;
  let expression = 0;
  const names = info.attnums.slice(0, info.nkeys).map((a) => {
    if (a !== 0) return target.rel.info.attributes[a - 1]!.attname;
    expression++;
    return `expression ${expression}`;
  });
  const values = key.map((v, k) => (v === null ? 'null' : types.typeImpl(info.keytypes[k]!).format(v, env)));
  return `(${names.join(', ')})=(${values.join(', ')})`;
}

/** BuildIndexValueDescription tells nothing to whom the table hides its rows. */
function keyShown(target: ResultRelation, index: TargetIndex): boolean {
  const { session, rel: { info } } = target;
  const c = session.catalog();
  const user = session.userOid();
  if (info.relrowsecurity && hidesRows(target)) return false;
  if (hasPrivilege(c, 'r', info.relacl, info.relowner, user, ACL.SELECT)) return true;
  return index.handle.info.attnums.slice(0, index.handle.info.nkeys).every((a) => a !== 0 && hasPrivilege(c, 'c', info.attributes[a - 1]!.attacl ?? [], info.relowner, user, ACL.SELECT));
}

export function duplicateKey(target: ResultRelation, index: TargetIndex, key: readonly Datum[]): SqlError {
  const { info } = target.rel;
  return new SqlError('23505', `duplicate key value violates unique constraint "${index.handle.info.relname}"`, {
    detail: keyShown(target, index) ? `Key ${describeKey(target, index, key)} already exists.` : undefined, schema: info.nspname, table: info.relname, constraint: index.handle.info.relname,
  });
}

/** Another row with this key, after waiting for whoever might take it away; -1 for none. */
export function* findConflict(target: ResultRelation, index: TargetIndex, key: readonly Datum[], self: number, x: ExecContext): Steps<number> {
  const { info, index: tree } = index.handle;
  if (!info.nullsNotDistinct && key.includes(null)) return -1;
  for (;;) {
    const found = tree.checkUnique(x.tx, target.rel.table, key, self, info.expressions.length > 0 || info.predicate !== undefined ? index.keys.recheck : undefined);
    if (found === undefined) return -1;
    if (found.holder === undefined) return found.conflict;
    yield* x.session.txns.waitFor(x.tx, found.holder, lockTimeout(x), `inserting index tuple in relation "${target.rel.info.relname}"`);
  }
}

export function lockTimeout(x: ExecContext): number { return Number(x.session.setting('lock_timeout') ?? 0); }

/** Adds a row's entries to the indexes; unique ones are checked, deferrable ones at the end of the transaction. */
export function* insertIndexEntries(target: ResultRelation, row: readonly Datum[], rowid: number, x: ExecContext, only?: (i: TargetIndex) => boolean): Steps<void> {
  for (const index of target.indexes) {
    if (only !== undefined && !only(index)) continue;
    const key = index.keys.keyOf(row, x);
    if (key === undefined) continue;
    const { info, index: tree } = index.handle;
    if (info.unique && info.immediate) {
      if ((yield* findConflict(target, index, key, rowid, x)) >= 0) throw duplicateKey(target, index, key);
    }
    tree.insert(x.tx, key, rowid);
    if (info.unique && !info.immediate) deferUnique(target, index, key, rowid, x);
  }
}

function deferUnique(target: ResultRelation, index: TargetIndex, key: Datum[], rowid: number, x: ExecContext): void {
  x.session.hooks.deferCheck(function* () {
    const other = yield* findConflict(target, index, key, rowid, x);
    if (other < 0) return;
    const current = target.fetchLatest(x, rowid);
    const now = current && index.keys.keyOf(current, x);
    if (now === undefined || now.some((v, k) => v !== key[k])) return;
    throw duplicateKey(target, index, key);
  });
}
