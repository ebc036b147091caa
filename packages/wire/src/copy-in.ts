/**
 * COPY FROM STDIN: the queue between the messages that arrive and the engine that reads them. A full queue stops the
 * reading of the socket, an empty one makes the engine wait.
 */
import { SqlError } from '@pglitedb/types';

const queuedBytesMax = 1024 * 1024;
const finished: IteratorResult<Uint8Array> = { done: true, value: undefined };

export class CopyIn implements AsyncIterableIterator<Uint8Array> {
  private queue: Uint8Array[] = [];
  private queuedBytes = 0;
  private ended = false;
  private error: SqlError | undefined;
  private wake: (() => void) | undefined;

  /** `refill` asks the connection to hand on what it has already received. */
  constructor(private readonly refill: () => void) {}

  /** Whether messages should be delivered now. */
  get wants(): boolean {
    return !this.ended && this.queuedBytes < queuedBytesMax;
  }

  get open(): boolean {
    return !this.ended;
  }

  push(bytes: Uint8Array): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    this.notify();
  }

  end(): void {
    this.ended = true;
    this.notify();
  }

  fail(error: SqlError): void {
    this.error ??= error;
    this.end();
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      if (this.queue.length === 0 && !this.ended) this.refill();
      if (this.queue.length > 0) return { done: false, value: this.take() };
      if (this.error !== undefined) throw this.error;
      if (this.ended) return finished;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** All that has arrived, as one piece: clients send a message for each row. */
  private take(): Uint8Array {
    const { queue } = this;
    const bytes = queue.length === 1 ? queue[0]! : Buffer.concat(queue, this.queuedBytes);
    this.queue = [];
    this.queuedBytes = 0;
    return bytes;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.ended = true;
    this.queue = [];
    return finished;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
