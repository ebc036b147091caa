/**
 * Settings (GUCs) of a session: PostgreSQL's own list with its checks, SET, SET LOCAL and RESET with transaction
 * semantics, and parameters of ours under `pglitedb.`.
 */
import { SqlError, findZone } from '@pglitedb/types';
import { SETTING_ROWS, type SettingRow } from './settings-data.js';

export interface SettingDef {
  readonly name: string; readonly boot: string | null; readonly unit: string | null; readonly category: string; readonly shortDesc: string; readonly extraDesc: string | null;
  readonly context: string; readonly type: 'bool' | 'integer' | 'real' | 'string' | 'enum'; readonly min: number; readonly max: number; readonly enumvals: readonly string[] | null;
  readonly minText: string | null; readonly maxText: string | null;
}

/** Values that are this server's own rather than the boot values of PostgreSQL's sources. */
const OVERRIDES: Record<string, string> = {
  server_version: '18.6', server_version_num: '180006', server_encoding: 'UTF8', client_encoding: 'UTF8', lc_messages: 'C', lc_monetary: 'C', lc_numeric: 'C', lc_time: 'C',
  TimeZone: 'UTC', log_timezone: 'UTC', DateStyle: 'ISO, MDY', default_text_search_config: 'pg_catalog.english', max_connections: '10000', integer_datetimes: 'on',
  transaction_isolation: 'read committed', data_checksums: 'on', jit: 'off', listen_addresses: 'localhost', max_stack_depth: '2048', shared_buffers: '16384',
};
const OWN: readonly SettingRow[] = [
  ['pglitedb.update_placement', 'in_place', null, 'PGLiteDB', 'Where an updated row goes: in place, or appended as PostgreSQL does.', null, 'user', 'enum', null, null, ['in_place', 'append']],
  ['pglitedb.vectorize_above_rows', '2000', null, 'PGLiteDB', 'Plans over at least so many estimated rows run as generated code over column chunks; -1 turns that off.', null, 'user', 'integer', '-1', '2147483647', null],
  ['pglitedb.constraints_deferred', 'off', null, 'PGLiteDB', 'SET CONSTRAINTS ALL DEFERRED of the current transaction.', null, 'internal', 'bool', null, null, null],
];

function define(r: SettingRow): SettingDef {
  const [name, boot, unit, category, shortDesc, extraDesc, context, type, min, max, enumvals] = r;
  return {
    name, boot: OVERRIDES[name] ?? boot, unit, category, shortDesc, extraDesc, context, type: type as SettingDef['type'],
    min: min === null ? -Infinity : Number(min), max: max === null ? Infinity : Number(max), enumvals, minText: min, maxText: max,
  };
}
const DEFS = new Map<string, SettingDef>([...SETTING_ROWS, ...OWN].map((r) => [r[0].toLowerCase(), define(r)]));
const ALIASES: Record<string, string> = { timezone: 'timezone', 'time zone': 'timezone', 'session authorization': 'session_authorization' };

export function settingDefs(): SettingDef[] { return [...DEFS.values()]; }
export function settingDef(name: string): SettingDef | undefined {
  const key = name.toLowerCase();
  return DEFS.get(ALIASES[key] ?? key);
}

const MEMORY_KB: Record<string, number> = { B: 1 / 1024, kB: 1, MB: 1024, GB: 1024 ** 2, TB: 1024 ** 3 };
const TIME_MS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** How many of the setting's own unit one given unit is. */
function unitFactor(def: SettingDef, unit: string): number | undefined {
  const base = /^(\d*)(\D+)$/.exec(def.unit ?? '');
  if (base === null) return undefined;
  const scale = base[1] === '' ? 1 : Number(base[1]);
  const table = base[2]! in MEMORY_KB ? MEMORY_KB : TIME_MS;
  const from = table[unit];
  return from === undefined ? undefined : from / (table[base[2]!]! * scale);
}

