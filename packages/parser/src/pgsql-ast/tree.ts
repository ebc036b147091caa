/** Makers of the raw parse tree's small nodes, in the shape that libpg-query prints: absent means zero, false or empty. */
import { SqlError } from '@pglitedb/types';

export type Tree = { readonly [key: string]: unknown };

export const str = (sval: string): Tree => ({ String: { sval } });
export const strings = (names: readonly string[]): Tree[] => names.map(str);
export const listOf = (items: readonly unknown[]): Tree => ({ List: { items } });
export const integer = (ival: number): Tree => ({ Integer: ival === 0 ? {} : { ival } });
export const boolean = (value: boolean): Tree => ({ Boolean: { boolval: value } });

export const stringConst = (sval: string): Tree => ({ A_Const: { sval: { sval } } });
export const intConst = (ival: number): Tree => ({ A_Const: { ival: ival === 0 ? {} : { ival } } });
export const floatConst = (fval: string): Tree => ({ A_Const: { fval: { fval } } });
export const boolConst = (value: boolean): Tree => ({ A_Const: { boolval: value ? { boolval: true } : {} } });
export const nullConst: Tree = { A_Const: { isnull: true } };

export const columnRef = (names: readonly string[]): Tree => ({ ColumnRef: { fields: strings(names) } });
export const operation = (kind: string, name: readonly string[], lexpr: unknown, rexpr: unknown): Tree =>
  ({ A_Expr: compact({ kind, name: strings(name), lexpr, rexpr }) });
export const defElem = (defname: string, arg?: unknown): Tree => ({ DefElem: compact({ defname, arg, defaction: 'DEFELEM_UNSPEC' }) });
export const funcCall = (name: readonly string[], args: readonly unknown[], funcformat: string): Tree =>
  ({ FuncCall: compact({ funcname: strings(name), args: filled(args), funcformat }) });

/** Without the members that are undefined. */
export function compact(node: Record<string, unknown>): Tree {
  for (const key of Object.keys(node)) if (node[key] === undefined) delete node[key];
  return node;
}
/** Undefined for an empty or absent list: the tree leaves such members out. */
export function filled<T>(items: readonly T[] | null | undefined): readonly T[] | undefined {
  return items && items.length > 0 ? items : undefined;
}
/** True or left out. */
export const flag = (value: unknown): true | undefined => (value ? true : undefined);

export const DIGITS_INT4 = 2_147_483_647;

/** A number's constant from its text: int4 as integer, anything else as text. */
export function numberConst(text: string): Tree {
  return /^\d+$/.test(text) && Number(text) <= DIGITS_INT4 ? intConst(Number(text)) : floatConst(text);
}

export function unsupported(what: string): SqlError {
  return new SqlError('0A000', `the pgsql-ast-parser frontend cannot represent ${what}`);
}
export function rejected(message: string): SqlError {
  return new SqlError('42601', message);
}
