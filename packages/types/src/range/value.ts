/** Ranges and multiranges. A null bound is infinite; an empty range has neither bound. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';

export class PgRange {
  constructor(
    readonly rangeOid: Oid,
    readonly lower: Datum | null,
    readonly upper: Datum | null,
    readonly lowerInc: boolean,
    readonly upperInc: boolean,
    readonly empty: boolean,
  ) {}
}

/** Ranges sorted, not empty, neither overlapping nor adjacent. */
export class PgMultirange {
  constructor(readonly multirangeOid: Oid, readonly rangeOid: Oid, readonly ranges: readonly PgRange[]) {}
}
