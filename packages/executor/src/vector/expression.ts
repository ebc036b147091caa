/**
 * Expressions to JavaScript. The same nodes as expr/ has closures for, as far as they are pure and never wait; whatever
 * is not here raises NotVectorizable. Functions with a `js` template are written in line, other builtins are called.
 * NULLs: a strict call computes all arguments, then tests them, as PostgreSQL does.
 */
import { exprType, type Expr, type Var } from '@pglitedb/planner';
import { collationOf, relabelDatum, relabelSource, SqlError, type CallContext, type Datum, type Oid, type PgArray } from '@pglitedb/types';
import { callContext, resolveFunction, syncSessionFunction, type ResolvedFunction } from '../functions/fmgr.js';
import type { SessionServices } from '../context.js';
import { NotVectorizable, type Emitter } from './emitter.js';
import { anyNull, atom, datumOf, kindOfType, NULL_VALUE, zeroOf, type Value, type ValueKind } from './value.js';

export interface Scope {
  readonly session: SessionServices;
  readonly out: Emitter;
  /** The Var's value at this place of the code. */
  readVar(v: Var): Value;
  readAggregate?(aggno: number, type: Oid): Value;
  /** The value under test, inside of a CASE. */
  readonly caseValue?: Value;
}

type Gen<K extends Expr['kind']> = (e: Extract<Expr, { kind: K }>, s: Scope) => Value;
type Generators = { [K in Expr['kind']]?: Gen<K> };

export function generate(e: Expr, s: Scope): Value {
  const g = generators[e.kind] as ((e: Expr, s: Scope) => Value) | undefined;
  if (g === undefined) throw new NotVectorizable(`expression ${e.kind}`);
  return g(e, s);
}

/** Emits a test of a qualification list: `otherwise` runs where it is not true. */
export function generateQual(quals: readonly Expr[], s: Scope, otherwise: string): void {
  for (const q of quals) {
    const x = generate(q, s);
    s.out.line(x.n === 'false' ? `if (!(${x.v})) ${otherwise}` : `if (${x.n} || !(${x.v})) ${otherwise}`);
  }
}

/** A function that generated code may call; raises NotVectorizable for those that wait, change state or return sets. */
export function pureFunction(s: Scope, oid: Oid): ResolvedFunction {
  const fn = resolveFunction(s.session.catalog(), oid);
  if (fn.impl === undefined || fn.isVolatile || fn.retset || fn.handler !== undefined || syncSessionFunction(fn.proc.prosrc) !== undefined) throw new NotVectorizable(`function ${fn.name}`);
  return fn;
}

function operatorFunction(s: Scope, n: { opno: Oid; opfuncid: Oid }): ResolvedFunction {
  return pureFunction(s, n.opfuncid !== 0 ? n.opfuncid : (s.session.catalog().syscache('OPEROID', n.opno)!.oprcode as Oid));
}

function contextOf(s: Scope, collation: Oid, args: readonly Expr[], result: Oid, variadic = false): CallContext {
  return callContext(s.session.env, collation, args.map((a) => exprType(a)), result, variadic);
}

function call(s: Scope, fn: ResolvedFunction, args: readonly Value[], cx: CallContext): Value {
  const { out } = s;
  const kind = kindOfType(s.session.catalog(), cx.resultType);
  const n = fn.strict ? anyNull(args) : 'false';
  if (n === 'true') return NULL_VALUE;
  const template = fn.strict ? fn.impl!.js : undefined;
  if (template !== undefined && template.length === args.length) {
    if (n === 'false') return { v: template(...args.map((a) => atom(out, a.v))), n, kind };
    const t = out.name();
    const test = atom(out, n);
    const inner = out.capture(() => template(...args.map((a) => atom(out, a.v))));
    out.line(`let ${t} = ${zeroOf(kind)}; if (!${test}) {`);
    out.append(inner.lines);
    out.line(`${t} = ${inner.value}; }`);
    return { v: t, n: test, kind };
  }
  const list = [...args.map((a) => (fn.strict ? a.v : datumOf(a))), out.inject(cx)].join(', ');
  const t = out.name();
  const f = out.inject(fn.impl!.fn);
  out.line(n === 'false' ? `const ${t} = ${f}(${list});` : `const ${t} = ${n} ? null : ${f}(${list});`);
  return { v: t, n: `${t} === null`, kind };
}

