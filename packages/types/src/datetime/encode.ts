/** EncodeDateOnly, EncodeTimeOnly, EncodeDateTime: output in the four date styles. */
import { secondsText } from '../interval/encode.js';
import { julianDay, weekday, type Tm } from './calendar.js';
import type { DateStyle } from './session.js';

export const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

const yearText = (y: number): string => String(y > 0 ? y : 1 - y).padStart(4, '0');

/** "+hh[:mm[:ss]]" of seconds west. */
export function encodeZone(west: number): string {
  const abs = Math.abs(west);
  const h = Math.floor(abs / 3600);
  const m = Math.floor(abs / 60) % 60;
  const s = abs % 60;
  const sign = west <= 0 ? '+' : '-';
  if (s !== 0) return `${sign}${two(h)}:${two(m)}:${two(s)}`;
  return m !== 0 ? `${sign}${two(h)}:${two(m)}` : sign + two(h);
}

export function encodeDate(tm: Tm, style: DateStyle): string {
  const y = yearText(tm.year);
  const bc = tm.year <= 0 ? ' BC' : '';
  switch (style.output) {
    case 'ISO': return `${y}-${two(tm.month)}-${two(tm.day)}${bc}`;
    case 'SQL': return style.order === 'DMY' ? `${two(tm.day)}/${two(tm.month)}/${y}${bc}` : `${two(tm.month)}/${two(tm.day)}/${y}${bc}`;
    case 'German': return `${two(tm.day)}.${two(tm.month)}.${y}${bc}`;
    default:
      if (style.order === 'YMD') return `${y}-${two(tm.month)}-${two(tm.day)}${bc}`;
      return style.order === 'DMY' ? `${two(tm.day)}-${two(tm.month)}-${y}${bc}` : `${two(tm.month)}-${two(tm.day)}-${y}${bc}`;
  }
}

export const encodeTime = (tm: Tm): string => `${two(tm.hour)}:${two(tm.minute)}:${secondsText(tm.second, tm.micros, true)}`;

/** A timestamp; with its zone where `zoned`. */
export function encodeDateTime(tm: Tm, style: DateStyle, zoned: boolean): string {
  const time = encodeTime(tm);
  const bc = tm.year <= 0 ? ' BC' : '';
  if (style.output === 'ISO') {
    return `${yearText(tm.year)}-${two(tm.month)}-${two(tm.day)} ${time}${zoned ? encodeZone(tm.zoneSeconds) : ''}${bc}`;
  }
  const named = zoned && tm.abbreviation !== '';
  if (style.output === 'Postgres') {
    const dow = DAY_NAMES[weekday(julianDay(tm.year, tm.month, tm.day))];
    const md = style.order === 'DMY' ? `${two(tm.day)} ${MONTH_NAMES[tm.month - 1]}` : `${MONTH_NAMES[tm.month - 1]} ${two(tm.day)}`;
    const zone = !zoned ? '' : ` ${named ? tm.abbreviation.slice(0, 10) : encodeZone(tm.zoneSeconds)}`;
    return `${dow} ${md} ${time} ${yearText(tm.year)}${zone}${bc}`;
  }
  const zone = !zoned ? '' : named ? ` ${tm.abbreviation.slice(0, 10)}` : encodeZone(tm.zoneSeconds);
  const [a, b, sep] = style.output === 'German' ? [tm.day, tm.month, '.'] : style.order === 'DMY' ? [tm.day, tm.month, '/'] : [tm.month, tm.day, '/'];
  return `${two(a)}${sep}${two(b)}${sep}${yearText(tm.year)} ${time}${zone}${bc}`;
}
