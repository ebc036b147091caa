/** The lines of every report: one for each metric and peer, made from a run's raw rounds. */
import { counterpart, peerOf, peers } from '../peers/index.mjs';
import { geometricMean, median, ratioOf } from './stats.mjs';

const order = new Map(peers.map((p, k) => [p.id, k]));

/**
 * Answers [{ metric, ours: [{ peer, value }], lines: [{ peer, value, against, ratio, wanted }] }] of one workload's result.
 * `wanted` is the ratio that the metric's target asks of this peer.
 */
export function rowsOf(result) {
  return result.steps.flatMap((step) => step.metrics).filter((metric) => result.metrics[metric.id] !== undefined).map((metric) => {
    const rounds = result.metrics[metric.id];
    const ids = Object.keys(rounds).sort((a, b) => order.get(a) - order.get(b));
    const subjects = ids.map((id) => ({ peer: id, value: median(rounds[id]), own: Boolean(peerOf(id).own), target: metric.target?.[id] }));
    const lines = subjects.filter((s) => !s.own).map(({ peer, value }) => {
      const against = counterpart(peerOf(peer), ids);
      const ratio = against === undefined ? undefined : ratioOf(rounds[against], rounds[peer], metric.better);
      return { peer, value, against, ratio, wanted: metric.ratioTarget?.[peer] };
    });
    return { metric, ours: subjects.filter((s) => s.own), lines };
  });
}

/** For workloads of many like metrics: the geometric mean of the ratios to each peer over the metrics that both have. */
export function meansOf(rows) {
  const byPeer = new Map();
  for (const { lines } of rows) for (const { peer, ratio } of lines) if (ratio !== undefined) byPeer.set(peer, [...byPeer.get(peer) ?? [], ratio.median]);
  return [...byPeer].map(([peer, ratios]) => ({ peer, mean: geometricMean(ratios), of: ratios.length }));
}
