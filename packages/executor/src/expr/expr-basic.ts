/** Variables, constants, parameters, boolean logic, tests and conditionals. */
import { FailedParam } from '../context.js';
import { nextval } from '../functions/sequence.js';
import { exprType } from '@pglitedb/planner';
import { notImplemented, relabelDatum, SqlError, PgRecord, type Datum } from '@pglitedb/types';
import { constant, defineHandlers, sync, type ExprCompiler } from './compiler.js';
import { evalSteps, type Compiled, type EvalFn } from './frame.js';

function outerVar(column: number): Compiled {
  return sync((f) => f.outer[column]![f.oi], false, column);
}

defineHandlers({
  Var(v, c) {
    const place = c.ce.readVar(v);
    if (place.side === 'outer') return outerVar(place.column);
    if (place.side === 'inner') {
      const k = place.column;
      return sync((f) => f.inner[k]![f.ii]);
    }
    if (place.side === 'rowid') return sync((f) => f.rowids![f.oi]);
    return sync((place as Extract<typeof place, { side: 'fn' }>).fn);
  },
  Const: (n) => constant(n.constvalue),
  Param(n) {
    const k = n.paramid;
    if (n.paramkind === 'extern') {
      return sync((f) => {
        if (k > f.x.params.length) throw new SqlError('42P02', `there is no parameter $${k}`);
        return f.x.params[k - 1];
      });
    }
    return sync((f) => {
      const v = f.x.exec[k];
      if (v instanceof FailedParam) throw v.error;
      return v;
    });
  },
  BoolExpr(n, c) {
    const args = c.compileList(n.args);
    if (n.boolop === 'not') return c.combine(args, ([a]) => (f) => { const v = a!(f); return v === null ? null : !v; });
    const stop = n.boolop === 'or';
    return c.conditional(
      args,
      () => (args.length === 2 ? binaryLogic(args[0]!.fn!, args[1]!.fn!, stop) : logic(args.map((a) => a.fn!), stop)),
      () =>
        function* (f) {
          let sawNull = false;
          for (const a of args) {
            const v = yield* evalSteps(a, f);
            if (v === stop) return stop;
            if (v === null) sawNull = true;
          }
          return sawNull ? null : !stop;
        },
    );
  },
  NullTest(n, c) {
    const isNull = n.nulltesttype === 'is_null';
    if (n.argisrow) {
      return c.combine([c.compile(n.arg)], ([a]) => (f) => {
        const v = a!(f) as PgRecord | null;
        if (v === null) return isNull;
        return v.values.every((x: Datum) => (x === null) === isNull);
      });
    }
    return c.combine([c.compile(n.arg)], ([a]) => (isNull ? (f) => a!(f) === null : (f) => a!(f) !== null));
  },
  BooleanTest(n, c) {
    const test = BOOLEAN_TESTS[n.booltesttype];
    return c.combine([c.compile(n.arg)], ([a]) => (f) => test(a!(f)));
  },
  CaseExpr(n, c) {
    const arg = n.arg && c.compile(n.arg);
    const whens = n.args.map((w) => ({ test: c.compile(w.expr), result: c.compile(w.result) }));
    const def = n.defresult ? c.compile(n.defresult) : constant(null);
    const all = [...(arg ? [arg] : []), def, ...whens.flatMap((w) => [w.test, w.result])];
    return c.conditional(
      all,
      () => (f) => {
        const saved = f.caseValue;
        if (arg) f.caseValue = arg.fn!(f);
        for (let k = 0; k < whens.length; k++) {
          if (whens[k]!.test.fn!(f) === true) { f.caseValue = saved; return whens[k]!.result.fn!(f); }
        }
        f.caseValue = saved;
        return def.fn!(f);
      },
      () =>
        function* (f) {
          const saved = f.caseValue;
          const value = arg ? yield* evalSteps(arg, f) : null;
          for (const w of whens) {
            f.caseValue = arg ? value : saved;
            const hit = yield* evalSteps(w.test, f);
            f.caseValue = saved;
            if (hit === true) return yield* evalSteps(w.result, f);
          }
          return yield* evalSteps(def, f);
        },
    );
  },
  CaseTestExpr: () => sync((f) => f.caseValue),
  CoerceToDomainValue: () => sync((f) => f.domainValue),
  CoalesceExpr(n, c) {
    const args = c.compileList(n.args);
    return c.conditional(
      args,
      () => (f) => {
        for (let k = 0; k < args.length; k++) {
          const v = args[k]!.fn!(f);
          if (v !== null) return v;
        }
        return null;
      },
      () =>
        function* (f) {
          for (const a of args) {
            const v = yield* evalSteps(a, f);
            if (v !== null) return v;
          }
          return null;
        },
    );
  },
  RelabelType(n, c) {
    const arg = c.compile(n.arg);
    const change = relabelDatum(exprType(n.arg), n.resulttype, c.env.types);
    return change === undefined ? arg : c.combine([arg], ([a]) => (f) => { const v = a!(f); return v === null ? null : change(v); });
  },
  CollateExpr: (n, c) => c.compile(n.arg),
  SetToDefault: () => { throw notImplemented('DEFAULT in this context'); },
  GroupingFunc(n) {
    const refs = n.refs;
    return sync((f) => {
      let bits = 0;
      for (const r of refs) bits = bits * 2 + (f.grouping?.has(r) ? 1 : 0);
      return bits;
    });
  },
  Aggref(n) { const k = n.aggno; return sync((f) => f.aggs[k]); },
  WindowFunc(n, c) {
    const slot = c.windowSlot?.(n) ?? -1;
    if (slot < 0) throw notImplemented('a window function outside of its window');
    return sync((f) => f.aggs[slot]);
  },
  ReturningExpr(n, c) {
    const e = c.compile(n.retexpr);
    const old = n.retold;
    return c.combine([e], ([a]) => (f) => ((old ? f.oldRow : f.newRow) === undefined ? null : a!(f)));
  },
  NextValueExpr: (n) => ({ fn: (f) => nextval(f.x, n.seqid, false), gen: undefined, isVolatile: true, outerColumn: -1 }),
  MinMaxExpr(n, c) {
    const compare = typeComparator(c, n.minmaxtype, n.inputcollid);
    const sign = n.op === 'greatest' ? 1 : -1;
    return c.combine(c.compileList(n.args), (fns) => (f) => {
      let best: Datum = null;
      for (let k = 0; k < fns.length; k++) {
        const v = fns[k]!(f);
        if (v !== null && (best === null || sign * compare(v, best) > 0)) best = v;
      }
      return best;
    });
  },
});