function invalid(def: SettingDef, value: string, hint?: string): SqlError {
  return new SqlError('22023', `invalid value for parameter "${def.name}": "${value}"`, hint === undefined ? {} : { hint });
}

/** The value in its stored form; raises 22023. */
export function checkSetting(def: SettingDef, value: string): string {
  switch (def.type) {
    case 'bool': return checkBool(def, value);
    case 'integer': case 'real': return checkNumber(def, value);
    case 'enum': {
      const found = def.enumvals!.find((e) => e.toLowerCase() === value.toLowerCase()) ?? HIDDEN_ENUMS[def.name]?.[value.toLowerCase()];
      if (found === undefined) throw invalid(def, value, `Available values: ${def.enumvals!.join(', ')}.`);
      return found;
    }
    default: return STRING_CHECKS[def.name]?.(def, value) ?? value;
  }
}
const HIDDEN_ENUMS: Record<string, Record<string, string>> = {
  synchronous_commit: { true: 'on', false: 'off', yes: 'on', no: 'off', 1: 'on', 0: 'off' },
  constraint_exclusion: { true: 'on', false: 'off', yes: 'on', no: 'off', 1: 'on', 0: 'off' },
  backslash_quote: { true: 'on', false: 'off', yes: 'on', no: 'off', 1: 'on', 0: 'off' },
  client_min_messages: { debug: 'debug2', info: 'info', fatal: 'fatal', panic: 'panic' },
};

function checkBool(def: SettingDef, value: string): string {
  const v = value.toLowerCase();
  if (v !== '' && ('true'.startsWith(v) || 'yes'.startsWith(v) || v === 'on' || v === '1')) return 'on';
  if (v !== '' && ('false'.startsWith(v) || 'no'.startsWith(v) || v === 'of' || v === 'off' || v === '0')) return 'off';
  throw new SqlError('22023', `parameter "${def.name}" requires a Boolean value`);
}

