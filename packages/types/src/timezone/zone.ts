/**
 * Time zones: IANA's transitions as compact data, the POSIX rule after the last of them. A zone remembers the stretch
 * of constant offset that it was asked for last, so that neighbouring lookups cost two comparisons.
 */
import { parsePosixZone, posixSpan, type PosixZone, type ZoneInfo } from './posix.js';
import { zoneData } from './zone-data.js';
import { zoneLinks } from './zone-links.js';

export type { ZoneInfo } from './posix.js';

export class Zone {
  private from = 0;
  private to = 0;
  private info: ZoneInfo;

  constructor(
    readonly name: string,
    private readonly times: readonly number[],
    private readonly infos: readonly ZoneInfo[],
    private readonly first: ZoneInfo,
    private readonly rule: PosixZone | undefined,
  ) {
    this.info = first;
  }

  /** Offset, DST and abbreviation at a moment, UTC seconds since 1970. */
  at(t: number): ZoneInfo {
    if (t < this.from || t >= this.to) this.seek(t);
    return this.info;
  }

  /** When the offset next changes after that moment; Infinity for never. */
  nextChange(t: number): number {
    this.at(t);
    return this.to;
  }

  private seek(t: number): void {
    const times = this.times;
    const n = times.length;
    if (n === 0 || t >= times[n - 1]!) {
      const lastTime = n === 0 ? -Infinity : times[n - 1]!;
      if (this.rule === undefined) {
        this.set(lastTime, Infinity, n === 0 ? this.first : this.infos[n - 1]!);
        return;
      }
      const span = posixSpan(this.rule, t);
      this.set(Math.max(span.from, lastTime), span.to, span.info);
      return;
    }
    let lo = 0;
    let hi = n;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (times[mid]! <= t) lo = mid + 1;
      else hi = mid;
    }
    this.set(lo === 0 ? -Infinity : times[lo - 1]!, times[lo]!, lo === 0 ? this.first : this.infos[lo - 1]!);
  }

  private set(from: number, to: number, info: ZoneInfo): void {
    this.from = from;
    this.to = to;
    this.info = info;
  }

  /**
   * DetermineTimeZoneOffset: the zone's info for a local time, given as if it were UTC. A time that does not exist
   * takes the offset before the gap, one that exists twice the later.
   */
  atLocal(local: number): ZoneInfo {
    const early = local - 86400;
    const before = this.at(early);
    const boundary = this.nextChange(early);
    if (boundary === Infinity) return before;
    const after = this.at(boundary);
    const beforeTime = local - before.offset;
    const afterTime = local - after.offset;
    if (beforeTime < boundary && afterTime < boundary) return before;
    if (beforeTime > boundary && afterTime >= boundary) return after;
    return beforeTime > afterTime ? before : after;
  }

  private allInfos(): ZoneInfo[] {
    const all = [this.first, ...this.infos];
    if (this.rule !== undefined) all.push(this.rule.standard, ...(this.rule.daylight ? [this.rule.daylight] : []));
    return all;
  }

  /** Its abbreviations, as they are used, without numeric ones. */
  abbreviationList(): string[] {
    return [...new Set(this.allInfos().map((i) => i.abbreviation).filter((a) => /^[A-Za-z]+$/.test(a)))].sort();
  }

  private readonly fixedWords = new Map<string, ZoneInfo | 'varies' | undefined>();

  /** The one meaning that an abbreviation has in this zone, 'varies' where it has several, undefined for none. */
  fixedAbbreviation(text: string): ZoneInfo | 'varies' | undefined {
    const wanted = text.toUpperCase();
    if (!this.fixedWords.has(wanted)) {
      const uses = this.allInfos().filter((i) => i.abbreviation.toUpperCase() === wanted);
      const same = uses.every((u) => u.offset === uses[0]!.offset && u.isDst === uses[0]!.isDst);
      if (this.fixedWords.size > 100) this.fixedWords.clear();
      this.fixedWords.set(wanted, uses.length === 0 ? undefined : same ? uses[0] : 'varies');
    }
    return this.fixedWords.get(wanted);
  }

  /** What the zone means by one of its own abbreviations: the info it last had under it, up to the moment given. */
  abbreviation(text: string, t: number): ZoneInfo | undefined {
    const wanted = text.toUpperCase();
    let found: ZoneInfo | undefined;
    const candidates = this.allInfos();
    let bound = this.times.length;
    while (bound > 0 && this.times[bound - 1]! > t) bound--;
    for (let i = bound; i >= 0 && found === undefined; i--) {
      const info = candidates[i]!;
      if (info.abbreviation.toUpperCase() === wanted) found = info;
    }
    return found ?? candidates.find((c) => c.abbreviation.toUpperCase() === wanted);
  }
}

