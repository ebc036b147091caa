/** SQL text to PostgreSQL's raw parse tree. */
export { parse, parsePlpgsql } from './parse.js';
export { liftLiterals, parameterizable, parameterize, type Parameterized } from './parameterize.js';
export { valueLists, type ValueLists } from './value-lists.js';
export { characterPosition, sliceBytes } from './position.js';
export { syntaxError } from './syntax-errors.js';
export { fromPgsqlAst } from './pgsql-ast/from-pgsql-ast.js';
export { type Frontend, loadPgsqlAstFrontend } from './pgsql-ast/frontend.js';
export type * from '@pgsql/types';
