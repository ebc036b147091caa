/** Function and operator calls, with closures by arity, and the operators that wrap them (DISTINCT FROM, NULLIF, ANY/ALL). */
import { exprType, type Expr } from '@pglitedb/planner';
import { relabelValue, SqlError, type BuiltinFn, type CallContext, type Datum, type Oid, type PgArray } from '@pglitedb/types';
import { syncSessionFunction, type ResolvedFunction } from '../functions/fmgr.js';
import { defineHandlers, type ExprCompiler } from './compiler.js';
import { evalSteps, type Compiled, type EvalFn, type GenFn } from './frame.js';

function argTypes(args: readonly Expr[]): Oid[] { return args.map((a) => exprType(a)); }

/** The call of a resolved function over compiled arguments. */
export function compileCall(c: ExprCompiler, fn: ResolvedFunction, args: readonly Compiled[], cx: CallContext): Compiled {
  if (fn.handler !== undefined) return waitingCall(fn, args, cx);
  const session = syncSessionFunction(fn.proc.prosrc);
  if (session !== undefined) {
    return c.combine(args, (fns) => (f) => {
      const values = fns.map((g) => g(f));
      return fn.strict && values.includes(null) ? null : session(f.x, values, cx);
    }, fn.isVolatile);
  }
  const impl = fn.impl!.fn;
  return c.combine(args, (fns) => (fn.strict ? strictCall(impl, fns, cx) : looseCall(impl, fns, cx)), fn.isVolatile);
}

function waitingCall(fn: ResolvedFunction, args: readonly Compiled[], cx: CallContext): Compiled {
  const gen: GenFn = function* (f) {
    const values: Datum[] = [];
    for (const a of args) {
      const v = yield* evalSteps(a, f);
      if (v === null && fn.strict) {
        return null;
      }
      values.push(v);
    }
    return yield* fn.handler!.call(fn, values, cx, f.x);
  };
  return { fn: undefined, gen, isVolatile: fn.isVolatile || args.some((a) => a.isVolatile), outerColumn: -1 };
}

function strictCall(fn: BuiltinFn, a: EvalFn[], cx: CallContext): EvalFn {
  const [a0, a1, a2, a3] = a;
  switch (a.length) {
    case 0: return () => fn(cx);
    case 1: return (f) => { const x = a0!(f); return x === null ? null : fn(x, cx); };
    case 2: return (f) => { const x = a0!(f); if (x === null) return null; const y = a1!(f); return y === null ? null : fn(x, y, cx); };
    case 3: return (f) => {
      const x = a0!(f); if (x === null) return null;
      const y = a1!(f); if (y === null) return null;
      const z = a2!(f); return z === null ? null : fn(x, y, z, cx);
    };
    case 4: return (f) => {
      const x = a0!(f); if (x === null) return null;
      const y = a1!(f); if (y === null) return null;
      const z = a2!(f); if (z === null) return null;
      const w = a3!(f); return w === null ? null : fn(x, y, z, w, cx);
    };
    default: return (f) => {
      const values: Datum[] = [];
      for (let k = 0; k < a.length; k++) { const v = a[k]!(f); if (v === null) return null; values.push(v); }
      return fn(...values, cx);
    };
  }
}

function looseCall(fn: BuiltinFn, a: EvalFn[], cx: CallContext): EvalFn {
  const [a0, a1] = a;
  switch (a.length) {
    case 0: return () => fn(cx);
    case 1: return (f) => fn(a0!(f), cx);
    case 2: return (f) => fn(a0!(f), a1!(f), cx);
    default: return (f) => fn(...a.map((g) => g(f)), cx);
  }
}

function compileOp(c: ExprCompiler, n: { opfuncid: Oid; opno: Oid; args: Expr[]; inputcollid: Oid; opresulttype: Oid }): Compiled {
  const fn = c.resolveCalled(opFunction(c, n));
  return compileCall(c, fn, c.compileList(n.args), c.callContext(n.inputcollid, argTypes(n.args), n.opresulttype));
}
function opFunction(c: ExprCompiler, n: { opfuncid: Oid; opno: Oid }): Oid {
  if (n.opfuncid !== 0) return n.opfuncid;
  const op = c.catalog.syscache('OPEROID', n.opno);
  if (op === undefined) throw new SqlError('42883', `cache lookup failed for operator ${n.opno}`);
  return op.oprcode as Oid;
}

/** A two-argument builtin equality or comparison as a plain function, for operators applied outside of the closures. */
function directOp(c: ExprCompiler, n: { opfuncid: Oid; opno: Oid; inputcollid: Oid }, left: Oid, right: Oid): (a: Datum, b: Datum) => Datum {
  const fn = c.resolveCalled(opFunction(c, n));
  if (fn.impl === undefined) throw new SqlError('0A000', `operator function ${fn.name} in language ${fn.language} is not supported here yet`);
  const cx = c.callContext(n.inputcollid, [left, right], fn.returnType);
  const impl = fn.impl.fn;
  const strict = fn.strict;
  return (a, b) => (strict && (a === null || b === null) ? null : impl(a, b, cx));
}

