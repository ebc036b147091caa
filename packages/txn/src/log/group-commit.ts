/** Many commits, one sync: whoever asks while a sync runs is served by the next one. */
import type { StorageEngine } from '@pglitedb/storage';

/** synchronous_commit = off: how long a commit may stay unsynced. */
const LAZY_MS = 200;

export class GroupCommit {
  private running = false;
  private next: Promise<void> | null = null;
  private startNext: (() => void) | null = null;
  private failNext: ((error: unknown) => void) | null = null;
  private lazy: NodeJS.Timeout | null = null;
  failure: unknown = undefined;

  /** started and done: called around each sync. */
  constructor(private readonly engine: StorageEngine, private readonly started: () => number, private readonly done: (mark: number) => void) {}

  /** Resolves when everything appended so far is durable. */
  request(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure as Error);
    if (this.next === null) {
      this.next = new Promise((resolve, reject) => {
        this.startNext = resolve;
        this.failNext = reject;
      });
      if (!this.running) {
        this.running = true;
        queueMicrotask(() => void this.run());
      }
    }
    return this.next;
  }

  requestLater(): void {
    if (this.lazy !== null || this.failure !== undefined) return;
    this.lazy = setTimeout(() => {
      this.lazy = null;
      this.request().catch(() => {});
    }, LAZY_MS);
    this.lazy.unref();
  }

  private async run(): Promise<void> {
    while (this.next !== null) {
      const resolve = this.startNext!;
      const reject = this.failNext!;
      this.next = null;
      const mark = this.started();
      try {
        await this.engine.sync();
        this.done(mark);
        resolve();
      } catch (error) {
        this.failure = error;
        reject(error);
      }
    }
    this.running = false;
  }

  stop(): void {
    if (this.lazy !== null) clearTimeout(this.lazy);
    this.lazy = null;
  }
}
