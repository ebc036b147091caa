/** A partitioned table's key with everything that comparing and hashing its values needs (RelationBuildPartitionKey). */
import type { CatalogReader, RelationInfo } from '@pglitedb/catalog';
import { SqlError, type Datum, type Oid } from '@pglitedb/types';
import { exprCollation, exprType, exprTypmod, type Expr } from '../nodes/index.js';

export type PartitionStrategy = 'l' | 'r' | 'h';
export interface PartitionColumn {
  /** 0 for an expression */ readonly attnum: number; /** over varno 1 */ readonly expr: Expr | undefined;
  readonly type: Oid; readonly typmod: number; readonly typcollation: Oid;
  readonly opclass: Oid; readonly opfamily: Oid; readonly opcintype: Oid; readonly collation: Oid;
  /** comparison function of the b-tree class, or extended hash function */ readonly support: Oid;
}
export interface PartitionKey { readonly strategy: PartitionStrategy; readonly columns: readonly PartitionColumn[] }
/** Calls a support function; undefined where it cannot be called now. */
export type CallFunction = (fn: Oid, collation: Oid, args: readonly Datum[]) => Datum | undefined;

const COMPARE_PROC = 1;
const HASH_EXTENDED_PROC = 2;
const cache = new WeakMap<RelationInfo, PartitionKey>();

/** undefined for a relation that is not partitioned. */
export function partitionKey(c: CatalogReader, rel: RelationInfo): PartitionKey | undefined {
  const known = cache.get(rel);
  if (known !== undefined || rel.partitionKey === undefined) return known;
  const stored = rel.partitionKey;
  let next = 0;
  const columns = stored.attnums.map((attnum, k): PartitionColumn => {
    const expr = attnum === 0 ? (stored.exprs[next++] as Expr) : undefined;
    const a = rel.attributes[attnum - 1];
    return {
      attnum, expr, type: expr === undefined ? a!.atttypid : exprType(expr), typmod: expr === undefined ? a!.atttypmod : exprTypmod(expr), typcollation: expr === undefined ? a!.attcollation : exprCollation(expr),
      ...keyOpclass(c, stored.opclasses[k]!, stored.strategy), collation: stored.collations[k]!,
    };
  });
  const key: PartitionKey = { strategy: stored.strategy, columns };
  cache.set(rel, key);
  return key;
}

export function keyOpclass(c: CatalogReader, opclass: Oid, strategy: PartitionStrategy): Pick<PartitionColumn, 'opclass' | 'opfamily' | 'opcintype' | 'support'> {
  const row = c.syscache('CLAOID', opclass)!;
  const number = strategy === 'h' ? HASH_EXTENDED_PROC : COMPARE_PROC;
  const support = c.syscache('AMPROCNUM', row.opcfamily, row.opcintype, row.opcintype, number)?.amproc ?? 0;
  if (support === 0) {
    throw new SqlError('42P17', `operator class "${row.opcname}" of access method ${strategy === 'h' ? 'hash' : 'btree'} is missing support function ${number} for type ${c.types.formatType(row.opcintype, -1)}`);
  }
  return { opclass, opfamily: row.opcfamily, opcintype: row.opcintype, support };
}

const HASH_SEED = 0x7A5B22367996DCFDn;
const MASK = (1n << 64n) - 1n;
const ROTATE = 0x49a0f4dd15e5a8e3n;

/** compute_partition_hash_value: the columns' extended hashes combined; null columns leave it as it is. */
export function partitionHash(key: PartitionKey, values: readonly Datum[], call: CallFunction): bigint | undefined {
  let hash = 0n;
  for (let k = 0; k < key.columns.length; k++) {
    if (values[k] === null || values[k] === undefined) continue;
    const c = key.columns[k]!;
    const one = call(c.support, c.collation, [values[k], HASH_SEED]);
    if (one === undefined) return undefined;
    hash = (hash ^ ((BigInt.asUintN(64, BigInt(one as number | bigint)) + ROTATE + (hash << 54n) + (hash >> 7n)) & MASK)) & MASK;
  }
  return hash;
}
