/** Names that the system chooses: makeObjectName, ChooseRelationName and its kin. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';

const NAME_BYTES_MAX = 63;
const encoder = new TextEncoder();
const bytesOf = (s: string): number => encoder.encode(s).length;

/** Cuts to at most `max` bytes at a character boundary. */
function clip(s: string, max: number): string {
  if (bytesOf(s) <= max) return s;
  const bytes = encoder.encode(s);
  let end = max;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

/** name1_name2_label, shortening the longer of the names until it fits into 63 bytes. */
export function makeObjectName(name1: string, name2: string | undefined, label: string | undefined): string {
  let overhead = 0;
  if (name2 !== undefined) overhead++;
  if (label !== undefined) overhead += bytesOf(label) + 1;
  const available = NAME_BYTES_MAX - overhead;
  let n1 = bytesOf(name1);
  let n2 = name2 === undefined ? 0 : bytesOf(name2);
  while (n1 + n2 > available) {
    if (n1 > n2) n1--;
    else n2--;
  }
  return [clip(name1, n1), ...(name2 === undefined ? [] : [clip(name2, n2)]), ...(label === undefined ? [] : [label])].join('_');
}

export function constraintNameExists(reader: CatalogReader, name: string, namespace: Oid): boolean {
  return reader.rows('pg_constraint', { conname: name, connamespace: namespace }).length > 0;
}

export function relationNameExists(reader: CatalogReader, name: string, namespace: Oid): boolean {
  return reader.syscache('RELNAMENSP', name, namespace) !== undefined;
}

/** ChooseRelationName: a free name for an index or sequence; isConstraint: free among constraints too. */
export function chooseRelationName(reader: CatalogReader, name1: string, name2: string | undefined, label: string, namespace: Oid, isConstraint: boolean): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${pass}`);
    if (!relationNameExists(reader, name, namespace) && !(isConstraint && constraintNameExists(reader, name, namespace))) return name;
  }
}

/** ChooseConstraintName: free in the schema, and not among names that the same command has already given out. */
export function chooseConstraintName(reader: CatalogReader, name1: string, name2: string | undefined, label: string, namespace: Oid, others: readonly string[]): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${pass}`);
    if (!others.includes(name) && !constraintNameExists(reader, name, namespace)) return name;
  }
}

/** ChooseIndexNameAddition: the columns' names joined, as far as they are needed. */
export function indexNameAddition(columns: readonly string[]): string {
  let out = '';
  for (const c of columns) {
    out += (out === '' ? '' : '_') + c;
    if (bytesOf(out) >= NAME_BYTES_MAX) break;
  }
  return out;
}

/** ChooseIndexName */
export function chooseIndexName(reader: CatalogReader, table: string, namespace: Oid, columns: readonly string[], kind: { primary?: boolean; exclusion?: boolean; constraint?: boolean }): string {
  if (kind.primary === true) return chooseRelationName(reader, table, undefined, 'pkey', namespace, true);
  const addition = indexNameAddition(columns);
  if (kind.exclusion === true) return chooseRelationName(reader, table, addition, 'excl', namespace, true);
  if (kind.constraint === true) return chooseRelationName(reader, table, addition, 'key', namespace, true);
  return chooseRelationName(reader, table, addition, 'idx', namespace, false);
}

/** ChooseIndexColumnNames: columns' own names, "expr" for expressions, numbered where they repeat. */
export function indexColumnNames(columns: readonly (string | undefined)[]): string[] {
  const out: string[] = [];
  for (const c of columns) {
    const base = c ?? 'expr';
    let name = base;
    for (let i = 1; out.includes(name); i++) name = clip(base, NAME_BYTES_MAX - String(i).length) + i;
    out.push(name);
  }
  return out;
}

/** makeArrayTypeName: _name, with further underscores while it is taken. */
export function arrayTypeName(reader: CatalogReader, type: string, namespace: Oid): string {
  for (let pass = 0; ; pass++) {
    const name = pass === 0 ? makeObjectName('', type, undefined) : makeObjectName('', type, String(pass));
    if (reader.syscache('TYPENAMENSP', name, namespace) === undefined) return name;
  }
}
