/**
 * A decoded page in memory: a table chunk or an index node. The buffer pool owns the fields below; code that holds
 * a page across a point where the pool may run balance() pins it, or fetches it again.
 */
export abstract class Page {
  /** Page number inside its relation file; -1 until put there. */
  pageNo = -1;
  /** Its committed image on the engine is out of date. */
  dirty = false;
  /** Not evicted while > 0. */
  pins = 0;
  /** Set at each access, cleared by the eviction clock. */
  used = 1;
  /** In the pool; false once evicted or deleted: fetch it again. */
  resident = false;
  /** Waits for the pool to ask for its size again. */
  resized = false;
  /** Bytes the pool has accounted for this page. */
  accounted = 0;
  /** Opaque to storage: txn's row versions. A page with undo stays in memory. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  undo: any = null;

  /** Approximate memory in bytes. */
  abstract get bytes(): number;
  /** Called when the pool lets the page go; others may still hold the object, so memory it must not keep goes here. */
  evicted(): void {}
  /** Current state as page bytes. */
  abstract serialize(): Uint8Array;
}
