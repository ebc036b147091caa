/**
 * A disk in memory that loses power. Writes are pending until sync(); crash() keeps, of each file's pending writes, a
 * random choice of 512-byte sectors in any order, and of the directory's pending changes a prefix (as journalling file
 * systems do). Everything random comes from the seed. crashAt = n makes the n-th disk operation, and all after it, fail.
 */
import type { Disk, DiskFile } from '../disk/disk.js';

const SECTOR = 512;

export class SimCrash extends Error {}

interface Pending {
  position: number;
  bytes: Uint8Array;
  /** Set: a truncation to this size. */
  size?: number;
}

class SimInode {
  durable: Uint8Array = new Uint8Array(0);
  current: Uint8Array = new Uint8Array(0);
  pending: Pending[] = [];

  copy(): SimInode {
    const copy = new SimInode();
    copy.durable = this.durable;
    copy.current = this.current;
    copy.pending = this.pending.slice();
    return copy;
  }
}

type NameChange = { kind: 'create'; name: string; inode: SimInode } | { kind: 'unlink'; name: string } | { kind: 'rename'; from: string; to: string };

export interface SimDiskOptions {
  seed?: number;
  crashAt?: number;
  /** Planted bug: sync() of files whose name matches does nothing. */
  ignoreSyncs?: RegExp;
  /** sync() of these files fails from the start. */
  failSyncs?: RegExp;
  /** Called at each disk operation, when what it writes is pending: the place to keep a moment() for later. */
  onStep?: (operation: number) => void;
}

export class SimDisk implements Disk {
  private durableNames = new Map<string, SimInode>();
  private names = new Map<string, SimInode>();
  private changes: NameChange[] = [];
  private random: () => number;
  operations = 0;
  private locked = false;
  options: SimDiskOptions;

  constructor(options: SimDiskOptions = {}) {
    this.options = options;
    this.random = generator(options.seed ?? 1);
  }

  /** Counts an operation; raises once the power is gone. */
  step(): void {
    this.operations++;
    this.options.onStep?.(this.operations);
    if (this.operations >= (this.options.crashAt ?? Infinity)) throw new SimCrash('power lost');
  }

  /** What the disk holds now, durable and pending, for crash() at a later time: cheap, and independent of what follows. */
  moment(): SimDisk {
    const copy = new SimDisk();
    const inodes = new Map<SimInode, SimInode>();
    const same = (inode: SimInode): SimInode => {
      let known = inodes.get(inode);
      if (known === undefined) inodes.set(inode, (known = inode.copy()));
      return known;
    };
    for (const [name, inode] of this.durableNames) copy.durableNames.set(name, same(inode));
    copy.changes = this.changes.map((change) => (change.kind === 'create' ? { ...change, inode: same(change.inode) } : change));
    return copy;
  }

  open(name: string): DiskFile {
    let inode = this.names.get(name);
    if (inode === undefined) {
      this.step();
      inode = new SimInode();
      this.names.set(name, inode);
      this.changes.push({ kind: 'create', name, inode });
    }
    return new SimFile(name, this, inode);
  }

  list(): string[] {
    return [...this.names.keys()];
  }

  rename(from: string, to: string): void {
    this.step();
    apply(this.names, { kind: 'rename', from, to });
    this.changes.push({ kind: 'rename', from, to });
  }

  unlink(name: string): void {
    this.step();
    apply(this.names, { kind: 'unlink', name });
    this.changes.push({ kind: 'unlink', name });
  }

  async syncDirectory(): Promise<void> {
    this.step();
    const covered = this.changes.splice(0);
    await Promise.resolve();
    for (const change of covered) apply(this.durableNames, change);
  }

  lock(): () => void {
    if (this.locked) throw new Error('the simulated directory is locked');
    this.locked = true;
    return () => {
      this.locked = false;
    };
  }

  /** The disk as the next process finds it. */
  crash(seed: number, options: SimDiskOptions = {}): SimDisk {
    const random = generator(seed);
    const after = new SimDisk(options);
    const keep = Math.floor(random() * (this.changes.length + 1));
    const names = new Map(this.durableNames);
    for (const change of this.changes.slice(0, keep)) apply(names, change);
    for (const [name, inode] of names) {
      const survivor = new SimInode();
      survivor.durable = survivor.current = tear(inode, random);
      after.names.set(name, survivor);
      after.durableNames.set(name, survivor);
    }
    return after;
  }

  /** Flips one bit of a file, as decaying media do. */
  flip(name: string, bit: number): void {
    const inode = this.names.get(name)!;
    inode.current = Uint8Array.from(inode.current);
    inode.current[bit >> 3]! ^= 1 << (bit & 7);
    inode.durable = inode.current;
  }

  sizeOf(name: string): number {
    return this.names.get(name)!.current.length;
  }
}

class SimFile implements DiskFile {
  constructor(readonly name: string, private readonly disk: SimDisk, private readonly inode: SimInode) {}

  size(): number {
    return this.inode.current.length;
  }

  read(position: number, length: number): Uint8Array {
    return this.inode.current.slice(position, position + length);
  }

  write(position: number, bytes: Uint8Array): void {
    const pending = { position, bytes: Uint8Array.from(bytes) };
    this.inode.pending.push(pending);
    this.disk.step();
    this.inode.current = applyWrite(this.inode.current, pending);
  }

  truncate(size: number): void {
    const pending = { position: 0, bytes: new Uint8Array(0), size };
    this.inode.pending.push(pending);
    this.disk.step();
    this.inode.current = applyWrite(this.inode.current, pending);
  }

  async sync(): Promise<void> {
    this.disk.step();
    if (this.disk.options.failSyncs?.test(this.name)) throw new Error('EIO: simulated');
    if (this.disk.options.ignoreSyncs?.test(this.name)) return;
    const covered = this.inode.pending.length;
    const image = this.inode.current;
    await Promise.resolve();
    this.disk.step();
    this.inode.durable = image;
    this.inode.pending.splice(0, covered);
  }

  close(): void {}
}

function apply(names: Map<string, SimInode>, change: NameChange): void {
  if (change.kind === 'create') names.set(change.name, change.inode);
  else if (change.kind === 'unlink') names.delete(change.name);
  else {
    const inode = names.get(change.from);
    names.delete(change.from);
    if (inode !== undefined) names.set(change.to, inode);
  }
}

function applyWrite(image: Uint8Array, write: Pending): Uint8Array {
  const end = write.size ?? Math.max(image.length, write.position + write.bytes.length);
  const after = end === image.length ? image.slice() : new Uint8Array(end);
  after.set(image.subarray(0, Math.min(end, image.length)));
  after.set(write.bytes, write.position);
  return after;
}

/** Durable bytes plus some sectors of what was pending. One in three crashes loses all of it, one in three nothing. */
function tear(inode: SimInode, random: () => number): Uint8Array {
  const mood = Math.floor(random() * 3);
  if (mood === 0) return inode.durable;
  let image = inode.durable;
  for (const write of inode.pending) {
    if (mood === 1 || write.size !== undefined) {
      image = applyWrite(image, write);
      continue;
    }
    for (let at = 0; at < write.bytes.length;) {
      const sectorEnd = (Math.floor((write.position + at) / SECTOR) + 1) * SECTOR - write.position;
      const part = write.bytes.subarray(at, sectorEnd);
      if (random() < 0.5) image = applyWrite(image, { position: write.position + at, bytes: part });
      at = sectorEnd;
    }
  }
  return image;
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
