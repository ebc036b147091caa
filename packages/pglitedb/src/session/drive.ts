/** Runs Steps: at once while nothing waits, otherwise over promises. Slices let other sessions run in between. */
import type { Steps } from '@pglitedb/txn';

const SLICE_MS = 3;
let sliceEnd = 0;

/** True when the running slice has used its time. Cheap enough for every batch. */
export function sliceOver(): boolean { return performance.now() > sliceEnd; }
function beginSlice(): void { sliceEnd = performance.now() + SLICE_MS; }
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Drives to the end; a value where nothing had to wait, else a promise. */
export function drive<T>(steps: Steps<T>): T | Promise<T> {
  beginSlice();
  const first = steps.next();
  return first.done === true ? first.value : driveOn(steps, first.value);
}

async function driveOn<T>(steps: Steps<T>, pending: { kind: 'slice' } | { kind: 'wait'; promise: Promise<unknown> }): Promise<T> {
  for (;;) {
    let failure: { error: unknown } | undefined;
    if (pending.kind === 'slice') await nextTurn();
    else {
      try {
        await pending.promise;
      } catch (error) {
        failure = { error };
      }
    }
    beginSlice();
    const step = failure === undefined ? steps.next() : steps.throw(failure.error);
    if (step.done === true) return step.value;
    pending = step.value;
  }
}

/** A promise as a step: suspends until it settles. */
export function* awaiting<T>(promise: Promise<T>): Steps<T> {
  let value: T | undefined;
  yield { kind: 'wait', promise: promise.then((v) => { value = v; }) };
  return value as T;
}
