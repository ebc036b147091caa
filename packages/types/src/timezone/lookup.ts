/** What a zone text means: abbreviation, IANA name, POSIX string or displacement. */
import { abbreviationData } from './abbreviation-data.js';
import { findZone, type Zone, type ZoneInfo } from './zone.js';

/** An abbreviation: a fixed offset (seconds east), or a zone that gives it its meaning at each time. */
export type Abbreviation = { readonly offset: number; readonly isDst: boolean } | { readonly zone: string };

let table: Map<string, Abbreviation> | undefined;

export function abbreviations(): ReadonlyMap<string, Abbreviation> {
  if (table === undefined) {
    table = new Map();
    for (const row of abbreviationData.split('\n')) {
      const [name = '', value = '', dst] = row.split(' ');
      table.set(name.toLowerCase(), /^-?\d+$/.test(value) ? { offset: Number(value), isDst: dst === 'D' } : { zone: value });
    }
  }
  return table;
}

export type ZoneWord = { kind: 'fixed'; offset: number; isDst: boolean } | { kind: 'dynamic'; zone: Zone };

/** DecodeTimezoneAbbrev: the session zone's own abbreviations first, then the table. */
export function decodeAbbreviation(word: string, session: Zone): ZoneWord | undefined {
  const own = session.fixedAbbreviation(word);
  if (own !== undefined) return own === 'varies' ? { kind: 'dynamic', zone: session } : { kind: 'fixed', offset: own.offset, isDst: own.isDst };
  const entry = abbreviations().get(word.toLowerCase());
  if (entry === undefined) return undefined;
  if ('offset' in entry) return { kind: 'fixed', offset: entry.offset, isDst: entry.isDst };
  const zone = findZone(entry.zone);
  return zone === undefined ? undefined : { kind: 'dynamic', zone };
}

/** DetermineTimeZoneAbbrevOffset: what an abbreviation of a zone means at a local time (seconds, as if UTC). */
export function abbreviationInfo(word: string, zone: Zone, local: number): ZoneInfo {
  const info = zone.atLocal(local);
  return zone.abbreviation(word, local - info.offset) ?? info;
}
