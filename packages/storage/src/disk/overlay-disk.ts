/** A Disk that reads another one and keeps every change in memory: for looking at a database without changing it. */
import { SqlError } from '@pglitedb/types';
import type { Disk, DiskFile } from './disk.js';

export class OverlayDisk implements Disk {
  private readonly files = new Map<string, OverlayFile>();
  private readonly gone = new Set<string>();

  constructor(private readonly base: Disk) {}

  open(name: string): DiskFile {
    let file = this.files.get(name);
    if (file === undefined) {
      const below = !this.gone.has(name) && this.base.list().includes(name) ? this.base.open(name) : undefined;
      this.files.set(name, (file = new OverlayFile(name, below)));
    }
    return file;
  }

  list(): string[] {
    return [...new Set([...this.base.list(), ...this.files.keys()])].filter((name) => !this.gone.has(name));
  }

  rename(from: string, to: string): void {
    throw new SqlError('0A000', `cannot rename ${from} to ${to} in a database that is only read`);
  }

  unlink(name: string): void {
    this.files.delete(name);
    this.gone.add(name);
  }

  syncDirectory(): Promise<void> { return Promise.resolve(); }
  lock(): () => void { return this.base.lock(); }
}

class OverlayFile implements DiskFile {
  private length: number;
  /** Bytes of `below` that still count. */
  private kept: number;
  private readonly writes: { position: number; bytes: Uint8Array }[] = [];

  constructor(readonly name: string, private readonly below: DiskFile | undefined) {
    this.length = this.kept = below?.size() ?? 0;
  }

  size(): number { return this.length; }

  read(position: number, length: number): Uint8Array {
    const out = new Uint8Array(Math.max(0, Math.min(length, this.length - position)));
    const fromBelow = Math.min(out.length, this.kept - position);
    if (fromBelow > 0) out.set(this.below!.read(position, fromBelow));
    for (const write of this.writes) {
      const from = Math.max(position, write.position);
      const to = Math.min(position + out.length, write.position + write.bytes.length);
      if (from < to) out.set(write.bytes.subarray(from - write.position, to - write.position), from - position);
    }
    return out;
  }

  write(position: number, bytes: Uint8Array): void {
    this.writes.push({ position, bytes: Uint8Array.from(bytes) });
    this.length = Math.max(this.length, position + bytes.length);
  }

  truncate(size: number): void {
    this.kept = Math.min(this.kept, size);
    for (const write of this.writes) write.bytes = write.bytes.subarray(0, Math.max(0, size - write.position));
    this.length = size;
  }

  sync(): Promise<void> { return Promise.resolve(); }
  close(): void { this.below?.close(); }
}