/** The default b-tree comparison of a type. */
export function typeComparator(c: ExprCompiler, type: number, _collation: number): (a: Datum, b: Datum) => number {
  const impl = c.catalog.types.typeImpl(type);
  if (impl.compare === undefined) throw new SqlError('42883', `could not identify a comparison function for type ${c.catalog.types.formatType(type, -1)}`);
  return impl.compare.bind(impl);
}

const BOOLEAN_TESTS: Record<string, (v: Datum) => boolean> = {
  true: (v) => v === true, not_true: (v) => v !== true, false: (v) => v === false, not_false: (v) => v !== false,
  unknown: (v) => v === null, not_unknown: (v) => v !== null,
};

function binaryLogic(a: EvalFn, b: EvalFn, stop: boolean): EvalFn {
  return (f) => {
    const x = a(f);
    if (x === stop) return stop;
    const y = b(f);
    if (y === stop) return stop;
    return x === null || y === null ? null : !stop;
  };
}
function logic(fns: EvalFn[], stop: boolean): EvalFn {
  return (f) => {
    let sawNull = false;
    for (let k = 0; k < fns.length; k++) {
      const v = fns[k]!(f);
      if (v === stop) return stop;
      if (v === null) sawNull = true;
    }
    return sawNull ? null : !stop;
  };
}
export { exprType };
