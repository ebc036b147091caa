/**
 * What the list of functions knows beyond pg_proc: the area a row belongs to, and which rows are hooks that no query can call.
 * Both are tables of patterns, first match wins.
 */

/** Rows left out of the percentage, with the reason. `internal`: only where an argument or the result is of type internal. */
export const excluded = [
  { reason: 'hook of index access methods', internal: true, test: (p) => p.amhook },
  { reason: 'hook of index access methods', test: (p) => p.ret === 'index_am_handler' || p.ret === 'table_am_handler' },
  { reason: 'hook of index access methods', internal: true, test: (p) => /^(gin|gist|spg|brin|gtsvector|gtsquery)_|(consistent|compress|decompress|penalty|picksplit|union|same|distance|fetch|sortsupport)$|^ginarrayextract|^gin.*extract/.test(p.prosrc) },
  { reason: 'replication internals', test: (p) => /^pg_(replication_|logical_|create_(physical|logical)_|drop_replication|copy_(physical|logical)_|sync_replication|get_replication|show_replication|stat_get_wal_senders|stat_get_subscription|stat_get_replication|stat_reset_(replication|subscription)|get_publication|stat_get_wal_receiver|wal_summary)|^(pgoutput|binary_upgrade_)/.test(p.name) },
  { reason: 'hook of index access methods', test: (p) => /^brin_|^gist_translate/.test(p.prosrc) },
  { reason: 'foreign data', test: (p) => p.ret === 'fdw_handler' || /fdw|foreign/.test(p.name) },
];

const argument = (...types) => (p) => p.types.some((t) => types.includes(t));
const named = (pattern) => (p) => pattern.test(p.name);

/** Area by first match: [area, test]. */
export const areas = [
  ['planner', (p) => p.plannerhook && p.types.includes('internal')],
  ['encodings', (p) => / int4 cstring internal| cstring internal int4/.test(` ${p.types.join(' ')}`) || named(/^(convert|convert_from|convert_to|getdatabaseencoding|pg_client_encoding|pg_char_to_encoding|pg_encoding_.*|pg_conversion_is_visible)$/)(p)],
  ['statistics views', named(/^pg_stat_|^pg_stat/)],
  ['object definitions', named(/^(pg_get_|pg_describe_|pg_identify_|format_type|obj_description|col_description|shobj_description)/)],
  ['privileges', named(/^has_|^(aclexplode|acldefault|makeaclitem|aclinsert|aclremove|aclcontains|pg_has_role|row_security_active)$|^aclitem/)],
  ['window', (p) => p.kind === 'w'],
  ['arrays', argument('anyarray', 'anycompatiblearray', 'anyarray', 'int2vector', 'oidvector')],
  ['ranges', argument('anyrange', 'anymultirange', 'anycompatiblerange', 'anycompatiblemultirange')],
  ['ranges', named(/range/)],
  ['sqljson', argument('jsonpath')],
  ['json', argument('json', 'jsonb')],
  ['xml', (p) => argument('xml')(p) || /xml|xpath/.test(p.name)],
  ['text search', (p) => argument('tsvector', 'tsquery', 'regconfig', 'regdictionary', 'gtsvector')(p) || /^(dsimple|dsynonym|dispell|thesaurus|prsd|ts_)/.test(p.name)],
  ['geometric', argument('point', 'lseg', 'path', 'box', 'polygon', 'line', 'circle')],
  ['network', argument('inet', 'cidr', 'macaddr', 'macaddr8')],
  ['reg types', argument('regproc', 'regprocedure', 'regoper', 'regoperator', 'regclass', 'regcollation', 'regtype', 'regrole', 'regnamespace', 'regdatabase')],
  ['enums', argument('anyenum')],
  ['system', (p) => /^pg_(?!size|lsn|snapshot|input|mcv|ndistinct|dependencies|brin|node_tree|ddl)/.test(p.name) && !argument('pg_lsn', 'pg_snapshot', 'txid_snapshot')(p)],
  ['records', argument('record', 'anyelement', 'anynonarray', 'anycompatible', 'any')],
  ['date and time', argument('date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval')],
  ['money', argument('money')],
  ['bits', argument('bit', 'varbit')],
  ['uuid', (p) => argument('uuid')(p) || /uuid/.test(p.name)],
  ['transactions', argument('xid', 'xid8', 'cid', 'tid', 'pg_lsn', 'pg_snapshot', 'txid_snapshot')],
  ['numeric', argument('numeric')],
  ['bytes', argument('bytea')],
  ['text', argument('text', 'varchar', 'bpchar', 'name', 'char', 'cstring')],
  ['numbers', argument('int2', 'int4', 'int8', 'float4', 'float8', 'oid', 'bool')],
  ['system', () => true],
];

export const areaOf = (p) => areas.find(([, test]) => test(p))[0];
export const exclusionOf = (p) => excluded.find((e) => (!e.internal || p.types.includes('internal')) && e.test(p))?.reason;
