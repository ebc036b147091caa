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

/** Estimators that the planner computes itself by the name that pg_operator gives; others have a constant guess there. */
noteImplemented([
  'eqsel', 'neqsel', 'scalarltsel', 'scalarlesel', 'scalargtsel', 'scalargesel', 'likesel', 'nlikesel', 'iclikesel', 'icnlikesel', 'regexeqsel', 'regexnesel', 'icregexeqsel', 'icregexnesel', 'prefixsel',
  'contsel', 'areasel', 'positionsel',
  'eqjoinsel', 'neqjoinsel', 'scalarltjoinsel', 'scalarlejoinsel', 'scalargtjoinsel', 'scalargejoinsel', 'likejoinsel', 'nlikejoinsel', 'iclikejoinsel', 'icnlikejoinsel', 'regexeqjoinsel',
  'regexnejoinsel', 'icregexeqjoinsel', 'icregexnejoinsel', 'prefixjoinsel', 'contjoinsel', 'areajoinsel', 'positionjoinsel', 'arraycontjoinsel',
]);