/** Keeps the value in a variable that later code may read from an outer block. */
function assignTo(out: Emitter, x: Value, v: string, n: string): void {
  if (x.n === 'true') out.line(`${n} = true;`);
  else if (x.n === 'false') out.line(`${v} = ${x.v}; ${n} = false;`);
  else out.line(`if (${x.n}) ${n} = true; else { ${v} = ${x.v}; ${n} = false; }`);
}

/** AND and OR: stops at the first argument that decides. */
function logic(args: readonly Expr[], s: Scope, stop: boolean): Value {
  const { out } = s;
  const parts = args.map((a) => out.capture(() => generate(a, s)));
  if (parts.every((p) => p.lines.length === 0 && p.value.n === 'false')) return { v: `(${parts.map((p) => p.value.v).join(stop ? ' || ' : ' && ')})`, n: 'false', kind: 'bool' };
  const t = out.name();
  const tn = out.name();
  const label = out.name('L');
  out.line(`let ${t} = ${!stop}, ${tn} = false; ${label}: {`);
  for (const { lines, value } of parts) {
    out.append(lines);
    const hit = `{ ${t} = ${stop}; ${tn} = false; break ${label}; }`;
    const decides = stop ? `(${value.v})` : `!(${value.v})`;
    if (value.n === 'true') out.line(`${tn} = true;`);
    else if (value.n === 'false') out.line(`if (${decides}) ${hit}`);
    else out.line(`if (${value.n}) ${tn} = true; else if (${decides}) ${hit}`);
  }
  out.line('}');
  return { v: t, n: tn, kind: 'bool' };
}

/** Equality of a text column with a constant, over bytes. */
function textEquals(s: Scope, fn: ResolvedFunction, args: readonly Value[], exprs: readonly Expr[], collation: Oid): Value | undefined {
  const name = fn.proc.prosrc as string;
  if ((name !== 'texteq' && name !== 'textne') || (collation !== 0 && !collationOf(collation).deterministic)) return undefined;
  const k = exprs[0]!.kind === 'Const' ? 0 : 1;
  const c = exprs[k]!;
  const column = args[1 - k]!;
  if (c.kind !== 'Const' || typeof c.constvalue !== 'string' || column.text === undefined) return undefined;
  const bytes = s.out.inject(Buffer.from(c.constvalue));
  const { column: col, slot } = column.text;
  const test = `(${col}.len[${slot}] === ${Buffer.byteLength(c.constvalue)} && ${s.out.inject(sameBytes)}(${col}.heap, ${col}.off[${slot}], ${bytes}))`;
  return { v: name === 'texteq' ? test : `!${test}`, n: column.n, kind: 'bool' };
}

/** Another test of a text column against a constant that its function can make over bytes. */
function byteTest(s: Scope, fn: ResolvedFunction, args: readonly Value[], exprs: readonly Expr[], cx: CallContext): Value | undefined {
  const c = exprs[1];
  const column = args[0]?.text;
  if (fn.impl!.bytes === undefined || column === undefined || c?.kind !== 'Const' || typeof c.constvalue !== 'string') return undefined;
  const test = fn.impl!.bytes(c.constvalue, cx);
  if (test === undefined) return undefined;
  const start = `${column.column}.off[${column.slot}]`;
  const v = `${s.out.inject(test)}(${column.column}.heap, ${start}, ${start} + ${column.column}.len[${column.slot}])`;
  return { v: args[0]!.n === 'false' ? v : `(${args[0]!.n} ? false : ${v})`, n: args[0]!.n, kind: 'bool' };
}

function sameBytes(heap: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let k = 0; k < bytes.length; k++) if (heap[at + k] !== bytes[k]) return false;
  return true;
}

function literal(value: Datum, kind: ValueKind, out: Emitter): Value {
  if (value === null) return NULL_VALUE;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return { v: String(value), n: 'false', kind };
  if (typeof value === 'boolean') return { v: String(value), n: 'false', kind };
  return { v: out.inject(value), n: 'false', kind };
}

