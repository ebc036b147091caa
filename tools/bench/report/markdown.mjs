/** docs/performance.md, made from a run. */
import { peerOf } from '../peers/index.mjs';
import { number, ratio } from './format.mjs';
import { describe } from './machine.mjs';
import { meansOf, rowsOf } from './rows.mjs';
import { reasonsOf } from './terminal.mjs';

function table(result) {
  const lines = ['| measure | subject | median | ours against it [rounds] | target |', '|---|---|--:|---|---|'];
  for (const { metric, ours, lines: peers } of rowsOf(result)) {
    let title = `${metric.title} (${metric.unit})`;
    const add = (subject, value, against, target) => { lines.push(`| ${title} | ${subject} | ${value} | ${against} | ${target} |`); title = ''; };
    for (const s of ours) add(`**${peerOf(s.peer).title}**`, number(s.value), '', s.target === undefined ? '' : number(s.target));
    for (const p of peers) add(peerOf(p.peer).title, number(p.value), ratio(p.ratio), p.wanted === undefined ? '' : `${number(p.wanted)} x`);
  }
  return lines;
}

function section(result) {
  const rows = rowsOf(result);
  const lines = [`## (${result.key}) ${result.title}`, ''];
  if (rows.length > 0) lines.push(...table(result), '');
  for (const g of result.growth ?? []) for (const l of g.lines) lines.push(`- ${g.title}, ${peerOf(l.peer).title}: slope ${l.slope.toFixed(2)}`);
  if (rows.length > 3 && result.mean !== false) for (const { peer, mean, of } of meansOf(rows)) lines.push(`- geometric mean of ${of}: ours ${number(mean)} x of ${peerOf(peer).title}`);
  for (const c of result.checks ?? []) lines.push(`- ${c.ok ? 'ok' : '**wrong**'}: ${c.text}`);
  for (const { who, reason } of reasonsOf(result)) lines.push(`- not measured: ${who}: ${reason}`);
  return [...lines, ''];
}

export function markdownOf(run) {
  return `${['# Performance', '', `Written by \`npm run bench -- --docs\`${run.quick ? ' (quick run, small sizes)' : ''}; do not edit.`, '',
    `${describe(run.machine)}. ${run.at.slice(0, 10)}.`, '',
    'Every figure is a median over rounds measured in alternation with its peers in one run. "2 x" is twice as good as the peer in',
    'the same round; the brackets hold the worst and the best round. Memory subjects are set beside ours in memory, disk beside disk with',
    'fsync at each commit, and those that may lose the last commits beside ours with synchronous_commit=off.', '',
    ...run.results.flatMap(section)].join('\n').trimEnd()}\n`;
}
