/**
 * Referential integrity, as PostgreSQL's ri_triggers: checks of referencing rows and actions on referenced ones run as
 * queries after the statement (or at commit, when deferred).
 */
import { ACL, hasPrivilege, hasPrivilegesOfRole, type ForeignKeyInfo } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { ExecContext, SessionServices } from '../context.js';
import { enqueueAfter, type AfterStep } from './after-queue.js';
import type { ResultRelation } from './target.js';

export type WriteEvent = 'insert' | 'update' | 'delete';
function enqueue(x: ExecContext, fk: ForeignKeyInfo, check: AfterStep): void {
  enqueueAfter(x, fk.deferrable && (fk.deferred || x.session.setting('pglitedb.constraints_deferred') === 'on'), check);
}

export function queueForeignKeyChecks(target: ResultRelation, event: WriteEvent, oldRow: readonly Datum[] | undefined, newRow: readonly Datum[] | undefined, x: ExecContext): void {
  const { foreignKeys, referencedBy } = target.rel.info;
  if (foreignKeys.length > 0 && newRow !== undefined) {
    for (const fk of foreignKeys) {
      if (!fk.enforced) continue;
      const key = fk.conkey.map((a) => newRow[a - 1]);
      if (oldRow !== undefined && fk.conkey.every((a, k) => same(target, a, oldRow[a - 1], key[k]))) continue;
      enqueue(x, fk, () => checkReference(fk, key, x.session));
    }
  }
  if (referencedBy.length > 0 && oldRow !== undefined) {
    for (const fk of referencedBy) {
      if (!fk.enforced) continue;
      const key = fk.confkey.map((a) => oldRow[a - 1]);
      if (key.includes(null)) continue;
      const newKey = newRow && fk.confkey.map((a) => newRow[a - 1]);
      if (newKey !== undefined && fk.confkey.every((a, k) => same(target, a, key[k], newKey[k]))) continue;
      const act = (): Steps<void> => referencedAction(fk, event === 'delete' ? fk.onDelete : fk.onUpdate, event, key, newKey, x.session);
      const action = event === 'delete' ? fk.onDelete : fk.onUpdate;
      if (action === 'a') enqueue(x, fk, act);
      else enqueue(x, { ...fk, deferrable: false }, act);
    }
  }
}

