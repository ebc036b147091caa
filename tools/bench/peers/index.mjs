/**
 * The subjects of a comparison, one row each. `store` says which of ours a peer is set beside: the same promise about
 * where the data is and when it is durable. `server` peers are reached over the wire.
 */
export const peers = [
  { id: 'pglitedb', title: 'PGLiteDB memory', store: 'memory', own: true, module: './pglitedb.mjs' },
  { id: 'pglitedb-disk', title: 'PGLiteDB disk', store: 'disk', own: true, module: './pglitedb.mjs', options: { disk: true } },
  { id: 'pglitedb-async', title: 'PGLiteDB disk, synchronous_commit=off', store: 'async', own: true, module: './pglitedb.mjs', options: { disk: true, settings: { synchronous_commit: 'off' } } },
  { id: 'pglitedb-server', title: 'PGLiteDB server', store: 'disk', own: true, server: true, module: './pglitedb-server.mjs' },
  { id: 'pglitedb-server-async', title: 'PGLiteDB server, synchronous_commit=off', store: 'async', own: true, server: true, module: './pglitedb-server.mjs', options: { settings: { synchronous_commit: 'off' } } },
  { id: 'postgres', title: 'PostgreSQL 18', store: 'disk', server: true, module: './postgres.mjs', options: { settings: { max_parallel_workers_per_gather: 0 } } },
  { id: 'postgres-parallel', title: 'PostgreSQL 18, parallel workers', store: 'disk', server: true, module: './postgres.mjs' },
  { id: 'postgres-async', title: 'PostgreSQL 18, synchronous_commit=off', store: 'async', server: true, module: './postgres.mjs', options: { settings: { synchronous_commit: 'off' } } },
  { id: 'pglite', title: 'PGlite memory', store: 'memory', module: './pglite.mjs' },
  { id: 'pglite-disk', title: 'PGlite disk (never fsyncs)', store: 'async', module: './pglite.mjs', options: { disk: true } },
  { id: 'sqlite', title: 'better-sqlite3 memory', store: 'memory', module: './sqlite.mjs' },
  { id: 'sqlite-full', title: 'better-sqlite3 disk, synchronous=FULL', store: 'disk', module: './sqlite.mjs', options: { disk: true, synchronous: 'FULL' } },
  { id: 'sqlite-normal', title: 'better-sqlite3 disk, synchronous=NORMAL', store: 'async', module: './sqlite.mjs', options: { disk: true, synchronous: 'NORMAL' } },
  { id: 'duckdb-1', title: 'DuckDB memory, 1 thread', store: 'memory', module: './duckdb.mjs', options: { threads: 1 } },
  { id: 'duckdb', title: 'DuckDB memory, all threads', store: 'memory', module: './duckdb.mjs', options: {} },
  { id: 'duckdb-disk', title: 'DuckDB disk', store: 'disk', module: './duckdb.mjs', options: { disk: true } },
  { id: 'pg-mem', title: 'pg-mem', store: 'memory', module: './pg-mem.mjs' },
];

export const peerOf = (id) => {
  const peer = peers.find((p) => p.id === id);
  if (peer === undefined) throw new Error(`unknown peer ${id}: one of ${peers.map((p) => p.id).join(', ')}`);
  return peer;
};

/** The subject of ours that a peer is divided by: the same store, else the first of ours in the list. */
export function counterpart(peer, ids) {
  const ours = ids.map(peerOf).filter((p) => p.own);
  return (ours.find((p) => p.store === peer.store && Boolean(p.server) === Boolean(peer.server)) ?? ours.find((p) => p.store === peer.store) ?? ours[0])?.id;
}

/** Opens a subject; see peers/README.md for what the handle answers to. */
export async function openPeer(id, context) {
  const peer = peerOf(id);
  const { open } = await import(peer.module);
  return await open({ ...context, ...peer.options });
}
