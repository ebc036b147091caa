/** What coercions need of nodes and ranges, gathered so that coerce.ts has one import list. */
export { exprCollation, exprLocation, exprType, exprTypmod, makeConst, makeNullConst, makeRelabelType, type CoercionForm, type Const, type Expr } from '../nodes/index.js';
export { expandRowVar } from './relation-columns.js';
