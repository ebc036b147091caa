/** The PL/pgSQL language, on the executor's function-language port. Importing it installs it. */
import { installPlpgsql } from './language.js';

installPlpgsql();
export { plpgsqlLanguage } from './language.js';
export { tokenize, type Token } from './lexer.js';
export { CONDITIONS } from './conditions.js';
