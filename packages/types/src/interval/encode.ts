/** EncodeInterval: the four interval styles. */
import type { IntervalStyle } from '../datetime/session.js';
import type { Interval } from './value.js';

interface Parts { year: number; month: number; day: number; hour: bigint; minute: number; second: number; micros: number }

export function splitInterval(v: Interval): Parts {
  const year = Math.trunc(v.months / 12);
  let t = BigInt(v.micros);
  const hour = t / 3_600_000_000n;
  t -= hour * 3_600_000_000n;
  const rest = Number(t);
  const minute = Math.trunc(rest / 60_000_000);
  const second = Math.trunc((rest - minute * 60_000_000) / 1_000_000);
  return {
    year, month: v.months - year * 12, day: v.days, hour, minute, second,
    micros: rest - minute * 60_000_000 - second * 1_000_000,
  };
}

const two = (n: number | bigint): string => String(n).padStart(2, '0');

/** Seconds with a fraction where there is one, without its trailing zeros. */
export function secondsText(second: number, micros: number, pad: boolean): string {
  const s = pad ? two(Math.abs(second)) : String(Math.abs(second));
  return micros === 0 ? s : `${s}.${String(Math.abs(micros)).padStart(6, '0').replace(/0+$/, '')}`;
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

export function encodeInterval(v: Interval, style: IntervalStyle): string {
  if (!v.isFinite) return v.micros === Infinity ? 'infinity' : '-infinity';
  const p = splitInterval(v);
  switch (style) {
    case 'sql_standard': return sqlStandard(p);
    case 'iso_8601': return iso8601(p);
    case 'postgres_verbose': return verbose(p);
    default: return postgres(p);
  }
}

function postgres(p: Parts): string {
  let out = '';
  let zero = true;
  let before = false;
  const part = (n: number, unit: string): void => {
    if (n === 0) return;
    out += `${zero ? '' : ' '}${before && n > 0 ? '+' : ''}${n} ${unit}${n !== 1 ? 's' : ''}`;
    before = n < 0;
    zero = false;
  };
  part(p.year, 'year');
  part(p.month, 'mon');
  part(p.day, 'day');
  if (zero || p.hour !== 0n || p.minute !== 0 || p.second !== 0 || p.micros !== 0) {
    const minus = p.hour < 0n || p.minute < 0 || p.second < 0 || p.micros < 0;
    out += `${zero ? '' : ' '}${minus ? '-' : before ? '+' : ''}${two(abs(p.hour))}:${two(Math.abs(p.minute))}:${secondsText(p.second, p.micros, true)}`;
  }
  return out;
}

function verbose(p: Parts): string {
  let out = '@';
  let before = false;
  let zero = true;
  const part = (n: bigint, unit: string): void => {
    if (n === 0n) return;
    if (zero) {
      before = n < 0n;
      n = abs(n);
    } else if (before) n = -n;
    out += ` ${n} ${unit}${n !== 1n ? 's' : ''}`;
    zero = false;
  };
  part(BigInt(p.year), 'year');
  part(BigInt(p.month), 'mon');
  part(BigInt(p.day), 'day');
  part(p.hour, 'hour');
  part(BigInt(p.minute), 'min');
  if (p.second !== 0 || p.micros !== 0) {
    const negative = p.second < 0 || p.micros < 0;
    let sign = '';
    if (zero) before = negative;
    else if (negative !== before) sign = '-';
    const whole = Math.abs(p.second) === 1 && p.micros === 0;
    out += ` ${sign}${secondsText(p.second, p.micros, false)} sec${whole ? '' : 's'}`;
    zero = false;
  }
  if (zero) out += ' 0';
  return before ? `${out} ago` : out;
}

function iso8601(p: Parts): string {
  const { year, month, day, hour, minute, second, micros } = p;
  if (year === 0 && month === 0 && day === 0 && hour === 0n && minute === 0 && second === 0 && micros === 0) return 'PT0S';
  let out = 'P';
  if (year !== 0) out += `${year}Y`;
  if (month !== 0) out += `${month}M`;
  if (day !== 0) out += `${day}D`;
  if (hour !== 0n || minute !== 0 || second !== 0 || micros !== 0) out += 'T';
  if (hour !== 0n) out += `${hour}H`;
  if (minute !== 0) out += `${minute}M`;
  if (second !== 0 || micros !== 0) out += `${second < 0 || micros < 0 ? '-' : ''}${secondsText(second, micros, false)}S`;
  return out;
}

function sqlStandard(p: Parts): string {
  let { year, month, day, hour, minute, second, micros } = p;
  const negative = year < 0 || month < 0 || day < 0 || hour < 0n || minute < 0 || second < 0 || micros < 0;
  const positive = year > 0 || month > 0 || day > 0 || hour > 0n || minute > 0 || second > 0 || micros > 0;
  const hasYearMonth = year !== 0 || month !== 0;
  const hasDayTime = day !== 0 || hour !== 0n || minute !== 0 || second !== 0 || micros !== 0;
  const standard = !(negative && positive) && !(hasYearMonth && hasDayTime);
  let out = '';
  if (negative && standard) {
    out = '-';
    year = -year; month = -month; day = -day; hour = -hour; minute = -minute; second = -second; micros = -micros;
  }
  if (!negative && !positive) return '0';
  if (!standard) {
    const yearSign = year < 0 || month < 0 ? '-' : '+';
    const daySign = day < 0 ? '-' : '+';
    const timeSign = hour < 0n || minute < 0 || second < 0 || micros < 0 ? '-' : '+';
    return `${yearSign}${Math.abs(year)}-${Math.abs(month)} ${daySign}${Math.abs(day)} ${timeSign}${abs(hour)}:${two(Math.abs(minute))}:${secondsText(second, micros, true)}`;
  }
  if (hasYearMonth) return `${out}${year}-${month}`;
  const time = `${hour}:${two(minute)}:${secondsText(second, micros, true)}`;
  return day !== 0 ? `${out}${day} ${time}` : out + time;
}
