/** Row types of the catalogs. Narrow placeholders of the generated types: the generator replaces this file. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type CatalogRow<K extends CatalogName> = Record<string, any> & { readonly __catalog?: K };
/** e.g. 'pg_type' */
export type CatalogName = string;
/** PostgreSQL's syscache ids, e.g. 'TYPEOID', 'PROCOID', 'PROCNAMEARGSNSP', 'RELNAMENSP', 'ATTNUM', 'ATTNAME', 'OPERNAMENSP', 'CASTSOURCETARGET'. */
export type CacheId = string;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type CacheRow<K extends CacheId> = Record<string, any> & { readonly __cache?: K };
