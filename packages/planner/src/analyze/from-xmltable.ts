/** XMLTABLE in FROM (transformRangeTableFunc). */
import type { TableFunc } from '../nodes/index.js';
import { coerceToSpecificType } from './coerce.js';
import { collationOfType, T } from './coerce-paths.js';
import { assignExprCollations } from './collate.js';
import { errorAt, withExprKind, type ParseState } from './context.js';
import { expression } from './expr.js';
import { list, locOf, type Raw } from './raw.js';
import { typenameType } from './type-names.js';

const CONSTRUCT = 'XMLTABLE';

function namespaces(ps: ParseState, tf: TableFunc, raw: Raw): void {
  for (const { ResTarget: t } of list(raw)) {
    const name = (t.name as string | undefined) ?? '';
    if (tf.ns_names.includes(name)) {
      throw errorAt(ps, '42601', name === '' ? 'only one default namespace is allowed' : `namespace name "${name}" is not unique`, locOf(t));
    }
    tf.ns_uris.push(coerceToSpecificType(ps, expression(ps, t.val), T.TEXT, -1, CONSTRUCT));
    tf.ns_names.push(name);
  }
}

function column(ps: ParseState, tf: TableFunc, c: Raw): void {
  const name = c.colname as string;
  const { oid, typmod } = c.for_ordinality ? { oid: T.INT4, typmod: -1 } : typenameType(ps, c.typeName);
  if (c.for_ordinality) {
    if (tf.ordinalitycol >= 0) throw errorAt(ps, '42601', 'only one FOR ORDINALITY column is allowed', locOf(c));
    tf.ordinalitycol = tf.colnames.length;
  } else if (c.typeName.setof) throw errorAt(ps, '42P16', `column "${name}" cannot be declared SETOF`, locOf(c));
  const path = c.colexpr === undefined ? undefined : coerceToSpecificType(ps, expression(ps, c.colexpr), T.TEXT, -1, CONSTRUCT);
  const fallback = c.coldefexpr === undefined ? undefined : coerceToSpecificType(ps, expression(ps, c.coldefexpr), oid, typmod, CONSTRUCT);
  if (tf.colnames.includes(name)) throw errorAt(ps, '42601', `column name "${name}" is not unique`, locOf(c));
  tf.colnames.push(name);
  tf.coltypes.push(oid);
  tf.coltypmods.push(typmod);
  tf.colcollations.push(collationOfType(ps.catalog, oid));
  tf.colexprs.push(path);
  tf.coldefexprs.push(fallback);
  tf.colvalexprs.push(undefined);
  tf.notnulls.push(!!c.is_not_null);
}

export function xmlTable(ps: ParseState, raw: Raw): TableFunc {
  return withExprKind(ps, 'from_function', () => {
    const rowexpr = coerceToSpecificType(ps, expression(ps, raw.rowexpr), T.TEXT, -1, CONSTRUCT);
    const docexpr = coerceToSpecificType(ps, expression(ps, raw.docexpr), T.XML, -1, CONSTRUCT);
    const tf: TableFunc = {
      kind: 'TableFunc', functype: 'xmltable', ns_uris: [], ns_names: [], docexpr, rowexpr, colnames: [], coltypes: [], coltypmods: [],
      colcollations: [], colexprs: [], coldefexprs: [], colvalexprs: [], passingvalexprs: [], notnulls: [], plan: undefined, ordinalitycol: -1, location: locOf(raw),
    };
    for (const { RangeTableFuncCol: c } of list(raw.columns)) column(ps, tf, c);
    namespaces(ps, tf, raw.namespaces);
    for (const e of [docexpr, rowexpr, ...tf.ns_uris, ...tf.colexprs, ...tf.coldefexprs]) if (e !== undefined) assignExprCollations(ps, e);
    return tf;
  });
}
