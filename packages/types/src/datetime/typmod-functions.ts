/** Type modifiers of the date/time types from and to text: timestamp(3), interval day to second(2). */
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import type { PgArray } from '../array/value.js';
import { FULL_PRECISION, intervalPrecision, intervalRange, PRECISION_MAX } from './typmod.js';
import { FULL_RANGE } from './text-io.js';
import { integerTypmods } from '../text/typmod.js';

const precisionIn = (name: string, zoned: boolean) => (a: PgArray, c: CallContext): number => {
  const mods = integerTypmods(a);
  if (mods.length !== 1) throw new SqlError('22023', 'invalid type modifier');
  const suffix = zoned ? ' WITH TIME ZONE' : '';
  const p = mods[0]!;
  if (p < 0) throw new SqlError('22023', `${name}(${p})${suffix} precision must not be negative`);
  if (p <= PRECISION_MAX) return p;
  c.env.notice('WARNING', '22023', `${name}(${p})${suffix} precision reduced to maximum allowed, ${PRECISION_MAX}`);
  return PRECISION_MAX;
};

const precisionOut = (zoned: boolean) => (typmod: number): string =>
  `${typmod >= 0 ? `(${typmod})` : ''}${zoned ? ' with time zone' : ' without time zone'}`;

/** Names of the field ranges by their bits. */
const rangeNames: Readonly<Record<number, string>> = {
  4: ' year', 2: ' month', 8: ' day', 1024: ' hour', 2048: ' minute', 4096: ' second', 6: ' year to month', 1032: ' day to hour',
  3080: ' day to minute', 7176: ' day to second', 3072: ' hour to minute', 7168: ' hour to second', 6144: ' minute to second', [FULL_RANGE]: '',
};

function intervalIn(a: PgArray, c: CallContext): number {
  const mods = integerTypmods(a);
  const range = mods[0] ?? FULL_RANGE;
  if (rangeNames[range] === undefined) throw new SqlError('22023', 'invalid INTERVAL type modifier');
  if (mods.length === 1) return range === FULL_RANGE ? -1 : ((range & FULL_RANGE) << 16) | FULL_PRECISION;
  if (mods.length !== 2) throw new SqlError('22023', 'invalid INTERVAL type modifier');
  let p = mods[1]!;
  if (p < 0) throw new SqlError('22023', `INTERVAL(${p}) precision must not be negative`);
  if (p > PRECISION_MAX) {
    c.env.notice('WARNING', '22023', `INTERVAL(${p}) precision reduced to maximum allowed, ${PRECISION_MAX}`);
    p = PRECISION_MAX;
  }
  return ((range & FULL_RANGE) << 16) | p;
}

function intervalOut(typmod: number): string {
  if (typmod < 0) return '';
  const name = rangeNames[intervalRange(typmod)];
  if (name === undefined) throw new SqlError('XX000', `invalid INTERVAL typmod: 0x${typmod.toString(16)}`);
  const p = intervalPrecision(typmod);
  return p === FULL_PRECISION ? name : `${name}(${p})`;
}

defineFunctions({
  timetypmodin: precisionIn('TIME', false), timetypmodout: precisionOut(false),
  timetztypmodin: precisionIn('TIME', true), timetztypmodout: precisionOut(true),
  timestamptypmodin: precisionIn('TIMESTAMP', false), timestamptypmodout: precisionOut(false),
  timestamptztypmodin: precisionIn('TIMESTAMP', true), timestamptztypmodout: precisionOut(true),
  intervaltypmodin: intervalIn, intervaltypmodout: intervalOut,
});
