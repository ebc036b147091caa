/** XML expressions (transformXmlExpr, transformXmlSerialize). */
import { xmlName } from '@pglitedb/types';
import type { Expr, XmlExpr } from '../nodes/index.js';
import { coerceToBoolean, coerceToSpecificType, coerceToTargetType } from './coerce.js';
import { formatType, T } from './coerce-paths.js';
import { errorAt, type ParseState } from './context.js';
import { expression } from './expr.js';
import { list, locOf, strings, type Raw } from './raw.js';
import { typenameType } from './type-names.js';

type Handler = (ps: ParseState, body: Raw) => Expr;

const option = (n: Raw): XmlExpr['xmloption'] => (n.xmloption === 'XMLOPTION_CONTENT' ? 'content' : 'document');

/** The name that an attribute or element without AS has. */
function argumentName(ps: ParseState, n: Raw, t: Raw): string {
  if (t.name !== undefined) return xmlName(t.name as string, false, false);
  const ref = t.val?.ColumnRef;
  const name = ref === undefined ? undefined : strings(ref.fields).at(-1);
  if (name !== undefined) return xmlName(name, true, false);
  throw errorAt(ps, '42601', n.op === 'IS_XMLELEMENT' ? 'unnamed XML attribute value must be a column reference' : 'unnamed XML element value must be a column reference', locOf(t));
}

function argument(ps: ParseState, op: string, e: Expr, k: number): Expr {
  switch (op) {
    case 'xmlconcat': return coerceToSpecificType(ps, e, T.XML, -1, 'XMLCONCAT');
    case 'xmlparse': return k === 0 ? coerceToSpecificType(ps, e, T.TEXT, -1, 'XMLPARSE') : coerceToBoolean(ps, e, 'XMLPARSE');
    case 'xmlpi': return coerceToSpecificType(ps, e, T.TEXT, -1, 'XMLPI');
    case 'xmlroot': return coerceToSpecificType(ps, e, k === 0 ? T.XML : k === 1 ? T.TEXT : T.INT4, -1, 'XMLROOT');
    case 'document': return coerceToSpecificType(ps, e, T.XML, -1, 'IS DOCUMENT');
    default: return e;
  }
}

function xmlExpr(ps: ParseState, n: Raw): Expr {
  const op = (n.op as string).replace('IS_', '').toLowerCase();
  const named: Expr[] = [];
  const names: string[] = [];
  for (const { ResTarget: t } of list(n.named_args)) {
    const e = expression(ps, t.val);
    const name = argumentName(ps, n, t);
    if (op === 'xmlelement' && names.includes(name)) throw errorAt(ps, '42601', `XML attribute name "${name}" appears more than once`, locOf(t));
    named.push(e);
    names.push(name);
  }
  return {
    kind: 'XmlExpr', op, name: n.name === undefined ? undefined : xmlName(n.name as string, false, false), named_args: named, arg_names: names,
    args: list(n.args).map((a, k) => argument(ps, op, expression(ps, a), k)), xmloption: option(n), indent: false, type: T.XML, typmod: -1, location: locOf(n),
  };
}

function xmlSerialize(ps: ParseState, n: Raw): Expr {
  const arg = coerceToSpecificType(ps, expression(ps, n.expr), T.XML, -1, 'XMLSERIALIZE');
  const { oid, typmod } = typenameType(ps, n.typeName);
  const e: Expr = {
    kind: 'XmlExpr', op: 'xmlserialize', name: undefined, named_args: [], arg_names: [], args: [arg], xmloption: option(n), indent: !!n.indent, type: oid, typmod, location: locOf(n),
  };
  const result = coerceToTargetType(ps, e, T.TEXT, oid, typmod, 'implicit', 'implicit', -1);
  if (result === undefined) throw errorAt(ps, '42846', `cannot cast XMLSERIALIZE result to ${formatType(ps.catalog, oid)}`, locOf(n));
  return result;
}

export const XML_EXPRESSIONS: Readonly<Record<string, Handler>> = { XmlExpr: xmlExpr, XmlSerialize: xmlSerialize };
