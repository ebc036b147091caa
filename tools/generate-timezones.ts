/**
 * Makes packages/types/src/timezone/{zone-data,abbreviations}.ts from a directory of compiled IANA zones and one of
 * PostgreSQL's timezonesets: node --import tsx tools/generate-timezones.ts ZONEINFO TIMEZONESETS
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePosixZone, posixSpan, type ZoneInfo } from '../packages/types/src/timezone/posix.js';

const [zoneinfo = '', sets = ''] = process.argv.slice(2);
const target = new URL('../packages/types/src/timezone/', import.meta.url);

function* files(dir: string, prefix = ''): Iterable<[string, string]> {
  for (const name of readdirSync(dir).sort()) {
    if (/^(right|posix|localtime|posixrules|Factory|leap.*|.*\.(tab|list|zi)|\+VERSION|tzdata.*)$/.test(name)) continue;
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* files(path, `${prefix}${name}/`);
    else if (readFileSync(path).subarray(0, 4).toString() === 'TZif') yield [prefix + name, path];
  }
}

function readZone(path: string): string {
  const b = readFileSync(path);
  const head = (at: number): number[] => [20, 24, 28, 32, 36, 40].map((o) => b.readUInt32BE(at + o));
  const [ut1 = 0, std1 = 0, leap1 = 0, time1 = 0, type1 = 0, char1 = 0] = head(0);
  const second = 44 + time1 * 5 + type1 * 6 + char1 + leap1 * 8 + std1 + ut1;
  const [ut = 0, std = 0, leap = 0, timeCount = 0, typeCount = 0, charCount = 0] = head(second);
  let at = second + 44;
  const times: number[] = [];
  for (let i = 0; i < timeCount; i++) times.push(Number(b.readBigInt64BE(at + i * 8)));
  at += timeCount * 8;
  const index = [...b.subarray(at, at + timeCount)];
  at += timeCount;
  const chars = b.subarray(at + typeCount * 6, at + typeCount * 6 + charCount);
  const types: ZoneInfo[] = [];
  for (let i = 0; i < typeCount; i++) {
    const from = b[at + i * 6 + 5]!;
    types.push({ offset: b.readInt32BE(at + i * 6), isDst: b[at + i * 6 + 4] === 1, abbreviation: chars.subarray(from, chars.indexOf(0, from)).toString() });
  }
  at += typeCount * 6 + charCount + leap * 12 + std + ut;
  const footer = b.subarray(at).toString().trim();
  const rule = footer === '' ? undefined : parsePosixZone(footer);
  const same = (x: ZoneInfo, y: ZoneInfo): boolean => x.offset === y.offset && x.isDst === y.isDst && x.abbreviation === y.abbreviation;
  while (rule !== undefined && times.length > 1) {
    const t = times[times.length - 1]!;
    const span = posixSpan(rule, t);
    if (span.from !== t || !same(span.info, types[index[times.length - 1]!]!) || !same(posixSpan(rule, t - 1).info, types[index[times.length - 2]!]!)) break;
    times.pop();
  }
  let last = 0;
  const transitions = times.map((t, i) => {
    const text = (t - last).toString(36) + String.fromCharCode(65 + index[i]!);
    last = t;
    return text;
  });
  return [footer, types.map((t) => `${t.offset}:${t.isDst ? 1 : 0}:${t.abbreviation}`).join(), transitions.join('')].join('|');
}

const zones = new Map<string, string[]>();
for (const [name, path] of files(zoneinfo)) {
  const data = readZone(path);
  zones.set(data, [...(zones.get(data) ?? []), name]);
}
const lines = [...zones].map(([data, names]) => `${names.join(' ')}|${data}`);
writeFileSync(new URL('zone-data.ts', target),
  `/** IANA time zones, made by tools/generate-timezones.ts: "names|POSIX rule|types|transitions" (see zone.ts). */\nexport const zoneData = \`${lines.join('\n')}\`;\n`);

const rows: string[] = [];
for (const line of readFileSync(join(sets, 'Default'), 'utf8').split('\n')) {
  const [abbreviation = '', value = '', dst = ''] = line.replace(/#.*/, '').trim().split(/\s+/);
  if (abbreviation === '' || abbreviation.startsWith('@')) continue;
  rows.push(/^-?\d+$/.test(value) ? `${abbreviation} ${value}${dst === 'D' ? ' D' : ''}` : `${abbreviation} ${value}`);
}
writeFileSync(new URL('abbreviation-data.ts', target),
  `/** timezone_abbreviations = Default, made by tools/generate-timezones.ts: "ABBREVIATION seconds-east [D]" or "ABBREVIATION zone". */\nexport const abbreviationData = \`${rows.join('\n')}\`;\n`);
