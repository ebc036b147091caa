/** The initial rows that tools/catalog-gen read from PostgreSQL: columns of JSON values, per catalog. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { assert, PgArray, type Datum } from '@pglitedb/types';
import { AclItem, privilegeBit } from '../acl/acl-item.js';
import { describeCatalog, type ColumnDescription } from './description.js';

interface Columns { count: number; columns: unknown[][] }

const dataFile = (name: string): Uint8Array => readFileSync(new URL(`../../data/${name}`, import.meta.url));
const readJson = (name: string): unknown => JSON.parse(brotliDecompressSync(dataFile(name)).toString('utf8'));

/** Rows of every catalog, in attnum order. Large: read once, at the creation of a cluster or a database. */
export class InitialData {
  private readonly catalogs = readJson('catalog.json.br') as Record<string, Columns>;

  count(catalog: string): number {
    return this.catalogs[catalog]?.count ?? 0;
  }

  *rows(catalog: string): Generator<Datum[]> {
    const source = this.catalogs[catalog];
    if (source === undefined) return;
    const { columns } = describeCatalog(catalog);
    const nullName = (c: ColumnDescription): boolean => c.typeOid === 1184;
    for (let i = 0; i < source.count; i++) {
      yield columns.map((c, k) => (nullName(c) ? null : initialValue(c, source.columns[k]![i])));
    }
  }
}

function initialValue(c: ColumnDescription, value: unknown): Datum {
  if (value === null || value === undefined) return null;
  if (c.typeOid === 1034) return aclFromJson(value as [number, number, string, boolean][]);
  if (!c.isArray) return value;
  const elements = value as Datum[];
  return c.lowerBound === 0 ? new PgArray(c.elementOid, [elements.length], [0], elements) : PgArray.of(c.elementOid, elements);
}

/** aclexplode's rows [grantee, grantor, privilege, grantable], grouped again. */
function aclFromJson(rows: [number, number, string, boolean][]): PgArray {
  const items: AclItem[] = [];
  for (const [grantee, grantor, name, grantable] of rows) {
    const bit = privilegeBit(name);
    assert(bit !== 0, `unknown privilege ${name}`);
    const last = items[items.length - 1];
    const grant = grantable ? bit : 0;
    if (last !== undefined && last.grantee === grantee && last.grantor === grantor) {
      items[items.length - 1] = new AclItem(grantee, grantor, last.privileges | bit, last.grantOptions | grant);
    } else items.push(new AclItem(grantee, grantor, bit, grant));
  }
  return PgArray.of(1033, items);
}
