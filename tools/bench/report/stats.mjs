/** Medians, spreads and ratios of rounds. */

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

export const geometricMean = (values) => (values.length === 0 ? NaN : Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length));

/**
 * How many times better ours is than the peer, round by round: rounds are neighbours in time, so what disturbs the
 * machine disturbs both. Answers { median, low, high, rounds }; undefined without a common round.
 */
export function ratioOf(ours, theirs, better) {
  const rounds = Math.min(ours?.length ?? 0, theirs?.length ?? 0);
  const ratios = [];
  for (let k = 0; k < rounds; k++) {
    const ratio = better === 'higher' ? ours[k] / theirs[k] : theirs[k] / ours[k];
    if (Number.isFinite(ratio) && ratio > 0) ratios.push(ratio);
  }
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios), rounds: ratios.length };
}

/** Slope of log(value) over log(size): 1 is linear, 0 constant. Least squares. */
export function growthSlope(points) {
  const xy = points.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (k) => xy.reduce((sum, p) => sum + p[k], 0) / xy.length;
  const [mx, my] = [mean(0), mean(1)];
  const over = xy.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return over / xy.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
