/**
 * Measures the probes in a process whose young heap is so large that nothing is collected meanwhile: the growth of the
 * heap is then what the statements allocated, whatever else the machine does. Prints JSON.
 */
import { openProbed, probes, runProbe } from './probes.mjs';

/** The calibrated loop: what a machine does of plain JavaScript (integer arithmetic, property reads, small objects, a map). */
export function calibrate(rounds) {
  const map = new Map();
  let sum = 0;
  for (let i = 0; i < rounds; i++) {
    const o = { a: i, b: i ^ 0x5bd1e995, c: `${i & 63}` };
    sum = (Math.imul(sum, 31) + o.a + o.b) | 0;
    map.set(o.c, (map.get(o.c) ?? 0) + o.a);
  }
  return sum + map.size;
}

/** Processor time, which waiting for other programs does not lengthen; the best round, for what disturbs only lengthens. */
const processorMs = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };

const loops = 20_000;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function measure(db, probe) {
  const times = probe.times ?? 200;
  await runProbe(db, probe, 0, times * 5);
  let next = times * 5;
  const allocated = [];
  let [spent, calibrated] = [Infinity, Infinity];
  for (let round = 0; round < 9; round++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    const start = processorMs();
    await runProbe(db, probe, next, times);
    spent = Math.min(spent, processorMs() - start);
    allocated.push((process.memoryUsage().heapUsed - before) / times);
    next += times;
    const loopStart = processorMs();
    calibrate(loops);
    calibrated = Math.min(calibrated, processorMs() - loopStart);
  }
  return { bytesPerStatement: Math.round(median(allocated)), perThousandLoops: Number((times / spent / (loops / calibrated) * 1000).toPrecision(3)) };
}

const db = await openProbed();
for (let k = 0; k < 20; k++) calibrate(loops);
const figures = {};
for (const probe of probes) figures[probe.id] = await measure(db, probe);
await db.close();
console.log(JSON.stringify(figures));
