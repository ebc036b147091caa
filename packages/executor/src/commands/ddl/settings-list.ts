/** Lists of settings kept with functions, roles and databases: 'name=value' texts, changed by SET and RESET clauses. */
import { SqlError } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import type { Raw } from './raw.js';

/** The value of SET's arguments as one text. */
export function settingValue(args: Raw[] | undefined, quoteLists = false): string {
  return (args ?? []).map((a) => {
    const c = a.A_Const ?? a.TypeCast?.arg.A_Const ?? {};
    if (c.ival !== undefined) return String(c.ival.ival ?? 0);
    if (c.fval !== undefined) return c.fval.fval as string;
    if (c.boolval !== undefined) return c.boolval.boolval === true ? 'true' : 'false';
    const text = (c.sval?.sval as string | undefined) ?? '';
    return quoteLists && !/^[a-z_][a-z0-9_$]*$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }).join(', ');
}
const LISTS = new Set(['search_path', 'datestyle', 'temp_tablespaces', 'session_preload_libraries', 'shared_preload_libraries', 'local_preload_libraries', 'log_destination']);

/** Checks that a setting exists and takes the value. */
function checkSetting(u: UtilityContext, name: string, value: string): void {
  const old = u.session.setting(name.toLowerCase());
  if (old === undefined && !name.includes('.')) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
  if (old === undefined) return;
  u.session.setSetting(name, value, true);
  u.session.setSetting(name, old, true);
}

/** The list after the SET and RESET clauses; null when nothing is left. */
export function changedConfig(u: UtilityContext, old: readonly string[] | null, sets: readonly Raw[]): string[] | null {
  let list = [...(old ?? [])];
  for (const s of sets) {
    if (s.kind === 'VAR_RESET_ALL') { list = []; continue; }
    const name = s.name as string;
    const others = list.filter((x) => x.slice(0, x.indexOf('=')).toLowerCase() !== name.toLowerCase());
    if (s.kind === 'VAR_RESET' || s.kind === 'VAR_SET_DEFAULT') { list = others; continue; }
    const quote = LISTS.has(name.toLowerCase());
    const value = s.kind === 'VAR_SET_CURRENT' ? (u.session.setting(name.toLowerCase()) ?? '') : settingValue(s.args, quote);
    if (s.kind !== 'VAR_SET_CURRENT') checkSetting(u, name, settingValue(s.args, quote));
    const at = list.findIndex((x) => x.slice(0, x.indexOf('=')).toLowerCase() === name.toLowerCase());
    if (at >= 0) list[at] = `${name}=${value}`; else list = [...others, `${name}=${value}`];
  }
  return list.length > 0 ? list : null;
}
