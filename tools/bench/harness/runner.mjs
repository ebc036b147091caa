/**
 * Runs a workload: every subject in its own process, the measures in alternation, round by round, in an order that
 * turns with the round so that no subject always follows the same one. A subject that fails leaves with its reason.
 */
import { peerOf } from '../peers/index.mjs';
import { Subject } from './subject.mjs';

/** Which subjects take part: ours that have a counterpart asked for, and the peers asked for. */
export function subjectsOf(workload, peers) {
  return workload.subjects.filter((id) => peerOf(id).own || peers.includes(id));
}

/** Answers { metrics: {id: {peer: values[]}}, failed: {peer: reason}, answers }. */
export async function runWorkload(workload, context, progress) {
  const ids = subjectsOf(workload, context.peers);
  const result = { metrics: {}, failed: {}, checks: [], notes: { ...workload.notes } };
  const fail = (id, error, at) => { result.failed[id] = at === undefined ? error.message : `${at}: ${error.message}`; progress.failed(id, result.failed[id]); };
  const rounds = context.rounds ?? (context.quick ? workload.rounds?.quick ?? 3 : workload.rounds?.full ?? 5);
  const limits = context.quick ? { setup: 40_000, measure: 15_000 } : { setup: 600_000, measure: 120_000 };
  const live = new Map();
  const start = async (id) => {
    const subject = new Subject(id, workload, { ...context, size: context.quick ? workload.size?.quick : workload.size?.full });
    try {
      await subject.ask('setup', {}, workload.limits?.setup ?? limits.setup);
      return subject;
    } catch (error) {
      await subject.end();
      throw error;
    }
  };
  await workload.prepare?.({ ...context, size: context.quick ? workload.size?.quick : workload.size?.full });
  for (const id of ids) {
    progress.setup(workload, id);
    if (workload.fresh) live.set(id, undefined);
    else await start(id).then((subject) => live.set(id, subject), (error) => fail(id, error));
  }
  if (workload.answers !== undefined) {
    result.answers = {};
    for (const [id, subject] of live) await subject.ask('answers', {}, limits.setup).then((a) => { result.answers[id] = a; }, (error) => { fail(id, error); });
  }
  const measureOne = async (id, step) => {
    const subject = workload.fresh ? await start(id) : live.get(id);
    try {
      return await subject.ask('measure', { step: step.id }, workload.limits?.measure ?? limits.measure);
    } finally {
      if (workload.fresh) await subject.end();
    }
  };
  for (const step of workload.steps(context)) {
    const taking = () => [...live.keys()].filter((id) => (step.subjects ?? ids).includes(id) && result.failed[id] === undefined && !result.failed[`${id}/${step.id}`]);
    const stepRounds = Math.min(rounds, step.rounds ?? rounds);
    for (let round = 0; round < stepRounds; round++) {
      const order = taking();
      for (let k = 0; k < order.length; k++) {
        const id = order[(k + round) % order.length];
        progress.measure(workload, step, id, round + 1, stepRounds);
        try {
          const values = await measureOne(id, step);
          for (const [metric, value] of Object.entries(values)) ((result.metrics[metric] ??= {})[id] ??= []).push(value);
        } catch (error) {
          const dead = !workload.fresh && live.get(id).gone !== undefined;
          fail(dead || workload.fresh ? id : `${id}/${step.id}`, error, step.title);
        }
      }
    }
    progress.step(workload, step, result);
  }
  for (const [id, subject] of live) {
    if (workload.verify !== undefined && subject.gone === undefined) {
      await subject.ask('verify', {}, limits.setup).then((checks) => result.checks.push(...checks.map((c) => ({ ...c, subject: id, text: `${id}: ${c.text}` }))), (error) => fail(id, error, 'verification'));
    }
    await subject?.end();
  }
  return { ...result, ...workload.finish?.(result, context) };
}
