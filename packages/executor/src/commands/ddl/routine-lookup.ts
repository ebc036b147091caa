/** LookupFuncWithArgs: functions, procedures and aggregates as DROP, ALTER, COMMENT and GRANT name them. */
import type { CatalogReader, CatalogRow } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import { Missing, missingSchema, missingType } from './object-lookup.js';
import { names, type Raw } from './raw.js';
import { namespaceOf, typeNameText, typeOid } from './type-lookup.js';

export type RoutineKind = 'function' | 'procedure' | 'aggregate' | 'routine';
type Proc = CatalogRow<'pg_proc'>;

/** Functions of this name, nearest schema first. */
export function proceduresNamed(c: CatalogReader, parts: readonly string[]): Proc[] {
  const name = parts[parts.length - 1]!;
  const spaces = parts.length > 1 ? [namespaceOf(c, parts[parts.length - 2]!)] : c.searchPath();
  const all = c.syscacheList('PROCNAMEARGSNSP', name);
  return spaces.flatMap((ns) => all.filter((p) => p.pronamespace === ns));
}
const sameTypes = (a: readonly Oid[], b: readonly Oid[]): boolean => a.length === b.length && a.every((x, k) => x === b[k]);

/** The function of exactly these input types; 0 if none. */
export function findProcedure(c: CatalogReader, parts: readonly string[], args: readonly Oid[]): Oid {
  return proceduresNamed(c, parts).find((p) => sameTypes(p.proargtypes, args))?.oid ?? 0;
}

const OF_KIND: Readonly<Record<RoutineKind, string>> = { function: 'fw', procedure: 'p', aggregate: 'a', routine: 'fwpa' };
const signature = (c: CatalogReader, parts: readonly string[], args: readonly Oid[]): string => `${parts.join('.')}(${args.map((a) => c.types.formatType(a, -1)).join(', ')})`;

export function lookupRoutine(c: CatalogReader, kind: RoutineKind, o: Raw): Oid | Missing {
  const parts = names(o.objname);
  if (parts.length > 1 && namespaceOf(c, parts[parts.length - 2]!) === 0) return missingSchema(parts[parts.length - 2]!);
  if (o.args_unspecified === true) return unspecified(c, kind, parts);
  const nodes: Raw[] = (o.objargs ?? []).map((a: Raw) => a.TypeName);
  const args = nodes.map((n) => typeOid(c, n));
  const unknown = args.indexOf(0);
  const skipped = `${kind} ${parts.join('.')}(${nodes.map(typeNameText).join(',')}) does not exist`;
  if (unknown >= 0) return missingType(c, nodes[unknown]);
  let oid = findProcedure(c, parts, args);
  if (oid === 0 && kind !== 'aggregate' && o.objfuncargs !== undefined) oid = byAllArguments(c, parts, o.objfuncargs);
  const noun = kind === 'routine' ? 'routine' : kind;
  if (oid === 0) {
    if (kind === 'aggregate' && args.length === 0) return new Missing('42883', `aggregate ${parts.join('.')}(*) does not exist`, skipped);
    return new Missing('42883', kind === 'function' ? `function ${signature(c, parts, args)} does not exist` : `${noun} ${signature(c, parts, args)} does not exist`, skipped);
  }
  checkKind(c, kind, oid, signature(c, parts, args));
  return oid;
}

/** With OUT arguments written too, as procedures are often named. */
function byAllArguments(c: CatalogReader, parts: readonly string[], parameters: Raw[]): Oid {
  const types = parameters.map((p) => typeOid(c, p.FunctionParameter.argType));
  const matches = proceduresNamed(c, parts).filter((p) => p.prokind === 'p' && sameTypes(p.proallargtypes ?? p.proargtypes, types));
  return matches.length === 1 ? matches[0]!.oid : 0;
}

function unspecified(c: CatalogReader, kind: RoutineKind, parts: readonly string[]): Oid | Missing {
  const all = proceduresNamed(c, parts).filter((p) => OF_KIND[kind].includes(p.prokind));
  const name = parts.join('.');
  if (all.length === 0) {
    const any = proceduresNamed(c, parts);
    if (any.length === 1) checkKind(c, kind, any[0]!.oid, name);
    const what = kind === 'function' || kind === 'routine' ? `could not find a function named "${name}"` : kind === 'procedure' ? `could not find a procedure named "${name}"` : `could not find an aggregate named "${name}"`;
    return new Missing('42883', what, `${kind} ${name}() does not exist`);
  }
  if (all.length > 1) {
    throw new SqlError('42725', `${kind} name "${name}" is not unique`, { hint: `Specify the argument list to select the ${kind} unambiguously.` });
  }
  return all[0]!.oid;
}

function checkKind(c: CatalogReader, kind: RoutineKind, oid: Oid, text: string): void {
  const actual = c.syscache('PROCOID', oid)!.prokind;
  if (kind === 'routine' || OF_KIND[kind].includes(actual)) return;
  if (kind === 'function' && actual === 'a') return;
  if (kind === 'aggregate') throw new SqlError('42809', `function ${text} is not an aggregate`);
  throw new SqlError('42809', `${text} is not a ${kind}`);
}
