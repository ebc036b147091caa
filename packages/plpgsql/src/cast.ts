/** Casts of values to a variable's type: PostgreSQL's assignment casts, and through text where there is none. */
import type { Compiled, SessionServices } from '@pglitedb/executor';
import { evalSteps } from '@pglitedb/executor';
import { coerceToTarget, exprType, type Expr } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { RECORD_OID, type Datum, type Oid } from '@pglitedb/types';
import { compile } from './expression.js';
import type { Frame } from './frame.js';

const UNKNOWN = 705;

interface CastCache { version: number; casts: Map<string, Compiled | null> }
const caches = new WeakMap<SessionServices, CastCache>();

/** exec_cast_value */
export function* castValue(frame: Frame, value: Datum, from: Oid, fromTypmod: number, to: Oid, toTypmod: number): Steps<Datum> {
  if (from === to && (toTypmod < 0 || toTypmod === fromTypmod)) return value;
  const compiled = castFor(frame, from, to, toTypmod);
  if (compiled === null) return value;
  const f = frame.castFrame(value);
  return compiled.fn !== undefined ? compiled.fn(f) : yield* evalSteps(compiled, f);
}

/** The cast where it cannot wait: null where none is needed, undefined where it may wait. */
export function syncCast(frame: Frame, from: Oid, fromTypmod: number, to: Oid, toTypmod: number): Compiled | null | undefined {
  if (from === to && (toTypmod < 0 || toTypmod === fromTypmod)) return null;
  const c = castFor(frame, from, to, toTypmod);
  return c === null || c.fn !== undefined ? c : undefined;
}

function castFor(frame: Frame, from: Oid, to: Oid, typmod: number): Compiled | null {
  const { session } = frame;
  const version = session.catalog().version();
  let cache = caches.get(session);
  if (cache === undefined || cache.version !== version) caches.set(session, (cache = { version, casts: new Map() }));
  const key = `${from}:${to}:${typmod}`;
  let compiled = cache.casts.get(key);
  if (compiled === undefined) cache.casts.set(key, (compiled = makeCast(frame, from, to, typmod)));
  return compiled;
}

function makeCast(frame: Frame, from: Oid, to: Oid, typmod: number): Compiled | null {
  const { session } = frame;
  const catalog = session.catalog();
  const context = { catalog, env: session.env, sql: '', paramTypes: [from] };
  const param: Expr = { kind: 'Param', paramkind: 'extern', paramid: 1, paramtype: from, paramtypmod: -1, paramcollid: catalog.types.typeInfo(from)?.collation ?? 0, location: -1 };
  let expr = from === UNKNOWN || from === RECORD_OID ? undefined : coerceToTarget(param, to, typmod, 'plpgsql', context);
  if (expr === undefined) {
    const viaText: Expr = { kind: 'CoerceViaIO', arg: param, resulttype: to, resultcollid: catalog.types.typeInfo(to)?.collation ?? 0, coerceformat: 'implicit', location: -1 };
    expr = exprType(viaText) === to && typmod >= 0 ? coerceToTarget(viaText, to, typmod, 'assignment', context) ?? viaText : viaText;
  }
  if (expr.kind === 'Param' || (expr.kind === 'RelabelType' && expr.arg.kind === 'Param')) return null;
  return compile(expr, frame);
}
