/**
 * Answers about operators, functions and types that the planner asks again and again, remembered per catalog version.
 * PostgreSQL's lsyscache.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { Oid } from '@pglitedb/types';

export const BTREE_AM = 403;
export const HASH_AM = 405;

export interface OperatorInfo { oid: Oid; name: string; left: Oid; right: Oid; result: Oid; com: Oid; negate: Oid; code: Oid; rest: string; join: string; canMerge: boolean; canHash: boolean }
export interface FunctionInfo { oid: Oid; name: string; lang: Oid; strict: boolean; volatile: string; retset: boolean; rettype: Oid; cost: number; rows: number; support: Oid; kind: string; leakproof: boolean; src: string; nargs: number; argtypes: readonly Oid[]; secdef: boolean; config: boolean; variadic: Oid; acl: boolean }
export interface AmopInfo { family: Oid; left: Oid; right: Oid; strategy: number; opr: Oid; method: Oid; purpose: string }
export interface TypeRow { oid: Oid; len: number; byval: boolean; align: string; type: string; elem: Oid; array: Oid; base: Oid; typmod: number; collation: Oid; name: string; relid: Oid; category: string; defaultBin: unknown }
/** How the default operators of a type are called (type cache). */
export interface TypeOperators { lt: Oid; eq: Oid; gt: Oid; btreeFamily: Oid; btreeOpcintype: Oid; hashFamily: Oid; hashable: boolean }

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Row = Record<string, any>;

export function oidList(v: unknown): readonly Oid[] {
  if (v === null || v === undefined) return [];
  if (Array.isArray(v)) return v as Oid[];
  if (ArrayBuffer.isView(v)) return Array.from(v as unknown as ArrayLike<number>);
  const r = v as Row;
  for (const k of ['elements', 'values', 'items', 'data']) if (Array.isArray(r[k])) return r[k] as Oid[];
  return typeof v === 'string' ? v.split(' ').filter(Boolean).map(Number) : [];
}

export class LookupCache {
  private operators = new Map<Oid, OperatorInfo | undefined>();
  private functions = new Map<Oid, FunctionInfo | undefined>();
  private amops = new Map<Oid, readonly AmopInfo[]>();
  private familyMembers = new Map<string, Oid>();
  private typeRows = new Map<Oid, TypeRow | undefined>();
  private typeOps = new Map<Oid, TypeOperators>();
  private opclassRows = new Map<Oid, Row | undefined>();

  constructor(readonly catalog: CatalogReader, readonly version: number) {}

