/** From a type environment to the catalog behind it: builtin functions get their reader here. */
import { assert, type TypeEnv, type TypeResolver } from '@pglitedb/types';
import type { CatalogReader } from './api.js';

/** The catalog's own TypeResolver knows its reader. */
export interface CatalogTypeResolver extends TypeResolver { readonly reader: CatalogReader }

export function envReader(env: TypeEnv): CatalogReader {
  const reader = (env.types as Partial<CatalogTypeResolver>).reader;
  assert(reader !== undefined, 'this function needs a catalog');
  return reader;
}
