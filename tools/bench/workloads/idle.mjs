/** (h) Idle connections: the server's memory for each and how fast they open. Raw sockets, so that the client costs little. */
import net from 'node:net';
import { memoryOf } from '../harness/servers.mjs';

const ready = Buffer.from([0x5a, 0, 0, 0, 5]);

function startupMessage(url) {
  const body = Buffer.from(`user\0${url.username || 'postgres'}\0database\0${url.pathname.slice(1)}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196608, 4);
  return Buffer.concat([head, body]);
}

function connect(url, message) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname, () => socket.write(message));
    let last = Buffer.alloc(0);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (d) => { last = Buffer.concat([last, d]).subarray(-200); if (last.includes(ready)) resolve(socket); });
  });
}

async function openMany(url, count) {
  const message = startupMessage(url);
  const sockets = [];
  let refused;
  for (let k = 0; k < count; k += 50) {
    const batch = await Promise.allSettled(Array.from({ length: Math.min(50, count - k) }, () => connect(url, message)));
    for (const r of batch) if (r.status === 'fulfilled') sockets.push(r.value); else refused = r.reason;
  }
  if (refused !== undefined) { for (const s of sockets) s.destroy(); throw new Error(`${count - sockets.length} of ${count} refused: ${refused.message}`); }
  return sockets;
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const stepOf = (n) => ({ id: String(n), title: `${n} idle connections`, metrics: [
  { id: `memory-${n}`, title: `${n} idle connections: the server's memory in all`, unit: 'MB', better: 'lower', target: n === 5000 ? { 'pglitedb-server': 250 } : undefined },
  { id: `rate-${n}`, title: `${n} connections: opened`, unit: '/s', better: 'higher', target: n === 5000 ? { 'pglitedb-server': 1000 } : undefined },
] });

export const workload = {
  title: 'Idle connections',
  subjects: ['pglitedb-server', 'postgres'],
  notes: { pglite: 'not asked: it holds one connection', 'duckdb-1': 'not asked: it has no server' },
  rounds: { quick: 1, full: 3 },
  mean: false,
  limits: { measure: 120_000 },
  steps: ({ quick }) => (quick ? [100, 1000] : [100, 1000, 5000]).map(stepOf),
  async setup(db, { nativePid }) {
    const pid = db.serverPid?.() ?? nativePid;
    if (memoryOf(pid) === undefined) throw new Error('the memory of this server cannot be read (it is not one that this run started, or the system does not tell)');
    await db.rows('select 1');
    return { pid };
  },
  async measure({ db, state, step }) {
    const start = performance.now();
    const sockets = await openMany(new URL(db.url), Number(step));
    const seconds = (performance.now() - start) / 1000;
    await pause(300);
    const memory = memoryOf(state.pid) / 1e6;
    for (const socket of sockets) { socket.removeAllListeners(); socket.on('error', () => undefined); socket.destroy(); }
    await pause(Math.min(3000, 300 + sockets.length));
    return { [`memory-${step}`]: memory, [`rate-${step}`]: sockets.length / seconds };
  },
};
