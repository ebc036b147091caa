/** Syscache entries, grouped by catalog so that a changed catalog's go together. LRU per cache. */
import { LRUCache } from 'lru-cache';
import type { Datum } from '@pglitedb/types';
import type { AnyRow } from '../store/row-codec.js';

const ROWS_MAX = 2048;
const LISTS_MAX = 512;

export type CacheKey = string | number;

/** Keys of one column are themselves; of several, joined. Vectors come as arrays or PgArray. */
export function cacheKey(keys: readonly Datum[]): CacheKey {
  if (keys.length === 1) {
    const k = keys[0];
    return typeof k === 'number' || typeof k === 'string' ? k : part(k);
  }
  let key = part(keys[0]);
  for (let i = 1; i < keys.length; i++) key += `\u0001${part(keys[i])}`;
  return key;
}

function part(k: Datum): string {
  if (typeof k === 'object' && k !== null) return Array.isArray(k) ? k.join(' ') : (k as { elements: unknown[] }).elements.join(' ');
  return String(k);
}

export interface CacheOfIndex {
  /** A row, or that there is none. */
  readonly rows: { get(key: CacheKey): { row: AnyRow | undefined } | undefined; set(key: CacheKey, entry: { row: AnyRow | undefined }): unknown; clear(): void };
  readonly lists: { get(key: CacheKey): readonly AnyRow[] | undefined; set(key: CacheKey, rows: readonly AnyRow[]): unknown; clear(): void };
}

export class RowCaches {
  private readonly byCatalog = new Map<string, Map<string, CacheOfIndex>>();

  /** bounded: LRU caches for long life; plain maps for a transaction's private ones. */
  constructor(private readonly bounded: boolean) {}

  of(catalog: string, index: string): CacheOfIndex {
    let caches = this.byCatalog.get(catalog);
    if (caches === undefined) this.byCatalog.set(catalog, (caches = new Map()));
    let cache = caches.get(index);
    if (cache === undefined) {
      cache = this.bounded ? { rows: new LRUCache({ max: ROWS_MAX }), lists: new LRUCache({ max: LISTS_MAX }) } : { rows: new Map(), lists: new Map() };
      caches.set(index, cache);
    }
    return cache;
  }

  /** Emptied in place: readers keep their caches at hand. */
  clear(catalog: string): void {
    for (const cache of this.byCatalog.get(catalog)?.values() ?? []) {
      cache.rows.clear();
      cache.lists.clear();
    }
  }

  clearAll(): void {
    for (const catalog of this.byCatalog.keys()) this.clear(catalog);
  }
}
