/** Codec: round trips, every flipped bit, swapped pages, wrong keys; conformance of an engine behind it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryEngine } from '../engine/memory-engine.js';
import { storageEngineConformance } from '../testing/conformance.js';
import { Codec, withCodec, type CodecOptions } from './codec.js';

const key = new Uint8Array(32).fill(7);
const VARIANTS: Record<string, CodecOptions> = { checksum: {}, compress: { compress: true }, encrypt: { key }, both: { compress: true, key } };

describe.each(Object.entries(VARIANTS))('codec: %s', (_name, options) => {
  const codec = new Codec(options);

  it('gives back what it got, and reports every flipped bit and every wrong place', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(), fc.nat(), (plain, place, bit) => {
      const stored = codec.encode(plain, place);
      expect(Buffer.compare(codec.decode(stored, place), plain)).toBe(0);
      expect(() => codec.decode(stored, place + 1)).toThrow();
      const at = bit % ((stored.length) * 8);
      stored[at >> 3]! ^= 1 << (at & 7);
      // Bytes 2..4 and 12..16 are unused; the checksum covers the former.
      if ((at >> 3) < 12 || (at >> 3) >= 16) expect(() => codec.decode(stored, place)).toThrow(expect.objectContaining({ code: 'XX001' }));
    }));
  });
});

describe('codec', () => {
  it('refuses a wrong key, a missing key and a plain page where a key was given', () => {
    const plain = new Uint8Array(100);
    const secret = new Codec({ key }).encode(plain, 1);
    expect(() => new Codec({ key: new Uint8Array(32) }).decode(secret, 1)).toThrow(/cannot be decrypted/);
    expect(() => new Codec({}).decode(secret, 1)).toThrow(/no key/);
    expect(() => new Codec({ key }).decode(new Codec({}).encode(plain, 1), 1)).toThrow(/not encrypted/);
  });
});

storageEngineConformance('memory behind compression and encryption', () => Promise.resolve({ engine: withCodec(new MemoryEngine(), { compress: true, key }) }));
