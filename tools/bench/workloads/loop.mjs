/** Closed loops of one statement: how many a second, in slices of time. */

/** Runs `statement(argumentsOf(i))` from i = from, for `ms`; answers { perSecond, next }. Synchronous peers pay no promise. */
export async function perSecond(db, statement, argumentsOf, from, ms) {
  const batch = 16;
  let i = from;
  const start = performance.now();
  const end = start + ms;
  if (db.sync) while (performance.now() < end) for (let k = 0; k < batch; k++) statement(argumentsOf(i++));
  else while (performance.now() < end) for (let k = 0; k < batch; k++) await statement(argumentsOf(i++));
  return { perSecond: (i - from) / ((performance.now() - start) / 1000), next: i };
}

/** Milliseconds that `run` takes. */
export async function milliseconds(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** A generator of numbers in [0, n), the same in every run (mulberry32). */
export function randomOf(seed) {
  let a = seed >>> 0;
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}
