/**
 * Runs random steps (statements.ts) on a simulated disk. Whenever the cluster is closed or loses power, what it held must
 * be there again afterwards, with every index agreeing with its table before and after. Internal errors are failures.
 */
import { FileEngine } from '@pglitedb/storage';
import { SimDisk } from '@pglitedb/storage/testing/sim-disk';
import { verifyIndexes } from '../../check/verify-indexes.js';
import { Cluster } from '../../server/cluster.js';
import { difference, digestOf } from '../crash/digest.js';
import { TextSession } from '../text-session.js';
import { CONTROL, statementOf, TABLES, type Step } from './statements.js';

const LOG = { segmentBytes: 60_000, aheadBytes: 4096 };
/** Settings of a run: pool size, placement, log bytes between checkpoints. */
export interface Configuration { poolBytes: number; placement: 'append' | 'in_place'; checkpointBytes: number }

class Run {
  private disk = new SimDisk();
  private cluster!: Cluster;
  private main!: TextSession;
  private other!: TextSession;
  private checkpoints: Promise<void>[] = [];
  readonly log: string[] = [];

  constructor(private readonly configuration: Configuration) {}

  async open(): Promise<void> {
    const { poolBytes, placement, checkpointBytes } = this.configuration;
    const engine = await FileEngine.open('', { disk: this.disk, log: LOG });
    this.cluster = await Cluster.open({ settings: { 'pglitedb.update_placement': placement, lock_timeout: '100' }, storage: { engine, pool: { bytesMax: poolBytes }, partBytes: 20_000, checkpointBytes, undoBytes: poolBytes >> 4 } });
    this.main = new TextSession(this.cluster);
    this.other = new TextSession(this.cluster);
  }

  /** undefined or what is wrong. */
  async step(sql: string): Promise<string | undefined> {
    this.log.push(sql);
    switch (sql) {
      case CONTROL.backgroundCheckpoint: this.checkpoints.push(this.cluster.txns.store.checkpoint()); return undefined;
      case CONTROL.snapshot: await this.other.run('ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class'); return undefined;
      case CONTROL.endSnapshot: await this.other.run('ROLLBACK'); return undefined;
      case CONTROL.close: case CONTROL.crash: return this.restart(sql === CONTROL.crash);
      default: return this.run(sql);
    }
  }

  private async run(sql: string): Promise<string | undefined> {
    const { error } = await this.main.run(sql);
    if (error === undefined) return undefined;
    this.log.push(`-- ${error.code} ${error.message}`);
    if (this.main.session.state.block === 'failed') await this.step(this.log.length % 3 === 0 ? 'ROLLBACK TO s' : 'ROLLBACK');
    if (this.main.session.state.block === 'failed') await this.step('ROLLBACK');
    return /^XX/.test(error.code) ? `${sql}: ${error.message}` : undefined;
  }

  async restart(crash: boolean): Promise<string | undefined> {
    if (crash) for (const session of [this.main, this.other]) await session.run('ROLLBACK');
    await Promise.all(this.checkpoints.splice(0));
    const reader = new TextSession(this.cluster);
    const before = await this.committedState(reader);
    const broken = verifyIndexes(reader.session).faults;
    if (broken.length > 0) return `before the restart: ${broken[0]}`;
    if (!crash) await this.cluster.close();
    this.disk = this.disk.crash(this.log.length);
    await this.open();
    const after = await digestOf(this.main);
    if (after.text !== before.text) return `after the restart: ${difference(after.text, before.text)}`;
    const faults = verifyIndexes(this.main.session).faults;
    return faults.length > 0 ? `after the restart: ${faults[0]}` : undefined;
  }

  /** Transactions stay open across a close, unless they have locked what is to be compared. */
  private async committedState(reader: TextSession): Promise<{ text: string }> {
    try {
      return await digestOf(reader);
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03') throw error;
      await this.main.run('ROLLBACK');
      return digestOf(reader);
    }
  }

  close(): Promise<void> { return this.cluster.close(); }
}

/** Raises with the statements so far when something is wrong. */
export async function runSteps(steps: readonly Step[], configuration: Configuration): Promise<void> {
  const run = new Run(configuration);
  await run.open();
  const tables = Array.from({ length: TABLES }, (_, n) => `CREATE TABLE t${n} (a int ${n === 0 ? 'PRIMARY KEY' : ''}, b text, c int DEFAULT 5, s serial)`);
  try {
    for (const sql of [...tables, ...steps.map(statementOf), 'ROLLBACK', CONTROL.close]) {
      const problem = await run.step(sql);
      if (problem !== undefined) throw new Error(problem);
    }
    await run.close();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n  ${run.log.join(';\n  ')}`, { cause: error });
  }
}
