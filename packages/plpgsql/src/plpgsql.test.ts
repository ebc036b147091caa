import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONDITIONS, tokenize } from './index.js';

const pieces = fc.constantFrom('x', ':=', ' ', '\n', "'it''s'", '"Quoted ""name"""', '$1', '$tag$ any $ text $tag$', '..', '1..10', '1.5e3', '<<', '>>', '<=', '--comment\n', '/* a /* nested */ one */', '(', ')', ';', "E'\\n'", '||', 'é漢', '#', '%');

describe('tokens', () => {
  it('cover the text but for blanks and comments, in order, with the lines they begin on', () => {
    fc.assert(fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const source = parts.join(' ');
      const tokens = tokenize(source);
      let at = 0;
      for (const t of tokens) {
        expect(t.start).toBeGreaterThanOrEqual(at);
        expect(source.slice(t.start, t.end)).toBe(t.text);
        expect(source.slice(at, t.start).replace(/--[^\n]*\n|\/\*[\s\S]*\*\//g, '').trim()).toBe('');
        expect(t.line).toBe(source.slice(0, t.start).split('\n').length);
        at = t.end;
      }
      expect(tokens[tokens.length - 1]!.kind).toBe('eof');
    }));
  });
  it('keep strings, quoted names and dollar quotes whole', () => {
    const values = tokenize(`X "Y""z" 'a''b' $q$ '; $q$ E'\\t'`).map((t) => `${t.kind}:${t.value}`);
    expect(values).toEqual(['word:x', 'quoted:Y"z', "string:a'b", "string: '; ", 'string:\t', 'eof:']);
  });
  it('raise 42601 for what does not end', () => {
    for (const text of ["'abc", '"abc', '/* abc', '$a$ abc']) expect(() => tokenize(text)).toThrow(/unterminated/);
  });
});

describe('conditions', () => {
  it('have SQLSTATEs', () => {
    expect(CONDITIONS['division_by_zero']).toEqual(['22012']);
    for (const codes of Object.values(CONDITIONS)) for (const c of codes) expect(c).toMatch(/^[0-9A-Z]{5}$/);
  });
});
