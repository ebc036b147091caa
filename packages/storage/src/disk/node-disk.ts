/**
 * Disk over node:fs. LOCK holds "pid start-time"; the start time (field 22 of /proc/pid/stat, where there is one) tells
 * a live owner from another process that got its number.
 */
import {
  closeSync, fdatasync, fstatSync, ftruncateSync, fsync, mkdirSync, openSync, constants, readdirSync, readFileSync,
  readSync, renameSync, unlinkSync, writeFileSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { SqlError } from '@pglitedb/types';
import type { Disk, DiskFile } from './disk.js';

const LOCK = 'LOCK';
const LOCK_TRIES = 3;

class NodeFile implements DiskFile {
  constructor(readonly name: string, private readonly fd: number) {}

  size(): number {
    return fstatSync(this.fd).size;
  }

  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const n = readSync(this.fd, bytes, done, length - done, position + done);
      if (n === 0) return bytes.subarray(0, done);
      done += n;
    }
    return bytes;
  }

  write(position: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) done += writeSync(this.fd, bytes, done, bytes.length - done, position + done);
  }

  truncate(size: number): void {
    ftruncateSync(this.fd, size);
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.fd, (error) => (error ? reject(error) : resolve())));
  }

  close(): void {
    closeSync(this.fd);
  }
}

export class NodeDisk implements Disk {
  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  open(name: string): DiskFile {
    return new NodeFile(name, openSync(join(this.directory, name), constants.O_RDWR | constants.O_CREAT, 0o600));
  }

  list(): string[] {
    return readdirSync(this.directory);
  }

  rename(from: string, to: string): void {
    renameSync(join(this.directory, from), join(this.directory, to));
  }

  unlink(name: string): void {
    unlinkSync(join(this.directory, name));
  }

  async syncDirectory(): Promise<void> {
    if (process.platform === 'win32') return;
    const fd = openSync(this.directory, 'r');
    try {
      await new Promise<void>((resolve, reject) => fsync(fd, (error) => (error ? reject(error) : resolve())));
    } finally {
      closeSync(fd);
    }
  }

  lock(): () => void {
    const path = join(this.directory, LOCK);
    const mine = `${process.pid} ${startTime(process.pid)}\n`;
    for (let i = 0; i < LOCK_TRIES; i++) {
      try {
        writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
        return () => unlinkSync(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readOwner(path);
      if (owner !== undefined && isAlive(owner)) {
        throw new SqlError('F0001', `lock file "${LOCK}" already exists`, {
          severity: 'FATAL',
          hint: `Is another process (PID ${owner.pid}) using the database directory "${this.directory}"?`,
        });
      }
      try {
        unlinkSync(path);
      } catch {
        // Another opener was faster: look again.
      }
    }
    throw new SqlError('F0001', `could not take lock file "${LOCK}" in "${this.directory}"`, { severity: 'FATAL' });
  }
}

interface Owner {
  pid: number;
  start: string;
}

function readOwner(path: string): Owner | undefined {
  try {
    const [pid, start] = readFileSync(path, 'utf8').trim().split(' ');
    return Number.isInteger(Number(pid)) && Number(pid) > 0 ? { pid: Number(pid), start: start ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startTime(owner.pid) === owner.start;
}

/** Start time of a process in clock ticks since boot; '-' where the system does not tell. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
