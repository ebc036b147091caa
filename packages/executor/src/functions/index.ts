/** Registers the builtin functions that need the session. */
import './sequence.js';
import './session.js';
import './session-locks.js';
import './session-settings.js';
import './session-activity.js';
import './sql-language.js';
import './definitions.js';
import './definitions-index.js';
import './definitions-function.js';
import './snapshot.js';
import './hooks.js';
import './partition-functions.js';
import './text-search.js';
import './internal-triggers.js';
import './session-misc.js';
import './session-statistics.js';
import './xml-export.js';
