/** The run as one self-contained page: the machine, and for each workload its charts and its table. */
import { peerOf } from '../peers/index.mjs';
import { barChart, escape, lineChart } from './chart.mjs';
import { number, ratio } from './format.mjs';
import { describe } from './machine.mjs';
import { meansOf, rowsOf } from './rows.mjs';
import { reasonsOf } from './terminal.mjs';

const style = `body{font:14px/1.45 system-ui,sans-serif;max-width:860px;margin:2em auto;padding:0 1em;color:#1f2937}
svg{width:100%;font:12px system-ui,sans-serif;margin:.2em 0 1em}svg .own{fill:#0b6bcb}svg .peer{fill:#9ca3af}svg .grid{stroke:#e5e7eb}
svg .tick,svg .note{fill:#6b7280}table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}td,th{padding:2px 8px;border-bottom:1px solid #e5e7eb;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}h3{margin:1em 0 .2em;font-size:14px}.bad{color:#b91c1c}.dim{color:#6b7280}`;

function metricChart({ metric, ours, lines }) {
  const bars = [...ours.map((s) => ({ label: peerOf(s.peer).title, value: s.value, own: true })),
    ...lines.map((l) => ({ label: peerOf(l.peer).title, value: l.value, note: l.ratio === undefined ? undefined : `ours ${number(l.ratio.median)} x` }))];
  return `<h3>${escape(metric.title)} <span class="dim">(${escape(metric.unit)}, ${metric.better} is better)</span></h3>${barChart(bars, metric.unit)}`;
}

function table(rows) {
  const body = rows.flatMap(({ metric, ours, lines }) => [
    ...ours.map((s) => `<tr><td>${escape(metric.title)}</td><td><b>${escape(peerOf(s.peer).title)}</b></td><td class=n>${number(s.value)} ${escape(metric.unit)}</td><td>${s.target === undefined ? '' : `target ${number(s.target)}`}</td></tr>`),
    ...lines.map((l) => `<tr><td></td><td>${escape(peerOf(l.peer).title)}</td><td class=n>${number(l.value)} ${escape(metric.unit)}</td><td>ours ${ratio(l.ratio)}${l.wanted === undefined ? '' : `, target ${number(l.wanted)} x`}</td></tr>`),
  ]);
  return `<details><summary>Figures</summary><table><tr><th>Measure</th><th>Subject</th><th>Median</th><th>Ours against it: median [lowest-highest round]</th></tr>${body.join('')}</table></details>`;
}

function charts(result, rows) {
  if (result.growth !== undefined) return result.growth.map((g) => `<h3>${escape(g.title)}</h3>${lineChart(g.lines.map((l) => ({ ...l, label: `${peerOf(l.peer).title}, slope ${l.slope.toFixed(2)}` })), 'rows', g.unit)}`).join('');
  if (result.chart !== 'means') return rows.map(metricChart).join('');
  const means = meansOf(rows).map(({ peer, mean, of }) => ({ label: peerOf(peer).title, value: mean, note: `over ${of}` }));
  return `<h3>Ours against each peer, geometric mean</h3>${barChart(means, 'x')}`;
}

function section(result) {
  const rows = rowsOf(result);
  const checks = (result.checks ?? []).map((c) => `<li class="${c.ok ? '' : 'bad'}">${c.ok ? 'ok' : 'wrong'}: ${escape(c.text)}</li>`);
  const reasons = reasonsOf(result).map(({ who, reason }) => `<li class=dim>not measured: ${escape(who)}: ${escape(reason)}</li>`);
  return `<h2>(${result.key}) ${escape(result.title)}</h2>${charts(result, rows)}${table(rows)}<ul>${checks.join('')}${reasons.join('')}</ul>`;
}

export function htmlOf(run) {
  return `<!doctype html><meta charset="utf-8"><title>PGLiteDB beside its peers</title><style>${style}</style>
<h1>PGLiteDB beside its peers</h1><p>${escape(describe(run.machine))}; ${escape(run.at)}${run.quick ? '; quick run, small sizes' : ''}; ${Math.round(run.seconds)} s.</p>
<p>Figures are medians over rounds measured in alternation; "ours 2 x" means twice as good as the peer in the same round. Scales are logarithmic.</p>
${run.results.map(section).join('\n')}
`;
}
