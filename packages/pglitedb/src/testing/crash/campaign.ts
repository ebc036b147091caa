/**
 * Power loss at every disk operation of the SQL script. The script runs once on a simulated disk; at the chosen operations
 * the disk's moment is kept. Afterwards each moment is crashed (unsynced sectors lost, torn, out of order), recovered and
 * compared: the committed state must be the one after the last acknowledged unit or the one after it, every index must
 * agree with its table, and recovering again must change nothing.
 */
import { FileEngine } from '@pglitedb/storage';
import { SimDisk } from '@pglitedb/storage/testing/sim-disk';
import { verifyIndexes } from '../../check/verify-indexes.js';
import { Cluster } from '../../server/cluster.js';
import { TextSession } from '../text-session.js';
import { difference, digestOf, rowsOf } from './digest.js';
import { SCRIPT, SEQUENCES, type Unit } from './script.js';

const LOG = { segmentBytes: 32 * 1024, aheadBytes: 4096 };
const PART_BYTES = 3000;
const UNDO_BYTES = 4000;

export interface CampaignOptions {
  /** Which disk operations to crash at. */
  wanted: (operation: number) => boolean;
  seed: number;
  script?: readonly Unit[];
  /** Planted bug: syncs of these files do nothing. */
  ignoreSyncs?: RegExp;
  /** Stops after so many failures. */
  failuresMax?: number;
}
export interface CampaignResult { operations: number; units: number; checked: number; failures: string[] }

interface Moment { operation: number; acknowledged: number; /** the cluster is being closed: unlogged tables may have been saved */ closing: boolean; disk: SimDisk }

async function openOn(disk: SimDisk): Promise<Cluster> {
  return Cluster.open({ storage: { engine: await FileEngine.open('', { disk, log: LOG }), partBytes: PART_BYTES, undoBytes: UNDO_BYTES } });
}

let empty: SimDisk | undefined;
/** A disk with a new cluster, closed. */
async function emptyCluster(): Promise<SimDisk> {
  if (empty === undefined) {
    const disk = new SimDisk();
    await (await openOn(disk)).close();
    empty = disk.moment();
  }
  return empty.crash(1);
}

/** Runs the script; digests[n] is the state after n units. */
async function record(options: CampaignOptions): Promise<{ digests: string[]; moments: Moment[]; operations: number }> {
  const disk = await emptyCluster();
  if (options.ignoreSyncs !== undefined) disk.options.ignoreSyncs = options.ignoreSyncs;
  const moments: Moment[] = [];
  const digests: string[] = [];
  let units = 0;
  let closing = false;
  const cluster = await openOn(disk);
  disk.options.onStep = (operation) => {
    if (options.wanted(operation)) moments.push({ operation, acknowledged: units, closing, disk: disk.moment() });
  };
  const sessions = { a: new TextSession(cluster), b: new TextSession(cluster) };
  const reader = new TextSession(cluster);
  digests.push((await digestOf(reader)).text);
  for (const unit of options.script ?? SCRIPT) {
    const { error } = await sessions[unit.session].run(unit.sql);
    if (error?.code !== unit.error) throw new Error(`${unit.sql}: ${error?.message ?? 'no error'}`, { cause: error });
    units++;
    digests.push((await digestOf(reader)).text);
  }
  closing = true;
  await cluster.close();
  const { operations } = disk;
  return { digests, moments, operations };
}

/** undefined: all is well. */
async function check(moment: Moment, digests: readonly string[], seed: number): Promise<string | undefined> {
  let disk = moment.disk.crash(seed);
  let first: string | undefined;
  for (let recovery = 1; recovery <= 3; recovery++) {
    let cluster: Cluster;
    try {
      cluster = await openOn(disk);
    } catch (error) {
      return `recovery ${recovery} failed: ${shortStack(error)}`;
    }
    try {
      const problem = await problemOf(cluster, first === undefined ? digests.slice(moment.acknowledged, moment.acknowledged + 2) : [first], recovery > 2 || moment.closing);
      if (typeof problem === 'string') return `recovery ${recovery}: ${problem}`;
      first = problem.digest;
      if (recovery === 2) await cluster.close();
      disk = disk.crash(seed + recovery);
    } catch (error) {
      return `recovery ${recovery}: ${shortStack(error)}`;
    }
  }
  return undefined;
}

async function problemOf(cluster: Cluster, allowed: readonly string[], closed: boolean): Promise<string | { digest: string }> {
  const session = new TextSession(cluster);
  const { text, unlogged } = await digestOf(session);
  if (!allowed.includes(text)) return difference(text, allowed[0]!);
  if (unlogged > 0 && !closed) return `${unlogged} rows in unlogged tables`;
  const { faults } = verifyIndexes(session.session);
  if (faults.length > 0) return faults.slice(0, 3).join('; ');
  for (const [sequence, table, column] of SEQUENCES) {
    if ((await rowsOf(session, `SELECT to_regclass('${sequence}') IS NULL OR to_regclass('${table}') IS NULL`))[0]![0] === 't') continue;
    const [behind] = (await rowsOf(session, `SELECT max(${column}) > (SELECT last_value FROM ${sequence}) FROM ${table}`))[0]!;
    if (behind === 't') return `sequence ${sequence} is behind its column`;
  }
  return { digest: text };
}

export async function crashCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { digests, moments, operations } = await record(options);
  const failures: string[] = [];
  let checked = 0;
  for (const moment of moments) {
    const seed = options.seed * 1_000_003 + moment.operation;
    const problem = await check(moment, digests, seed);
    checked++;
    if (problem === undefined) continue;
    failures.push(`operation ${moment.operation} (seed ${options.seed}, ${moment.acknowledged} units acknowledged, then ${SCRIPT[moment.acknowledged]?.sql.slice(0, 80) ?? 'the end'}): ${problem}`);
    if (failures.length >= (options.failuresMax ?? Infinity)) break;
  }
  return { operations, units: digests.length - 1, checked, failures };
}

function shortStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 6).map((line) => line.trim()).join(' | ') : String(error);
}
