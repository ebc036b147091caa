/** The workloads, by the letter they are asked for with. Each module exports `workload`; see README.md for its shape. */
export const workloads = [
  { key: 'a', module: './open.mjs' },
  { key: 'b', module: './rows.mjs' },
  { key: 'c', module: './pgbench.mjs' },
  { key: 'd', module: './load.mjs' },
  { key: 'e', module: './analytics.mjs' },
  { key: 'f', module: './tpch.mjs' },
  { key: 'g', module: './tpcc.mjs' },
  { key: 'h', module: './idle.mjs' },
  { key: 'i', module: './latency.mjs' },
  { key: 'j', module: './recovery.mjs' },
  { key: 'k', module: './growth.mjs' },
];

export async function workloadOf(key) {
  const entry = workloads.find((w) => w.key === key);
  return { key, ...(await import(entry.module)).workload };
}
