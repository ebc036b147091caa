/** The guard's figures beside the recorded ones. */

/** Worse by more than this is said: allocation hardly varies, speed relative to a loop does. */
export const tolerances = { bytesPerStatement: 0.1, perThousandLoops: 0.4 };

const measures = [
  { id: 'bytesPerStatement', title: 'bytes allocated a statement', better: 'lower' },
  { id: 'perThousandLoops', title: 'statements per 1,000 calibrated loops', better: 'higher' },
];

/** [{ probe, measure, now, then, change, worse }]; change is relative, `then` undefined for what was not recorded. */
export function compare(now, recorded) {
  return Object.entries(now).flatMap(([probe, figures]) => measures.map(({ id, title, better }) => {
    const then = recorded?.[probe]?.[id];
    const change = then === undefined || then === 0 ? undefined : figures[id] / then - 1;
    const worse = change !== undefined && (better === 'lower' ? change : -change) > tolerances[id];
    return { probe, measure: title, now: figures[id], then, change, worse };
  }));
}

export function guardTable(lines) {
  const shown = lines.map((l) => `  ${l.probe.padEnd(18)} ${l.measure.padEnd(38)} ${String(l.now).padStart(9)}   recorded ${String(l.then ?? '-').padStart(9)}   ${l.change === undefined ? '' : `${l.change >= 0 ? '+' : ''}${(l.change * 100).toFixed(0)} %`}${l.worse ? '  WORSE' : ''}`);
  const worse = lines.filter((l) => l.worse).length;
  return ['bench guard (information, no gate)', ...shown, `  ${worse === 0 ? 'nothing worse than recorded' : `${worse} of ${lines.length} figures worse than recorded`}`].join('\n');
}
