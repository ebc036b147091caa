/** Conformance of the built-in engines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { SimDisk } from '../testing/sim-disk.js';
import { storageEngineConformance } from '../testing/conformance.js';
import { FileEngine } from './file/file-engine.js';
import { byTable, crc32 } from './file/crc.js';
import { MemoryEngine } from './memory-engine.js';

storageEngineConformance('memory', () => Promise.resolve({ engine: new MemoryEngine() }));

storageEngineConformance('file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pglitedb-engine-'));
  const test = {
    engine: await FileEngine.open(directory),
    reopen: async () => {
      await test.engine.close();
      return FileEngine.open(directory);
    },
    cleanup: () => Promise.resolve(rmSync(directory, { recursive: true })),
  };
  return test;
});

storageEngineConformance('file on a simulated disk, small log segments', async () => {
  const disk = new SimDisk();
  const options = { disk, log: { segmentBytes: 20_000, aheadBytes: 4096 } };
  const test = {
    engine: await FileEngine.open('', options),
    reopen: async () => {
      await test.engine.close();
      return FileEngine.open('', options);
    },
  };
  return test;
});

it('refuses a second opener and takes over a stale lock', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pglitedb-lock-'));
  try {
    const first = await FileEngine.open(directory);
    await expect(FileEngine.open(directory)).rejects.toMatchObject({ code: 'F0001', hint: expect.stringContaining(`PID ${process.pid}`) });
    await first.close();
    writeFileSync(join(directory, 'LOCK'), '999999999 1\n');
    await (await FileEngine.open(directory)).close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('computes the same CRC by table as natively', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 31) & 255);
  expect(byTable(bytes)).toBe(crc32(bytes));
  expect(byTable(bytes.subarray(500), byTable(bytes.subarray(0, 500)))).toBe(crc32(bytes));
});
