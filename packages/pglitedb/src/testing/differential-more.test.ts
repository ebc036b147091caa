/** Random statements here and in PGlite, as in differential.test.ts, with further seeds. */
import { describe } from '@jest/globals';
import { seedTests } from './differential/seeds.js';

describe('differential', () => {
  seedTests([4, 6]);
});
