import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageLimit } from './frontend-messages.js';
import { MessageReader } from './message-reader.js';
import { message } from './testing/raw-client.js';

function readAll(chunks: readonly Buffer[]): [number, string][] {
  const reader = new MessageReader();
  const seen: [number, string][] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next(true, messageLimit)) {
      seen.push([reader.code, reader.bytes.toString('latin1', reader.from, reader.to)]);
    }
  }
  expect(reader.pending).toBe(0);
  return seen;
}

describe('message reader', () => {
  const messages = fc.array(
    fc.tuple(fc.constantFrom('Q', 'P', 'B', 'd', 'S'), fc.uint8Array({ maxLength: 900 })), { minLength: 1, maxLength: 8 });

  it('cuts the same messages wherever the stream is split', () => {
    fc.assert(fc.property(messages, fc.array(fc.nat(), { maxLength: 12 }), (parts, cuts) => {
      const stream = Buffer.concat(parts.map(([code, body]) => message(code, Buffer.from(body))));
      const at = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
      const edges = [0, ...at, stream.length];
      const chunks = edges.slice(1).map((to, i) => stream.subarray(edges[i], to)).filter((chunk) => chunk.length > 0);
      const expected = parts.map(([code, body]) => [code.charCodeAt(0), Buffer.from(body).toString('latin1')]);
      expect(readAll(chunks)).toEqual(expected);
    }));
  });

  it('cuts at every single split point', () => {
    const stream = Buffer.concat([message('Q', Buffer.from('select\0')), message('S'), message('d', Buffer.alloc(40, 1))]);
    const whole = readAll([stream]);
    for (let cut = 1; cut < stream.length; cut++) {
      expect(readAll([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(whole);
    }
    expect(readAll([...stream].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('does not allocate what a header only claims', () => {
    const reader = new MessageReader();
    reader.push(Buffer.from([0x51, 0x3f, 0, 0, 0, 1, 2, 3]));
    expect(reader.next(true, messageLimit)).toBe(false);
    expect(reader.pending).toBe(8);
  });
});
