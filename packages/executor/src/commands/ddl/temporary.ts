/** The session's temporary schema, made when first needed; its relations go when the session ends. */
import type { Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';

/** pg_temp_N of the session. */
export function temporaryNamespace(session: SessionServices): Oid {
  const existing = session.catalog().session.tempNamespace();
  if (existing !== 0) return existing;
  const w = session.catalogWriter();
  const name = `pg_temp_${session.pid}`;
  const known = w.syscache('NAMESPACENAME', name);
  const oid = known?.oid ?? w.newOid();
  if (known === undefined) w.insert('pg_namespace', { oid, nspname: name, nspowner: 10, nspacl: null });
  session.setTempNamespace(oid);
  return oid;
}
