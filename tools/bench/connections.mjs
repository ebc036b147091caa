/**
 * Many connections to one server: N idle ones and M that run short queries; prints refusals and the server's resident
 * memory. `node tools/bench/connections.mjs [--idle 1000] [--active 100]`; starts a server of its own.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';

const option = (name, fallback) => { const at = process.argv.indexOf(`--${name}`); return at < 0 ? fallback : Number(process.argv[at + 1]); };
const idle = option('idle', 1000);
const active = option('active', 100);
const port = option('port', 5455);

const server = spawn(process.execPath, [new URL('../../packages/pglitedb/dist/cli.js', import.meta.url).pathname, 'serve', '--memory', '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve) => server.stdout.on('data', (d) => { if (String(d).includes('connect with')) resolve(); }));
const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;

function startup() {
  const body = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196608, 4);
  return Buffer.concat([head, body]);
}
function query(sql) {
  const body = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5);
  head.write('Q', 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
function connect() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(startup()));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    let onReady = resolve;
    socket.on('data', (d) => { if (d.includes(READY)) onReady(socket); });
    socket.ask = (sql) => new Promise((done) => { onReady = done; socket.write(query(sql)); });
  });
}

let refused = 0;
const before = residentMb();
const start = performance.now();
const sockets = [];
for (let k = 0; k < idle + active; k += 50) {
  const batch = await Promise.allSettled(Array.from({ length: Math.min(50, idle + active - k) }, connect));
  for (const r of batch) if (r.status === 'fulfilled') sockets.push(r.value); else refused++;
}
const openedPerS = sockets.length / ((performance.now() - start) / 1000);
let queries = 0;
const end = performance.now() + 5000;
await Promise.all(sockets.slice(0, active).map(async (s) => {
  while (performance.now() < end) { await s.ask('select 1'); queries++; }
}));
console.log(`${sockets.length} connections, ${refused} refused, opened at ${openedPerS.toFixed(0)}/s; ${active} active ran ${(queries / 5).toFixed(0)} queries/s; resident ${before.toFixed(0)} MB before, ${residentMb().toFixed(0)} MB with them`);
for (const s of sockets) s.destroy();
server.kill('SIGTERM');
