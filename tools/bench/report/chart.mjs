/** Charts as SVG text, without any library: bars of one metric on a logarithmic scale, and lines of growth. */
import { number } from './format.mjs';

export const escape = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const width = 760;
const labelWidth = 270;
const barHeight = 20;

/** Bars: [{ label, value, note, own }]; each bar's length is the logarithm of its value over the smallest decade shown. */
export function barChart(bars, unit) {
  const shown = bars.filter((b) => b.value > 0);
  if (shown.length === 0) return '';
  const low = Math.floor(Math.log10(Math.min(...shown.map((b) => b.value))) - 0.2);
  const high = Math.ceil(Math.log10(Math.max(...shown.map((b) => b.value))));
  const room = width - labelWidth - 190;
  const x = (value) => Math.max(2, ((Math.log10(value) - low) / Math.max(high - low, 1)) * room);
  const height = shown.length * barHeight + 18;
  const grid = Array.from({ length: high - low + 1 }, (_, k) => {
    const at = labelWidth + (k / Math.max(high - low, 1)) * room;
    return `<line x1="${at}" y1="0" x2="${at}" y2="${height - 14}" class="grid"/><text x="${at}" y="${height - 3}" class="tick" text-anchor="middle">${number(10 ** (low + k))}</text>`;
  });
  const rows = shown.map((b, k) => {
    const y = k * barHeight;
    return `<text x="${labelWidth - 6}" y="${y + 14}" text-anchor="end">${escape(b.label)}</text>`
      + `<rect x="${labelWidth}" y="${y + 3}" width="${x(b.value).toFixed(1)}" height="${barHeight - 6}" class="${b.own ? 'own' : 'peer'}"/>`
      + `<text x="${labelWidth + x(b.value) + 6}" y="${y + 14}">${escape(`${number(b.value)} ${unit}`)}${b.note === undefined ? '' : ` <tspan class="note">${escape(b.note)}</tspan>`}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${grid.join('')}${rows.join('')}</svg>`;
}

const colours = ['#0b6bcb', '#c2410c', '#15803d', '#7e22ce', '#b45309', '#0f766e', '#be123c', '#4b5563'];

/** Lines: [{ label, points: [[x, y]] }], both scales logarithmic. */
export function lineChart(lines, xTitle, unit) {
  const all = lines.flatMap((l) => l.points);
  if (all.length === 0) return '';
  const [left, top, right, bottom] = [70, 10, 560, 250];
  const span = (k) => { const v = all.map((p) => Math.log10(p[k])); const [low, high] = [Math.floor(Math.min(...v)), Math.ceil(Math.max(...v))]; return [low, Math.max(high, low + 1)]; };
  const [xs, ys] = [span(0), span(1)];
  const x = (v) => left + ((Math.log10(v) - xs[0]) / (xs[1] - xs[0])) * (right - left);
  const y = (v) => bottom - ((Math.log10(v) - ys[0]) / (ys[1] - ys[0])) * (bottom - top);
  const decades = ([low, high]) => Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k));
  const grid = [
    ...decades(xs).map((v) => `<line x1="${x(v)}" y1="${top}" x2="${x(v)}" y2="${bottom}" class="grid"/><text x="${x(v)}" y="${bottom + 14}" class="tick" text-anchor="middle">${number(v)}</text>`),
    ...decades(ys).map((v) => `<line x1="${left}" y1="${y(v)}" x2="${right}" y2="${y(v)}" class="grid"/><text x="${left - 6}" y="${y(v) + 4}" class="tick" text-anchor="end">${number(v)}</text>`),
  ];
  const drawn = lines.map((l, k) => {
    const colour = colours[k % colours.length];
    const path = l.points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join('');
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${k === 0 ? 3 : 1.6}"/>`
      + `<rect x="${right + 14}" y="${top + k * 18}" width="10" height="10" fill="${colour}"/><text x="${right + 30}" y="${top + 9 + k * 18}">${escape(l.label)}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${bottom + 34}" role="img">${grid.join('')}${drawn.join('')}<text x="${(left + right) / 2}" y="${bottom + 30}" text-anchor="middle">${escape(xTitle)}; ${escape(unit)}</text></svg>`;
}
