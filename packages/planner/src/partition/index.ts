/** Partitioned tables: keys, bounds, routing and pruning. */
export { keyOpclass, partitionHash, partitionKey, type CallFunction, type PartitionColumn, type PartitionKey, type PartitionStrategy } from './key.js';
export {
  compareLimits, compareLimitToRow, compareValues, describe as describePartitions, findListValue, isPartitionBound, partitionDesc, partitionFor, rangeLimit,
  type PartitionBoundSpec, type PartitionDesc, type PartitionRangeDatum, type RangeLimit,
} from './bounds.js';
export { prunePartitions, type PruneContext } from './prune.js';
export { keyExpression, ownPartitionCondition, partitionCondition } from './constraint.js';
