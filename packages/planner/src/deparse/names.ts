/** Names of relations, functions, operators and collations, qualified where the search path would not find them. */
import { isVisible, quoteIdentifier, quoteQualified, schemaUnlessVisible } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import { ParseState } from '../analyze/context.js';
import { lookupFunction } from '../analyze/function-lookup.js';
import { findOperator } from '../analyze/operators.js';
import type { Deparser } from './context.js';

export { quoteIdentifier };

const schemaName = (d: Deparser, oid: Oid): string => d.catalog.syscache('NAMESPACEOID', oid)?.nspname ?? '';

/** generate_relation_name: also qualified where a CTE of that name hides the relation. */
export function relationName(d: Deparser, oid: Oid): string {
  const rel = d.catalog.syscache('RELOID', oid);
  if (rel === undefined) throw new SqlError('XX000', `cache lookup failed for relation ${oid}`);
  const hidden = d.namespaces.some((n) => n.query?.cteList.some((c) => c.ctename === rel.relname));
  const schema = hidden ? schemaName(d, rel.relnamespace) : schemaUnlessVisible(d.catalog, 'table', oid);
  return quoteQualified(schema, rel.relname);
}
export function qualifiedRelationName(d: Deparser, oid: Oid): string {
  const rel = d.catalog.syscache('RELOID', oid);
  if (rel === undefined) throw new SqlError('XX000', `cache lookup failed for relation ${oid}`);
  return quoteQualified(schemaName(d, rel.relnamespace), rel.relname);
}
export function collationName(d: Deparser, oid: Oid): string {
  const row = d.catalog.syscache('COLLOID', oid);
  if (row === undefined) throw new SqlError('XX000', `cache lookup failed for collation ${oid}`);
  return quoteQualified(schemaUnlessVisible(d.catalog, 'collation', oid), row.collname);
}

const parseState = (d: Deparser): ParseState => new ParseState({ catalog: d.catalog, env: d.env, sql: '', paramTypes: [] });

/** generate_operator_name: OPERATOR(schema.op) unless the plain name means this operator for these operands. */
export function operatorName(d: Deparser, oid: Oid, left: Oid, right: Oid): string {
  const op = d.catalog.syscache('OPEROID', oid);
  if (op === undefined) throw new SqlError('XX000', `cache lookup failed for operator ${oid}`);
  const exact = op.oprleft === left && op.oprright === right;
  const found = exact ? isVisible(d.catalog, 'operator', oid) === true : operatorFound(d, op.oprname, left, right) === oid;
  return found ? op.oprname : `OPERATOR(${quoteIdentifier(schemaName(d, op.oprnamespace))}.${op.oprname})`;
}
function operatorFound(d: Deparser, name: string, left: Oid, right: Oid): Oid {
  try {
    return (findOperator(parseState(d), [name], left, right, true, -1)?.['oid'] as Oid | undefined) ?? 0;
  } catch (error) {
    if (error instanceof SqlError) return 0;
    throw error;
  }
}

/** generate_function_name */
export function functionName(d: Deparser, oid: Oid, argTypes: readonly Oid[], argNames: readonly string[], variadic: boolean): string {
  const proc = d.catalog.syscache('PROCOID', oid);
  if (proc === undefined) throw new SqlError('XX000', `cache lookup failed for function ${oid}`);
  const forced = d.inGroupBy && (proc.proname === 'cube' || proc.proname === 'rollup');
  if (!forced && functionFound(d, proc.proname, argTypes, argNames, variadic) === oid) return quoteIdentifier(proc.proname);
  return quoteQualified(schemaName(d, proc.pronamespace), proc.proname);
}
function functionFound(d: Deparser, name: string, argTypes: readonly Oid[], argNames: readonly string[], variadic: boolean): Oid {
  try {
    const r = lookupFunction(d.catalog, [name], argTypes, argNames, !variadic, true, undefined);
    return 'found' in r ? r.found.candidate.oid : 0;
  } catch (error) {
    if (error instanceof SqlError) return 0;
    throw error;
  }
}
