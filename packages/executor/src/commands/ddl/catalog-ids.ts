/** Oids of the catalogs themselves, as pg_depend and pg_description name them, and other fixed oids. */
export const CLASS = {
  relation: 1259, type: 1247, proc: 1255, attrdef: 2604, constraint: 2606, namespace: 2615, operator: 2617, opclass: 2616, opfamily: 2753, rewrite: 2618, trigger: 2620,
  database: 1262, authid: 1260, language: 2612, cast: 2605, collation: 3456, conversion: 2607, extension: 3079, statistic: 3381, policy: 3256, accessMethod: 2601, tablespace: 1213, eventTrigger: 3466,
} as const;
export const AM = { heap: 2, btree: 403, hash: 405, gist: 783, gin: 2742, spgist: 4000, brin: 3580 } as const;
/** Oids below this belong to PostgreSQL itself: pinned, never recorded as dependencies. */
export const FIRST_NORMAL_OID = 16384;
