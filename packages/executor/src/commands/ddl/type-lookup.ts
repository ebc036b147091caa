/** TypeName nodes to type oids without analysis: what DROP, COMMENT, ALTER and function signatures need. */
import type { CatalogReader } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import { names, type Raw } from './raw.js';

/** TypeNameToString. */
export function typeNameText(tn: Raw): string {
  return `${names(tn.names).join('.')}${tn.pct_type === true ? '%TYPE' : ''}${tn.arrayBounds?.length > 0 ? '[]' : ''}`;
}

/** 0 where there is no such type (or schema). */
export function typeOid(c: CatalogReader, tn: Raw): Oid {
  const parts = names(tn.names);
  if (tn.pct_type === true) return percentType(c, parts);
  const name = parts[parts.length - 1]!;
  let oid = 0;
  if (parts.length > 1) {
    const ns = namespaceOf(c, parts[parts.length - 2]!);
    if (ns !== 0) oid = c.syscache('TYPENAMENSP', name, ns)?.oid ?? 0;
  } else {
    for (const ns of c.searchPath()) {
      oid = c.syscache('TYPENAMENSP', name, ns)?.oid ?? 0;
      if (oid !== 0) break;
    }
  }
  if (oid !== 0 && tn.arrayBounds?.length > 0) oid = c.syscache('TYPEOID', oid)?.typarray ?? 0;
  return oid;
}

function percentType(c: CatalogReader, parts: string[]): Oid {
  const rel = c.relid(parts.length > 2 ? parts[parts.length - 3] : undefined, parts[parts.length - 2]!);
  return c.relation(rel)?.attributes.find((a) => a.attname === parts[parts.length - 1] && !a.attisdropped)?.atttypid ?? 0;
}

/** 0 where there is no such schema. */
export function namespaceOf(c: CatalogReader, name: string): Oid {
  if (name === 'pg_temp') return c.session.tempNamespace();
  return c.syscache('NAMESPACENAME', name)?.oid ?? 0;
}

/** 42704 where there is no such type; 3F000 for its schema. */
export function requireType(c: CatalogReader, tn: Raw): Oid {
  const parts = names(tn.names);
  if (parts.length > 1 && tn.pct_type !== true && namespaceOf(c, parts[parts.length - 2]!) === 0) throw new SqlError('3F000', `schema "${parts[parts.length - 2]}" does not exist`);
  const oid = typeOid(c, tn);
  if (oid === 0) throw new SqlError('42704', `type "${typeNameText(tn)}" does not exist`);
  return oid;
}
