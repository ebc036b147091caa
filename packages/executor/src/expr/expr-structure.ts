/** Casts that are not plain functions, arrays, rows, subscripts, domains, and the SQL value functions. */
import { exprType, type Expr } from '@pglitedb/planner';
import { fixedGet, fixedSet, fixedSlice, isFixedArray, Jsonb, jsonbAssign, PgArray, PgRecord, SqlError, arrayGet, arrayGetSlice, arraySet, arraySetSlice, type Datum, type Oid } from '@pglitedb/types';
import { defineHandlers, sync, type ExprCompiler } from './compiler.js';
import { evalSteps, type EvalFn } from './frame.js';
import { sqlValueFunction } from './value-functions.js';
import { checkDomain } from '../domain-checker.js';


defineHandlers({
  CoerceViaIO(n, c) {
    const from = c.catalog.types.typeImpl(exprType(n.arg));
    const to = c.catalog.types.typeImpl(n.resulttype);
    const env = c.env;
    return c.combine([c.compile(n.arg)], ([a]) => (f) => {
      const v = a!(f);
      return v === null ? null : to.parse(from.format(v, env), -1, env);
    });
  },
  ArrayCoerceExpr(n, c) {
    const element = c.compile(n.elemexpr);
    const elementOid = c.catalog.types.typeInfo(n.resulttype)!.elementOid;
    const arg = c.compile(n.arg);
    const convert = (v: Datum, elements: Datum[]): Datum => new PgArray(elementOid, v.dims, v.lbounds, elements);
    return c.conditional(
      [arg, element],
      () => (f) => {
        const v = arg.fn!(f) as PgArray | null;
        if (v === null) return null;
        const saved = f.caseValue;
        const out = v.elements.map((e: Datum) => { f.caseValue = e; return element.fn!(f); });
        f.caseValue = saved;
        return convert(v, out);
      },
      () =>
        function* (f) {
          const v = (yield* evalSteps(arg, f)) as PgArray | null;
          if (v === null) return null;
          const saved = f.caseValue;
          const out: Datum[] = [];
          for (const e of v.elements) { f.caseValue = e; out.push(yield* evalSteps(element, f)); }
          f.caseValue = saved;
          return convert(v, out);
        },
    );
  },
  ConvertRowtypeExpr(n, c) {
    const from = c.catalog.types.fields(exprType(n.arg));
    const to = c.catalog.types.fields(n.resulttype);
    const map = to.map((t) => from.findIndex((s) => s.name === t.name));
    const types = to.map((t) => t.typeOid);
    return c.combine([c.compile(n.arg)], ([a]) => (f) => {
      const v = a!(f) as PgRecord | null;
      return v === null ? null : new PgRecord(n.resulttype, map.map((k) => (k < 0 ? null : v.values[k])), types);
    });
  },
  ArrayExpr(n, c) {
    const elementOid = n.element_typeid;
    const build = n.multidims ? (values: Datum[]) => nestArrays(elementOid, values) : (values: Datum[]) => PgArray.of(elementOid, values);
    return c.combine(c.compileList(n.elements), (fns) => (f) => {
      const values = new Array<Datum>(fns.length);
      for (let k = 0; k < fns.length; k++) values[k] = fns[k]!(f);
      return build(values);
    });
  },
  RowExpr(n, c) {
    const types = n.args.map((a) => exprType(a));
    const names = n.colnames;
    return c.combine(c.compileList(n.args), (fns) => (f) => new PgRecord(n.row_typeid, fns.map((g) => g(f)), types, names));
  },
  FieldSelect(n, c) {
    const field = fieldPosition(c, exprType(n.arg), n.fieldnum);
    return c.combine([c.compile(n.arg)], ([a]) => (f) => {
      const v = a!(f) as PgRecord | null;
      if (v === null) return null;
      const value = v.values[field];
      return value === undefined ? null : value;
    });
  },
  FieldStore(n, c) {
    const arg = c.compile(n.arg);
    const types = c.catalog.types.fields(n.resulttype).map((t) => t.typeOid);
    const at = n.fieldnums.map((k) => fieldPosition(c, n.resulttype, k));
    return c.combine([arg, ...c.compileList(n.newvals.map((v) => v))], ([a, ...news]) => (f) => {
      const old = a!(f) as PgRecord | null;
      const values: Datum[] = old === null ? types.map(() => null) : [...old.values];
      for (let k = 0; k < at.length; k++) {
        const saved = f.caseValue;
        f.caseValue = values[at[k]!];
        values[at[k]!] = news[k]!(f);
        f.caseValue = saved;
      }
      return new PgRecord(n.resulttype, values, types);
    });
  },
  SubscriptingRef(n, c) {
    if (n.refcontainertype === JSONB_OID) return jsonbSubscript(n, c);
    if (isFixedArray(n.refcontainertype)) return fixedSubscript(n, c);
    const elementOid = n.refelemtype;
    const base = c.compile(n.refexpr);
    const upper = n.refupperindexpr.map((e) => e && c.compile(e));
    const lower = n.reflowerindexpr.map((e) => e && c.compile(e));
    const isSlice = n.reflowerindexpr.length > 0;
    const present = [...upper, ...lower].filter((e) => e !== undefined);
    const assign = n.refassgnexpr && c.compile(n.refassgnexpr);
    return c.combine([base, ...present, ...(assign ? [assign] : [])], (fns) => {
      let next = 1;
      const up = upper.map((e) => (e ? fns[next++]! : undefined));
      const lo = lower.map((e) => (e ? fns[next++]! : undefined));
      const source = assign ? fns[next]! : undefined;
      return (f) => {
        const arr = fns[0]!(f) as PgArray | null;
        if (source === undefined && arr === null) return null;
        const us = subscripts(up, f);
        const ls = subscripts(lo, f);
        if (source !== undefined) return assignSubscript(arr, elementOid, us, ls, isSlice, source, f);
        if (us === null || ls === null) return null;
        return isSlice ? arrayGetSlice(arr!, us, ls) : arrayGet(arr!, us as number[]);
      };
    });
  },
  CoerceToDomain(n, c) {
    const { session } = c.ce;
    return c.combine([c.compile(n.arg)], ([a]) => (f) => {
      const v = a!(f);
      checkDomain(session, n.resulttype, v);
      return v;
    });
  },
  SQLValueFunction: (n, c) => sqlValueFunction(n, c),
  PlaceHolderVar: (n, c) => c.compile(n.phexpr),
  AlternativeSubPlan: (n, c) => c.compile(n.subplans[0]!),
  SubPlan: (n, c) => c.ce.subplan(n, c),
  MergeSupportFunc: () => sync((f) => f.x.shared.get('merge_action') ?? null),
});

