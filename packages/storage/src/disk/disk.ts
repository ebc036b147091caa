/** The Disk port: everything the file engine does to the outside goes through it. One Disk is one directory. */

export interface DiskFile {
  readonly name: string;
  size(): number;
  /** Up to `length` bytes from `position`; fewer at the end of the file. */
  read(position: number, length: number): Uint8Array;
  write(position: number, bytes: Uint8Array): void;
  truncate(size: number): void;
  /** Resolves when every write before the call is durable, the file's size included. Off the JS thread. */
  sync(): Promise<void>;
  close(): void;
}

export interface Disk {
  /** Opens for reading and writing; creates the file where there is none. */
  open(name: string): DiskFile;
  list(): string[];
  rename(from: string, to: string): void;
  unlink(name: string): void;
  /** Resolves when created, renamed and removed names are durable. */
  syncDirectory(): Promise<void>;
  /** Takes the directory for this process, or raises; returns the release. */
  lock(): () => void;
}