function same(target: ResultRelation, attnum: number, a: Datum, b: Datum): boolean {
  if (a === null || b === null) return a === b;
  const type = target.rel.types[attnum - 1]!;
  return type.compare === undefined ? a === b : type.compare(a, b) === 0;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function tableName(session: SessionServices, oid: number): string {
  const rel = session.catalog().relation(oid)!;
  return `${rel.relkind === 'p' ? '' : 'ONLY '}${quote(rel.nspname)}.${quote(rel.relname)}`;
}
function columns(session: SessionServices, rel: number, attnums: readonly number[]): { name: string; type: number }[] {
  const attributes = session.catalog().relation(rel)!.attributes;
  return attnums.map((a) => ({ name: attributes[a - 1]!.attname, type: attributes[a - 1]!.atttypid }));
}
function operators(session: SessionServices, fk: ForeignKeyInfo): string[] {
  return fk.pfeqop.map((o) => {
    const op = session.catalog().syscache('OPEROID', o)!;
    return `OPERATOR(${quote(session.catalog().syscache('NAMESPACEOID', op.oprnamespace)!.nspname)}.${op.oprname})`;
  });
}

/** The queries of a check run with the rights of the table's owner, whatever its policies. */
function* asOwner<T>(session: SessionServices, relation: number, body: () => Steps<T>): Steps<T> {
  const own = session.catalog().session;
  const saved = own.noForceRowSecurity;
  own.noForceRowSecurity = true;
  try {
    return yield* session.asUser(session.catalog().relation(relation)!.relowner, body);
  } finally {
    own.noForceRowSecurity = saved;
  }
}

/** Does the user see the key's values: no policies in the way, and SELECT on the table or the columns? */
function keyVisible(session: SessionServices, relation: number, attnums: readonly number[]): boolean {
  const c = session.catalog();
  const rel = c.relation(relation)!;
  const user = session.userOid();
  const role = c.syscache('AUTHOID', user);
  if (role?.rolsuper === true) return true;
  if (rel.relrowsecurity && role?.rolbypassrls !== true && (rel.relforcerowsecurity || !hasPrivilegesOfRole(c, user, rel.relowner))) return false;
  if (hasPrivilege(c, 'r', rel.relacl, rel.relowner, user, ACL.SELECT)) return true;
  return attnums.every((a) => hasPrivilege(c, 'c', rel.attributes[a - 1]!.attacl ?? [], rel.relowner, user, ACL.SELECT));
}

function* checkReference(fk: ForeignKeyInfo, key: Datum[], session: SessionServices): Steps<void> {
  const nulls = key.filter((v) => v === null).length;
  if (nulls > 0) {
    if (fk.match !== 'f' || nulls === key.length) return;
    const rel = session.catalog().relation(fk.conrelid)!;
    throw new SqlError('23503', `insert or update on table "${rel.relname}" violates foreign key constraint "${fk.name}"`, {
      detail: 'MATCH FULL does not allow mixing of null and nonnull key values.', schema: rel.nspname, table: rel.relname, constraint: fk.name,
    });
  }
  const pk = columns(session, fk.confrelid, fk.confkey);
  const referencing = columns(session, fk.conrelid, fk.conkey);
  const ops = operators(session, fk);
  const where = pk.map((c, k) => `${quote(c.name)} ${ops[k]} $${k + 1}`).join(' AND ');
  const found = yield* asOwner(session, fk.confrelid, () => session.prepare(`SELECT 1 FROM ${tableName(session, fk.confrelid)} x WHERE ${where} FOR KEY SHARE OF x`, referencing.map((c) => c.type)).run(key));
  if (found.rows.length === 0 || found.rows[0] === undefined) throw missingReference(fk, referencing, key, session);
}

function keyText(cols: { name: string; type: number }[], key: readonly Datum[], session: SessionServices): string {
  const types = session.catalog().types;
  return `(${cols.map((c) => c.name).join(', ')})=(${key.map((v, k) => (v === null ? 'null' : types.typeImpl(cols[k]!.type).format(v, session.env))).join(', ')})`;
}

function missingReference(fk: ForeignKeyInfo, cols: { name: string; type: number }[], key: Datum[], session: SessionServices): SqlError {
  const rel = session.catalog().relation(fk.conrelid)!;
  const pk = session.catalog().relation(fk.confrelid)!;
  return new SqlError('23503', `insert or update on table "${rel.relname}" violates foreign key constraint "${fk.name}"`, {
    detail: keyVisible(session, fk.confrelid, fk.confkey) ? `Key ${keyText(cols, key, session)} is not present in table "${pk.relname}".` : `Key is not present in table "${pk.relname}".`, schema: rel.nspname, table: rel.relname, constraint: fk.name,
  });
}

function* referencedAction(fk: ForeignKeyInfo, action: string, event: WriteEvent, key: Datum[], newKey: Datum[] | undefined, session: SessionServices): Steps<void> {
  const visible = keyVisible(session, fk.conrelid, fk.conkey);
  yield* asOwner(session, fk.conrelid, () => ownerAction(fk, action, event, key, newKey, session, visible));
}
function* ownerAction(fk: ForeignKeyInfo, action: string, event: WriteEvent, key: Datum[], newKey: Datum[] | undefined, session: SessionServices, visible: boolean): Steps<void> {
  const referencing = columns(session, fk.conrelid, fk.conkey);
  const pk = columns(session, fk.confrelid, fk.confkey);
  const ops = operators(session, fk);
  const table = tableName(session, fk.conrelid);
  const types = pk.map((c) => c.type);
  const where = referencing.map((c, k) => `$${k + 1} ${ops[k]} ${quote(c.name)}`).join(' AND ');
  if (action === 'a' || action === 'r') {
    if (action === 'a' && (yield* stillThere(fk, pk, key, session))) return;
    const found = yield* session.prepare(`SELECT 1 FROM ${table} x WHERE ${where} FOR KEY SHARE OF x`, types).run(key, { maxRows: 1 });
    if (found.rows.length > 0) throw stillReferenced(fk, pk, key, session, action === 'r', visible);
    return;
  }
  if (action === 'c' && event === 'delete') { yield* session.prepare(`DELETE FROM ${table} WHERE ${where}`, types).run(key); return; }
  const n = key.length;
  const setColumns = event === 'delete' && fk.delsetcols.length > 0 ? columns(session, fk.conrelid, fk.delsetcols) : referencing;
  const set = action === 'c' ? referencing.map((c, k) => `${quote(c.name)} = $${n + k + 1}`)
    : setColumns.map((c) => `${quote(c.name)} = ${action === 'n' ? 'NULL' : 'DEFAULT'}`);
  const params = action === 'c' ? [...key, ...newKey!] : key;
  yield* session.prepare(`UPDATE ${table} SET ${set.join(', ')} WHERE ${where}`, action === 'c' ? [...types, ...types] : types).run(params);
  if (action === 'd' && (yield* session.prepare(`SELECT 1 FROM ${table} x WHERE ${where}`, types).run(key, { maxRows: 1 })).rows.length > 0 && !(yield* stillThere(fk, pk, key, session))) {
    throw stillReferenced(fk, pk, key, session, false, visible);
  }
}

/** NO ACTION: another row may have taken the key over. */
function* stillThere(fk: ForeignKeyInfo, pk: { name: string; type: number }[], key: Datum[], session: SessionServices): Steps<boolean> {
  const where = pk.map((c, k) => `${quote(c.name)} = $${k + 1}`).join(' AND ');
  return (yield* session.prepare(`SELECT 1 FROM ${tableName(session, fk.confrelid)} x WHERE ${where} FOR KEY SHARE OF x`, pk.map((c) => c.type)).run(key, { maxRows: 1 })).rows.length > 0;
}

function stillReferenced(fk: ForeignKeyInfo, pk: { name: string; type: number }[], key: Datum[], session: SessionServices, restrict: boolean, visible: boolean): SqlError {
  const rel = session.catalog().relation(fk.conrelid)!;
  const target = session.catalog().relation(fk.confrelid)!;
  const text = restrict ? `violates RESTRICT setting of foreign key constraint "${fk.name}" on table "${rel.relname}"` : `violates foreign key constraint "${fk.name}" on table "${rel.relname}"`;
  return new SqlError(restrict ? '23001' : '23503', `update or delete on table "${target.relname}" ${text}`, {
    detail: `Key ${visible ? `${keyText(pk, key, session)} ` : ''}is ${restrict ? 'referenced' : 'still referenced'} from table "${rel.relname}".`, schema: rel.nspname, table: rel.relname, constraint: fk.name,
  });
}
