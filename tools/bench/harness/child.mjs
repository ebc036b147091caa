/**
 * The process of one subject in one workload: opens the peer, makes the data, then measures when it is told to. One
 * process each keeps heaps, compiled code and crashes apart; only one of them works at a time.
 */
import { openPeer } from '../peers/index.mjs';
import { workloadOf } from '../workloads/index.mjs';

const context = JSON.parse(process.argv[2]);
const workload = await workloadOf(context.workload);
let db;
let state;

const tasks = {
  async setup() {
    if (workload.opens !== false) db = await openPeer(context.peer, context);
    state = await workload.setup?.(db, context);
    return {};
  },
  async measure({ step }) {
    globalThis.gc?.();
    return await workload.measure({ db, state, step, context });
  },
  async answers() { return await workload.answers({ db, state, context }); },
  async verify() { return workload.verify === undefined ? [] : await workload.verify({ db, state, context }); },
  async close() {
    await workload.teardown?.({ db, state, context });
    await db?.close();
    return {};
  },
};

const reasonOf = (error) => String(error?.message ?? error).split('\n')[0].slice(0, 300);

process.on('message', (message) => {
  tasks[message.task](message).then(
    (value) => process.send({ id: message.id, value }),
    (error) => { if (process.env.BENCH_TRACE) console.error(error); process.send({ id: message.id, error: `${error?.code !== undefined && /^\w{5}$/.test(error.code) ? `${error.code}: ` : ''}${reasonOf(error)}` }); },
  ).finally(() => { if (message.task === 'close') setTimeout(() => process.exit(0), 50); });
});
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', (error) => { if (process.env.BENCH_TRACE) console.error(error); });
