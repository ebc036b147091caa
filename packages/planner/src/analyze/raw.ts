/**
 * Reading the raw parse tree (the @pgsql/types JSON shape): a node is {Kind: body}; fields that are zero, false or empty
 * are left out, so every read has its default here.
 */
// The tree's types make every field optional and every child a 100-way union: bodies are read untyped, kinds are checked.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Raw = any;

/** The single key of a node: its kind. */
export function kindOf(node: Raw): string {
  for (const key in node) return key;
  return '';
}
export const bodyOf = (node: Raw): Raw => node[kindOf(node)];
/** Is the node of that kind? Its body, else undefined. */
export const as = (node: Raw, kind: string): Raw => (node === undefined || node === null ? undefined : node[kind]);
export const locOf = (body: Raw): number => (body?.location as number | undefined) ?? 0;
export const list = (nodes: Raw): readonly Raw[] => (nodes as readonly Raw[] | undefined) ?? [];
export const str = (node: Raw): string => (node.String?.sval as string | undefined) ?? '';
export const strings = (nodes: Raw): string[] => list(nodes).map(str);
/** Items of a {List: {items}} node, or of a plain array. */
export const items = (node: Raw): readonly Raw[] => (Array.isArray(node) ? node : list(node?.List?.items));
/** Is it a name list of strings only? */
export const dotted = (names: readonly string[]): string => names.join('.');

/** The leftmost location of a raw expression (PostgreSQL's exprLocation for raw nodes). */
export function rawLocation(node: Raw): number {
  if (!node) return -1;
  const kind = kindOf(node);
  const body = node[kind];
  switch (kind) {
    case 'A_Expr': return leftmost(locOf(body), rawLocation(body.lexpr));
    case 'FuncCall': return leftmost(locOf(body), body.args?.length ? rawLocation(body.args[0]) : -1);
    case 'BoolExpr': return leftmost(locOf(body), body.args?.length ? rawLocation(body.args[0]) : -1);
    case 'TypeCast': return [rawLocation(body.arg), body.typeName ? locOf(body.typeName) : -1, locOf(body)].reduce(leftmost, -1);
    case 'CollateClause': return rawLocation(body.arg);
    case 'NullTest': case 'BooleanTest': return leftmost(locOf(body), rawLocation(body.arg));
    case 'SubLink': return leftmost(rawLocation(body.testexpr), locOf(body));
    case 'A_Indirection': return rawLocation(body.arg);
    case 'MultiAssignRef': return rawLocation(body.source);
    case 'ResTarget': return leftmost(locOf(body), -1);
    case 'List': return body.items?.length ? rawLocation(body.items[0]) : -1;
    case 'SortBy': return rawLocation(body.node);
    case 'JsonValueExpr': return rawLocation(body.raw_expr);
    case 'JsonObjectAgg': case 'JsonArrayAgg': return rawLocation({ C: body.constructor_ });
    case 'SelectStmt': case 'JoinExpr': case 'JsonKeyValue': case 'RangeSubselect': case 'RangeFunction': return -1;
    default: return locOf(body);
  }
}
const leftmost = (a: number, b: number): number => (a < 0 ? b : b < 0 ? a : Math.min(a, b));
