/**
 * Random interleavings of transactions against a plain model: the committed states of all times, and the changes of each
 * open transaction on top of the state it sees. Every read through table and indexes must equal the model's.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TM, type IsolationLevel, type Savepoint, type Snapshot, type Transaction } from '../api.js';
import { insertRow, makeFixture, newResult, readAll, readByK, type Fixture, type Row } from '../testing/fixture.js';

type Value = { k: number | null; v: string };
interface Change { id: number; value: Value | null }
interface Session { tx: Transaction; csn: number; fixed: Snapshot | null; changes: Change[]; savepoints: { mark: Savepoint; changes: number }[] }

class Model {
  /** committed[n]: the state after n commits. */
  readonly committed: Map<number, Value>[] = [new Map()];
  /** Commit number of the last change of a row. */
  readonly changedAt = new Map<number, number>();
  nextId = 1;

  get now(): number {
    return this.committed.length - 1;
  }

  view(session: Session, at = session.tx.isolation === 'repeatable read' ? session.csn : this.now): Map<number, Value> {
    const state = new Map(this.committed[at]!);
    for (const change of session.changes) {
      if (change.value === null) state.delete(change.id);
      else state.set(change.id, change.value);
    }
    return state;
  }

  commit(session: Session): void {
    const state = new Map(this.committed[this.now]!);
    for (const change of session.changes) {
      if (change.value === null) state.delete(change.id);
      else state.set(change.id, change.value);
    }
    this.committed.push(state);
    for (const change of session.changes) this.changedAt.set(change.id, this.now);
  }
}

const stepArbitrary = fc.record({
  session: fc.integer({ min: 0, max: 2 }),
  op: fc.constantFrom('insert', 'insert', 'insert', 'update', 'update', 'updateKey', 'delete', 'read', 'readOld', 'savepoint', 'rollbackTo', 'commit', 'commit', 'rollback', 'begin', 'beginRepeatable', 'hold', 'vacuum', 'checkpoint'),
  pick: fc.nat(1000),
  k: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 8, nil: null }),
});
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly model = new Model();
  readonly sessions: (Session | null)[] = [null, null, null];
  readonly held: { snapshot: Snapshot; state: Map<number, Value>; tx: Transaction }[] = [];

  constructor(readonly f: Fixture, readonly placement: 'in_place' | 'append') {}

  begin(n: number, isolation: IsolationLevel): Session {
    const tx = this.f.tm.begin({ pid: n + 10, isolation });
    tx.updatePlacement = this.placement;
    const session: Session = { tx, csn: this.model.now, fixed: null, changes: [], savepoints: [] };
    if (isolation === 'repeatable read') session.fixed = this.f.tm.snapshot(tx);
    this.sessions[n] = session;
    return session;
  }

  async step(step: Step): Promise<void> {
    const { tm } = this.f;
    const session = this.sessions[step.session] ?? this.begin(step.session, step.op === 'beginRepeatable' ? 'repeatable read' : 'read committed');
    switch (step.op) {
      case 'insert': this.insert(session, step); break;
      case 'update': case 'updateKey': case 'delete': this.change(session, step); break;
      case 'read': this.checkReads(session); break;
      case 'readOld': this.checkHeld(); break;
      case 'hold': this.hold(); break;
      case 'savepoint': session.savepoints.push({ mark: tm.savepoint(session.tx), changes: session.changes.length }); break;
      case 'rollbackTo': {
        const at = session.savepoints.length === 0 ? -1 : step.pick % session.savepoints.length;
        if (at < 0) break;
        session.savepoints.length = at + 1;
        tm.rollbackTo(session.tx, session.savepoints[at]!.mark);
        session.changes.length = session.savepoints[at]!.changes;
        break;
      }
      case 'commit':
        this.model.commit(session);
        await tm.commit(session.tx, true);
        this.sessions[step.session] = null;
        break;
      case 'rollback':
        tm.rollback(session.tx);
        this.sessions[step.session] = null;
        break;
      case 'vacuum': this.f.table.vacuum(); break;
      case 'checkpoint': await tm.store.checkpoint(); break;
      default:
    }
    if (this.sessions[step.session] !== null) tm.nextCommand(session.tx);
  }

  insert(session: Session, step: Step): void {
    const id = this.model.nextId++;
    const v = `row ${id}`;
    expect(this.f.byId.checkUnique(session.tx, this.f.table, [id], -1)).toBeUndefined();
    insertRow(this.f, session.tx, id, step.k, v);
    session.changes.push({ id, value: { k: step.k, v } });
  }

  /** First updater wins. */
  change(session: Session, step: Step): void {
    const { tm, table, byK } = this.f;
    const snapshot = tm.snapshot(session.tx);
    const rows = readAll(this.f, snapshot);
    if (rows.length > 0) {
      const row = rows[step.pick % rows.length]!;
      const old = this.model.view(session).get(row.id)!;
      const result = newResult();
      const value = step.op === 'delete' ? null : step.op === 'update' ? { ...old, v: `${old.v}+` } : { ...old, k: step.k };
      const code = value === null
        ? table.delete(session.tx, snapshot, row.rowid, result)
        : table.update(session.tx, snapshot, row.rowid, step.op === 'update' ? [3] : [2], [step.op === 'update' ? value.v : value.k], result, false);
      // A version that was moved and then deleted is updated for those who look at its first place.
      const moved = code === TM.updated && this.placement === 'append';
      expect(moved && this.expectedCode(session, row.id) === TM.deleted ? TM.deleted : code).toBe(this.expectedCode(session, row.id));
      if (code === TM.ok) {
        if (value !== null && (step.op === 'updateKey' || result.newRowid !== row.rowid)) byK.insert(session.tx, [value.k], result.newRowid);
        if (value !== null && result.newRowid !== row.rowid) this.f.byId.insert(session.tx, [row.id], result.newRowid);
        session.changes.push({ id: row.id, value });
      } else if (code === TM.beingModified) expect(result.holder).toBe(this.changer(session, row.id)!.tx);
    }
    tm.release(snapshot);
  }

  changer(session: Session, id: number): Session | undefined {
    return this.sessions.find((s) => s !== null && s !== session && s.changes.some((c) => c.id === id)) ?? undefined;
  }

  expectedCode(session: Session, id: number): number {
    const seen = session.tx.isolation === 'repeatable read' ? session.csn : this.model.now;
    if ((this.model.changedAt.get(id) ?? 0) <= seen) return this.changer(session, id) !== undefined ? TM.beingModified : TM.ok;
    return this.model.committed[this.model.now]!.has(id) ? TM.updated : TM.deleted;
  }

  hold(): void {
    const tx = this.f.tm.begin({ pid: 99, isolation: 'repeatable read' });
    this.held.push({ tx, snapshot: this.f.tm.snapshot(tx), state: this.model.committed[this.model.now]! });
    if (this.held.length > 2) this.f.tm.rollback(this.held.shift()!.tx);
  }

  checkHeld(): void {
    for (const { snapshot, state } of this.held) compare(this.f, snapshot, state);
  }

  checkReads(session: Session): void {
    const snapshot = this.f.tm.snapshot(session.tx);
    const state = this.model.view(session);
    compare(this.f, snapshot, state);
    for (const row of readAll(this.f, snapshot)) expect(this.f.byId.lookup(this.f.table, snapshot, [row.id])).toBe(row.rowid);
    this.f.tm.release(snapshot);
  }
}

