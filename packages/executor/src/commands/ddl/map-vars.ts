/** Copies of stored expressions with their columns renumbered, for tables that take over another table's definitions. */
import { SqlError } from '@pglitedb/types';

interface AnyNode { kind?: string; [key: string]: unknown }

/** A copy of the expression in which each Var of varno 1 has the attnum that `to` gives. */
export function mapVars<T>(node: T, to: (attnum: number) => number): T {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((n) => mapVars(n as unknown, to)) as T;
  if (Object.getPrototypeOf(node) !== Object.prototype) return node;
  const n = node as AnyNode;
  const copy: AnyNode = {};
  for (const [key, value] of Object.entries(n)) copy[key] = key === 'constvalue' ? value : mapVars(value, to);
  if (n.kind === 'Var' && n['varlevelsup'] === 0) {
    const attno = n['varattno'] as number;
    if (attno === 0) throw new SqlError('0A000', 'cannot convert whole-row table reference');
    if (attno > 0) {
      copy['varattno'] = to(attno);
      if (n['varattnosyn'] === attno) copy['varattnosyn'] = to(attno);
    }
  }
  return copy as T;
}

/** Attnum in one relation of the column that has this attnum in another, by name. */
export function mapByName(from: readonly { attnum: number; attname: string; attisdropped: boolean }[], to: readonly { attnum: number; attname: string; attisdropped: boolean }[]): (attnum: number) => number {
  const numbers = new Map(to.filter((a) => !a.attisdropped).map((a) => [a.attname, a.attnum]));
  return (attnum) => numbers.get(from[attnum - 1]!.attname) ?? attnum;
}
