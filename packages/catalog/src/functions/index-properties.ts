/** pg_indexam_has_property, pg_index_has_property, pg_index_column_has_property: access methods' abilities as one table. */
import { defineFunctions, type CallContext, type Oid } from '@pglitedb/types';
import type { CatalogReader } from '../api.js';
import { envReader } from '../env.js';

interface Abilities {
  /** of the method */ order: boolean; unique: boolean; multiColumn: boolean; exclude: boolean; include: boolean;
  /** of its indexes */ cluster: boolean; scan: boolean; backward: boolean;
  /** of their columns */ searchArray: boolean; searchNulls: boolean; distance: boolean;
}

const make = (letters: string): Abilities => {
  const has = (c: string): boolean => letters.includes(c);
  return {
    order: has('o'), unique: has('u'), multiColumn: has('m'), exclude: has('x'), include: has('i'), cluster: has('c'), scan: has('s'), backward: has('b'),
    searchArray: has('a'), searchNulls: has('n'), distance: has('d'),
  };
};
const METHODS: Readonly<Record<string, Abilities>> = {
  btree: make('oumxicsban'), hash: make('xsb'), gist: make('mxicsnd'), gin: make('m'), spgist: make('xisnd'), brin: make('mn'),
};

function methodProperty(a: Abilities, property: string): boolean | null {
  switch (property) {
    case 'can_order': return a.order;
    case 'can_unique': return a.unique;
    case 'can_multi_col': return a.multiColumn;
    case 'can_exclude': return a.exclude;
    case 'can_include': return a.include;
    default: return null;
  }
}

function indexProperty(a: Abilities, property: string): boolean | null {
  switch (property) {
    case 'clusterable': return a.cluster;
    case 'index_scan': return a.scan;
    case 'bitmap_scan': return true;
    case 'backward_scan': return a.backward;
    default: return null;
  }
}

const DESC = 1;
const NULLS_FIRST = 2;
const GIST_COMPRESS_PROC = 3;
const GIST_FETCH_PROC = 9;

/** Can an index-only scan give the column back? GiST: where it stores the value itself, or can fetch it. */
function returnable(reader: CatalogReader, amname: string, isKey: boolean, opclass: Oid): boolean | null {
  if (amname === 'btree') return true;
  if (amname !== 'gist' && amname !== 'spgist') return false;
  if (!isKey) return amname === 'spgist' ? true : null;
  const c = reader.syscache('CLAOID', opclass);
  if (c === undefined) return false;
  if (amname === 'spgist') return c.opckeytype === 0 || c.opckeytype === c.opcintype;
  const has = (n: number): boolean => reader.syscache('AMPROCNUM', c.opcfamily, c.opcintype, c.opcintype, n) !== undefined;
  return has(GIST_FETCH_PROC) || !has(GIST_COMPRESS_PROC);
}

function distanceOrderable(reader: CatalogReader, opclass: Oid): boolean {
  const c = reader.syscache('CLAOID', opclass);
  return c !== undefined && reader.syscacheList('AMOPSTRATEGY', c.opcfamily, c.opcintype).some((o) => o.amoppurpose === 'o');
}

function columnProperty(reader: CatalogReader, index: Oid, attnum: number, property: string): boolean | null {
  const i = reader.syscache('INDEXRELID', index);
  const amname = methodOf(reader, index);
  if (i === undefined || amname === undefined || attnum <= 0 || attnum > i.indnatts) return null;
  const a = METHODS[amname]!;
  const isKey = attnum <= i.indnkeyatts;
  const option = isKey ? (i.indoption[attnum - 1] ?? 0) : 0;
  const ordered = isKey && a.order;
  switch (property) {
    case 'asc': return isKey ? ordered && !(option & DESC) : null;
    case 'desc': return isKey ? ordered && (option & DESC) !== 0 : null;
    case 'nulls_first': return isKey ? ordered && (option & NULLS_FIRST) !== 0 : null;
    case 'nulls_last': return isKey ? ordered && !(option & NULLS_FIRST) : null;
    case 'orderable': return ordered;
    case 'distance_orderable':
      if (!a.distance) return false;
      return isKey ? distanceOrderable(reader, i.indclass[attnum - 1] ?? 0) : null;
    case 'returnable': return returnable(reader, amname, isKey, i.indclass[attnum - 1] ?? 0);
    case 'search_array': return isKey ? a.searchArray : null;
    case 'search_nulls': return isKey ? a.searchNulls : null;
    default: return null;
  }
}

/** Name of an index's access method; undefined for what is no index. */
function methodOf(reader: CatalogReader, index: Oid): string | undefined {
  const rel = reader.syscache('RELOID', index);
  if (rel === undefined || !'iI'.includes(rel.relkind)) return undefined;
  const name = reader.syscache('AMOID', rel.relam)?.amname;
  return name !== undefined && METHODS[name] !== undefined ? name : undefined;
}

defineFunctions({
  pg_indexam_has_property: (am: Oid, property: string, ctx: CallContext) => {
    const a = METHODS[envReader(ctx.env).syscache('AMOID', am)?.amname ?? ''];
    return a === undefined ? null : methodProperty(a, property.toLowerCase());
  },
  pg_index_has_property: (index: Oid, property: string, ctx: CallContext) => {
    const name = methodOf(envReader(ctx.env), index);
    return name === undefined ? null : indexProperty(METHODS[name]!, property.toLowerCase());
  },
  pg_index_column_has_property: (index: Oid, attnum: number, property: string, ctx: CallContext) => columnProperty(envReader(ctx.env), index, attnum, property.toLowerCase()),
});
