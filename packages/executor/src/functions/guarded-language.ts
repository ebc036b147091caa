/** Functions with SECURITY DEFINER or SET clauses: run as their owner, under their settings. */
import type { Steps } from '@pglitedb/txn';
import type { ExecContext } from '../context.js';
import type { FunctionLanguage, ResolvedFunction } from './fmgr.js';

const wrapped = new WeakMap<FunctionLanguage, FunctionLanguage>();

export function guardedLanguage(inner: FunctionLanguage): FunctionLanguage {
  let outer = wrapped.get(inner);
  if (outer === undefined) {
    outer = {
      call: (fn, args, cx, x) => guarded(fn, x, () => inner.call(fn, args, cx, x)),
      callSet: (fn, args, cx, x) => guarded(fn, x, () => inner.callSet(fn, args, cx, x)),
    };
    wrapped.set(inner, outer);
  }
  return outer;
}

function guarded<T>(fn: ResolvedFunction, x: ExecContext, body: () => Steps<T>): Steps<T> {
  const run = (): Steps<T> => withSettings(fn.proc.proconfig as string[] | null, x, body);
  return fn.securityDefiner ? x.session.asUser(fn.proc.proowner as number, run) : run();
}

function* withSettings<T>(config: readonly string[] | null, x: ExecContext, body: () => Steps<T>): Steps<T> {
  if (config === null || config === undefined) return yield* body();
  const { session } = x;
  const saved: [string, string | undefined][] = [];
  try {
    for (const entry of config) {
      const at = entry.indexOf('=');
      const name = entry.slice(0, at);
      saved.push([name, session.setting(name)]);
      session.setSetting(name, entry.slice(at + 1), true);
    }
    return yield* body();
  } finally {
    for (const [name, value] of saved.reverse()) session.setSetting(name, value, true);
  }
}
