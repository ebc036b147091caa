/** Builds RelationInfo from pg_class and everything that hangs on it. */
import type { Oid, PgArray } from '@pglitedb/types';
import type { CatalogReader, ForeignKeyInfo, IndexInfo, RelationAttribute, RelationInfo } from '../api.js';
import { decodeNode } from '../nodes/node-codec.js';
import type { Reader } from '../reader.js';
import type { PgAttributeRow, PgConstraintRow } from '../rows.js';
import { detachedEnv } from '../types/detached-env.js';

const RULE_EVENTS: Readonly<Record<string, 'select' | 'update' | 'insert' | 'delete'>> = { 1: 'select', 2: 'update', 3: 'insert', 4: 'delete' };

export function buildRelation(reader: Reader, oid: Oid): RelationInfo | undefined {
  const rel = reader.syscache('RELOID', oid);
  if (rel === undefined) return undefined;
  const node = (text: string): unknown => decodeNode(text, detachedEnv(reader.types));
  const attributes = reader.rows('pg_attribute', { attrelid: oid }).filter((a) => a.attnum > 0).sort((a, b) => a.attnum - b.attnum);
  const constraints = rel.relkind === 'r' || rel.relkind === 'p' || rel.relkind === 'f' ? reader.rows('pg_constraint', { conrelid: oid }) : [];
  const isTable = 'rpfm'.includes(rel.relkind);
  const lazy = new LazyParts(reader, oid, node);
  return {
    oid, relname: rel.relname, relnamespace: rel.relnamespace, nspname: reader.syscache('NAMESPACEOID', rel.relnamespace)?.nspname ?? '',
    reltype: rel.reltype, relowner: rel.relowner, relkind: rel.relkind, relpersistence: rel.relpersistence,
    relfile: reader.relfileOf(oid, rel.relfilenode), relam: rel.relam, reltablespace: rel.reltablespace, relhasindex: rel.relhasindex, relhassubclass: rel.relhassubclass,
    relispartition: rel.relispartition, relrowsecurity: rel.relrowsecurity, relforcerowsecurity: rel.relforcerowsecurity,
    reloptions: rel.reloptions ?? [], relacl: rel.relacl, relpages: rel.relpages, reltuples: rel.reltuples,
    attributes: attributes.map(attribute),
    defaults: rel.relkind === 'i' || rel.relkind === 'S' ? new Map() : defaults(reader, attributes, oid, node),
    indexes: isTable && rel.relhasindex ? indexes(reader, oid, node) : [],
    checks: constraints.filter((c) => c.contype === 'c').map((c) => ({
      oid: c.oid, name: c.conname, expr: c.conbin === null ? undefined : node(c.conbin), validated: c.convalidated, enforced: c.conenforced, noinherit: c.connoinherit,
    })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    // Constraints for single partitions of the referenced table hang below the one that is checked.
    foreignKeys: constraints.filter((c) => c.contype === 'f' && !(c.conparentid !== 0 && constraints.some((p) => p.oid === c.conparentid))).map(foreignKey),
    get referencedBy() { return lazy.referencedBy(); },
    triggers: rel.relhastriggers ? [...reader.rows('pg_trigger', { tgrelid: oid })].sort((a, b) => (a.tgname < b.tgname ? -1 : 1)) : [],
    get rules() { return lazy.rules(rel.relhasrules); },
    partitionKey: rel.relkind === 'p' ? partitionKey(reader, oid, node) : undefined,
    get partitionBound() { return lazy.partitionBound(rel.relpartbound); },
    children: rel.relhassubclass ? reader.rows('pg_inherits', { inhparent: oid }).map((i) => i.inhrelid).sort((a, b) => a - b) : [],
    parents: 'rpf'.includes(rel.relkind) && oid >= 16384
      ? [...reader.rows('pg_inherits', { inhrelid: oid })].sort((a, b) => a.inhseqno - b.inhseqno).map((i) => i.inhparent) : [],
  };
}

/** Parts that few statements ask for; read at the first use. */
class LazyParts {
  private referencing: readonly ForeignKeyInfo[] | undefined;
  private ruleList: RelationInfo['rules'] | undefined;

  constructor(private readonly reader: CatalogReader, private readonly oid: Oid, private readonly node: (text: string) => unknown) {}

  referencedBy(): readonly ForeignKeyInfo[] {
    if (this.referencing === undefined) {
      // No index leads with confrelid; the triggers of the constraint on this table name it.
      const ids = new Set(this.reader.rows('pg_trigger', { tgrelid: this.oid }).filter((t) => t.tgconstraint !== 0 && t.tgconstrrelid !== 0).map((t) => t.tgconstraint));
      const found: ForeignKeyInfo[] = [];
      for (const id of ids) {
        const c = this.reader.syscache('CONSTROID', id);
        if (c !== undefined && c.contype === 'f' && c.confrelid === this.oid) found.push(foreignKey(c));
      }
      this.referencing = found;
    }
    return this.referencing;
  }

  private bound: unknown;
  partitionBound(text: string | null): unknown {
    return (this.bound ??= text === null ? undefined : this.node(text));
  }

  rules(any: boolean): RelationInfo['rules'] {
    this.ruleList ??= !any ? [] : [...this.reader.rows('pg_rewrite', { ev_class: this.oid })].sort((a, b) => (a.rulename < b.rulename ? -1 : 1)).map((r) => {
      const action = this.node(r.ev_action);
      return {
        oid: r.oid, rulename: r.rulename, event: RULE_EVENTS[r.ev_type]!, isInstead: r.is_instead, enabled: r.ev_enabled,
        qual: r.ev_qual === null || r.ev_qual === '' || r.ev_qual === '<>' ? undefined : this.node(r.ev_qual), actions: Array.isArray(action) ? action : [action],
      };
    });
    return this.ruleList;
  }
}

function partitionKey(reader: CatalogReader, oid: Oid, node: (text: string) => unknown): RelationInfo['partitionKey'] {
  const p = reader.syscache('PARTRELID', oid);
  if (p === undefined) return undefined;
  const exprs = p.partexprs === null ? [] : node(p.partexprs);
  return {
    strategy: p.partstrat as 'l', attnums: p.partattrs, opclasses: p.partclass, collations: p.partcollation, exprs: Array.isArray(exprs) ? exprs : [exprs], defaultOid: p.partdefid,
  };
}

function attribute(a: PgAttributeRow): RelationAttribute {
  return {
    attnum: a.attnum, attname: a.attname, atttypid: a.atttypid, atttypmod: a.atttypmod, attcollation: a.attcollation, attnotnull: a.attnotnull,
    atthasdef: a.atthasdef, attidentity: a.attidentity as RelationAttribute['attidentity'], attgenerated: a.attgenerated as RelationAttribute['attgenerated'],
    attisdropped: a.attisdropped, attislocal: a.attislocal, attinhcount: a.attinhcount, attlen: a.attlen, attstorage: a.attstorage, attacl: a.attacl,
    missing: a.atthasmissing && a.attmissingval !== null ? (a.attmissingval as PgArray).elements[0] : undefined,
  };
}

function defaults(reader: Reader, attributes: readonly PgAttributeRow[], oid: Oid, node: (text: string) => unknown): Map<number, unknown> {
  const map = new Map<number, unknown>();
  if (attributes.some((a) => a.atthasdef)) for (const d of reader.rows('pg_attrdef', { adrelid: oid })) map.set(d.adnum, node(d.adbin));
  return map;
}

function indexes(reader: Reader, oid: Oid, node: (text: string) => unknown): IndexInfo[] {
  const out: IndexInfo[] = [];
  for (const i of reader.rows('pg_index', { indrelid: oid })) {
    const rel = reader.syscache('RELOID', i.indexrelid);
    if (rel === undefined) continue;
    const opclasses = i.indclass.map((c) => reader.syscache('CLAOID', c));
    const columns = reader.rows('pg_attribute', { attrelid: i.indexrelid }).filter((a) => a.attnum > 0).sort((a, b) => a.attnum - b.attnum);
    const expressions = i.indexprs === null ? [] : node(i.indexprs);
    out.push({
      oid: i.indexrelid, relname: rel.relname, relfile: reader.relfileOf(i.indexrelid, rel.relfilenode), relam: rel.relam,
      amname: reader.syscache('AMOID', rel.relam)?.amname ?? '', unique: i.indisunique, primary: i.indisprimary, exclusion: i.indisexclusion,
      immediate: i.indimmediate, valid: i.indisvalid, ready: i.indisready, nullsNotDistinct: i.indnullsnotdistinct, clustered: i.indisclustered, replident: i.indisreplident,
      attnums: i.indkey, nkeys: i.indnkeyatts, opclasses: i.indclass, opfamilies: opclasses.map((c) => c?.opcfamily ?? 0), collations: i.indcollation, options: i.indoption,
      keytypes: columns.map((a) => a.atttypid), reloptions: rel.reloptions ?? [],
      expressions: Array.isArray(expressions) ? expressions : [expressions], predicate: i.indpred === null ? undefined : node(i.indpred), relpages: rel.relpages, reltuples: rel.reltuples,
    });
  }
  return out.sort((a, b) => a.oid - b.oid);
}

function foreignKey(c: PgConstraintRow): ForeignKeyInfo {
  return {
    oid: c.oid, name: c.conname, conrelid: c.conrelid, confrelid: c.confrelid, conkey: c.conkey ?? [], confkey: c.confkey ?? [], pfeqop: c.conpfeqop ?? [],
    indexOid: c.conindid, onDelete: c.confdeltype, onUpdate: c.confupdtype, match: c.confmatchtype, deferrable: c.condeferrable, deferred: c.condeferred,
    validated: c.convalidated, enforced: c.conenforced, delsetcols: c.confdelsetcols ?? [], conperiod: c.conperiod, parentOid: c.conparentid,
  };
}
