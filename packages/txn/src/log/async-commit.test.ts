/** synchronous_commit = off: nobody waits for such a commit, readers neither; what is synchronous still waits for all. */
import { expect, it } from '@jest/globals';
import { insertRow, makeFixture } from '../testing/fixture.js';

it('makes neither the committer nor readers wait', async () => {
  const f = await makeFixture();
  const { tm } = f;
  await tm.durableBarrier();
  const relaxed = tm.begin({ pid: 2 });
  insertRow(f, relaxed, 1, 1, 'relaxed');
  expect(tm.commit(relaxed, false)).toBeUndefined();
  expect(tm.durableBarrier()).toBeUndefined();
  const strict = tm.begin({ pid: 3 });
  insertRow(f, strict, 2, 2, 'strict');
  const durable = tm.commit(strict, true);
  expect(durable).toBeInstanceOf(Promise);
  expect(tm.durableBarrier()).toBeInstanceOf(Promise);
  await durable;
  expect(tm.durableBarrier()).toBeUndefined();
  await tm.close();
});
