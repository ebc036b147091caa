import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineReader, splitCsv, splitText } from './lines.js';
import type { CopyOptions } from './options.js';

const base: CopyOptions = {
  format: 'text', delimiter: '\t', nullText: '\\N', defaultText: undefined, header: 'no', quote: '', escape: '', forceQuote: undefined, forceNotNull: undefined, forceNull: undefined,
  encoding: undefined, freeze: false, onError: 'stop', rejectLimit: undefined, verbosity: 'default',
};
const csv: CopyOptions = { ...base, format: 'csv', delimiter: ',', nullText: '', quote: '"', escape: '"' };

type Row = (string | null)[];
const SPECIAL: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
const asText = (r: Row): string => r.map((f) => (f === null ? '\\N' : f.replace(/[\n\r\t\\]/g, (c) => SPECIAL[c]!))).join('\t');
const asCsv = (r: Row): string => r.map((f) => (f === null ? '' : `"${f.replace(/"/g, '""')}"`)).join(',');

/** Feeds the text in pieces, and reads all rows. */
function read(text: string, cuts: readonly number[], o: CopyOptions): Row[] {
  const reader = new LineReader(o);
  const out: Row[] = [];
  const drain = (): void => {
    for (let line = reader.next(); line !== undefined; line = reader.next()) {
      const fields: (string | null | undefined)[] = [];
      const n = o.format === 'csv' ? splitCsv(line, o, undefined, fields) : splitText(line, o, fields);
      out.push(fields.slice(0, n) as Row);
    }
  };
  let at = 0;
  for (const cut of [...cuts.map((c) => c % (text.length + 1))].sort((a, b) => a - b)) {
    reader.push(text.slice(at, Math.max(at, cut)));
    at = Math.max(at, cut);
    drain();
  }
  reader.push(text.slice(at));
  reader.end();
  drain();
  return out;
}

const field = fc.oneof(fc.constant(null), fc.array(fc.constantFrom('a', 'N', ',', '"', '\\', '\t', '\n', '\r', '.', 'é', ' '), { maxLength: 6 }).map((c) => c.join('')));
const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 8 });
const eol = fc.constantFrom('\n', '\r\n', '\r');

describe('COPY lines and fields', () => {
  it('text rows survive, however they are cut into chunks', () => {
    fc.assert(fc.property(rows, fc.array(fc.nat(), { maxLength: 6 }), eol, (list, cuts, end) => {
      expect(read(list.map((r) => asText(r) + end).join(''), cuts, base)).toEqual(list);
    }));
  });
  it('CSV rows survive, however they are cut into chunks', () => {
    fc.assert(fc.property(rows, fc.array(fc.nat(), { maxLength: 6 }), eol, (list, cuts, end) => {
      const text = list.map((r) => asCsv(r) + end).join('');
      expect(read(text, cuts, csv)).toEqual(list);
    }));
  });
  it('stops at the end marker', () => {
    expect(read('a\tb\n\\.\nc\td\n', [], base)).toEqual([['a', 'b']]);
  });
  it('refuses a quoted field that does not end', () => {
    expect(() => read('1,"x\n', [], csv)).toThrow('unterminated CSV quoted field');
  });
});