const JSONB_OID = 3802;

function jsonbSubscript(n: Extract<Expr, { kind: 'SubscriptingRef' }>, c: ExprCompiler): ReturnType<typeof sync> {
  const text = c.catalog.types.typeImpl(25);
  const path = n.refupperindexpr.map((e) => ({ e: c.compile(e!), impl: c.catalog.types.typeImpl(exprType(e!)) }));
  const get = c.resolve(3217);
  const cx = c.callContext(0, [JSONB_OID, 1009], JSONB_OID);
  const base = c.compile(n.refexpr);
  const assign = n.refassgnexpr && c.compile(n.refassgnexpr);
  return c.combine([base, ...path.map((p) => p.e), ...(assign ? [assign] : [])], (fns) => (f) => {
    const v = fns[0]!(f);
    const keys = path.map((p, k) => { const d = fns[k + 1]!(f); return d === null ? null : p.impl === text ? d : p.impl.format(d, c.env); });
    if (assign) return jsonbAssign(v, keys, fns[path.length + 1]!(f) ?? new Jsonb(null));
    if (v === null || keys.includes(null)) return null;
    return get.impl!.fn(v, PgArray.of(25, keys), cx);
  });
}

/** Point, lseg, box, line and name. Neither NULL containers nor NULL elements are assigned to. */
function fixedSubscript(n: Extract<Expr, { kind: 'SubscriptingRef' }>, c: ExprCompiler): ReturnType<typeof sync> {
  const slice = n.reflowerindexpr.length > 0;
  const base = c.compile(n.refexpr);
  const assign = n.refassgnexpr && c.compile(n.refassgnexpr);
  const index = n.refupperindexpr.filter((e) => e !== undefined).map((e) => c.compile(e));
  return c.combine([base, ...index, ...(assign ? [assign] : [])], (fns) => (f) => {
    const v = fns[0]!(f);
    if (v === null && assign === undefined) return null;
    if (slice) throw fixedSlice();
    const at: Datum[] = index.map((_, k) => fns[k + 1]!(f));
    if (assign === undefined) return at.includes(null) ? null : fixedGet(n.refcontainertype, v, at);
    if (at.includes(null)) throw new SqlError('22004', 'array subscript in assignment must not be null');
    const saved = f.caseValue;
    f.caseValue = v === null ? null : fixedGet(n.refcontainertype, v, at);
    const value = fns[index.length + 1]!(f);
    f.caseValue = saved;
    return v === null || value === null ? v : fixedSet(n.refcontainertype, v, at, value);
  });
}

