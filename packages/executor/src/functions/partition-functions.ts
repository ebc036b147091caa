/** pg_get_partition_constraintdef and satisfies_hash_partition. */
import type { RelationInfo } from '@pglitedb/catalog';
import { deparseForRelation, ownPartitionCondition, partitionHash, partitionKey, type Expr } from '@pglitedb/planner';
import { SqlError, type CallContext, type Datum, type Oid } from '@pglitedb/types';
import { mapByName, mapVars } from '../commands/ddl/map-vars.js';
import type { ExecContext } from '../context.js';
import { deparseSettings, prettyFlags } from './definitions.js';
import { defineSyncSessionFunctions } from './fmgr.js';
import { supportCaller } from './support-call.js';

const conjuncts = (e: Expr): readonly Expr[] => (e.kind === 'BoolExpr' && e.boolop === 'and' ? e.args : [e]);

/** The conditions of all levels, outermost first, over the relation's own columns. */
function partitionQual(x: ExecContext, rel: RelationInfo): Expr[] {
  const own = ownPartitionCondition(x.session.catalog(), rel, supportCaller(x.session));
  const parent = rel.relispartition && rel.parents[0] !== undefined ? x.session.catalog().relation(rel.parents[0]) : undefined;
  if (parent === undefined) return [];
  const map = mapByName(parent.attributes, rel.attributes);
  return [...partitionQual(x, parent).map((e) => mapVars(e, map)), ...(own === undefined ? [] : conjuncts(mapVars(own.expr, map)))];
}

function constraintDefinition(x: ExecContext, oid: Oid): string | null {
  const rel = x.session.catalog().relation(oid);
  if (rel === undefined || !rel.relispartition) return null;
  const parts = partitionQual(x, rel);
  if (parts.length === 0) return null;
  const all: Expr = parts.length === 1 ? parts[0]! : { kind: 'BoolExpr', boolop: 'and', args: parts, location: -1 };
  return deparseForRelation(all, oid, deparseSettings(x, prettyFlags(false)));
}

function satisfies(x: ExecContext, args: readonly Datum[], cx: CallContext): boolean | null {
  const [relid, modulus, remainder] = args as [Oid | null, number | null, number | null];
  if (relid === null || modulus === null || remainder === null) return null;
  const c = x.session.catalog();
  const rel = c.relation(relid);
  if (rel === undefined) throw new SqlError('42P01', `could not open relation with OID ${relid}`);
  const key = rel.relkind === 'p' ? partitionKey(c, rel) : undefined;
  if (key === undefined || key.strategy !== 'h') throw new SqlError('22023', `"${rel.relname}" is not a hash partitioned table`);
  if (modulus <= 0) throw new SqlError('22023', 'modulus for hash partition must be an integer value greater than zero');
  if (remainder < 0) throw new SqlError('22023', 'remainder for hash partition must be an integer value greater than or equal to zero');
  if (remainder >= modulus) throw new SqlError('22023', 'remainder for hash partition must be less than modulus');
  const variadic = cx.variadic === true;
  const array = variadic ? (args[3] as { elements: readonly Datum[]; elemType?: Oid } | null) : undefined;
  if (variadic && array === null) return null;
  const values = variadic ? array!.elements : args.slice(3);
  if (values.length !== key.columns.length) throw new SqlError('22023', `number of partitioning columns (${key.columns.length}) does not match number of partition keys provided (${values.length})`);
  key.columns.forEach((k, i) => {
    const given = variadic ? c.syscache('TYPEOID', cx.argTypes[3]!)?.typelem ?? 0 : cx.argTypes[3 + i]!;
    if (given === k.type || baseOf(x, given) === baseOf(x, k.type)) return;
    const text = (t: Oid): string => c.types.formatType(t, -1);
    throw new SqlError('22023', variadic
      ? `column ${i + 1} of the partition key has type "${text(k.type)}", but supplied value is of type "${text(given)}"`
      : `column ${i + 1} of the partition key has type ${text(k.type)}, but supplied value is of type ${text(given)}`);
  });
  const hash = partitionHash(key, values, supportCaller(x.session))!;
  return Number(hash % BigInt(modulus)) === remainder;
}
const TEXT_LIKE = new Set<Oid>([25, 1043]);
function baseOf(x: ExecContext, oid: Oid): Oid {
  const t = x.session.catalog().types.typeInfo(oid);
  const base = t?.kind === 'd' ? t.baseOid : oid;
  return TEXT_LIKE.has(base) ? 25 : base;
}

defineSyncSessionFunctions({
  pg_get_partition_constraintdef: (x, [oid]) => constraintDefinition(x, oid),
  satisfies_hash_partition: (x, args, cx) => satisfies(x, args, cx),
});
