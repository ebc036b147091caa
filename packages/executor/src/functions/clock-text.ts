/** timeofday(): the wall clock as `Mon Nov 23 16:26:47.856380 2026 UTC`, whatever DateStyle says. */
import { builtinFunction, type CallContext, type TypeEnv } from '@pglitedb/types';

const TIMESTAMPTZ = 1184;
const TEXT = 25;

export function clockText(env: TypeEnv): string {
  const cx: CallContext = { env, collation: 0, argTypes: [TIMESTAMPTZ, TEXT], resultType: TEXT, variadic: false, cache: undefined, inAggregate: false };
  return builtinFunction('timestamptz_to_char')!.fn(env.clockTimestamp(), 'Dy Mon DD HH24:MI:SS.US YYYY TZ', cx) as string;
}
