/** Registers the utility commands that are not DDL. */
import './call.js';
import './copy/index.js';
import './maintenance.js';
import './truncate.js';
import './explain.js';
import './validate-sql.js';