  operator(oid: Oid): OperatorInfo | undefined {
    let r = this.operators.get(oid);
    if (r === undefined && !this.operators.has(oid)) { r = this.loadOperator(oid); this.operators.set(oid, r); }
    return r;
  }
  private loadOperator(oid: Oid): OperatorInfo | undefined {
    const r = this.catalog.syscache('OPEROID', oid) as Row | undefined;
    if (!r) return undefined;
    const est = (f: Oid): string => (f ? this.func(f)?.name ?? '' : '');
    return { oid, name: r['oprname'], left: r['oprleft'], right: r['oprright'], result: r['oprresult'], com: r['oprcom'], negate: r['oprnegate'], code: r['oprcode'], rest: est(r['oprrest']), join: est(r['oprjoin']), canMerge: r['oprcanmerge'], canHash: r['oprcanhash'] };
  }
  func(oid: Oid): FunctionInfo | undefined {
    let r = this.functions.get(oid);
    if (r === undefined && !this.functions.has(oid)) { r = this.loadFunction(oid); this.functions.set(oid, r); }
    return r;
  }
  private loadFunction(oid: Oid): FunctionInfo | undefined {
    const r = this.catalog.syscache('PROCOID', oid) as Row | undefined;
    if (!r) return undefined;
    return { oid, name: r['proname'], lang: r['prolang'], strict: r['proisstrict'], volatile: r['provolatile'], retset: r['proretset'], rettype: r['prorettype'], cost: r['procost'], rows: r['prorows'], support: r['prosupport'], kind: r['prokind'], leakproof: r['proleakproof'], src: r['prosrc'] ?? '', nargs: r['pronargs'], argtypes: oidList(r['proargtypes']), secdef: r['prosecdef'], config: r['proconfig'] !== null && r['proconfig'] !== undefined, variadic: r['provariadic'], acl: r['proacl'] !== null && r['proacl'] !== undefined };
  }
  /** pg_amop rows of an operator, search purpose. */
  amopsOf(opno: Oid): readonly AmopInfo[] {
    let r = this.amops.get(opno);
    if (!r) {
      r = this.catalog.syscacheList('AMOPOPID', opno).map((a) => ({ family: a['amopfamily'], left: a['amoplefttype'], right: a['amoprighttype'], strategy: a['amopstrategy'], opr: a['amopopr'], method: a['amopmethod'], purpose: a['amoppurpose'] }));
      this.amops.set(opno, r);
    }
    return r;
  }
  /** Strategy number of an operator in a family, 0 if it is no member. */
  strategyIn(opno: Oid, family: Oid): number {
    for (const a of this.amopsOf(opno)) if (a.family === family && a.purpose === 's') return a.strategy;
    return 0;
  }
  amopIn(opno: Oid, family: Oid): AmopInfo | undefined { return this.amopsOf(opno).find((a) => a.family === family && a.purpose === 's'); }
  /** get_opfamily_member */
  familyMember(family: Oid, left: Oid, right: Oid, strategy: number): Oid {
    const key = `${family},${left},${right},${strategy}`;
    let r = this.familyMembers.get(key);
    if (r === undefined) { r = (this.catalog.syscache('AMOPSTRATEGY', family, left, right, strategy)?.['amopopr'] as Oid | undefined) ?? 0; this.familyMembers.set(key, r); }
    return r;
  }
  /** B-tree families in which the operator is equality. */
  mergeFamilies(opno: Oid): Oid[] {
    const out: Oid[] = [];
    for (const a of this.amopsOf(opno)) if (a.method === BTREE_AM && a.strategy === 3 && a.purpose === 's') out.push(a.family);
    return out;
  }
  type(oid: Oid): TypeRow | undefined {
    let r = this.typeRows.get(oid);
    if (r === undefined && !this.typeRows.has(oid)) {
      const t = this.catalog.syscache('TYPEOID', oid) as Row | undefined;
      r = t && { oid, len: t['typlen'], byval: t['typbyval'], align: t['typalign'], type: t['typtype'], elem: t['typelem'], array: t['typarray'], base: t['typbasetype'], typmod: t['typtypmod'], collation: t['typcollation'], name: t['typname'], relid: t['typrelid'], category: t['typcategory'], defaultBin: t['typdefaultbin'] };
      this.typeRows.set(oid, r);
    }
    return r;
  }
  baseType(oid: Oid): Oid {
    for (;;) { const t = this.type(oid); if (!t || t.type !== 'd') return oid; oid = t.base; }
  }
  elementType(array: Oid): Oid { const t = this.type(array); return t && t.len === -1 ? t.elem : 0; }
  arrayType(element: Oid): Oid { return this.type(element)?.array ?? 0; }
  opclass(oid: Oid): Row | undefined {
    if (!this.opclassRows.has(oid)) this.opclassRows.set(oid, this.catalog.syscache('CLAOID', oid) as Row | undefined);
    return this.opclassRows.get(oid);
  }
  /** lookup_type_cache: default btree and hash operators. */
  typeOperators(type: Oid): TypeOperators {
    let r = this.typeOps.get(type);
    if (!r) { r = this.loadTypeOperators(type); this.typeOps.set(type, r); }
    return r;
  }
  private loadTypeOperators(type: Oid): TypeOperators {
    const base = this.baseType(type);
    const bt = this.defaultOpclass(base, BTREE_AM);
    const ha = this.defaultOpclass(base, HASH_AM);
    const member = (c: { family: Oid; intype: Oid } | undefined, s: number): Oid => (c ? this.familyMember(c.family, c.intype, c.intype, s) : 0);
    const eq = member(bt, 3) || member(ha, 1);
    return { lt: member(bt, 1), eq, gt: member(bt, 5), btreeFamily: bt?.family ?? 0, btreeOpcintype: bt?.intype ?? 0, hashFamily: ha?.family ?? 0, hashable: ha !== undefined && this.opHashable(eq, type) };
  }
  defaultOpclass(type: Oid, am: Oid): { family: Oid; intype: Oid } | undefined {
    const all = this.catalog.rows('pg_opclass', { opcmethod: am, opcdefault: true } as never) as readonly Row[];
    const exact = all.find((c) => c['opcintype'] === type);
    if (exact) return { family: exact['opcfamily'], intype: type };
    const t = this.type(type);
    if (!t) return undefined;
    // binary-coercible targets of the default classes
    const stand = t.name === 'varchar' ? 25 : t.type === 'e' ? 3500 : t.type === 'r' ? 3831 : t.type === 'm' ? 4537 : t.type === 'c' ? 2249 : t.len === -1 && t.elem !== 0 && t.category === 'A' ? 2277 : REG_TYPES.has(type) ? 26 : 0;
    const c = stand ? all.find((x) => x['opcintype'] === stand) : undefined;
    return c && { family: c['opcfamily'], intype: stand };
  }
  opHashable(opno: Oid, inputType: Oid): boolean {
    if (!opno) return false;
    if (opno === 1070 || opno === 2988) { // array_eq, record_eq: as hashable as what they hold
      const t = this.type(this.baseType(inputType));
      if (opno === 2988) return true;
      return t !== undefined && t.elem !== 0 ? this.typeOperators(t.elem).hashable : false;
    }
    return this.operator(opno)?.canHash ?? false;
  }
  opMergejoinable(opno: Oid): boolean { return this.operator(opno)?.canMerge ?? false; }
  opStrict(opno: Oid): boolean { const o = this.operator(opno); return o !== undefined && (this.func(o.code)?.strict ?? false); }
  /** get_compatible_hash_operators: single-type equality for each side. */
  hashOperators(opno: Oid): { left: Oid; right: Oid } | undefined {
    for (const a of this.amopsOf(opno)) {
      if (a.method !== HASH_AM || a.strategy !== 1) continue;
      if (a.left === a.right) return { left: opno, right: opno };
      const left = this.familyMember(a.family, a.left, a.left, 1);
      const right = this.familyMember(a.family, a.right, a.right, 1);
      if (left && right) return { left, right };
    }
    return undefined;
  }
  /** For an ordering operator: its family, type and direction. */
  orderingOp(opno: Oid): { family: Oid; intype: Oid; desc: boolean } | undefined {
    for (const a of this.amopsOf(opno)) {
      if (a.method === BTREE_AM && (a.strategy === 1 || a.strategy === 5) && a.left === a.right) return { family: a.family, intype: a.left, desc: a.strategy === 5 };
    }
    return undefined;
  }
  equalityForOrdering(opno: Oid): Oid {
    const o = this.orderingOp(opno);
    return o ? this.familyMember(o.family, o.intype, o.intype, 3) : 0;
  }
  orderingForEquality(opno: Oid): Oid {
    for (const a of this.amopsOf(opno)) if (a.method === BTREE_AM && a.strategy === 3) { const l = this.familyMember(a.family, a.left, a.right, 1); if (l) return l; }
    return 0;
  }
  /** get_typavgwidth */
  avgWidth(type: Oid, typmod: number): number {
    const t = this.type(type);
    if (!t) return 32;
    if (t.len > 0) return t.len;
    const max = maximumSize(this.baseType(type), typmod);
    if (max <= 0) return 32;
    if (type === 1042) return max;
    if (max <= 32) return max;
    return max < 1000 ? Math.trunc(32 + (max - 32) / 2) : Math.trunc(32 + (1000 - 32) / 2);
  }
}
const REG_TYPES = new Set([24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191]);

/** type_maximum_size: bytes of char(n), varchar(n) (UTF-8: 4 bytes a character), numeric(p), bit(n). */
function maximumSize(type: Oid, typmod: number): number {
  if (typmod < 0) return -1;
  if (type === 1042 || type === 1043) return (typmod - 4) * 4 + 4;
  if (type === 1700) { const digits = (typmod - 4) >> 16 & 0xffff; return Math.trunc((digits + 3) / 4) * 2 + 2 + 8; }
  if (type === 1560 || type === 1562) return Math.trunc((typmod + 7) / 8) + 8;
  return -1;
}

const caches = new WeakMap<CatalogReader, LookupCache>();
export function lookups(catalog: CatalogReader): LookupCache {
  const version = catalog.version();
  let c = caches.get(catalog);
  if (!c || c.version !== version) caches.set(catalog, (c = new LookupCache(catalog, version)));
  return c;
}
