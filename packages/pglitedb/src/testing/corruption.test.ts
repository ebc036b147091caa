/** One bit of a closed database flipped: queries answer right or raise XX001. PGLITEDB_FLIPS=N tries N bits. */
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FileEngine } from '@pglitedb/storage';
import { SimDisk } from '@pglitedb/storage/testing/sim-disk';
import { verifyIndexes } from '../check/verify-indexes.js';
import { Cluster } from '../server/cluster.js';
import { digestOf } from './crash/digest.js';
import { TextSession } from './text-session.js';

const FLIPS = Number(process.env.PGLITEDB_FLIPS ?? 25);
const LOG = { segmentBytes: 100_000, aheadBytes: 4096 };
const open = async (disk: SimDisk): Promise<Cluster> => Cluster.open({ storage: { engine: await FileEngine.open('', { disk, log: LOG }) } });
let closed: SimDisk;
let crashed: SimDisk;
let expected: string;

beforeAll(async () => {
  const disk = new SimDisk();
  const cluster = await open(disk);
  const session = new TextSession(cluster);
  await session.run(`CREATE TABLE t (id int PRIMARY KEY, v text, doc jsonb); INSERT INTO t SELECT g, repeat('v', g % 50), jsonb_build_object('g', g) FROM generate_series(1, 3000) g; CREATE INDEX ON t (v)`);
  await session.run('CHECKPOINT');
  await session.run(`UPDATE t SET v = 'changed' WHERE id % 10 = 0`);
  expected = (await digestOf(session)).text;
  crashed = disk.moment();
  await cluster.close();
  closed = disk.moment();
}, 60_000);

async function answerAfterFlip(from: SimDisk, where: number, place: number): Promise<string> {
  const disk = from.crash(1);
  const names = disk.list().filter((name) => disk.sizeOf(name) > 0);
  const name = names[where % names.length]!;
  disk.flip(name, Math.floor(place * disk.sizeOf(name) * 8));
  try {
    const cluster = await open(disk);
    const session = new TextSession(cluster);
    const { text } = await digestOf(session);
    const { faults } = verifyIndexes(session.session);
    return faults.length > 0 ? faults[0]! : text === expected ? 'right' : 'wrong';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

test('a flipped bit is reported or does not matter', async () => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  await fc.assert(fc.asyncProperty(fc.nat(100), place, fc.boolean(), async (where, at, clean) => {
    expect(['right', 'XX001']).toContain(await answerAfterFlip(clean ? closed : crashed, where, at));
  }), { numRuns: FLIPS, seed: 4, endOnFailure: FLIPS < 100 });
}, 60_000 + FLIPS * 10_000);