/** Position of an attribute among the fields that are not dropped. */
export function fieldPosition(c: ExprCompiler, typeOid: Oid, attnum: number): number {
  let info = c.catalog.types.typeInfo(typeOid);
  while (info !== undefined && info.kind === 'd') info = c.catalog.types.typeInfo(info.baseOid);
  if (info === undefined || info.relationOid === 0) return attnum - 1;
  const rel = c.catalog.relation(info.relationOid);
  if (rel === undefined) return attnum - 1;
  let position = 0;
  for (let k = 0; k < attnum - 1; k++) if (!rel.attributes[k]!.attisdropped) position++;
  return position;
}

/** Omitted slice bounds come out as undefined; null = a subscript is NULL. */
function subscripts(fns: (EvalFn | undefined)[], f: Parameters<EvalFn>[0]): (number | undefined)[] | null {
  const out: (number | undefined)[] = [];
  for (const g of fns) {
    if (g === undefined) { out.push(undefined); continue; }
    const v = g(f);
    if (v === null) return null;
    out.push(v);
  }
  return out;
}

function assignSubscript(arr: PgArray | null, elementOid: Oid, us: (number | undefined)[] | null, ls: (number | undefined)[] | null, isSlice: boolean, source: EvalFn, f: Parameters<EvalFn>[0]): Datum {
  if (us === null || ls === null) throw new SqlError('22004', 'array subscript in assignment must not be null');
  const saved = f.caseValue;
  const base = arr ?? PgArray.empty(elementOid);
  f.caseValue = isSlice ? arr : base.ndim === us.length ? arrayGet(base, us as number[]) : null;
  const value = source(f);
  f.caseValue = saved;
  if (isSlice) return value === null ? arr : arraySetSlice(base, us, ls, value);
  return arraySet(base, us as number[], value);
}

/** ARRAY[a, b] of arrays: one dimension more, all members of equal shape. */
function nestArrays(elementOid: Oid, values: Datum[]): PgArray {
  const members = values.filter((v): v is PgArray => v !== null && v.ndim > 0);
  if (members.length === 0) return PgArray.empty(elementOid);
  const first = members[0]!;
  const same = (m: PgArray): boolean => m.ndim === first.ndim && m.dims.every((d: number, k: number) => d === first.dims[k] && m.lbounds[k] === first.lbounds[k]);
  if (members.length !== values.length || !members.every(same)) {
    throw new SqlError('2202E', 'multidimensional arrays must have array expressions with matching dimensions');
  }
  if (first.ndim + 1 > 6) throw new SqlError('54000', `number of array dimensions (${first.ndim + 1}) exceeds the maximum allowed (6)`);
  return new PgArray(elementOid, [members.length, ...first.dims], [1, ...first.lbounds], members.flatMap((m) => m.elements));
}