const generators: Generators = {
  Var: (v, s) => s.readVar(v),
  Const: (c, s) => literal(c.constvalue, c.constvalue === null ? 'datum' : kindOfType(s.session.catalog(), c.consttype), s.out),
  Param(p, s) {
    if (p.paramkind !== 'extern' && p.paramkind !== 'exec') throw new NotVectorizable(`parameter ${p.paramkind}`);
    const name = p.paramkind === 'extern' ? s.out.param('params', p.paramid - 1) : s.out.param('exec', p.paramid);
    return { v: name, n: `${name} === null`, kind: kindOfType(s.session.catalog(), p.paramtype) };
  },
  Aggref(a, s) {
    if (s.readAggregate === undefined) throw new NotVectorizable('aggregate outside of its node');
    return s.readAggregate(a.aggno, a.aggtype);
  },
  RelabelType(r, s) {
    const x = generate(r.arg, s);
    if (relabelSource(exprType(r.arg), r.resulttype) === undefined && relabelDatum(exprType(r.arg), r.resulttype, s.session.catalog().types) !== undefined) throw new NotVectorizable('cast of bytes');
    const change = relabelSource(exprType(r.arg), r.resulttype);
    return change === undefined || x.n === 'true' ? x : { v: change(x.v), n: x.n, kind: kindOfType(s.session.catalog(), r.resulttype) };
  },
  CollateExpr: (c, s) => generate(c.arg, s),
  NamedArgExpr: (n, s) => generate(n.arg, s),
  FuncExpr(n, s) {
    const fn = pureFunction(s, n.funcid);
    const x = call(s, fn, n.args.map((a) => generate(a, s)), contextOf(s, n.inputcollid, n.args, n.funcresulttype, n.funcvariadic));
    const change = relabelSource(fn.returnType, n.funcresulttype);
    return change === undefined || x.n === 'true' ? x : { v: change(x.v), n: x.n, kind: kindOfType(s.session.catalog(), n.funcresulttype) };
  },
  OpExpr(n, s) {
    const fn = operatorFunction(s, n);
    const args = n.args.map((a) => generate(a, s));
    return textEquals(s, fn, args, n.args, n.inputcollid) ?? byteTest(s, fn, args, n.args, contextOf(s, n.inputcollid, n.args, n.opresulttype)) ?? call(s, fn, args, contextOf(s, n.inputcollid, n.args, n.opresulttype));
  },
  DistinctExpr(n, s) {
    const fn = operatorFunction(s, n);
    const [a, b] = n.args.map((x) => generate(x, s));
    const f = s.out.inject(fn.impl!.fn);
    const x = atom(s.out, datumOf(a!));
    const y = atom(s.out, datumOf(b!));
    return { v: `(${x} === null || ${y} === null ? ${x} !== ${y} : ${f}(${x}, ${y}, ${s.out.inject(contextOf(s, n.inputcollid, n.args, 16))}) !== true)`, n: 'false', kind: 'bool' };
  },
  NullIfExpr(n, s) {
    const fn = operatorFunction(s, n);
    const [a, b] = n.args.map((x) => generate(x, s));
    const x = atom(s.out, datumOf(a!));
    const y = atom(s.out, datumOf(b!));
    const same = `${x} !== null && ${y} !== null && ${s.out.inject(fn.impl!.fn)}(${x}, ${y}, ${s.out.inject(contextOf(s, n.inputcollid, n.args, 16))}) === true`;
    return { v: x, n: atom(s.out, `${x} === null || (${same})`), kind: a!.kind };
  },
  ScalarArrayOpExpr: arrayOperator,
  BoolExpr(n, s) {
    if (n.boolop !== 'not') return logic(n.args, s, n.boolop === 'or');
    const x = generate(n.args[0]!, s);
    return { v: `!(${x.v})`, n: x.n, kind: 'bool' };
  },
  NullTest(n, s) {
    if (n.argisrow) throw new NotVectorizable('NULL test of a row');
    const x = generate(n.arg, s);
    return { v: n.nulltesttype === 'is_null' ? `(${x.n})` : `!(${x.n})`, n: 'false', kind: 'bool' };
  },
  BooleanTest(n, s) {
    const x = generate(n.arg, s);
    const tests: Record<typeof n.booltesttype, string> = {
      true: `(!(${x.n}) && (${x.v}))`, not_true: `(${x.n} || !(${x.v}))`, false: `(!(${x.n}) && !(${x.v}))`, not_false: `(${x.n} || (${x.v}))`, unknown: `(${x.n})`, not_unknown: `!(${x.n})`,
    };
    return { v: tests[n.booltesttype], n: 'false', kind: 'bool' };
  },
  CaseExpr(n, s) {
    const { out } = s;
    let inner = s;
    if (n.arg !== undefined) {
      const x = generate(n.arg, s);
      inner = { ...s, caseValue: { ...x, v: x.n === 'true' ? x.v : atom(out, x.v), n: x.n === 'true' || x.n === 'false' ? x.n : atom(out, x.n) } };
    }
    return choose(s, kindOfType(s.session.catalog(), n.casetype), (done) => {
      for (const w of n.args) {
        const test = generate(w.expr, inner);
        out.line(`if (!(${test.n}) && (${test.v})) {`);
        done(generate(w.result, s));
        out.line('}');
      }
      if (n.defresult !== undefined) done(generate(n.defresult, s));
    });
  },
  CaseTestExpr(_n, s) {
    if (s.caseValue === undefined) throw new NotVectorizable('CASE test outside of a CASE');
    return s.caseValue;
  },
  CoalesceExpr: (n, s) => choose(s, kindOfType(s.session.catalog(), n.coalescetype), (done) => {
    for (const a of n.args) {
      const x = generate(a, s);
      if (x.n === 'true') continue;
      s.out.line(`if (!(${x.n})) {`);
      done({ ...x, n: 'false' });
      s.out.line('}');
    }
  }),
};

