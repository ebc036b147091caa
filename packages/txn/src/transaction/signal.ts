/** A promise with its resolver, for waits that are ended from elsewhere. */
export class Signal {
  readonly promise: Promise<void>;
  private resolve!: () => void;

  constructor() {
    this.promise = new Promise((resolve) => { this.resolve = resolve; });
  }

  fire(): void {
    this.resolve();
  }
}
