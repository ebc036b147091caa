/** Storage parameters of tables and indexes: which there are, and what values they take (reloptions.c). */
import { SqlError } from '@pglitedb/types';

type Kind = { type: 'int'; min: number; max: number } | { type: 'real'; min: number; max: number } | { type: 'bool' } | { type: 'enum'; values: readonly string[] };
const int = (min: number, max: number): Kind => ({ type: 'int', min, max });
const real = (min: number, max: number): Kind => ({ type: 'real', min, max });
const bool: Kind = { type: 'bool' };
const INT_MAX = 2147483647;

const AUTOVACUUM: Readonly<Record<string, Kind>> = {
  autovacuum_enabled: bool, autovacuum_vacuum_threshold: int(0, INT_MAX), autovacuum_vacuum_max_threshold: int(-1, INT_MAX), autovacuum_vacuum_insert_threshold: int(-1, INT_MAX),
  autovacuum_vacuum_cost_limit: int(1, 10000), autovacuum_vacuum_cost_delay: real(0, 100), autovacuum_vacuum_scale_factor: real(0, 100), autovacuum_vacuum_insert_scale_factor: real(0, 100),
  autovacuum_freeze_min_age: int(0, 1000000000), autovacuum_freeze_max_age: int(100000, 2000000000), autovacuum_freeze_table_age: int(0, 2000000000), autovacuum_multixact_freeze_min_age: int(0, 1000000000),
  autovacuum_multixact_freeze_max_age: int(10000, 2000000000), autovacuum_multixact_freeze_table_age: int(0, 2000000000), log_autovacuum_min_duration: int(-1, INT_MAX),
  vacuum_index_cleanup: { type: 'enum', values: ['on', 'off', 'auto'] }, vacuum_truncate: bool, vacuum_max_eager_freeze_failure_rate: real(0, 1),
};
export const TABLE_OPTIONS: Readonly<Record<string, Kind>> = {
  ...AUTOVACUUM, fillfactor: int(10, 100), toast_tuple_target: int(128, 8160), parallel_workers: int(0, 1024), user_catalog_table: bool,
  autovacuum_analyze_threshold: int(0, INT_MAX), autovacuum_analyze_scale_factor: real(0, 100),
};
const VIEW_OPTIONS: Readonly<Record<string, Kind>> = { security_barrier: bool, security_invoker: bool, check_option: { type: 'enum', values: ['local', 'cascaded'] } };
const INDEX_OPTIONS: Readonly<Record<string, Kind>> = {
  fillfactor: int(10, 100), deduplicate_items: bool, buffering: { type: 'enum', values: ['on', 'off', 'auto'] }, fastupdate: bool, gin_pending_list_limit: int(64, INT_MAX), pages_per_range: int(1, 131072), autosummarize: bool,
};
const BOOLEAN = /^(t|tr|tru|true|on|1|y|ye|yes|f|fa|fal|fals|false|of|off|0|n|no)$/i;
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

function checkValue(name: string, value: string, kind: Kind): void {
  const invalid = (word: string): SqlError => new SqlError('22023', `invalid value for ${word} option "${name}": ${value}`);
  switch (kind.type) {
    case 'bool': if (!BOOLEAN.test(value)) throw invalid('boolean'); return;
    case 'enum': {
      if (kind.values.includes(value.toLowerCase()) || (kind.values.includes('on') && BOOLEAN.test(value))) return;
      const quoted = kind.values.map((v) => `"${v}"`);
      const list = quoted.length === 2 ? quoted.join(' and ') : `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
      throw new SqlError('22023', `invalid value for enum option "${name}": ${value}`, { detail: `Valid values are ${list}.` });
    }
    default: {
      if (!NUMBER.test(value)) throw invalid(kind.type === 'int' ? 'integer' : 'floating point');
      const n = kind.type === 'int' ? Math.round(Number(value)) : Number(value);
      const text = (b: number): string => (kind.type === 'int' ? String(b) : b.toFixed(6));
      if (n < kind.min || n > kind.max) throw new SqlError('22023', `value ${value} out of bounds for option "${name}"`, { detail: `Valid values are between "${text(kind.min)}" and "${text(kind.max)}".` });
    }
  }
}

/** Options as they are kept ("name=value", "toast.name=value"), for a relation of this kind. */
export function checkRelOptions(list: readonly string[], relkind: string): void {
  const known = relkind === 'v' ? VIEW_OPTIONS : relkind === 'i' || relkind === 'I' ? INDEX_OPTIONS : TABLE_OPTIONS;
  const seen = new Set<string>();
  for (const o of list) {
    const full = o.slice(0, o.indexOf('='));
    if (seen.has(full)) throw new SqlError('22023', `parameter "${full}" specified more than once`);
    seen.add(full);
    const dot = full.indexOf('.');
    if (dot >= 0 && (full.slice(0, dot) !== 'toast' || relkind === 'v')) throw new SqlError('22023', `unrecognized parameter namespace "${full.slice(0, dot)}"`);
    const name = full.slice(dot + 1);
    const kind = (dot >= 0 ? AUTOVACUUM : known)[name];
    if (kind === undefined) throw new SqlError('22023', `unrecognized parameter "${name}"`);
    checkValue(name, o.slice(o.indexOf('=') + 1), kind);
  }
}
