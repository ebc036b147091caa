/** time's and timetz's functions by prosrc. */
import type { TypeEnv } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { defineFunctions } from '../function-impl.js';
import { compareFamily, compareScalars } from '../any/compare-family.js';
import { MICROS_PER_SECOND, type Micros } from '../datetime/calendar.js';
import { roundHalfEven, timeOverflows } from '../datetime/decode-fields.js';
import { timeToTimeTz, timeTzAtInterval, timeTzAtLocal, timeTzAtZone, timestampToTime, timestamptzToTimestamp, timestamptzToTimeTz } from '../datetime/convert.js';
import { sessionZone } from '../datetime/session.js';
import { roundMicros } from '../datetime/typmod.js';
import { roundTimeTz } from '../datetime/types.js';
import { addToTime, checkOffset } from '../interval/functions.js';
import { Interval } from '../interval/value.js';
import { compareTimeTz, TimeTz } from '../timetz/value.js';
import { secondsText } from '../datetime/c-format.js';
import { overlaps } from '../datetime/overlaps.js';

type Ctx = { env: TypeEnv };

function makeTime(hour: number, minute: number, seconds: number): number {
  const bad = (): SqlError => new SqlError('22008',
    `time field value out of range: ${hour}:${String(minute).padStart(2, '0')}:${secondsText(seconds)}`);
  if (Number.isNaN(seconds)) throw bad();
  let whole = Math.trunc(seconds);
  let micros = roundHalfEven((seconds - whole) * MICROS_PER_SECOND);
  if (micros >= MICROS_PER_SECOND) {
    whole++;
    micros -= MICROS_PER_SECOND;
  }
  if (seconds < 0 || seconds > 60 || timeOverflows(hour, minute, whole, micros)) throw bad();
  return ((hour * 60 + minute) * 60 + whole) * MICROS_PER_SECOND + micros;
}

/** in_range for times: the offset's µs, without wrapping around midnight. */
function timeInRange(val: number, base: number, offset: Interval, sub: boolean, less: boolean): boolean {
  checkOffset(offset);
  if (!offset.isFinite) return less !== sub;
  const sum = sub ? BigInt(base) - BigInt(offset.micros) : BigInt(base) + BigInt(offset.micros);
  return less ? BigInt(val) <= sum : BigInt(val) >= sum;
}

defineFunctions({
  ...compareFamily<number>('time', compareScalars),
  time_scale: roundMicros,
  time_interval: (t: number) => new Interval(0, 0, t),
  time_mi_time: (a: number, b: number) => new Interval(0, 0, a - b),
  time_pl_interval: (t: number, v: Interval) => addToTime(t, v, 1),
  time_mi_interval: (t: number, v: Interval) => addToTime(t, v, -1),
  timestamp_time: timestampToTime,
  timestamptz_time: (t: Micros, c: Ctx) => timestampToTime(timestamptzToTimestamp(t, sessionZone(c.env))),
  make_time: makeTime,
  overlaps_time: overlaps<number>(compareScalars),
  in_range_time_interval: timeInRange,

  ...compareFamily<TimeTz>('timetz', compareTimeTz),
  timetz_scale: roundTimeTz,
  timetz_time: (t: TimeTz) => t.micros,
  time_timetz: (t: number, c: Ctx) => timeToTimeTz(t, c.env),
  timestamptz_timetz: (t: Micros, c: Ctx) => timestamptzToTimeTz(t, sessionZone(c.env)),
  timetz_pl_interval: (t: TimeTz, v: Interval) => new TimeTz(addToTime(t.micros, v, 1), t.zoneSeconds),
  timetz_mi_interval: (t: TimeTz, v: Interval) => new TimeTz(addToTime(t.micros, v, -1), t.zoneSeconds),
  timetz_zone: (z: string, t: TimeTz, c: Ctx) => timeTzAtZone(z, t, c.env),
  timetz_izone: timeTzAtInterval,
  timetz_at_local: (t: TimeTz, c: Ctx) => timeTzAtLocal(t, c.env),
  overlaps_timetz: overlaps<TimeTz>(compareTimeTz),
  in_range_timetz_interval: (val: TimeTz, base: TimeTz, offset: Interval, sub: boolean, less: boolean) =>
    timeInRange(val.micros + val.zoneSeconds * 1_000_000, base.micros + base.zoneSeconds * 1_000_000, offset, sub, less),
});

