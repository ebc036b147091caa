/** The guard says what became worse, in the right direction, and nothing of what was not recorded. */
import { describe, expect, it } from '@jest/globals';
import { compare, guardTable } from './compare.mjs';

const recorded = { select: { bytesPerStatement: 1000, perThousandLoops: 1 } };

describe('the guard', () => {
  it('notices more allocation and less speed', () => {
    const lines = compare({ select: { bytesPerStatement: 1200, perThousandLoops: 0.5 } }, recorded);
    expect(lines.map((l) => l.worse)).toEqual([true, true]);
    expect(guardTable(lines)).toContain('2 of 2 figures worse');
  });
  it('lets improvement and noise pass', () => {
    const lines = compare({ select: { bytesPerStatement: 1050, perThousandLoops: 2 } }, recorded);
    expect(lines.map((l) => l.worse)).toEqual([false, false]);
    expect(guardTable(lines)).toContain('nothing worse');
  });
  it('does not judge what was never recorded', () => {
    const [line] = compare({ other: { bytesPerStatement: 1, perThousandLoops: 1 } }, recorded);
    expect([line.then, line.change, line.worse]).toEqual([undefined, undefined, false]);
  });
});
