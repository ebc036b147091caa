/** A TypeEnv outside of any session: ISO dates, UTC. What stored values are written and read with. */
import type { TypeEnv, TypeResolver } from '@pglitedb/types';

const SETTINGS: Readonly<Record<string, string>> = { DateStyle: 'ISO, MDY', TimeZone: 'UTC', IntervalStyle: 'postgres', extra_float_digits: '1', bytea_output: 'hex' };
const lower = new Map(Object.entries(SETTINGS).map(([k, v]) => [k.toLowerCase(), v]));
const envs = new WeakMap<TypeResolver, TypeEnv>();

export function detachedEnv(types: TypeResolver): TypeEnv {
  let env = envs.get(types);
  if (env === undefined) {
    env = {
      setting: (name) => lower.get(name.toLowerCase()),
      types,
      transactionTimestamp: () => 0, statementTimestamp: () => 0, clockTimestamp: () => 0,
      notice: () => undefined,
    };
    envs.set(types, env);
  }
  return env;
}