function compare(f: Fixture, snapshot: Snapshot, state: Map<number, Value>): void {
  const expected = [...state].map(([id, value]) => ({ id, ...value }));
  const byId = (rows: { id: number; k: number | null; v: string }[]) => rows.map(({ id, k, v }) => ({ id, k, v })).sort((a, b) => a.id - b.id);
  expect(byId(readAll(f, snapshot))).toEqual(byId(expected));
  expect(byId(readByK(f, snapshot))).toEqual(byId(expected));
  checkOrder(readByK(f, snapshot), 1);
  checkOrder(readByK(f, snapshot, undefined, undefined, true), -1);
  expect(byId(readByK(f, snapshot, 2))).toEqual(byId(expected.filter((r) => r.k !== null && r.k >= 2)));
  expect(byId(readByK(f, snapshot, 3, 3))).toEqual(byId(expected.filter((r) => r.k === 3)));
  expect(byId(readByK(f, snapshot, null, null))).toEqual(byId(expected.filter((r) => r.k === null)));
}

function checkOrder(rows: Row[], sign: number): void {
  const order = (row: Row) => row.k ?? 1e9;
  for (let i = 1; i < rows.length; i++) expect(sign * (order(rows[i]!) - order(rows[i - 1]!))).toBeGreaterThanOrEqual(0);
}

async function runHistory(steps: Step[], placement: 'in_place' | 'append', cold: boolean): Promise<void> {
  const f = await makeFixture(cold ? { pool: { bytesMax: 1 }, undoBytes: 1 } : {});
  const run = new Run(f, placement);
  for (const step of steps) {
    await run.step(step);
    if (cold) f.tm.pool.balance();
  }
  for (const session of run.sessions) if (session !== null) run.checkReads(session);
  run.checkHeld();
  for (const { tx } of run.held) f.tm.rollback(tx);
  for (const session of run.sessions) if (session !== null) f.tm.rollback(session.tx);
  const live = run.model.committed[run.model.now]!.size;
  const estimates = { rows: f.table.estimates().rows, k: f.byK.estimates().entries, id: f.byId.estimates().entries };
  expect(estimates).toEqual({ rows: live, k: live, id: live });
}

describe('row versions', () => {
  it.each([['in_place', false], ['append', false], ['in_place', true], ['append', true]] as const)('random histories equal the model, %s, cold cache: %s', async (placement, cold) => {
    await fc.assert(fc.asyncProperty(fc.array(stepArbitrary, { minLength: 20, maxLength: 120 }), (steps) => runHistory(steps, placement, cold)), { numRuns: 100 });
  });
});
