/** Progress while a run goes on, and its tables at the end, for a terminal. */
import { peerOf } from '../peers/index.mjs';
import { number, ratio } from './format.mjs';
import { meansOf, rowsOf } from './rows.mjs';

/** One line that is overwritten on a terminal; elsewhere a line for each step. */
export function progressOn(stream) {
  const line = (text) => { if (stream.isTTY) stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 100) - 1)}`); };
  const print = (text) => stream.write(`${stream.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
  return {
    workload: (workload, k, n) => print(`(${workload.key}) ${workload.title}  [${k}/${n}]`),
    setup: (workload, id) => line(`    ${peerOf(id).title}: preparing`),
    measure: (workload, step, id, round, rounds) => line(`    ${step.title}: round ${round}/${rounds}, ${peerOf(id).title}`),
    step: (workload, step) => { if (!stream.isTTY) print(`    ${step.title}`); },
    failed: (id, reason) => print(`    ${id}: ${reason}`),
    say: print,
  };
}

const pad = (text, width) => text + ' '.repeat(Math.max(0, width - text.length));

export function tableOf(result) {
  const lines = [`(${result.key}) ${result.title}`];
  const rows = rowsOf(result);
  for (const { metric, ours, lines: peers } of rows) {
    lines.push(`  ${metric.title} (${metric.unit}, ${metric.better} is better)`);
    for (const { peer, value, target } of ours) {
      lines.push(`    ${pad(peerOf(peer).title, 42)}${number(value).padStart(12)}${target === undefined ? '' : `   target ${number(target)}`}`);
    }
    for (const { peer, value, ratio: r, wanted } of peers) {
      lines.push(`    ${pad(peerOf(peer).title, 42)}${number(value).padStart(12)}   ours ${ratio(r)}${wanted === undefined ? '' : `   target ${number(wanted)} x`}`);
    }
  }
  if (rows.length > 3 && result.mean !== false) lines.push(...meansOf(rows).map(({ peer, mean, of }) => `  geometric mean of ${of}: ours ${number(mean)} x of ${peerOf(peer).title}`));
  lines.push(...(result.checks ?? []).map((c) => `  ${c.ok ? 'ok' : 'WRONG'}: ${c.text}`));
  lines.push(...reasonsOf(result).map(({ who, reason }) => `  not measured: ${who}: ${reason}`));
  return lines.join('\n');
}

/** Who has no figure, and why. */
export function reasonsOf(result) {
  return Object.entries({ ...result.notes, ...result.failed }).map(([id, reason]) => {
    const [peer, step] = id.split('/');
    return { who: step === undefined ? peerOf(peer).title : `${peerOf(peer).title}, ${step}`, reason };
  });
}
