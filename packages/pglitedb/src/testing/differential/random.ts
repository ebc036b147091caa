/** A repeatable source of choices (mulberry32): the same seed, the same statements on every machine. */
export class Random {
  private state: number;
  constructor(seed: number) { this.state = seed >>> 0; }
  /** In [0, 1). */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  /** In [low, high]. */
  int(low: number, high: number): number { return low + Math.floor(this.unit() * (high - low + 1)); }
  chance(probability: number): boolean { return this.unit() < probability; }
  pick<T>(from: readonly T[]): T { return from[Math.floor(this.unit() * from.length)]!; }
  /** One of the entries, by weight. */
  weighted<T>(from: readonly (readonly [number, T])[]): T {
    let left = this.unit() * from.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of from) {
      left -= weight;
      if (left < 0) return value;
    }
    return from.at(-1)![1];
  }
  some<T>(from: readonly T[], probability: number): T[] { return from.filter(() => this.chance(probability)); }
  times<T>(low: number, high: number, make: (k: number) => T): T[] { return Array.from({ length: this.int(low, high) }, (_, k) => make(k)); }
  shuffled<T>(from: readonly T[]): T[] {
    const out = [...from];
    for (let k = out.length - 1; k > 0; k--) {
      const other = this.int(0, k);
      [out[k], out[other]] = [out[other]!, out[k]!];
    }
    return out;
  }
}
