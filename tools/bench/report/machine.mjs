/** What a run ran on. */
import os from 'node:os';
import { readFileSync } from 'node:fs';

export function machine() {
  const cpus = os.cpus();
  let model = cpus[0]?.model ?? 'unknown';
  try {
    model = /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? model;
  } catch { /* not Linux */ }
  return { cpu: model.trim(), cores: cpus.length, memoryGb: Math.round(os.totalmem() / 2 ** 30), system: `${os.type()} ${os.release()} ${os.arch()}`, node: process.version, loadAtStart: os.loadavg()[0] };
}

export const describe = (m) => `${m.cpu}, ${m.cores} cores, ${m.memoryGb} GB, ${m.system}, Node ${m.node}; load at the start ${m.loadAtStart.toFixed(1)}`;
