/**
 * Temporary files of running statements: what sorts and hash tables put aside when they exceed their memory. Files are
 * append-only, never synced, and belong to nobody after a restart: the directory is emptied when the area is opened.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '@pglitedb/types';
import type { Disk, DiskFile } from '../disk/disk.js';
import { NodeDisk } from '../disk/node-disk.js';

/** Subdirectory of a data directory, as PostgreSQL's. */
const DIRECTORY = 'pgsql_tmp';
const BLOCK_BYTES = 8192;

export class TempFile {
  size = 0;
  private closed = false;
  constructor(private readonly file: DiskFile, private readonly area: TempArea, private readonly remove: () => void) {}
  /** Answers where the bytes begin. */
  append(bytes: Uint8Array): number {
    assert(!this.closed, 'the temporary file is open');
    const at = this.size;
    this.file.write(at, bytes);
    this.size += bytes.length;
    this.area.written += Math.ceil(bytes.length / BLOCK_BYTES);
    return at;
  }
  read(position: number, length: number): Uint8Array {
    assert(!this.closed, 'the temporary file is open');
    const bytes = this.file.read(position, length);
    assert(bytes.length === length, 'a temporary file holds what was written');
    this.area.read += Math.ceil(length / BLOCK_BYTES);
    return bytes;
  }
  /** Removes the file. May be called again. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.file.close();
    this.remove();
  }
}

export class TempArea {
  /** Blocks of 8 KiB, since the area was made. */
  read = 0;
  written = 0;
  private disk: Disk | undefined;
  private counter = 0;
  private readonly files = new Set<TempFile>();
  private dispose: () => void = () => undefined;
  /** `open` is asked for the directory when the first file is made, and answers also what removes it. */
  constructor(private readonly open: () => { disk: Disk; dispose: () => void }) {}

  /** Beside the data; leftovers of an earlier process are removed now. */
  static inDataDirectory(dataDir: string): TempArea {
    const path = join(dataDir, DIRECTORY);
    if (existsSync(path)) rmSync(path, { recursive: true, force: true });
    return new TempArea(() => ({ disk: new NodeDisk(path), dispose: () => rmSync(path, { recursive: true, force: true }) }));
  }
  /** For databases in memory: a directory of the system's temporary one, removed at the latest when the process exits. */
  static inSystemTemp(): TempArea {
    return new TempArea(() => {
      const path = mkdtempSync(join(tmpdir(), 'pglitedb-'));
      const dispose = (): void => { process.off('exit', dispose); rmSync(path, { recursive: true, force: true }); };
      process.on('exit', dispose);
      return { disk: new NodeDisk(path), dispose };
    });
  }

  create(): TempFile {
    if (this.disk === undefined) ({ disk: this.disk, dispose: this.dispose } = this.open());
    const name = `t${process.pid}.${this.counter++}`;
    const { disk } = this;
    const file: TempFile = new TempFile(disk.open(name), this, () => {
      disk.unlink(name);
      this.files.delete(file);
    });
    this.files.add(file);
    return file;
  }
  /** Files in use. */
  get live(): number { return this.files.size; }
  close(): void {
    for (const f of [...this.files]) f.close();
    if (this.disk === undefined) return;
    this.disk = undefined;
    this.dispose();
  }
}
