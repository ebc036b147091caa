/** A time of day with its zone. */
export class TimeTz {
  constructor(
    /** µs since midnight, local to the zone. */
    readonly micros: number,
    /** Seconds west of Greenwich: positive in the Americas, as PostgreSQL keeps it. */
    readonly zoneSeconds: number,
  ) {}
}

/** Ordered by the moment in GMT, then by the zone. */
export function compareTimeTz(a: TimeTz, b: TimeTz): number {
  const x = a.micros + a.zoneSeconds * 1_000_000;
  const y = b.micros + b.zoneSeconds * 1_000_000;
  if (x !== y) return x < y ? -1 : 1;
  return a.zoneSeconds < b.zoneSeconds ? -1 : a.zoneSeconds > b.zoneSeconds ? 1 : 0;
}
