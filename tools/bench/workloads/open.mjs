/** (a) From nothing to the first answer, and the memory the process then takes; a fresh process each time. */
import { openPeer } from '../peers/index.mjs';

export const workload = {
  title: 'Open to first answer, resident memory',
  subjects: ['pglitedb', 'pglitedb-disk', 'pglite', 'pglite-disk', 'sqlite', 'sqlite-full', 'duckdb-1', 'pg-mem'],
  rounds: { quick: 3, full: 7 },
  opens: false,
  fresh: true,
  steps: () => [{
    id: 'open', title: 'open',
    metrics: [
      { id: 'open', title: 'open to first answer', unit: 'ms', better: 'lower', target: { pglitedb: 80 } },
      { id: 'resident', title: 'resident memory of the process', unit: 'MB', better: 'lower', target: { pglitedb: 90 } },
    ],
  }],
  async measure({ context }) {
    const start = performance.now();
    const db = await openPeer(context.peer, context);
    await db.rows('select 1');
    const open = performance.now() - start;
    const resident = process.memoryUsage().rss / 1e6;
    await db.close();
    return { open, resident };
  },
};
