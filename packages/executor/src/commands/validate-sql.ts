/** CREATE FUNCTION … LANGUAGE sql checks the body. */
import { resolveFunction } from '../functions/fmgr.js';
import { validateSqlFunction } from '../functions/sql-language.js';
import { registerLanguageValidator } from './ddl/create-function.js';

// eslint-disable-next-line require-yield
registerLanguageValidator('sql', function* (u, fn) { validateSqlFunction(u.session, resolveFunction(u.session.catalog(), fn), u.sql); });
