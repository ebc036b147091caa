/** Relations: sizes (estimates), serial sequences, partition trees, file nodes, sequence parameters. */
import { defineFunctions, notImplemented, PgRecord, SqlError, type CallContext, type Oid } from '@pglitedb/types';
import type { CatalogReader, RelationInfo } from '../api.js';
import { envReader } from '../env.js';
import { quoteQualified, splitQualifiedName } from '../quote.js';
import { relationPages, indexPages } from '../store/sizes.js';
import { REG_LOOKUPS } from '../types/reg-lookup.js';
import { isSuperuser } from '../acl/acl-check.js';

const BLOCK = 8192;
const DEFAULT_TABLESPACE: Oid = 1663;
const PG_CLASS: Oid = 1259;

function mainSize(reader: CatalogReader, info: RelationInfo): number {
  if (info.relkind === 'i') return indexPages(reader, info.oid) * BLOCK;
  return 'rmt'.includes(info.relkind) ? relationPages(reader, info) * BLOCK : info.relkind === 'S' ? BLOCK : 0;
}

function sizeOf(ctx: CallContext, oid: Oid, part: (reader: CatalogReader, info: RelationInfo) => number): number | null {
  const reader = envReader(ctx.env);
  const info = reader.relation(oid);
  return info === undefined ? null : part(reader, info);
}

const indexesSize = (reader: CatalogReader, info: RelationInfo): number => info.indexes.reduce((n, i) => n + indexPages(reader, i.oid) * BLOCK, 0);

function databaseSize(reader: CatalogReader): number {
  let pages = 0;
  for (const c of reader.rows('pg_class')) if ('rmtiS'.includes(c.relkind)) pages += Math.max(c.relpages, 1);
  return pages * BLOCK;
}

function serialSequence(ctx: CallContext, table: string, column: string): string | null {
  const reader = envReader(ctx.env);
  const relation = REG_LOOKUPS.regclass!.find(reader, table);
  const attribute = reader.syscache('ATTNAME', relation, column);
  if (attribute === undefined || attribute.attisdropped) {
    const names = splitQualifiedName(table);
    throw new SqlError('42703', `column "${column}" of relation "${names[names.length - 1]!}" does not exist`);
  }
  const owned = reader.rows('pg_depend', { refclassid: PG_CLASS, refobjid: relation, refobjsubid: attribute.attnum })
    .find((d) => d.classid === PG_CLASS && d.objsubid === 0 && (d.deptype === 'a' || d.deptype === 'i') && reader.syscache('RELOID', d.objid)?.relkind === 'S');
  if (owned === undefined) return null;
  const sequence = reader.syscache('RELOID', owned.objid)!;
  return quoteQualified(reader.syscache('NAMESPACEOID', sequence.relnamespace)?.nspname, sequence.relname);
}

function* partitionTree(ctx: CallContext, root: Oid): Generator<PgRecord> {
  const reader = envReader(ctx.env);
  const kind = reader.syscache('RELOID', root);
  if (kind === undefined || (!'pI'.includes(kind.relkind) && !kind.relispartition)) return;
  const walk = function* (oid: Oid, parent: Oid | null, level: number): Generator<PgRecord> {
    const rel = reader.syscache('RELOID', oid);
    if (rel === undefined) return;
    const partitioned = 'pI'.includes(rel.relkind);
    yield new PgRecord(2249, [oid, parent, !partitioned, level], [2205, 2205, 16, 23], ['relid', 'parentrelid', 'isleaf', 'level']);
    if (!partitioned) return;
    for (const child of reader.rows('pg_inherits', { inhparent: oid }).map((i) => i.inhrelid).sort((a, b) => a - b)) yield* walk(child, oid, level + 1);
  };
  const up = kind.relispartition ? (reader.rows('pg_inherits', { inhrelid: root })[0]?.inhparent ?? null) : null;
  yield* walk(root, up, 0);
}

function ancestors(reader: CatalogReader, oid: Oid): Oid[] {
  const out = [oid];
  for (let rel = reader.syscache('RELOID', oid); rel !== undefined && rel.relispartition;) {
    const parent = reader.rows('pg_inherits', { inhrelid: rel.oid })[0]?.inhparent;
    if (parent === undefined) break;
    out.push(parent);
    rel = reader.syscache('RELOID', parent);
  }
  return out;
}

const isPartitioning = (reader: CatalogReader, oid: Oid): boolean => {
  const rel = reader.syscache('RELOID', oid);
  return rel !== undefined && ('pI'.includes(rel.relkind) || rel.relispartition);
};

