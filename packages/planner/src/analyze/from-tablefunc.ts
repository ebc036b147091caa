/** XMLTABLE and JSON_TABLE in FROM. */
import { notImplemented } from '@pglitedb/types';
import type { NsItem, ParseState } from './context.js';
import type { Raw } from './raw.js';

export function addTableFunc(_ps: ParseState, node: Raw): NsItem {
  throw notImplemented(node.JsonTable ? 'JSON_TABLE' : 'XMLTABLE');
}
