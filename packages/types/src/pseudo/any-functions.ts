/** Functions over values of any type: pg_num_nulls and pg_num_nonnulls; and the key word list. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { PgArray } from '../array/value.js';
import { keywordRows } from '../text/keywords.js';

/** Arguments of VARIADIC "any", given singly or as an array; null for VARIADIC NULL. */
function anyArguments(all: unknown[]): unknown[] | null {
  const ctx = all[all.length - 1] as CallContext;
  if (!ctx.variadic) return all.slice(0, -1);
  const array = all[0] as PgArray | null;
  return array === null ? null : array.elements;
}

const countNulls = (all: unknown[], nulls: boolean): number | null => {
  const values = anyArguments(all);
  return values === null ? null : values.filter((v) => (v === null) === nulls).length;
};

defineFunctions({
  pg_num_nulls: (...all: unknown[]) => countNulls(all, true),
  pg_num_nonnulls: (...all: unknown[]) => countNulls(all, false),
  pg_get_keywords: { fn: keywordRows, set: true },
});
