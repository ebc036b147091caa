/** POSIX TZ strings ("EST5EDT,M3.2.0,M11.1.0"): the rule after a zone's last listed transition, and zones of their own. */

export interface ZoneInfo {
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly isDst: boolean;
  readonly abbreviation: string;
}

interface Rule { kind: 'J' | 'N' | 'M'; day: number; week: number; month: number; time: number }

export interface PosixZone { standard: ZoneInfo; daylight?: ZoneInfo; start?: Rule; end?: Rule }

const DEFAULT_RULES = ',M3.2.0,M11.1.0';

class Scanner {
  at = 0;
  constructor(readonly text: string) {}
  match(re: RegExp): string | undefined {
    re.lastIndex = this.at;
    const m = re.exec(this.text);
    if (m === null) return undefined;
    this.at += m[0].length;
    return m[0];
  }
}

const nameRe = /<[^>]*>|[^\d,+\-\s:<>]*/y;
const timeRe = /[+-]?\d{1,3}(?::\d{1,2}(?::\d{1,2})?)?/y;
const ruleRe = /J\d{1,3}|M\d{1,2}\.\d\.\d|\d{1,3}/y;

/** hh[:mm[:ss]] in seconds, undefined where it is none. */
function seconds(s: Scanner): number | undefined {
  const t = s.match(timeRe);
  if (t === undefined) return undefined;
  const negative = t.startsWith('-');
  const [h = 0, m = 0, sec = 0] = t.replace(/^[+-]/, '').split(':').map(Number);
  if (h > 167 || m > 59 || sec > 60) return undefined;
  const v = h * 3600 + m * 60 + sec;
  return negative ? -v : v;
}

function rule(s: Scanner): Rule | undefined {
  const text = s.match(ruleRe);
  if (text === undefined) return undefined;
  const out: Rule = { kind: 'N', day: 0, week: 0, month: 0, time: 7200 };
  if (text[0] === 'M') {
    const [month = 0, week = 0, day = 0] = text.slice(1).split('.').map(Number);
    if (month < 1 || month > 12 || week < 1 || week > 5 || day > 6) return undefined;
    Object.assign(out, { kind: 'M', month, week, day });
  } else if (text[0] === 'J') {
    out.kind = 'J';
    out.day = Number(text.slice(1));
    if (out.day < 1 || out.day > 365) return undefined;
  } else {
    out.day = Number(text);
    if (out.day > 365) return undefined;
  }
  if (s.match(/\//y) !== undefined) {
    const t = seconds(s);
    if (t === undefined) return undefined;
    out.time = t;
  }
  return out;
}

/** Parses a POSIX TZ string, undefined where it is none. Without rules, daylight time follows the United States'. */
export function parsePosixZone(text: string): PosixZone | undefined {
  const s = new Scanner(text);
  const unquote = (n: string): string => (n.startsWith('<') ? n.slice(1, -1) : n);
  const name = s.match(nameRe);
  if (name === undefined) return undefined;
  const offset = seconds(s);
  if (offset === undefined) return undefined;
  const standard: ZoneInfo = { offset: 0 - offset, isDst: false, abbreviation: unquote(name) };
  if (s.at === text.length) return { standard };
  const dstName = s.match(nameRe);
  if (dstName === undefined) return undefined;
  let dstOffset = offset - 3600;
  if (s.at < text.length && text[s.at] !== ',') {
    const o = seconds(s);
    if (o === undefined) return undefined;
    dstOffset = o;
  }
  const rules = new Scanner(s.at === text.length ? DEFAULT_RULES : text.slice(s.at));
  if (rules.match(/,/y) === undefined) return undefined;
  const start = rule(rules);
  if (start === undefined || rules.match(/,/y) === undefined) return undefined;
  const end = rule(rules);
  if (end === undefined || rules.at !== rules.text.length) return undefined;
  return { standard, daylight: { offset: 0 - dstOffset, isDst: true, abbreviation: unquote(dstName) }, start, end };
}

const DAY = 86400;
const monthStart = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const isLeap = (y: number): boolean => y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);

/** Days from 1970-01-01 to January 1st of a year. */
function yearStart(y: number): number {
  const p = y - 1;
  return 365 * (y - 1970) + Math.floor(p / 4) - Math.floor(p / 100) + Math.floor(p / 400) - 477;
}

/** The rule's moment in the year, seconds since 1970 in local time of the offset before it. */
function ruleMoment(r: Rule, year: number): number {
  const start = yearStart(year);
  let day: number;
  if (r.kind === 'J') day = r.day - 1 + (isLeap(year) && r.day >= 60 ? 1 : 0);
  else if (r.kind === 'N') day = r.day;
  else {
    const leap = isLeap(year) ? 1 : 0;
    const first = monthStart[r.month - 1]! + (r.month > 2 ? leap : 0);
    const length = r.month === 12 ? 31 : monthStart[r.month]! + (r.month >= 2 ? leap : 0) - first;
    const weekday = (((start + first + 4) % 7) + 7) % 7;
    let d = (r.day - weekday + 7) % 7;
    for (let i = 1; i < r.week && d + 7 < length; i++) d += 7;
    day = first + d;
  }
  return (start + day) * DAY + r.time;
}

export interface ZoneSpan { readonly from: number; readonly to: number; readonly info: ZoneInfo }

/** The stretch of constant offset around a moment (UTC seconds since 1970). */
export function posixSpan(z: PosixZone, t: number): ZoneSpan {
  if (z.daylight === undefined || z.start === undefined || z.end === undefined) return { from: -Infinity, to: Infinity, info: z.standard };
  const year = 1970 + Math.floor(t / (365.2425 * DAY));
  const moments: { at: number; info: ZoneInfo }[] = [];
  for (let y = year - 1; y <= year + 1; y++) {
    moments.push({ at: ruleMoment(z.start, y) - z.standard.offset, info: z.daylight });
    moments.push({ at: ruleMoment(z.end, y) - z.daylight.offset, info: z.standard });
  }
  moments.sort((a, b) => a.at - b.at);
  let i = moments.length - 1;
  while (i > 0 && moments[i]!.at > t) i--;
  return { from: moments[i]!.at, to: moments[i + 1]?.at ?? Infinity, info: moments[i]!.info };
}