defineFunctions({
  pg_relation_size: (oid: Oid, fork: string, ctx: CallContext) => {
    if (!['main', 'fsm', 'vm', 'init'].includes(fork)) throw new SqlError('22023', `invalid fork name`, { hint: 'Valid fork names are "main", "fsm", "vm", and "init".' });
    return sizeOf(ctx, oid, (r, i) => (fork === 'main' ? mainSize(r, i) : 0));
  },
  pg_table_size: (oid: Oid, ctx: CallContext) => sizeOf(ctx, oid, mainSize),
  pg_indexes_size: (oid: Oid, ctx: CallContext) => sizeOf(ctx, oid, indexesSize),
  pg_total_relation_size: (oid: Oid, ctx: CallContext) => sizeOf(ctx, oid, (r, i) => mainSize(r, i) + indexesSize(r, i)),
  pg_database_size_oid: (oid: Oid, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    return reader.syscache('DATABASEOID', oid) === undefined ? null : databaseSize(reader);
  },
  pg_database_size_name: (name: string, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    if (reader.syscache('DATABASENAME', name) === undefined) throw new SqlError('3D000', `database "${name}" does not exist`);
    return databaseSize(reader);
  },
  pg_tablespace_size_oid: (oid: Oid, ctx: CallContext) => (envReader(ctx.env).syscache('TABLESPACEOID', oid) === undefined ? null : databaseSize(envReader(ctx.env))),
  pg_tablespace_size_name: (name: string, ctx: CallContext) => {
    if (envReader(ctx.env).syscache('TABLESPACENAME', name) === undefined) throw new SqlError('42704', `tablespace "${name}" does not exist`);
    return databaseSize(envReader(ctx.env));
  },
  pg_tablespace_location: () => '',
  pg_tablespace_databases: {
    set: true,
    fn: (oid: Oid, ctx: CallContext) => (oid === DEFAULT_TABLESPACE ? envReader(ctx.env).rows('pg_database').map((d) => d.oid) : []),
  },
  pg_get_serial_sequence: (table: string, column: string, ctx: CallContext) => serialSequence(ctx, table, column),
  pg_relation_filenode: (oid: Oid, ctx: CallContext) => {
    const info = envReader(ctx.env).relation(oid);
    return info === undefined || !'rimSt'.includes(info.relkind) ? null : info.relfile;
  },
  pg_relation_filepath: (oid: Oid, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    const info = reader.relation(oid);
    return info === undefined || !'rimSt'.includes(info.relkind) ? null : `base/${reader.session.databaseOid}/${info.relfile}`;
  },
  pg_filenode_relation: (tablespace: Oid, filenode: Oid, ctx: CallContext) => {
    if (filenode === 0) return null;
    return envReader(ctx.env).rows('pg_class', { reltablespace: tablespace === DEFAULT_TABLESPACE ? 0 : tablespace, relfilenode: filenode })[0]?.oid ?? null;
  },
  pg_partition_tree: { set: true, fn: (root: Oid, ctx: CallContext) => partitionTree(ctx, root) },
  pg_partition_root: (oid: Oid, ctx: CallContext) => {
    const reader = envReader(ctx.env);
    return isPartitioning(reader, oid) ? ancestors(reader, oid).at(-1)! : null;
  },
  pg_partition_ancestors: {
    set: true,
    fn: (oid: Oid, ctx: CallContext) => (isPartitioning(envReader(ctx.env), oid) ? ancestors(envReader(ctx.env), oid) : []),
  },
  pg_get_replica_identity_index: (oid: Oid, ctx: CallContext) => {
    const info = envReader(ctx.env).relation(oid);
    if (info === undefined) return null;
    const ident = envReader(ctx.env).syscache('RELOID', oid)!.relreplident;
    const index = ident === 'd' ? info.indexes.find((i) => i.primary) : ident === 'i' ? info.indexes.find((i) => i.replident) : undefined;
    return index?.oid ?? null;
  },
  pg_relation_is_publishable: (oid: Oid, ctx: CallContext) => {
    const rel = envReader(ctx.env).syscache('RELOID', oid);
    return rel === undefined ? null : 'rp'.includes(rel.relkind) && rel.relpersistence === 'p' && oid >= 16384;
  },
  pg_sequence_parameters: (oid: Oid, ctx: CallContext) => {
    const s = envReader(ctx.env).syscache('SEQRELID', oid);
    if (s === undefined) throw new SqlError('XX000', `cache lookup failed for sequence ${oid}`);
    return new PgRecord(2249, [s.seqstart, s.seqmin, s.seqmax, s.seqincrement, s.seqcycle, s.seqcache, s.seqtypid], [20, 20, 20, 20, 16, 20, 26],
      ['start_value', 'minimum_value', 'maximum_value', 'increment', 'cycle_option', 'cache_size', 'data_type']);
  },
  row_security_active: (oid: Oid, ctx: CallContext) => rowSecurityActive(ctx, oid),
  row_security_active_name: (name: string, ctx: CallContext) => rowSecurityActive(ctx, REG_LOOKUPS.regclass!.find(envReader(ctx.env), name)),
  pg_nextoid: () => { throw notImplemented('pg_nextoid'); },
});

/** check_enable_rls: is any policy applied for the current role? */
function rowSecurityActive(ctx: CallContext, oid: Oid): boolean {
  const reader = envReader(ctx.env);
  const rel = reader.syscache('RELOID', oid);
  if (rel === undefined || !rel.relrowsecurity || oid < 16384) return false;
  const user = reader.session.userOid();
  if (isSuperuser(reader, user) || reader.syscache('AUTHOID', user)?.rolbypassrls === true) return false;
  return rel.relowner !== user || rel.relforcerowsecurity;
}
