/** PostgreSQL's eight lock modes: names and the conflict matrix, as bit masks by mode. */
import type { LockMode, LockTag } from '../api.js';

export const LOCK_NAMES = [
  '', 'AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock',
] as const;

function mask(...modes: LockMode[]): number {
  return modes.reduce<number>((bits, mode) => bits | (1 << mode), 0);
}

/** CONFLICTS[mode]: bits of the modes that it cannot be held together with. */
export const CONFLICTS: readonly number[] = [
  0,
  mask(8),
  mask(7, 8),
  mask(5, 6, 7, 8),
  mask(4, 5, 6, 7, 8),
  mask(3, 4, 6, 7, 8),
  mask(3, 4, 5, 6, 7, 8),
  mask(2, 3, 4, 5, 6, 7, 8),
  mask(1, 2, 3, 4, 5, 6, 7, 8),
];

const OID_RANGE = 2 ** 32;
const DATABASES = 2 ** 20;

/** Map key of a tag: a number for relations, the common case. */
export function tagKey(tag: LockTag): number | string {
  if (tag.kind === 'relation' && tag.database < DATABASES) return tag.database * OID_RANGE + tag.id;
  return `${tag.kind} ${tag.database} ${tag.id} ${tag.id2 ?? 0} ${tag.id3 ?? 0}`;
}

/** As PostgreSQL's DescribeLockTag. */
export function describeTag(tag: LockTag): string {
  switch (tag.kind) {
    case 'relation': return `relation ${tag.id} of database ${tag.database}`;
    case 'tuple': return `tuple (${tag.id2 ?? 0},${tag.id3 ?? 0}) of relation ${tag.id} of database ${tag.database}`;
    case 'transactionid': return `transaction ${tag.id}`;
    case 'virtualxid': return `virtual transaction ${tag.id}/${tag.id2 ?? 0}`;
    case 'object': return `object ${tag.id2 ?? 0} of class ${tag.id} of database ${tag.database}`;
    case 'advisory': return `advisory lock [${tag.database},${tag.id},${tag.id2 ?? 0},${tag.id3 ?? 0}]`;
  }
}
