/** tsvector and tsquery: round trips, orders, the parser, the stemmer and the dictionaries that need no catalog. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { SqlError } from '../errors.js';
import { parseText } from './default-parser.js';
import { formatQuery, parseLiteralQuery, receiveQuery, sendQuery } from './query-io.js';
import { compareQueries } from './query-tree.js';
import { stemEnglish } from './snowball-english.js';
import { makeDictionary } from './templates.js';
import { compareVectors, makeVector, TsQuery, type QueryNode } from './value.js';
import { formatVector, parseVector, receiveVector, sendVector } from './vector-io.js';
import { vectorMatches } from './match.js';

const quiet = (): void => undefined;
const word = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((s) => !s.includes('\0') && !/[\ud800-\udfff](?![\udc00-\udfff])/.test(s));
const position = fc.integer({ min: 1, max: 0xffff }).filter((p) => (p & 0x3fff) !== 0);
const vector = fc.array(fc.record({ word, positions: fc.array(position, { maxLength: 5 }) }), { maxLength: 8 }).map(makeVector);
const operand = fc.record({ kind: fc.constant('val' as const), word, weight: fc.integer({ min: 0, max: 15 }), prefix: fc.boolean() });
const { node } = fc.letrec<{ node: QueryNode }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, operand,
    fc.record({ kind: fc.constant('not' as const), arg: tie('node') }),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('node'), right: tie('node'), distance: fc.constant(0) }),
    fc.record({ kind: fc.constant('phrase' as const), left: tie('node'), right: tie('node'), distance: fc.integer({ min: 0, max: 16384 }) })),
}));
const query = node.map((n) => new TsQuery(n));

describe('tsvector', () => {
  test('text and binary round trips', () => {
    fc.assert(fc.property(vector, (v) => {
      expect(compareVectors(parseVector(formatVector(v)), v)).toBe(0);
      expect(compareVectors(receiveVector(sendVector(v)), v)).toBe(0);
    }));
  });
  test('the order is total', () => {
    fc.assert(fc.property(vector, vector, vector, (a, b, c) => {
      expect(Math.sign(compareVectors(a, b))).toBe(-Math.sign(compareVectors(b, a)) || 0);
      if (compareVectors(a, b) <= 0 && compareVectors(b, c) <= 0) expect(compareVectors(a, c)).toBeLessThanOrEqual(0);
    }));
  });
  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', "'", '\\', ':', '1', ',', 'A', ' ', '*', 'é') }), (text) => {
      try {
        parseVector(text);
      } catch (e) {
        expect(e).toBeInstanceOf(SqlError);
      }
    }));
  });
});

describe('tsquery', () => {
  test('text and binary round trips', () => {
    fc.assert(fc.property(query, (q) => {
      expect(formatQuery(parseLiteralQuery(formatQuery(q), quiet))).toBe(formatQuery(q));
      expect(formatQuery(receiveQuery(sendQuery(q)))).toBe(formatQuery(q));
    }));
  });
  test('the order is antisymmetric and equal only for equal queries', () => {
    fc.assert(fc.property(query, query, (a, b) => {
      expect(Math.sign(compareQueries(a, b))).toBe(-Math.sign(compareQueries(b, a)) || 0);
      expect(compareQueries(a, a)).toBe(0);
    }));
  });
  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '&', '|', '!', '(', ')', '<', '-', '>', ':', '*', ' ', "'", '2') }), (text) => {
      try {
        parseLiteralQuery(text, quiet);
      } catch (e) {
        expect(e).toBeInstanceOf(SqlError);
      }
    }));
  });
  test('deep nesting is refused', () => {
    expect(() => parseLiteralQuery(`${'('.repeat(100000)}a${')'.repeat(100000)}`, quiet)).toThrow('stack depth limit exceeded');
    expect(() => parseLiteralQuery(`${'!'.repeat(40)}a`, quiet)).toThrow('tsquery stack too small');
  });
  test('phrases match by distance', () => {
    const v = parseVector("'fat':1 'cat':2 'sat':4A");
    const matches = (q: string): boolean => vectorMatches(v, parseLiteralQuery(q, quiet));
    expect(matches('fat <-> cat')).toBe(true);
    expect(matches('cat <-> sat')).toBe(false);
    expect(matches('cat <2> sat:A')).toBe(true);
    expect(matches('fat <-> !dog')).toBe(true);
    expect(matches('s:*B')).toBe(false);
  });
});

describe('parser and dictionaries', () => {
  test('tokens cover the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'e', '1', '.', '-', '/', '@', '<', '>', ' ', '_', ':', '&', ';', 'é', '~') }), (text) => {
      let at = 0;
      for (const t of parseText(text)) {
        expect(t.type).toBeGreaterThan(0);
        const found = text.indexOf(t.text);
        expect(found).toBeGreaterThanOrEqual(0);
        at += t.text.length;
      }
      expect(at).toBeGreaterThanOrEqual(text.length);
    }));
  });
  test('the English stemmer', () => {
    const stems: Record<string, string> = { skies: 'sky', generously: 'generous', rational: 'ration', happily: 'happili', dying: 'die', adding: 'add', universities: 'univers', "cats'": 'cat' };
    for (const [from, to] of Object.entries(stems)) expect(stemEnglish(from)).toBe(to);
  });
  test('ispell finds base forms and parts of compounds', () => {
    const files: Record<string, string> = {
      'a.affix': 'compoundwords controlled Z\n\nsuffixes\n\nflag *S:\n  [^SXZHY] > S\n', 'a.dict': 'foot/ZS\nball/ZS\n',
    };
    const d = makeDictionary('dispell_lexize', {
      options: [{ name: 'DictFile', value: 'a' }, { name: 'AffFile', value: 'a' }], readFile: (n, e) => files[`${n}.${e}`]!, dictionaryByName: () => { throw new Error('none'); },
    });
    expect(d.lexize('Feet')).toBeUndefined();
    expect(d.lexize('foots')?.map((l) => l.word)).toEqual(['foot']);
    expect(d.lexize('footballs')?.map((l) => l.word)).toEqual(['foot', 'ball']);
  });
});
