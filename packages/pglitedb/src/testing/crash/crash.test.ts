/** A fixed sample of the crash campaign; all points: node tools/campaigns/crash.mjs */
import { describe, expect, it } from '@jest/globals';
import { crashCampaign } from './campaign.js';

const TIMEOUT_MS = 120_000;
const EVERY = 16;
const SEED = 1;

describe('power loss under SQL', () => {
  it('keeps every acknowledged unit and half of none; indexes agree; a second recovery changes nothing', async () => {
    const result = await crashCampaign({ wanted: (operation) => operation % EVERY === 5, seed: SEED });
    expect(result.failures).toEqual([]);
    expect(result.checked).toBeGreaterThan(12);
  }, TIMEOUT_MS);

  it.each(['log', 'pages'])('notices when the syncs of %s are left out', async (file) => {
    const result = await crashCampaign({ wanted: (operation) => operation % 9 === 0, seed: SEED, ignoreSyncs: new RegExp(`^${file}`), failuresMax: 1 });
    expect(result.failures).not.toEqual([]);
  }, TIMEOUT_MS);
});
