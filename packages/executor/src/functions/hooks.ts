/**
 * Builtins of pg_proc that the engine does by other means than calling them by name: referential integrity, subscripting
 * and the validators of languages. They are never called through the function manager; the list says that they exist.
 */
import { noteImplemented } from './fmgr.js';

const REFERENTIAL_ACTIONS = ['cascade', 'restrict', 'setnull', 'setdefault', 'noaction'];

noteImplemented([
  'RI_FKey_check_ins', 'RI_FKey_check_upd', ...REFERENTIAL_ACTIONS.flatMap((a) => [`RI_FKey_${a}_del`, `RI_FKey_${a}_upd`]),
  'unique_key_recheck',
  'array_subscript_handler', 'raw_array_subscript_handler', 'jsonb_subscript_handler',
]);
