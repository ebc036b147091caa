/**
 * Power loss at every disk operation of a scripted workload, and decay of every part of the files.
 * A failing case prints crashAt and seed; runCase(crashAt, seed) replays it.
 */
import { describe, expect, it } from '@jest/globals';
import { SimDisk, type SimDiskOptions } from '../testing/sim-disk.js';
import { FileEngine } from './file/file-engine.js';

const LOG = { segmentBytes: 3000, aheadBytes: 1024 };

interface Acknowledged {
  /** Commit number that is certainly there, and the one that may be. */
  commit: number;
  attempted: number;
  synced: number;
  appended: number;
}

function pageBytes(id: number, commit: number): Uint8Array {
  return new Uint8Array(Buffer.from(`${id}/${commit}/`.repeat(50 + id * 13)));
}

/** Commit n rewrites pages n % 5 .. n % 5 + 3, deletes page n % 7 + 20, puts page n + 40. */
function model(commits: number): Map<number, number> {
  const pages = new Map<number, number>();
  for (let n = 1; n <= commits; n++) {
    pages.delete((n % 7) + 20);
    for (let id = n % 5; id < (n % 5) + 3; id++) pages.set(id, n);
    pages.set((n % 9) + 18, n);
  }
  return pages;
}

async function workload(disk: SimDisk, ack: Acknowledged): Promise<void> {
  const engine = await FileEngine.open('', { disk, log: LOG });
  for (let n = 1; n <= 8; n++) {
    for (let r = 0; r < 6; r++) {
      engine.append(new Uint8Array(Buffer.from(`record ${ack.appended} `.padEnd(60 + ((ack.appended * 97) % 400), '.'))));
      ack.appended++;
      if (r % 3 === 1) {
        const covered = ack.appended;
        await engine.sync();
        ack.synced = covered;
      }
    }
    ack.attempted = n;
    const put = [...model(n)].filter(([, commit]) => commit === n).map(([id]) => [id, pageBytes(id, n)] as const);
    await engine.commit({ put, delete: [(n % 7) + 20], meta: new Uint8Array([n]) });
    ack.commit = n;
  }
}

/** undefined: survived; else what is wrong. */
async function runCase(crashAt: number, seed: number, options: SimDiskOptions = {}): Promise<string | undefined> {
  const disk = new SimDisk({ ...options, crashAt });
  const ack: Acknowledged = { commit: 0, attempted: 0, synced: 0, appended: 0 };
  try {
    await workload(disk, ack);
  } catch {
    // The power is gone.
  }
  let survivor = disk.crash(seed);
  for (let reopened = 0; reopened < 2; reopened++) {
    try {
      const engine = await FileEngine.open('', { disk: survivor, log: LOG });
      const commit = engine.meta()[0] ?? 0;
      if (commit !== ack.commit && commit !== ack.attempted) return `commit ${commit}, acknowledged ${ack.commit}`;
      const expected = model(commit);
      const ids = [...engine.ids(0, 1000)];
      if (ids.length !== expected.size) return `${ids.length} pages instead of ${expected.size}`;
      for (const [id, n] of expected) if (Buffer.compare(engine.read(id)!, pageBytes(id, n)) !== 0) return `page ${id} differs`;
      const records = [...engine.readFrom(0)].map((r) => Buffer.from(r.bytes).toString());
      for (let i = 0; i < records.length; i++) if (!records[i]!.startsWith(`record ${i} `)) return `log record ${i} is "${records[i]!.slice(0, 12)}"`;
      if (records.length < ack.synced || records.length > ack.appended) return `${records.length} log records, synced ${ack.synced}`;
      ack.synced = ack.appended = records.length;
      survivor = survivor.crash(seed + 1);
    } catch (error) {
      return `open failed: ${(error as Error).message}`;
    }
  }
  return undefined;
}

async function campaign(options: SimDiskOptions): Promise<string[]> {
  const probe = new SimDisk();
  await workload(probe, { commit: 0, attempted: 0, synced: 0, appended: 0 });
  const failures: string[] = [];
  for (let crashAt = 1; crashAt <= probe.operations + 1; crashAt++) {
    for (let seed = 0; seed < 3; seed++) {
      const problem = await runCase(crashAt, crashAt * 100 + seed, options);
      if (problem !== undefined) failures.push(`runCase(${crashAt}, ${crashAt * 100 + seed}): ${problem}`);
    }
  }
  return failures;
}

describe('file engine after power loss', () => {
  it('has every acknowledged commit and record, and nothing else', async () => {
    expect(await campaign({})).toEqual([]);
  });

  it.each(['pages', 'table', 'log', 'root$'])('the campaign notices when syncs of %s are left out', async (file) => {
    expect((await campaign({ ignoreSyncs: new RegExp(`^${file}`) })).length).toBeGreaterThan(0);
  });

  it('stops at a failed sync and stays stopped', async () => {
    const disk = new SimDisk();
    const engine = await FileEngine.open('', { disk });
    engine.append(new Uint8Array(10));
    disk.options = { failSyncs: /^log/ };
    await expect(engine.sync()).rejects.toMatchObject({ code: '58030' });
    disk.options = {};
    await expect(engine.sync()).rejects.toMatchObject({ code: '58030' });
    expect(() => engine.append(new Uint8Array(1))).toThrow(/stopped/);
    expect(() => engine.read(1)).toThrow(/stopped/);
  });
});

describe('group commit', () => {
  it('lets all who wait at the same time share a sync', async () => {
    const engine = await FileEngine.open('', { disk: new SimDisk() });
    const committed = Array.from({ length: 100 }, () => {
      engine.append(new Uint8Array(20));
      return engine.sync();
    });
    await Promise.all(committed);
    expect(engine.stats().syncs).toBe(2);
    await engine.sync();
    expect(engine.stats().syncs).toBe(2);
  });
});

describe('file engine with a flipped bit', () => {
  it('reports it or is not affected; never returns other bytes', async () => {
    const make = async (): Promise<SimDisk> => {
      const disk = new SimDisk();
      await workload(disk, { commit: 0, attempted: 0, synced: 0, appended: 0 });
      return disk.crash(1);
    };
    const names = (await make()).list();
    let reported = 0;
    for (const name of names) {
      const size = (await make()).sizeOf(name);
      for (let i = 0; i < 25 && size > 0; i++) {
        const disk = await make();
        disk.flip(name, Math.floor(((i + 0.37) / 25) * size * 8));
        try {
          const engine = await FileEngine.open('', { disk, log: LOG });
          const commit = engine.meta()[0]!;
          expect(commit).toBeGreaterThanOrEqual(7);
          for (const [id, n] of model(commit)) expect(Buffer.compare(engine.read(id)!, pageBytes(id, n))).toBe(0);
          const records = [...engine.readFrom(0)];
          for (let r = 0; r < records.length; r++) expect(Buffer.from(records[r]!.bytes).toString().startsWith(`record ${r} `)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'XX001' });
          reported++;
        }
      }
    }
    expect(reported).toBeGreaterThan(20);
  });
});
