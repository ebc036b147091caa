/**
 * Power loss at every disk operation of a workload of interleaved transactions, with parts in the log, savepoints,
 * rollbacks and checkpoints. The recovered state must be that after some commit not before the last acknowledged one,
 * the indexes must agree, and recovering again must change nothing. A failing case prints what runCase replays.
 */
import { describe, expect, it } from '@jest/globals';
import { FileEngine } from '@pglitedb/storage';
import { SimDisk, type SimDiskOptions } from '@pglitedb/storage/testing';
import type { Savepoint, Transaction } from '../api.js';
import { TM } from '../api.js';
import { createIn, insertRow, newResult, openIn, openManager, readAll, readByK, type Fixture, type Row } from '../testing/fixture.js';

const LOG = { segmentBytes: 4000, aheadBytes: 1024 };
const SEQUENCE = 20_010;
type State = Map<number, string>;

interface Progress { states: State[]; acknowledged: number; sequence: number }

function random(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function text(id: number, k: number, v: string): string {
  return `${id} ${k} ${v}`;
}

class Workload {
  private readonly dice: () => number;
  private readonly open: { tx: Transaction; overlay: Map<number, string | null>; savepoint: { mark: Savepoint; overlay: Map<number, string | null> } | null }[] = [];
  private nextId = 1;
  private held: Transaction | null = null;

  constructor(private readonly f: Fixture, private readonly progress: Progress, seed: number) {
    this.dice = random(seed);
  }

  private get latest(): State {
    return this.progress.states[this.progress.states.length - 1]!;
  }

  async run(steps: number): Promise<void> {
    const waits: Promise<void>[] = [];
    for (let n = 0; n < steps; n++) {
      while (this.open.length < 3) this.begin();
      const session = this.open[Math.floor(this.dice() * 3)]!;
      const roll = this.dice();
      if (roll < 0.45) this.insert(session);
      else if (roll < 0.7) this.change(session);
      else if (roll < 0.76) session.savepoint = { mark: this.f.tm.savepoint(session.tx), overlay: new Map(session.overlay) };
      else if (roll < 0.8 && session.savepoint !== null) {
        this.f.tm.rollbackTo(session.tx, session.savepoint.mark);
        session.overlay = new Map(session.savepoint.overlay);
      } else if (roll < 0.85) {
        this.f.tm.rollback(session.tx);
        this.open.splice(this.open.indexOf(session), 1);
      } else if (roll < 0.87) this.hold();
      else if (roll < 0.9) waits.push(this.f.tm.store.checkpoint());
      else waits.push(this.commit(session));
      if (this.dice() < 0.2) await Promise.all(waits.splice(0));
    }
    await Promise.all(waits);
  }

  /** Keeps undo from being purged for a while. */
  private hold(): void {
    if (this.held !== null) this.f.tm.rollback(this.held);
    this.held = this.dice() < 0.5 ? null : this.f.tm.begin({ pid: 99, isolation: 'repeatable read' });
    if (this.held !== null) this.f.tm.snapshot(this.held);
  }

  private begin(): void {
    const tx = this.f.tm.begin({ pid: this.open.length + 5 });
    tx.updatePlacement = this.dice() < 0.3 ? 'append' : 'in_place';
    this.open.push({ tx, overlay: new Map(), savepoint: null });
  }

  private insert(session: (typeof this.open)[number]): void {
    for (let n = Math.floor(this.dice() * 6) + 1; n > 0; n--) {
      const id = this.nextId++;
      const k = Math.floor(this.dice() * 5);
      const v = 'x'.repeat(Math.floor(this.dice() * 60));
      insertRow(this.f, session.tx, id, k, v);
      session.overlay.set(id, text(id, k, v));
    }
    if (this.dice() < 0.2) this.f.tm.store.setSequence(session.tx, SEQUENCE, { last: this.nextId, called: true });
    this.f.tm.nextCommand(session.tx);
  }

  private change(session: (typeof this.open)[number]): void {
    const { tm, table, byK, byId } = this.f;
    const snapshot = tm.snapshot(session.tx);
    const rows = readAll(this.f, snapshot);
    const row = rows[Math.floor(this.dice() * rows.length)];
    const result = newResult();
    if (row !== undefined && this.dice() < 0.4) {
      if (table.delete(session.tx, snapshot, row.rowid, result) === TM.ok) session.overlay.set(row.id, null);
    } else if (row !== undefined) {
      const k = Math.floor(this.dice() * 5);
      const v = `${row.v}!`;
      if (table.update(session.tx, snapshot, row.rowid, [2, 3], [k, v], result, false) === TM.ok) {
        byK.insert(session.tx, [k], result.newRowid);
        if (result.newRowid !== row.rowid) byId.insert(session.tx, [row.id], result.newRowid);
        session.overlay.set(row.id, text(row.id, k, v));
      }
    }
    tm.release(snapshot);
    tm.nextCommand(session.tx);
  }

  private async commit(session: (typeof this.open)[number]): Promise<void> {
    this.open.splice(this.open.indexOf(session), 1);
    const state = new Map(this.latest);
    for (const [id, value] of session.overlay) {
      if (value === null) state.delete(id);
      else state.set(id, value);
    }
    this.progress.states.push(state);
    const n = this.progress.states.length - 1;
    // A transaction that wrote nothing may have read what is not durable yet.
    await (this.f.tm.commit(session.tx, true) ?? this.f.tm.durableBarrier());
    this.progress.acknowledged = Math.max(this.progress.acknowledged, n);
  }
}

async function workload(disk: SimDisk, seed: number, steps: number): Promise<Progress> {
  const progress: Progress = { states: [new Map()], acknowledged: -1, sequence: 0 };
  try {
    const tm = await openManager({ engine: await FileEngine.open('', { disk, log: LOG }), partBytes: 150 });
    const tx = tm.begin({ pid: 1 });
    const fixture = createIn(tm, tx);
    await tm.commit(tx, true);
    progress.acknowledged = 0;
    await new Workload(fixture, progress, seed).run(steps);
  } catch (error) {
    if (disk.operations < (disk.options.crashAt ?? Infinity)) throw error;
  }
  return progress;
}

function stateOf(rows: Row[]): string[] {
  return rows.map((r) => text(r.id, r.k!, r.v)).sort();
}

/** undefined: recovered well. */
async function recover(disk: SimDisk, progress: Progress, clean: boolean): Promise<string | undefined> {
  const tm = await openManager({ engine: await FileEngine.open('', { disk, log: LOG }) });
  if (!tm.store.directory.has(20_000)) return progress.acknowledged < 0 ? undefined : 'the table is gone';
  const f = openIn(tm);
  const tx = tm.begin({ pid: 1 });
  const snapshot = tm.snapshot(tx);
  const found = stateOf(readAll(f, snapshot));
  const at = progress.states.findIndex((state) => [...state.values()].sort().join('\n') === found.join('\n'));
  const last = progress.states.map((state) => [...state.values()].sort().join('\n')).lastIndexOf(found.join('\n'));
  if (at < 0) return 'the state is not that of any commit';
  if (last < progress.acknowledged) return `the state is that of commit ${last}, acknowledged ${progress.acknowledged}`;
  if (stateOf(readByK(f, snapshot)).join('\n') !== found.join('\n')) return 'the index on k disagrees';
  if (f.byK.estimates().entries !== found.length || f.byId.estimates().entries !== found.length) return `${f.byK.estimates().entries} and ${f.byId.estimates().entries} entries for ${found.length} rows`;
  for (const row of readAll(f, snapshot)) if (f.byId.lookup(f.table, snapshot, [row.id]) !== row.rowid) return 'the index on id disagrees';
  if (tm.store.directory.columnCount(20_000) !== 3 || f.table.estimates().rows !== found.length) return `${f.table.estimates().rows} rows counted, ${found.length} found`;
  tm.rollback(tx);
  // Only what was found may be found again.
  progress.states = [progress.states[last]!];
  progress.acknowledged = 0;
  if (clean) await tm.close();
  return undefined;
}

async function runCase(seed: number, crashAt: number, steps: number, options: SimDiskOptions = {}): Promise<string | undefined> {
  const disk = new SimDisk({ ...options, crashAt });
  const progress = await workload(disk, seed, steps);
  try {
    let survivor = disk.crash(seed + crashAt);
    for (const clean of [false, true, true]) {
      const problem = await recover(survivor, progress, clean);
      if (problem !== undefined) return problem;
      survivor = survivor.crash(seed + crashAt + 1);
    }
  } catch (error) {
    return `recovery failed: ${(error as Error).stack}`;
  }
  return undefined;
}

async function campaign(seeds: number[], steps: number, stride: number, options: SimDiskOptions = {}): Promise<string[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    const probe = new SimDisk();
    await workload(probe, seed, steps);
    for (let crashAt = 1 + (seed % stride); crashAt <= probe.operations + 1; crashAt += stride) {
      const problem = await runCase(seed, crashAt, steps, options);
      if (problem !== undefined) failures.push(`runCase(${seed}, ${crashAt}, ${steps}): ${problem}`);
    }
  }
  return failures;
}

describe('recovery', () => {
  it('finds every acknowledged commit whole, no other in part, and the same again', async () => {
    expect(await campaign([1, 2, 3, 4, 114, 105, 112], 110, 5)).toEqual([]);
  });

  it('the campaign notices when syncs of the log are left out', async () => {
    expect((await campaign([1, 2], 60, 5, { ignoreSyncs: /^log/ })).length).toBeGreaterThan(0);
  });
});