/** The first of several results that is reached: NULL where none is. */
function choose(s: Scope, kind: ValueKind, body: (done: (x: Value) => void) => void): Value {
  const { out } = s;
  const t = out.name();
  const tn = out.name();
  const label = out.name('L');
  out.line(`let ${t} = ${zeroOf(kind)}, ${tn} = true; ${label}: {`);
  body((x) => { assignTo(out, x, t, tn); out.line(`break ${label};`); });
  out.line('}');
  return { v: t, n: tn, kind };
}

/** x op ANY/ALL (array): the constant array's elements in a set where = is equality of JavaScript values. */
function arrayOperator(n: Extract<Expr, { kind: 'ScalarArrayOpExpr' }>, s: Scope): Value {
  const fn = operatorFunction(s, n);
  const [a, b] = n.args;
  if (!fn.strict || b!.kind !== 'Const') throw new NotVectorizable('array operator');
  const array = b!.constvalue as PgArray | null;
  if (array === null) return NULL_VALUE;
  const { out } = s;
  const x = generate(a!, s);
  const elements = array.elements as Datum[];
  if (elements.length === 0) return { v: String(!n.useOr), n: 'false', kind: 'bool' };
  const elementType = s.session.catalog().types.typeInfo(exprType(b!))?.elementOid ?? 0;
  const cx = callContext(s.session.env, n.inputcollid, [exprType(a!), elementType], 16);
  const impl = fn.impl!.fn;
  const known = elements.filter((e) => e !== null);
  const none: Datum = known.length < elements.length ? null : !n.useOr;
  const useOr = n.useOr;
  const set = new Set(known);
  const plain = useOr && /^(int[248]+eq|texteq|dateeq)$/.test(fn.proc.prosrc) && (n.inputcollid === 0 || collationOf(n.inputcollid).deterministic);
  const test = plain ? (v: Datum): Datum => (set.has(v) ? true : none) : (v: Datum): Datum => {
    for (let k = 0; k < known.length; k++) if (impl(v, known[k], cx) === useOr) return useOr;
    return none;
  };
  const t = out.name();
  out.line(`const ${t} = ${x.n === 'false' ? '' : `${x.n} ? null : `}${out.inject(test)}(${x.v});`);
  return { v: `${t} === true`, n: `${t} === null`, kind: 'bool' };
}

/** True where all of the expressions have a generated form in this scope. */
export function canGenerate(exprs: readonly Expr[], s: Scope): boolean {
  try {
    s.out.capture(() => { for (const e of exprs) generate(e, s); });
    return true;
  } catch (error) {
    if (error instanceof NotVectorizable || error instanceof SqlError) return false;
    throw error;
  }
}