defineHandlers({
  FuncExpr(n, c) {
    const fn = c.resolveCalled(n.funcid);
    const call = compileCall(c, fn, c.compileList(n.args), c.callContext(n.inputcollid, argTypes(n.args), n.funcresulttype, n.funcvariadic));
    const change = relabelValue(fn.returnType, n.funcresulttype);
    return change === undefined ? call : c.combine([call], ([f0]) => (f) => { const v = f0!(f); return v === null ? null : change(v); });
  },
  NamedArgExpr: (n, c) => c.compile(n.arg),
  OpExpr: (n, c) => compileOp(c, n),
  DistinctExpr(n, c) {
    const eq = directOp(c, n, exprType(n.args[0]!), exprType(n.args[1]!));
    return c.combine(c.compileList(n.args), ([a, b]) => (f) => {
      const x = a!(f);
      const y = b!(f);
      if (x === null || y === null) return x !== y;
      return eq(x, y) !== true;
    });
  },
  NullIfExpr(n, c) {
    const eq = directOp(c, n, exprType(n.args[0]!), exprType(n.args[1]!));
    return c.combine(c.compileList(n.args), ([a, b]) => (f) => {
      const x = a!(f);
      const y = b!(f);
      return x !== null && y !== null && eq(x, y) === true ? null : x;
    });
  },
  ScalarArrayOpExpr(n, c) {
    const fn = c.resolveCalled(opFunction(c, n));
    const args = c.compileList(n.args);
    const constArray = n.args[1]!.kind === 'Const' ? (n.args[1]!.constvalue as PgArray | null) : undefined;
    const elementOid = c.catalog.types.typeInfo(exprType(n.args[1]!))?.elementOid ?? 0;
    const op = fn.impl === undefined ? undefined : directOp(c, n, exprType(n.args[0]!), elementOid);
    if (op === undefined) return waitingArrayOp(c, fn, args, n.useOr, c.callContext(n.inputcollid, [exprType(n.args[0]!), elementOid], 16));
    const probe = n.useOr && constArray ? hashProbe(c, fn, constArray, elementOid) : undefined;
    return c.combine(args, ([a, b]) => (f) => {
      const x = a!(f);
      if (probe !== undefined && x !== null) return probe(x);
      const arr = b!(f) as PgArray | null;
      return arr === null ? null : arrayOp(op, x, arr.elements, n.useOr, fn.strict);
    });
  },
  RowCompareExpr(n, c) {
    const l = c.compileList(n.largs);
    const r = c.compileList(n.rargs);
    const compare = n.largs.map((e, k) => rowCompareColumn(c, n.opfamilies[k]!, exprType(e), exprType(n.rargs[k]!), n.inputcollids[k]!));
    const accept = ROW_ACCEPT[n.cmptype]!;
    return c.combine([...l, ...r], (fns) => (f) => {
      for (let k = 0; k < compare.length; k++) {
        const x = fns[k]!(f);
        const y = fns[k + compare.length]!(f);
        if (x === null || y === null) return null;
        const order = compare[k]!(x, y);
        if (order !== 0) return accept(order);
      }
      return accept(0);
    });
  },
});

const ROW_ACCEPT: Record<string, (order: number) => boolean> = {
  lt: (o) => o < 0, le: (o) => o <= 0, eq: (o) => o === 0, ge: (o) => o >= 0, gt: (o) => o > 0, ne: (o) => o !== 0,
};

function rowCompareColumn(c: ExprCompiler, family: Oid, left: Oid, right: Oid, collation: Oid): (a: Datum, b: Datum) => number {
  const proc = c.catalog.rows('pg_amproc', { amprocfamily: family, amprocnum: 1 }).find((p) => p.amproclefttype === left && p.amprocrighttype === right)
    ?? c.catalog.rows('pg_amproc', { amprocfamily: family, amprocnum: 1 })[0];
  if (proc === undefined) throw new SqlError('42883', 'could not determine a comparison function for a row comparison');
  const fn = c.resolve(proc.amproc as Oid);
  const impl = fn.impl!.fn;
  const cx = c.callContext(collation, [left, right], 23);
  return (a, b) => impl(a, b, cx);
}

function arrayOp(op: (a: Datum, b: Datum) => Datum, x: Datum, elements: readonly Datum[], useOr: boolean, strict: boolean): Datum {
  if (elements.length === 0) return !useOr;
  if (x === null && strict) return null;
  let sawNull = false;
  for (let k = 0; k < elements.length; k++) {
    const v = elements[k] === null && strict ? null : op(x, elements[k]);
    if (v === null) sawNull = true;
    else if (v === useOr) return useOr;
  }
  return sawNull ? null : !useOr;
}

/** x = ANY('{…}') over a constant array of many elements becomes a set lookup, where = is the type's own equality. */
function hashProbe(c: ExprCompiler, fn: ResolvedFunction, arr: PgArray, elementOid: Oid): ((x: Datum) => Datum) | undefined {
  if (arr.elements.length < 9 || fn.argTypes[0] !== fn.argTypes[1] || !/eq$/.test(String(fn.proc.prosrc))) return undefined;
  const impl = c.catalog.types.typeImpl(elementOid);
  if (impl.hashKey === undefined) return undefined;
  const set = new Set(arr.elements.filter((e: Datum) => e !== null).map((e: Datum) => impl.hashKey!(e)));
  const miss = arr.elements.includes(null) ? null : false;
  return (x) => (set.has(impl.hashKey!(x)) ? true : miss);
}

function waitingArrayOp(c: ExprCompiler, fn: ResolvedFunction, args: Compiled[], useOr: boolean, cx: CallContext): Compiled {
  return {
    fn: undefined, isVolatile: fn.isVolatile, outerColumn: -1,
    *gen(f) {
      const x = yield* evalSteps(args[0]!, f);
      const arr = (yield* evalSteps(args[1]!, f)) as PgArray | null;
      if (arr === null) return null;
      let sawNull = false;
      for (const e of arr.elements) {
        const v: Datum = fn.strict && (x === null || e === null) ? null : yield* fn.handler!.call(fn, [x, e], cx, f.x);
        if (v === null) sawNull = true;
        else if (v === useOr) return useOr;
      }
      return sawNull ? null : !useOr;
    },
  };
}