interface Entry { name: string; data: string }

let byName: Map<string, Entry> | undefined;
const loaded = new Map<string, Zone | undefined>();
const LOADED_MAX = 1000;

function entries(): Map<string, Entry> {
  if (byName === undefined) {
    byName = new Map();
    for (const line of zoneData.split('\n')) {
      const bar = line.indexOf('|');
      const data = line.slice(bar + 1);
      for (const name of line.slice(0, bar).split(' ')) byName.set(name.toLowerCase(), { name, data });
    }
    for (const line of zoneLinks.trim().split('\n')) {
      const [zone, names] = line.split(': ') as [string, string];
      const { data } = byName.get(zone.toLowerCase())!;
      for (const name of names.split(' ')) byName.set(name.toLowerCase(), { name, data });
    }
  }
  return byName;
}

/** Names of all IANA zones known. */
export function zoneNames(): string[] {
  return [...entries().values()].map((e) => e.name).sort();
}

/** What holds before the first transition: type 0 if it is for that alone, else the standard time next to the first. */
function firstInfo(infos: readonly ZoneInfo[], of: readonly ZoneInfo[]): ZoneInfo {
  if (!of.includes(infos[0]!)) return infos[0]!;
  if (of[0]!.isDst) {
    for (let i = infos.indexOf(of[0]!) - 1; i >= 0; i--) if (!infos[i]!.isDst) return infos[i]!;
  }
  return infos.find((i) => !i.isDst) ?? infos[0]!;
}

/** "footer|offset:dst:abbreviation,…|first type, then delta and type letter …" (times in base 36). */
function decodeZone(name: string, data: string): Zone {
  const [footer = '', types = '', transitions = ''] = data.split('|');
  const infos = types.split(',').map((t): ZoneInfo => {
    const [offset, dst, abbreviation] = t.split(':');
    return { offset: Number(offset), isDst: dst === '1', abbreviation: abbreviation! };
  });
  const times: number[] = [];
  const of: ZoneInfo[] = [];
  let at = 0;
  for (const m of transitions.matchAll(/(-?[0-9a-z]+)([A-Z])/g)) {
    at += parseInt(m[1]!, 36);
    times.push(at);
    of.push(infos[m[2]!.charCodeAt(0) - 65]!);
  }
  return new Zone(name, times, of, firstInfo(infos, of), footer === '' ? undefined : parsePosixZone(footer));
}

/** pg_tzset: a zone by IANA name, in any case, or by POSIX string; undefined where it is neither. */
export function findZone(name: string): Zone | undefined {
  const cached = loaded.get(name);
  if (cached !== undefined || loaded.has(name)) return cached;
  let zone: Zone | undefined;
  const entry = entries().get(name.toLowerCase());
  if (entry !== undefined) zone = entry.name === name ? decodeZone(name, entry.data) : findZone(entry.name);
  else {
    const rule = parsePosixZone(name.startsWith('<') ? name : name.toUpperCase());
    if (rule !== undefined) zone = new Zone(name.startsWith('<') ? name : name.toUpperCase(), [], [], rule.standard, rule);
  }
  if (loaded.size >= LOADED_MAX) loaded.clear();
  loaded.set(name, zone);
  return zone;
}

/** A zone of one fixed offset, seconds east. */
export function fixedZone(offset: number): Zone {
  const abs = Math.abs(offset);
  const part = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(abs / 60) % 60;
  const sec = abs % 60;
  const text = part(Math.floor(abs / 3600)) + (minutes || sec ? `:${part(minutes)}` : '') + (sec ? `:${part(sec)}` : '');
  const info: ZoneInfo = { offset, isDst: false, abbreviation: (offset < 0 ? '-' : '+') + text };
  return new Zone(`<${info.abbreviation}>${offset < 0 ? '+' : '-'}${text}`, [], [], info, undefined);
}

export const utcZone = new Zone('UTC', [], [], { offset: 0, isDst: false, abbreviation: 'UTC' }, undefined);
