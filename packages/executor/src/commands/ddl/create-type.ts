/** CREATE TYPE … AS ENUM, composite, RANGE, and shell types; ALTER TYPE … ADD and RENAME VALUE. */
import type { CatalogRow } from '@pglitedb/catalog';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { defineCommands, type UtilityContext } from '../registry.js';
import { columnType } from './analysis.js';
import { AM, CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';
import { createRelation, createTypeWithArray, typeRow, type NewColumn } from './heap.js';
import { checkColumnType } from './create-table.js';
import { defaultOpclass } from './index-create.js';
import { requireObject } from './object-lookup.js';
import { checkObjectOwner } from './ownership.js';
import { creationNamespace, names, options, splitName, type Raw } from './raw.js';
import { requireType } from './type-lookup.js';

const ENUM_IO = { typinput: 3506, typoutput: 3507, typreceive: 3532, typsend: 3533 } as const;
const RANGE_IO = { typinput: 3834, typoutput: 3835, typreceive: 3836, typsend: 3837, typanalyze: 3916 } as const;
const MULTIRANGE_IO = { typinput: 4231, typoutput: 4232, typreceive: 4233, typsend: 4234, typanalyze: 4242 } as const;
const LABEL_BYTES_MAX = 63;

/** The schema and name of a new type; a shell of that name is taken over (its oid is answered). */
function newTypeName(session: SessionServices, list: Raw[]): { name: string; namespace: Oid; shell: Oid } {
  const { schema, name } = splitName(list);
  const namespace = creationNamespace(session, schema);
  const known = session.catalog().syscache('TYPENAMENSP', name, namespace);
  if (known !== undefined && !known.typisdefined) return { name, namespace, shell: known.oid };
  if (known !== undefined && !(known.typelem !== 0 && known.typcategory === 'A')) throw new SqlError('42710', `type "${name}" already exists`);
  return { name, namespace, shell: 0 };
}

function insertType(session: SessionServices, row: CatalogRow<'pg_type'>, shell: Oid): Oid {
  const w = session.catalogWriter();
  if (shell !== 0) {
    w.remove('pg_type', { oid: shell });
    w.remove('pg_depend', { classid: CLASS.type, objid: shell });
  }
  createTypeWithArray(w, row);
  recordDependency(w, address(CLASS.type, row.oid), address(CLASS.namespace, row.typnamespace), 'n');
  return row.oid;
}

function checkLabel(label: string): void {
  if (new TextEncoder().encode(label).length > LABEL_BYTES_MAX) throw new SqlError('42602', `invalid enum label "${label}"`, { detail: 'Labels must be 63 bytes or less.' });
}

function* createEnum(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const n = newTypeName(session, node.typeName);
  const w = session.catalogWriter();
  const oid = n.shell !== 0 ? n.shell : w.newOid();
  insertType(session, typeRow({ oid, typname: n.name, typnamespace: n.namespace, typowner: session.userOid(), typlen: 4, typbyval: true, typtype: 'e', typcategory: 'E', ...ENUM_IO, typalign: 'i', typstorage: 'p' }), n.shell);
  session.env.uncommittedEnums?.types.add(oid);
  const seen = new Set<string>();
  names(node.vals).forEach((label, k) => {
    checkLabel(label);
    if (seen.has(label)) throw new SqlError('23505', 'duplicate key value violates unique constraint "pg_enum_typid_label_index"', { detail: `Key (enumtypid, enumlabel)=(${oid}, ${label}) already exists.` });
    seen.add(label);
    w.insert('pg_enum', { oid: w.newOid(), enumtypid: oid, enumsortorder: k + 1, enumlabel: label });
  });
  return 'CREATE TYPE';
}

function* alterEnum(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const o = requireObject(session, 'OBJECT_TYPE', { TypeName: { names: node.typeName } });
  const w = session.catalogWriter();
  const t = w.syscache('TYPEOID', o.objectId)!;
  if (t.typtype !== 'e') throw new SqlError('42809', `${w.types.formatType(o.objectId, -1)} is not an enum`);
  checkObjectOwner(session, o);
  const labels = [...w.rows('pg_enum', { enumtypid: o.objectId })].sort((a, b) => a.enumsortorder - b.enumsortorder);
  if (node.oldVal !== undefined) {
    checkLabel(node.newVal);
    const old = labels.find((l) => l.enumlabel === node.oldVal);
    if (old === undefined) throw new SqlError('22023', `"${node.oldVal}" is not an existing enum label`);
    if (labels.some((l) => l.enumlabel === node.newVal)) throw new SqlError('42710', `enum label "${node.newVal}" already exists`);
    w.update('pg_enum', { oid: old.oid }, { enumlabel: node.newVal });
    return 'ALTER TYPE';
  }
  checkLabel(node.newVal);
  if (labels.some((l) => l.enumlabel === node.newVal)) {
    if (node.skipIfNewValExists !== true) throw new SqlError('42710', `enum label "${node.newVal}" already exists`);
    session.notice('NOTICE', '42710', `enum label "${node.newVal}" already exists, skipping`);
    return 'ALTER TYPE';
  }
  const oid = w.newOid();
  w.insert('pg_enum', { oid, enumtypid: o.objectId, enumsortorder: newSortOrder(session, node, labels), enumlabel: node.newVal });
  const uncommitted = session.env.uncommittedEnums;
  if (uncommitted?.types.has(t.oid) === false) uncommitted.labels.add(oid);
  return 'ALTER TYPE';
}

/** Where two neighbours leave no room between them, all labels are numbered afresh, from the last on. */
function newSortOrder(session: SessionServices, node: Raw, labels: readonly CatalogRow<'pg_enum'>[]): number {
  const order = sortOrderFor(node, labels);
  if (!labels.some((l) => l.enumsortorder === order)) return order;
  const w = session.catalogWriter();
  for (let k = labels.length - 1; k >= 0; k--) if (labels[k]!.enumsortorder !== k + 1) w.update('pg_enum', { oid: labels[k]!.oid }, { enumsortorder: k + 1 });
  return sortOrderFor(node, labels.map((l, k) => ({ ...l, enumsortorder: k + 1 })));
}

/** At the end, or half way between two neighbours. */
function sortOrderFor(node: Raw, labels: readonly CatalogRow<'pg_enum'>[]): number {
  if (node.newValNeighbor === undefined) return (labels.at(-1)?.enumsortorder ?? 0) + 1;
  const at = labels.findIndex((l) => l.enumlabel === node.newValNeighbor);
  if (at < 0) throw new SqlError('22023', `"${node.newValNeighbor}" is not an existing enum label`);
  const after = node.newValIsAfter === true;
  const here = labels[at]!.enumsortorder;
  const other = labels[after ? at + 1 : at - 1]?.enumsortorder;
  if (other === undefined) return after ? here + 1 : here - 1;
  return Math.fround((here + other) / 2);
}

function* createComposite(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const rv = node.typevar;
  const namespace = creationNamespace(session, rv.schemaname);
  const known = session.catalog().syscache('TYPENAMENSP', rv.relname, namespace);
  if (known !== undefined && known.typisdefined && !(known.typelem !== 0 && known.typcategory === 'A')) throw new SqlError('42710', `type "${rv.relname}" already exists`);
  const columns = (node.coldeflist ?? []).map((e: Raw): NewColumn => {
    const def = e.ColumnDef;
    const type = columnType(u, def.typeName, def.collClause?.CollateClause ?? def.collClause);
    checkColumnType(session, type.oid, def.colname);
    return { name: def.colname, type: type.oid, typmod: type.typmod, collation: type.collation, notNull: false, ndims: def.typeName.arrayBounds?.length ?? 0, isLocal: true, inheritCount: 0, identity: '', generated: '' };
  });
  const oid = createRelation(session, { name: rv.relname, namespace, kind: 'c', persistence: 'p', columns, owner: session.userOid(), options: null, ofType: 0, isPartition: false, withType: true });
  const w = session.catalogWriter();
  const { reltype } = w.syscache('RELOID', oid)!;
  w.remove('pg_depend', { classid: CLASS.type, objid: reltype, refclassid: CLASS.relation });
  w.remove('pg_depend', { classid: CLASS.relation, objid: oid, objsubid: 0, refclassid: CLASS.namespace });
  recordDependency(w, address(CLASS.relation, oid), address(CLASS.type, reltype), 'i');
  recordDependency(w, address(CLASS.type, reltype), address(CLASS.namespace, namespace), 'n');
  return 'CREATE TYPE';
}

function rangeFunction(session: SessionServices, name: string, namespace: Oid, result: Oid, args: readonly Oid[], source: string, strict: boolean, type: Oid, more: Partial<CatalogRow<'pg_proc'>> = {}): Oid {
  const w = session.catalogWriter();
  const oid = w.newOid();
  w.insert('pg_proc', {
    oid, proname: name, pronamespace: namespace, proowner: 10, prolang: 12, procost: 1, prorows: 0, provariadic: 0, prosupport: 0, prokind: 'f', prosecdef: false, proleakproof: false, proisstrict: strict,
    proretset: false, provolatile: 'i', proparallel: 's', pronargs: args.length, pronargdefaults: 0, prorettype: result, proargtypes: args, proallargtypes: null, proargmodes: null, proargnames: null,
    proargdefaults: null, protrftypes: null, prosrc: source, probin: null, prosqlbody: null, proconfig: null, proacl: null, ...more,
  });
  recordDependency(w, address(CLASS.proc, oid), address(CLASS.type, type), 'i');
  return oid;
}

function* createRange(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const c = session.catalog();
  const n = newTypeName(session, node.typeName);
  const given = new Map<string, Raw>();
  for (const o of options(node.params)) {
    if (given.has(o.name)) throw new SqlError('42601', 'conflicting or redundant options');
    if (!['subtype', 'subtype_opclass', 'collation', 'canonical', 'subtype_diff', 'multirange_type_name'].includes(o.name)) throw new SqlError('42601', `type attribute "${o.name}" not recognized`);
    given.set(o.name, o.raw);
  }
  if (!given.has('subtype')) throw new SqlError('42601', 'type attribute "subtype" is required');
  const subtype = requireType(c, given.get('subtype').TypeName);
  const info = c.syscache('TYPEOID', subtype)!;
  if (info.typtype === 'p') throw new SqlError('42804', `range subtype cannot be ${c.types.formatType(subtype, -1)}`);
  const opclass = given.has('subtype_opclass') ? requireObject(session, 'OBJECT_OPCLASS', { List: { items: [{ String: { sval: 'btree' } }, ...given.get('subtype_opclass').TypeName.names] } }).objectId : defaultOpclass(c, subtype, AM.btree);
  if (opclass === 0) throw new SqlError('42704', `data type ${c.types.formatType(subtype, -1)} has no default operator class for access method "btree"`, { hint: 'You must specify an operator class for the range type or define a default operator class for the subtype.' });
  const proc = (key: string, args: Oid[], result: Oid): Oid => (given.has(key) ? requireFunction(session, names(given.get(key).TypeName?.names ?? given.get(key).List?.items), args, result) : 0);
  const w = session.catalogWriter();
  const oid = n.shell !== 0 ? n.shell : w.newOid();
  const canonical = proc('canonical', [oid], oid);
  const diff = proc('subtype_diff', [subtype, subtype], 701);
  const collation = info.typcollation === 0 ? 0 : given.has('collation') ? requireObject(session, 'OBJECT_COLLATION', { List: { items: given.get('collation').TypeName.names } }).objectId : info.typcollation;
  const align = info.typalign === 'd' ? 'd' : 'i';
  const multiName = given.has('multirange_type_name') ? splitName(given.get('multirange_type_name').TypeName?.names ?? given.get('multirange_type_name').List.items).name : multirangeName(n.name);
  if (w.syscache('TYPENAMENSP', multiName, n.namespace) !== undefined) {
    throw new SqlError('42710', `type "${multiName}" already exists`, given.has('multirange_type_name') ? {} : { detail: `Failed while creating a multirange type for type "${n.name}".`, hint: 'You can manually specify a multirange type name using the "multirange_type_name" attribute.' });
  }
  const base = { typnamespace: n.namespace, typowner: session.userOid(), typcategory: 'R', typalign: align, typstorage: 'x' } as const;
  insertType(session, typeRow({ ...base, oid, typname: n.name, typtype: 'r', ...RANGE_IO }), n.shell);
  const multi = w.newOid();
  insertType(session, typeRow({ ...base, oid: multi, typname: multiName, typtype: 'm', ...MULTIRANGE_IO }), 0);
  w.insert('pg_range', { rngtypid: oid, rngsubtype: subtype, rngmultitypid: multi, rngcollation: collation, rngsubopc: opclass, rngcanonical: canonical, rngsubdiff: diff });
  const self = address(CLASS.type, oid);
  recordDependency(w, self, address(CLASS.type, subtype), 'n');
  recordDependency(w, self, address(CLASS.opclass, opclass), 'n');
  if (collation !== 0) recordDependency(w, self, address(CLASS.collation, collation), 'n');
  if (canonical !== 0) recordDependency(w, self, address(CLASS.proc, canonical), 'n');
  if (diff !== 0) recordDependency(w, self, address(CLASS.proc, diff), 'n');
  recordDependency(w, address(CLASS.type, multi), self, 'i');
  rangeConstructors(session, { name: n.name, multiName, namespace: n.namespace, oid, multi, subtype });
  return 'CREATE TYPE';
}
interface RangeNames { name: string; multiName: string; namespace: Oid; oid: Oid; multi: Oid; subtype: Oid }
/** The functions that make ranges and multiranges of the type, and the cast between the two. */
function rangeConstructors(session: SessionServices, r: RangeNames): void {
  const w = session.catalogWriter();
  const { oid, multi, multiName, subtype } = r;
  rangeFunction(session, r.name, r.namespace, oid, [subtype, subtype], 'range_constructor2', false, oid);
  rangeFunction(session, r.name, r.namespace, oid, [subtype, subtype, 25], 'range_constructor3', false, oid);
  rangeFunction(session, multiName, r.namespace, multi, [], 'multirange_constructor0', true, multi);
  const one = rangeFunction(session, multiName, r.namespace, multi, [oid], 'multirange_constructor1', true, multi);
  const array = w.syscache('TYPEOID', oid)!.typarray;
  rangeFunction(session, multiName, r.namespace, multi, [array], 'multirange_constructor2', true, multi, { provariadic: oid, proargmodes: ['v'], proallargtypes: [array] });
  const cast = w.newOid();
  w.insert('pg_cast', { oid: cast, castsource: oid, casttarget: multi, castfunc: one, castcontext: 'e', castmethod: 'f' });
  for (const to of [address(CLASS.type, oid), address(CLASS.type, multi)]) recordDependency(w, address(CLASS.cast, cast), to, 'n');
  recordDependency(w, address(CLASS.cast, cast), address(CLASS.proc, one), 'i');
}
/** "range" in the name becomes "multirange"; else "_multirange" is put behind it. */
function multirangeName(name: string): string {
  return (name.includes('range') ? name.replace('range', 'multirange') : `${name.slice(0, 52)}_multirange`).slice(0, 63);
}
function requireFunction(session: SessionServices, parts: string[], args: Oid[], result: Oid): Oid {
  const c = session.catalog();
  const name = parts.at(-1)!;
  const oid = c.syscacheList('PROCNAMEARGSNSP', name).find((p) => p.proargtypes.length === args.length && p.proargtypes.every((t, k) => t === args[k]))?.oid;
  if (oid === undefined) throw new SqlError('42883', `function ${parts.join('.')}(${args.map((a) => c.types.formatType(a, -1)).join(', ')}) does not exist`);
  if (c.syscache('PROCOID', oid)!.prorettype !== result) throw new SqlError('42P17', `range function ${parts.join('.')} must return type ${c.types.formatType(result, -1)}`);
  return oid;
}

defineCommands({ CreateEnumStmt: createEnum, AlterEnumStmt: alterEnum, CompositeTypeStmt: createComposite, CreateRangeStmt: createRange });
