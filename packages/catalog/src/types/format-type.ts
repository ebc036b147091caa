/** format_type: SQL spellings of the builtin types, qualified names where the search path does not find the type. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { quoteIdentifier, quoteQualified } from '../quote.js';
import { intervalTypmodText } from './interval-typmod.js';

/** SQL name by oid; those with a typmod put it after the first word (timestamp(3) with time zone). */
const SQL_NAMES: Readonly<Record<number, string>> = {
  16: 'boolean', 20: 'bigint', 21: 'smallint', 23: 'integer', 700: 'real', 701: 'double precision', 1560: 'bit', 1562: 'bit varying',
  1042: 'character', 1043: 'character varying', 1083: 'time without time zone', 1266: 'time with time zone', 1114: 'timestamp without time zone',
  1184: 'timestamp with time zone', 1186: 'interval', 1700: 'numeric', 114: 'json',
};

function typmodText(oid: Oid, typmod: number): string {
  switch (oid) {
    case 1042: case 1043: return typmod > 4 ? `(${typmod - 4})` : '';
    case 1560: case 1562: return `(${typmod})`;
    case 1700: {
      if (typmod < 4) return '';
      const packed = typmod - 4;
      const scale = ((packed & 0x7ff) ^ 1024) - 1024;
      return `(${(packed >> 16) & 0xffff},${scale})`;
    }
    case 1083: case 1266: case 1114: case 1184: return typmod >= 0 ? `(${typmod})` : '';
    case 1186: return intervalTypmodText(typmod);
    default: return '';
  }
}

function withTypmod(name: string, oid: Oid, typmod: number): string {
  const text = typmodText(oid, typmod);
  const space = /^time(stamp)?/.test(name) && name.includes(' ') ? name.indexOf(' ') : name.length;
  return name.slice(0, space) + text + name.slice(space);
}

/** typmod undefined: called without one (format_type with NULL); qualified forces the schema. */
export function formatType(reader: CatalogReader, oid: Oid, typmod: number | undefined, qualified = false): string {
  if (oid === 0) return '-';
  const row = reader.syscache('TYPEOID', oid);
  if (row === undefined) return '???';
  const info = reader.types.typeInfo(oid)!;
  // int2vector and oidvector are arrays of plain storage, and go by their own names.
  if (info.kind === 'a' && row.typstorage !== 'p') return `${formatType(reader, info.elementOid, typmod, qualified)}[]`;
  const given = typmod ?? -1;
  const sqlName = SQL_NAMES[oid];
  if (sqlName !== undefined) {
    // bpchar without a length is "bpchar" where that is told apart from character, which means character(1).
    if (oid === 1042 && given < 0 && typmod !== undefined) return 'bpchar';
    if (oid === 1560 && given < 0 && typmod !== undefined) return '"bit"';
    return given >= 0 ? withTypmod(sqlName, oid, given) : sqlName;
  }
  const visible = !qualified && isTypeVisible(reader, oid, row.typname, row.typnamespace);
  const schema = visible ? undefined : reader.syscache('NAMESPACEOID', row.typnamespace)?.nspname;
  const name = schema === undefined ? quoteIdentifier(row.typname) : quoteQualified(schema, row.typname);
  return given >= 0 ? name + (typmodText(oid, given) || `(${given})`) : name;
}

export function isTypeVisible(reader: CatalogReader, oid: Oid, name: string, namespace: Oid): boolean {
  for (const ns of reader.searchPath()) {
    if (ns === namespace) return true;
    const other = reader.syscache('TYPENAMENSP', name, ns);
    if (other !== undefined) return other.oid === oid;
  }
  return false;
}
