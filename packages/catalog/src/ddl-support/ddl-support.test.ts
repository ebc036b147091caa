import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeObjectName } from './index.js';

describe('chosen names', () => {
  test('fit into 63 bytes, whatever the parts', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), fc.string({ maxLength: 90 }), fc.constantFrom('idx', 'pkey', 'key12'), (a, b, label) => {
      const name = makeObjectName(a, b, label);
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(63);
      expect(name.endsWith(`_${label}`)).toBe(true);
    }));
  });

  test('keep both parts where there is room', () => {
    expect(makeObjectName('t', 'a', 'idx')).toBe('t_a_idx');
    expect(makeObjectName('t', undefined, 'pkey')).toBe('t_pkey');
    expect(makeObjectName('x'.repeat(80), 'y', 'key')).toBe(`${'x'.repeat(57)}_y_key`);
  });
});
