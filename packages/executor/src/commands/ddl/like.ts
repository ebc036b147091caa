/** CREATE TABLE (LIKE source INCLUDING …): what is copied of the source's definition. */
import type { IndexInfo, RelationInfo } from '@pglitedb/catalog';
import type { Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { addConstraint, addDefault, type TableConstraint } from './constraints.js';
import { address, recordDependency } from './depend.js';
import type { NewColumn } from './heap.js';
import { createIndex, type IndexColumn } from './index-create.js';
import { newColumnOf, type Copier } from './inherit.js';
import { mapByName, mapVars } from './map-vars.js';
import { chooseName, relationOid, type Raw } from './raw.js';
import { createSequence, sequenceNameFor } from './sequence.js';

/** TableLikeOption bits. */
const LIKE = { comments: 1, compression: 2, constraints: 4, defaults: 8, generated: 16, identity: 32, indexes: 64, statistics: 128, storage: 256 } as const;

export interface LikeParts { columns: { column: NewColumn; constraints: TableConstraint[] }[]; constraints: TableConstraint[]; /** run when the table is there */ finish: Copier }

export function likeColumns(u: UtilityContext, clause: Raw): LikeParts {
  const { session } = u;
  const oid = relationOid(session, clause.relation);
  const source = session.catalog().relation(oid)!;
  if (!'rvmcfp'.includes(source.relkind)) {
    throw new SqlError('42809', `relation "${source.relname}" is invalid in LIKE clause`, { detail: `This operation is not supported for ${source.relkind === 'S' ? 'sequences' : 'indexes'}.` });
  }
  const options = (clause.options as number | undefined) ?? 0;
  const has = (bit: number): boolean => (options & bit) !== 0;
  const notNull = session.catalog().rows('pg_constraint', { conrelid: oid, contype: 'n' });
  const columns = source.attributes.filter((a) => !a.attisdropped).map((a) => {
    const full = newColumnOf(a);
    const column: NewColumn = { ...full, generated: has(LIKE.generated) ? full.generated : '', identity: has(LIKE.identity) ? a.attidentity : '', storage: has(LIKE.storage) ? full.storage : undefined };
    const own = notNull.find((n) => n.conkey?.[0] === a.attnum);
    const constraints: TableConstraint[] = own === undefined ? [] : [
      { kind: 'notnull', name: own.conname, columns: [a.attname], raw: {}, deferrable: false, deferred: false, validate: true, enforced: true, noInherit: own.connoinherit },
    ];
    return { column, constraints };
  });
  const constraints = has(LIKE.indexes) ? keyConstraints(u, source) : [];
  return {
    columns, constraints,
    *finish(table, context): Steps<void> {
      if (has(LIKE.defaults) || has(LIKE.generated)) copyDefaults(table, context, source, has(LIKE.defaults), has(LIKE.generated));
      if (has(LIKE.identity)) copyIdentity(table, context, source);
      if (has(LIKE.constraints)) yield* copyChecks(table, context, source, has(LIKE.comments));
      if (has(LIKE.indexes)) for (const i of source.indexes) if (constraintOf(context, i.oid) === undefined) yield* copyIndex(table, context, source, i);
      if (has(LIKE.comments)) copyColumnComments(table, context, source);
    },
  };
}

const constraintOf = (u: UtilityContext, index: Oid): string | undefined => u.session.catalog().rows('pg_constraint', { conindid: index }).find((c) => c.contype === 'p' || c.contype === 'u')?.contype;

function keyConstraints(u: UtilityContext, source: RelationInfo): TableConstraint[] {
  return source.indexes.flatMap((i): TableConstraint[] => {
    const c = u.session.catalog().rows('pg_constraint', { conindid: i.oid }).find((x) => x.contype === 'p' || x.contype === 'u');
    if (c === undefined) return [];
    const names = i.attnums.map((n) => source.attributes[n - 1]!.attname);
    return [{
      kind: c.contype === 'p' ? 'primary' : 'unique', name: undefined, columns: names.slice(0, i.nkeys),
      raw: { nulls_not_distinct: i.nullsNotDistinct, including: names.slice(i.nkeys).map((n) => ({ String: { sval: n } })) },
      deferrable: c.condeferrable, deferred: c.condeferred, validate: true, enforced: true, noInherit: false,
    }];
  });
}

function copyDefaults(table: Oid, u: UtilityContext, source: RelationInfo, defaults: boolean, generated: boolean): void {
  const target = u.session.catalog().relation(table)!;
  for (const a of source.attributes) {
    const expr = source.defaults.get(a.attnum) as Expr | undefined;
    if (a.attisdropped || expr === undefined || !(a.attgenerated !== '' ? generated : defaults)) continue;
    const own = target.attributes.find((x) => x.attname === a.attname)!;
    addDefault(u, table, own.attnum, { kind: 'expr', expr: mapVars(expr, mapByName(source.attributes, target.attributes)) });
  }
}

function copyIdentity(table: Oid, u: UtilityContext, source: RelationInfo): void {
  const { session } = u;
  const w = session.catalogWriter();
  const target = w.relation(table)!;
  for (const a of source.attributes) {
    if (a.attisdropped || a.attidentity === '') continue;
    const old = w.rows('pg_depend', { refclassid: CLASS.relation, refobjid: source.oid, refobjsubid: a.attnum }).find((d) => d.classid === CLASS.relation && d.deptype === 'i');
    const row = old === undefined ? undefined : w.syscache('SEQRELID', old.objid);
    const number = (name: string, v: number | bigint): Raw => ({ DefElem: { defname: name, arg: { Float: { fval: String(v) } } } });
    const raw = row === undefined ? [] : [
      number('increment', row.seqincrement), number('minvalue', row.seqmin), number('maxvalue', row.seqmax), number('start', row.seqstart), number('cache', row.seqcache),
      { DefElem: { defname: 'cycle', arg: { Boolean: { boolval: row.seqcycle } } } },
    ];
    const name = sequenceNameFor(session, target.relname, a.attname, target.relnamespace);
    const sequence = createSequence(session, { name, namespace: target.relnamespace, persistence: target.relpersistence, owner: session.userOid(), options: { type: a.atttypid, raw } });
    const own = target.attributes.find((x) => x.attname === a.attname)!;
    recordDependency(w, address(CLASS.relation, sequence), address(CLASS.relation, table, own.attnum), 'i');
  }
}

function* copyChecks(table: Oid, u: UtilityContext, source: RelationInfo, comments: boolean): Steps<void> {
  const target = u.session.catalog().relation(table)!;
  for (const c of source.checks) {
    yield* addConstraint(u, table, {
      kind: 'check', name: c.name, columns: [], raw: {}, deferrable: false, deferred: false, validate: c.validated, enforced: c.enforced, noInherit: c.noinherit,
      expr: mapVars(c.expr as Expr, mapByName(source.attributes, target.attributes)),
    }, true);
    if (!comments) continue;
    const w = u.session.catalogWriter();
    const text = w.rows('pg_description', { classoid: CLASS.constraint, objoid: c.oid })[0]?.description;
    const made = w.rows('pg_constraint', { conrelid: table, conname: c.name })[0];
    if (text !== undefined && made !== undefined) w.insert('pg_description', { objoid: made.oid, classoid: CLASS.constraint, objsubid: 0, description: text });
  }
}

function* copyIndex(table: Oid, u: UtilityContext, source: RelationInfo, i: IndexInfo): Steps<void> {
  const { session } = u;
  const target = session.catalog().relation(table)!;
  const map = mapByName(source.attributes, target.attributes);
  const columns = session.catalog().rows('pg_attribute', { attrelid: i.oid }).filter((a) => a.attnum > 0).sort((a, b) => a.attnum - b.attnum);
  let expression = 0;
  const all = i.attnums.map((n, k): IndexColumn => ({
    name: columns[k]!.attname, attnum: n === 0 ? 0 : map(n), expr: n === 0 ? mapVars(i.expressions[expression++] as Expr, map) : undefined, type: i.keytypes[k]!,
    opclass: i.opclasses[k] ?? 0, collation: i.collations[k] ?? 0, descending: ((i.options[k] ?? 0) & 1) !== 0, nullsFirst: ((i.options[k] ?? 0) & 2) !== 0,
  }));
  const predicate = i.predicate === undefined ? undefined : mapVars((Array.isArray(i.predicate) ? i.predicate : [i.predicate]) as Expr[], map);
  const name = chooseName(target.relname, all.map((c) => c.name).join('_'), 'idx', (n) => session.catalog().syscache('RELNAMENSP', n, target.relnamespace) !== undefined);
  yield* createIndex(session, {
    name, relation: table, am: i.relam, keys: all.slice(0, i.nkeys), include: all.slice(i.nkeys), unique: i.unique, primary: false, nullsNotDistinct: i.nullsNotDistinct, immediate: i.immediate,
    predicate, constraint: 0, options: i.reloptions.length > 0 ? [...i.reloptions] : null,
  });
}

function copyColumnComments(table: Oid, u: UtilityContext, source: RelationInfo): void {
  const w = u.session.catalogWriter();
  const target = w.relation(table)!;
  const map = mapByName(source.attributes, target.attributes);
  for (const d of w.rows('pg_description', { classoid: CLASS.relation, objoid: source.oid })) {
    if (d.objsubid > 0) w.insert('pg_description', { objoid: table, classoid: CLASS.relation, objsubid: map(d.objsubid), description: d.description });
  }
}
