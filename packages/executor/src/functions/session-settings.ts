/** Functions over settings: current_setting, set_config, pg_show_all_settings and their like. */
import { PgArray, SqlError, type Datum } from '@pglitedb/types';
import type { ExecContext } from '../context.js';
import { defineSessionFunctions, defineSyncSessionFunctions } from './fmgr.js';
import { row } from './set-rows.js';

const TEXT = 25;

function currentSetting(x: ExecContext, name: string, missingOk: boolean): string | null {
  const value = x.session.server.showSetting(name);
  if (value !== undefined) return value;
  if (missingOk) return null;
  throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
}

/** Flags of pg_settings_get_flags that are known of settings here. */
const EXPLAIN_FLAGS = new Set([
  'search_path', 'work_mem', 'hash_mem_multiplier', 'temp_buffers', 'effective_cache_size', 'effective_io_concurrency', 'seq_page_cost', 'random_page_cost', 'cpu_tuple_cost',
  'cpu_index_tuple_cost', 'cpu_operator_cost', 'parallel_tuple_cost', 'parallel_setup_cost', 'jit', 'jit_above_cost', 'jit_optimize_above_cost', 'jit_inline_above_cost', 'enable_seqscan',
  'enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan', 'enable_tidscan', 'enable_sort', 'enable_incremental_sort', 'enable_hashagg', 'enable_material', 'enable_memoize',
  'enable_nestloop', 'enable_mergejoin', 'enable_hashjoin', 'enable_gathermerge', 'enable_partitionwise_join', 'enable_partitionwise_aggregate', 'enable_parallel_append', 'enable_parallel_hash',
  'enable_partition_pruning', 'enable_presorted_aggregate', 'enable_async_append', 'enable_self_join_elimination', 'enable_group_by_reordering', 'enable_distinct_reordering', 'geqo', 'geqo_threshold', 'geqo_effort',
  'geqo_pool_size', 'geqo_generations', 'geqo_selection_bias', 'geqo_seed', 'constraint_exclusion', 'cursor_tuple_fraction', 'from_collapse_limit', 'join_collapse_limit', 'plan_cache_mode',
  'max_parallel_workers_per_gather', 'max_parallel_workers', 'parallel_leader_participation', 'min_parallel_table_scan_size', 'min_parallel_index_scan_size', 'debug_parallel_query', 'recursive_worktable_factor',
]);

defineSyncSessionFunctions({
  show_config_by_name: (x, [name]) => currentSetting(x, name, false),
  show_config_by_name_missing_ok: (x, [name, ok]) => currentSetting(x, name, ok),
  set_config_by_name(x, [name, value, local]): Datum {
    if (name === null) throw new SqlError('22004', 'SET requires parameter name');
    x.session.setSetting(name, value ?? undefined, local === true);
    return currentSetting(x, name, false);
  },
  pg_settings_get_flags(x, [name]): Datum {
    const known = x.session.server.settings().find((s) => s.name.toLowerCase() === String(name).toLowerCase());
    if (known === undefined) return null;
    return PgArray.of(TEXT, EXPLAIN_FLAGS.has(known.name) ? ['EXPLAIN'] : []);
  },
});

defineSessionFunctions({
  // eslint-disable-next-line require-yield
  *show_all_settings(x) {
    return x.session.server.settings().map((s) => row([
      s.name, s.setting, s.unit, s.category, s.shortDesc, s.extraDesc, s.context, s.vartype, s.source, s.minVal, s.maxVal,
      s.enumvals === null ? null : PgArray.of(TEXT, [...s.enumvals]), s.bootVal, s.resetVal, null, null, false,
    ]));
  },
  // eslint-disable-next-line require-yield
  *show_all_file_settings() { return []; },
});
