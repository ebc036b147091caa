/** XML expressions. */
import { notImplemented } from '@pglitedb/types';
import type { Expr } from '../nodes/index.js';
import type { ParseState } from './context.js';
import type { Raw } from './raw.js';

type Handler = (ps: ParseState, body: Raw) => Expr;
export const XML_EXPRESSIONS: Readonly<Record<string, Handler>> = {
  XmlExpr: () => { throw notImplemented('XML expressions'); },
  XmlSerialize: () => { throw notImplemented('XMLSERIALIZE'); },
};
