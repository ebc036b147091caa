/**
 * PostgreSQL's generator, xoroshiro128**, seeded by splitmix64, and its derived draws. One state per session, kept with
 * the session's TypeEnv, so that setseed() makes the same stream as PostgreSQL's.
 */
import { randomFillSync } from 'node:crypto';
import type { TypeEnv } from '../type-impl.js';

const MASK = 0xffffffffffffffffn;
const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (64n - k))) & MASK;

export class Prng {
  private s0 = 0n;
  private s1 = 0n;

  /** From the system's randomness. */
  static fresh(): Prng {
    const p = new Prng();
    p.seed(new BigUint64Array(randomFillSync(new Uint8Array(8)).buffer)[0]!);
    return p;
  }

  seed(seed: bigint): void {
    let state = seed & MASK;
    const next = (): bigint => {
      state = (state + 0x9e3779b97f4a7c15n) & MASK;
      let z = state;
      z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
      z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
      return z ^ (z >> 31n);
    };
    this.s0 = next();
    this.s1 = next();
    if (this.s0 === 0n && this.s1 === 0n) {
      this.s0 = 0x5851f42d4c957f2dn;
      this.s1 = 0x14057b7ef767814fn;
    }
  }

  /** From a float in -1..1. */
  seedFloat(f: number): void {
    this.seed(BigInt(Math.trunc((2 ** 52 - 1) * f)));
  }

  /** 64 random bits. */
  next(): bigint {
    const s0 = this.s0;
    const sx = this.s1 ^ s0;
    const value = (rotl((s0 * 5n) & MASK, 7n) * 9n) & MASK;
    this.s0 = rotl(s0, 24n) ^ sx ^ ((sx << 16n) & MASK);
    this.s1 = rotl(sx, 37n);
    return value;
  }

  /** Uniform in min..max. */
  range(min: bigint, max: bigint): bigint {
    if (max <= min) return min;
    const span = max - min;
    const shift = BigInt(64 - span.toString(2).length);
    for (;;) {
      const v = this.next() >> shift;
      if (v <= span) return min + v;
    }
  }

  /** Uniform in [0, 1). */
  double(): number {
    return Number(this.next() >> 12n) / 2 ** 52;
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    const u1 = 1 - this.double();
    const u2 = 1 - this.double();
    return Math.sqrt(-2 * Math.log(u1)) * Math.sin(2 * Math.PI * u2);
  }
}

const states = new WeakMap<TypeEnv, Prng>();

/** The session's generator. */
export function prngOf(env: TypeEnv): Prng {
  let p = states.get(env);
  if (p === undefined) states.set(env, (p = Prng.fresh()));
  return p;
}
