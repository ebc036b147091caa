/** Constants (get_const_expr): as literals that the parser would read back with the same type. */
import type { Const } from '../nodes/expr.js';
import type { Deparser } from './context.js';
import { collationName } from './names.js';

const BOOL = 16, INT4 = 23, UNKNOWN = 705, NUMERIC = 1700;

export const simpleLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** showType: -1 never a cast, 0 where it is needed, 1 always. */
export function printConst(d: Deparser, c: Const, showType: -1 | 0 | 1): void {
  if (c.constvalue === null || c.constvalue === undefined) {
    d.put('NULL');
    if (showType >= 0) {
      d.put(`::${d.typeName(c.consttype, c.consttypmod)}`);
      printCollation(d, c);
    }
    return;
  }
  const text = c.consttype === UNKNOWN ? String(c.constvalue) : d.catalog.types.typeImpl(c.consttype).format(c.constvalue, d.env);
  let label = true;
  switch (c.consttype) {
    case INT4:
      label = text.startsWith('-');
      d.put(label ? simpleLiteral(text) : text);
      break;
    case NUMERIC:
      label = !/^\d/.test(text) || !/[eE.]/.test(text);
      d.put(label ? simpleLiteral(text) : text);
      label ||= c.consttypmod >= 0;
      break;
    case BOOL:
      d.put(c.constvalue ? 'true' : 'false');
      label = false;
      break;
    default:
      d.put(simpleLiteral(text));
      label = c.consttype !== UNKNOWN;
  }
  if (showType < 0) return;
  if (label || showType > 0) d.put(`::${d.typeName(c.consttype, c.consttypmod)}`);
  printCollation(d, c);
}

function printCollation(d: Deparser, c: Const): void {
  if (c.constcollid && c.constcollid !== (d.catalog.types.typeInfo(c.consttype)?.collation ?? 0)) d.put(` COLLATE ${collationName(d, c.constcollid)}`);
}
