/**
 * percentile_cont, percentile_disc and mode. The executor feeds an ordered-set aggregate its rows in the order of
 * WITHIN GROUP, so the state is the list of values and the final functions pick by position.
 */
import { builtinFunction, defineFunctions, type CallContext } from '../function-impl.js';
import type { Datum } from '../datum.js';
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { formatG } from '../float/text-io.js';

interface OrderedState { readonly values: Datum[] }

function transition(state: OrderedState | null, value: Datum): OrderedState {
  const s = state ?? { values: [] };
  if (value !== null) s.values.push(value);
  return s;
}

function checkPercentile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new SqlError('22003', `percentile value ${formatG(p, 6)} is not between 0 and 1`);
  return p;
}

/** The value at which the fraction `p` of the rows is reached. */
function discrete(values: readonly Datum[], p: number): Datum {
  return values[Math.max(Math.ceil(p * values.length), 1) - 1];
}

type Lerp = (low: Datum, high: Datum, fraction: number, ctx: CallContext) => Datum;

const lerpFloat: Lerp = (low: number, high: number, fraction) => low + fraction * (high - low);

const lerpInterval: Lerp = (low, high, fraction, ctx) => {
  const call = (name: string, ...args: Datum[]): Datum => builtinFunction(name)!.fn(...args, ctx);
  return call('interval_pl', call('interval_mul', call('interval_mi', high, low), fraction), low);
};

/** The value between the two rows around the fraction `p`. */
function continuous(values: readonly Datum[], p: number, lerp: Lerp, ctx: CallContext): Datum {
  const at = p * (values.length - 1);
  const first = Math.floor(at);
  const second = Math.ceil(at);
  return first === second ? values[first] : lerp(values[first], values[second], at - first, ctx);
}

type Pick = (values: readonly Datum[], p: number, ctx: CallContext) => Datum;

function single(state: OrderedState | null, p: number | null, pick: Pick, ctx: CallContext): Datum {
  if (p === null) return null;
  checkPercentile(p);
  if (state === null || state.values.length === 0) return null;
  return pick(state.values, p, ctx);
}

/** One result for each wanted fraction, in an array of the same shape. */
function several(state: OrderedState | null, wanted: PgArray | null, pick: Pick, element: number, ctx: CallContext): PgArray | null {
  if (state === null || state.values.length === 0 || wanted === null) return null;
  if (wanted.elements.length === 0) return PgArray.empty(element);
  const { values } = state;
  const out = wanted.elements.map((p) => (p === null ? null : pick(values, checkPercentile(p as number), ctx)));
  return new PgArray(element, wanted.dims, wanted.lbounds, out);
}

const FLOAT8 = 701;
const INTERVAL = 1186;
const cont = (lerp: Lerp): Pick => (values, p, ctx) => continuous(values, p, lerp, ctx);

/** The commonest value, the first in order among several; equal neighbours are counted. */
function mode(state: OrderedState | null, ctx: CallContext): Datum {
  if (state === null || state.values.length === 0) return null;
  const impl = ctx.env.types.typeImpl(ctx.argTypes[ctx.argTypes.length - 1]!);
  const same = (a: Datum, b: Datum): boolean => a === b || (impl.compare !== undefined && impl.compare(a, b) === 0);
  const { values } = state;
  let best = values[0];
  let bestCount = 0;
  for (let i = 0; i < values.length; ) {
    let n = 1;
    while (i + n < values.length && same(values[i], values[i + n])) n++;
    if (n > bestCount) [best, bestCount] = [values[i], n];
    i += n;
  }
  return best;
}

type S = OrderedState | null;

defineFunctions({
  ordered_set_transition: transition,
  percentile_disc_final: (s: S, p: number | null, _extra: unknown, ctx: CallContext) => single(s, p, discrete, ctx),
  percentile_disc_multi_final: (s: S, p: PgArray | null, _extra: unknown, ctx: CallContext) =>
    several(s, p, discrete, ctx.argTypes[ctx.argTypes.length - 1]!, ctx),
  percentile_cont_float8_final: (s: S, p: number | null, ctx: CallContext) => single(s, p, cont(lerpFloat), ctx),
  percentile_cont_float8_multi_final: (s: S, p: PgArray | null, ctx: CallContext) => several(s, p, cont(lerpFloat), FLOAT8, ctx),
  percentile_cont_interval_final: (s: S, p: number | null, ctx: CallContext) => single(s, p, cont(lerpInterval), ctx),
  percentile_cont_interval_multi_final: (s: S, p: PgArray | null, ctx: CallContext) => several(s, p, cont(lerpInterval), INTERVAL, ctx),
  mode_final: (s: S, _extra: unknown, ctx: CallContext) => mode(s, ctx),
});