function checkNumber(def: SettingDef, value: string): string {
  const m = /^\s*([+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))\s*(\S*)\s*$/.exec(value);
  if (m === null) throw invalid(def, value);
  let n = Number(m[1]);
  if (m[2] !== '') {
    const factor = unitFactor(def, m[2]!);
    if (factor === undefined) {
      const memory = def.unit !== null && /B$/.test(def.unit);
      throw invalid(def, value, def.unit === null ? undefined : memory ? 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".' : 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".');
    }
    n *= factor;
  }
  if (def.type === 'integer') n = Math.round(n);
  if (n < def.min || n > def.max) {
    const unit = def.unit === null ? '' : ` ${def.unit}`;
    throw new SqlError('22023', `${n}${unit} is outside the valid range for parameter "${def.name}" (${def.minText}${unit} .. ${def.maxText}${unit})`);
  }
  return String(n);
}

type StringCheck = (def: SettingDef, value: string) => string;
const DATE_STYLES: Record<string, string> = { iso: 'ISO', sql: 'SQL', postgres: 'Postgres', german: 'German' };
const DATE_ORDERS: Record<string, string> = { mdy: 'MDY', us: 'MDY', noneuro: 'MDY', noneuropean: 'MDY', dmy: 'DMY', euro: 'DMY', european: 'DMY', ymd: 'YMD' };
let currentDateStyle = 'ISO, MDY';

const STRING_CHECKS: Record<string, StringCheck> = {
  DateStyle(def, value) {
    let [style, order] = currentDateStyle.split(', ') as [string, string];
    for (const word of value.split(',').map((w) => w.trim().toLowerCase()).filter((w) => w !== '')) {
      const key = Object.keys(DATE_STYLES).find((s) => word.startsWith(s.slice(0, 4)) || s === word);
      if (key !== undefined && DATE_ORDERS[word] === undefined) { style = DATE_STYLES[key]!; if (key === 'german' && !/[md]{2}y|ymd/i.test(value)) order = 'DMY'; continue; }
      if (DATE_ORDERS[word] !== undefined) { order = DATE_ORDERS[word]!; continue; }
      if (word === 'default') { style = 'ISO'; order = 'MDY'; continue; }
      throw new SqlError('22023', `invalid value for parameter "${def.name}": "${value}"`, { detail: `Unrecognized key word: "${word}".` });
    }
    return `${style}, ${order}`;
  },
  TimeZone(def, value) {
    const interval = /^\s*interval\s*'?([+-]?\d+)/i.exec(value);
    if (interval) return `<${Number(interval[1]) < 0 ? '-' : '+'}${String(Math.abs(Number(interval[1]))).padStart(2, '0')}>${-Number(interval[1])}`;
    const number = /^\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(value);
    if (number) {
      const h = Number(number[1]);
      const text = `${String(Math.trunc(Math.abs(h))).padStart(2, '0')}${h % 1 === 0 ? '' : `:${String(Math.round((Math.abs(h) % 1) * 60)).padStart(2, '0')}`}`;
      return `<${h < 0 ? '-' : '+'}${text}>${h < 0 ? '+' : '-'}${text}`;
    }
    if (/^[<A-Za-z]+[^/]*\d/.test(value) && !/^Etc\//i.test(value)) return value;
    return canonicalZone(value) ?? findZone(value)?.name ?? (() => { throw invalid(def, value); })();
  },
  client_encoding(def, value) {
    const v = value.toUpperCase().replace(/[^A-Z0-9]/g, '');
    if (v === 'UTF8' || v === 'UNICODE') return 'UTF8';
    if (v === 'SQLASCII') return 'SQL_ASCII';
    if (v === 'LATIN1' || v === 'ISO88591') return 'LATIN1';
    throw new SqlError('22023', `invalid value for parameter "client_encoding": "${value}"`, { detail: `Conversion between ${value} and UTF8 is not supported.` });
  },
};

const zones = new Map<string, string>();
function canonicalZone(name: string): string | undefined {
  const lower = name.toLowerCase();
  const known: Record<string, string> = { utc: 'UTC', gmt: 'GMT', zulu: 'Zulu', default: 'UTC' };
  if (known[lower] !== undefined) return known[lower];
  if (zones.size === 0) for (const z of Intl.supportedValuesOf('timeZone')) zones.set(z.toLowerCase(), z);
  const found = zones.get(lower);
  if (found !== undefined) return found;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch {
    return undefined;
  }
}

interface Change { name: string; previous: string | undefined; local: boolean }

export class Settings {
  private readonly values = new Map<string, string>();
  /** Values that RESET goes back to: those of the start-up packet and ALTER ROLE/DATABASE. */
  private readonly resets = new Map<string, string>();
  private changes: Change[] = [];
  /** Grows with every SET, RESET and undoing of one. */
  generation = 0;
  /** Called with the canonical name whenever a value changes: ParameterStatus. */
  onChange: ((name: string, value: string) => void) | undefined;
  isSuperuser: () => boolean = () => true;

  /** undefined: no such setting. */
  get(name: string): string | undefined {
    const own = this.values.get(name);
    if (own !== undefined) return own;
    const key = name.toLowerCase();
    const v = this.values.get(key);
    return v ?? settingDef(key)?.boot ?? undefined;
  }
  /** What RESET would set. */
  resetValue(name: string): string {
    const def = settingDef(name);
    return this.resets.get((def?.name ?? name).toLowerCase()) ?? def?.boot ?? '';
  }
  /** The value as SHOW prints it: with units. */
  show(name: string): string {
    const def = settingDef(name);
    const value = this.get(def?.name.toLowerCase() ?? name.toLowerCase());
    if (value === undefined) {
      if (def !== undefined) return '';
      throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
    }
    return def === undefined ? value : showValue(def, value);
  }

  /** SET: `value` undefined = DEFAULT. */
  set(name: string, value: string | undefined, local: boolean, startup = false): void {
    const def = settingDef(name);
    const key = (def?.name ?? name).toLowerCase();
    if (def === undefined && !/^[a-z_][\w$]*(\.[a-z_][\w$]*)+$/i.test(name)) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
    if (def !== undefined && !startup) this.checkContext(def);
    currentDateStyle = this.get('datestyle') ?? 'ISO, MDY';
    const reset = this.resets.get(key) ?? def?.boot ?? '';
    const next = value === undefined ? reset : def === undefined ? value : checkSetting(def, value);
    this.changes.push({ name: key, previous: this.values.get(key), local });
    this.generation++;
    this.values.set(key, next);
    if (startup) this.resets.set(key, next);
    this.announce(def?.name ?? name, next);
  }
  private announce(name: string, value: string): void { this.onChange?.(name, value); }
  private checkContext(def: SettingDef): void {
    switch (def.context) {
      case 'internal': throw new SqlError('55P02', `parameter "${def.name}" cannot be changed`);
      case 'postmaster': throw new SqlError('55P02', `parameter "${def.name}" cannot be changed without restarting the server`);
      case 'sighup': throw new SqlError('55P02', `parameter "${def.name}" cannot be changed now`);
      case 'backend': case 'superuser-backend': throw new SqlError('55P02', `parameter "${def.name}" cannot be set after connection start`);
      case 'superuser': if (!this.isSuperuser()) throw new SqlError('42501', `permission denied to set parameter "${def.name}"`);
    }
  }
  resetAll(): void {
    for (const key of [...this.values.keys()]) {
      const def = settingDef(key);
      if (def === undefined || ['user', 'superuser'].includes(def.context)) if (!NO_RESET_ALL.has(key)) this.set(key, undefined, false);
    }
  }
  /** Sets without checks or undo: read-only values that the session keeps itself. */
  force(name: string, value: string): void {
    const key = name.toLowerCase();
    if (this.values.get(key) === value) return;
    this.values.set(key, value);
    this.announce(settingDef(name)?.name ?? name, value);
  }

  /** Position to roll back to. */
  mark(): number { return this.changes.length; }
  rollbackTo(mark: number): void {
    while (this.changes.length > mark) this.undo(this.changes.pop()!);
  }
  atCommit(): void {
    if (this.changes.length === 0) return;
    const local = this.changes.filter((c) => c.local).reverse();
    const kept = new Set<string>();
    for (const c of local) {
      if (kept.has(c.name)) continue;
      this.undo(this.changes.find((d) => d.local && d.name === c.name)!);
      kept.add(c.name);
    }
    this.changes = [];
  }
  private undo(c: Change): void {
    this.generation++;
    if (c.previous === undefined) this.values.delete(c.name);
    else this.values.set(c.name, c.previous);
    const def = settingDef(c.name);
    this.announce(def?.name ?? c.name, this.get(c.name) ?? '');
  }
}
const NO_RESET_ALL = new Set(['transaction_isolation', 'transaction_read_only', 'transaction_deferrable', 'session_authorization', 'role', 'is_superuser']);

/** Numbers with a unit are shown in the largest unit that divides them. */
export function showValue(def: SettingDef, value: string): string {
  if ((def.type !== 'integer' && def.type !== 'real') || def.unit === null) return value;
  const n = Number(value);
  if (n <= 0) return value;
  const base = /^(\d*)(\D+)$/.exec(def.unit)!;
  const scale = base[1] === '' ? 1 : Number(base[1]);
  const table = base[2]! in MEMORY_KB ? MEMORY_KB : TIME_MS;
  const total = n * scale * table[base[2]!]!;
  const units = Object.entries(table).sort((a, b) => b[1] - a[1]);
  for (const [unit, size] of units) {
    const q = total / size;
    if (q >= 1 && Math.abs(q - Math.round(q)) < 1e-9) return `${Math.round(q)}${unit}`;
  }
  return `${value}${def.unit}`;
}
