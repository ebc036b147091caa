/** random(), random(min, max), random_normal(), setseed(). */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { canonicalInt8 } from '../any/bytes.js';
import type { Int8 } from '../int/value.js';
import { base10000 } from '../numeric/binary-io.js';
import { pow10 } from '../numeric/digits.js';
import { addNumeric, compareNumeric, Numeric, subNumeric, truncNumeric } from '../numeric/value.js';
import { prngOf, type Prng } from './prng.js';

const badBounds = (): SqlError => new SqlError('22023', 'lower bound must be less than or equal to upper bound');

function randomInteger(min: Int8, max: Int8, ctx: CallContext): Int8 {
  if (min > max) throw badBounds();
  return canonicalInt8(prngOf(ctx.env).range(BigInt(min), BigInt(max)));
}

function checkBound(n: Numeric, which: string): void {
  if (n.isNaN()) throw new SqlError('22023', `${which} bound cannot be NaN`);
  if (n.isInfinite()) throw new SqlError('22023', `${which} bound cannot be infinity`);
}

const BASE = 10000n;

/** Base-10000 digits drawn as numeric.c's random_var draws them, so that seeded streams agree. */
function drawDigits(prng: Prng, length: number, lead: bigint, leadCount: number, unit: bigint): number[] {
  const digits: number[] = new Array<number>(length).fill(0);
  let r = leadCount === length && unit !== 1n ? prng.range(0n, lead / unit) * unit : prng.range(0n, lead);
  for (let i = leadCount - 1; i >= 0; i--) {
    digits[i] = Number(r % BASE);
    r /= BASE;
  }
  const whole = unit === 1n ? length : length - 1;
  let i = leadCount;
  while (i < whole - 3) {
    r = prng.range(0n, BASE ** 4n - 1n);
    for (let k = 0; k < 4; k++) {
      digits[i++] = Number(r % BASE);
      r /= BASE;
    }
  }
  while (i < whole) digits[i++] = Number(prng.range(0n, BASE - 1n));
  if (i < length) digits[i] = Number(prng.range(0n, BASE / unit - 1n) * unit);
  return digits;
}

function randomNumeric(min: Numeric, max: Numeric, ctx: CallContext): Numeric {
  checkBound(min, 'lower');
  checkBound(max, 'upper');
  if (compareNumeric(min, max) > 0) throw badBounds();
  const scale = Math.max(min.dscale, max.dscale);
  const span = subNumeric(max, min);
  if (span.isZero()) return addNumeric(min, Numeric.of(0, scale));
  const { digits, weight } = base10000(span);
  const length = weight + 1 + Math.ceil(scale / 4);
  const unit = pow10((4 - (scale % 4)) % 4);
  let lead = BigInt(digits[0]!);
  let leadCount = 1;
  while (leadCount < length && leadCount < 4) {
    lead = lead * BASE + BigInt(digits[leadCount] ?? 0);
    leadCount++;
  }
  const prng = prngOf(ctx.env);
  for (;;) {
    const drawn = drawDigits(prng, length, lead, leadCount, unit);
    let coef = 0n;
    for (const d of drawn) coef = coef * BASE + BigInt(d);
    const fraction = (length - 1 - weight) * 4;
    const value = truncNumeric(Numeric.of(coef, fraction), scale);
    if (compareNumeric(value, span) <= 0) return addNumeric(value, min);
  }
}

defineFunctions({
  drandom: (ctx: CallContext) => prngOf(ctx.env).double(),
  drandom_normal: (mean: number, deviation: number, ctx: CallContext) => deviation * prngOf(ctx.env).normal() + mean,
  int4random: randomInteger,
  int8random: randomInteger,
  numeric_random: randomNumeric,
  setseed: (seed: number, ctx: CallContext) => {
    if (!(seed >= -1 && seed <= 1)) throw new SqlError('22023', `setseed parameter ${seed} is out of allowed range [-1,1]`);
    prngOf(ctx.env).seedFloat(seed);
    return '';
  },
});
