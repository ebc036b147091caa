import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SqlError } from '@pglitedb/types';
import { characterPosition, parameterize, parse, sliceBytes } from './index.js';

const failure = (sql: string): SqlError => {
  try {
    parse(sql);
  } catch (e) {
    if (e instanceof SqlError) return e;
  }
  throw new Error('expected a syntax error');
};

describe('parse', () => {
  it('splits statements and gives their places', () => {
    const [a, b] = parse('select 1; select 2');
    expect(a!.stmt_len).toBe(8);
    expect(b!.stmt_location).toBe(10);
    expect(parse('  -- nothing')).toEqual([]);
    expect(parse('')).toEqual([]);
  });
  it('raises 42601 with a position in characters', () => {
    const e = failure("select 'é' fro m x");
    expect(e.code).toBe('42601');
    expect(e.message).toBe('syntax error at or near "m"');
    expect(e.position).toBe(16);
    expect(failure('slect 1').position).toBe(1);
  });
  it('answers the same frozen tree for the same text', () => {
    expect(parse('select 42')).toBe(parse('select 42'));
  });
});

describe('positions', () => {
  it('count characters, not bytes or UTF-16 units', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', 'é', '漢', '😀')), fc.nat(20), (chars, n) => {
      const at = Math.min(n, chars.length);
      const bytes = Buffer.byteLength(chars.slice(0, at).join(''));
      expect(characterPosition(chars.join(''), bytes)).toBe(at + 1);
      expect(sliceBytes(chars.join(''), bytes, 0)).toBe(chars.slice(at).join(''));
    }));
  });
});

describe('parameterize', () => {
  it('takes literals out', () => {
    expect(parameterize("select * from t where a = 5 and b = 'it''s'")).toEqual({
      key: 'select * from t where a = $1 and b = $2', kinds: 'iu', values: ['5', "it's"],
    });
  });
  it('leaves doubtful statements alone', () => {
    for (const sql of ['select 1 order by 1', "select interval '1' day", 'select $1', "select date '2020-01-01'", 'create table t(a int)', "select E'\\n'", 'select 1; select 2', 'select a1', 'select .5', 'select 1e5', 'select 0x1f', "select 'a' 'b'", 'select "x" = 1', 'select 1 -- one', 'select a /* 1 */ from t', "select 1::int", "insert into t values (- 3000000000)", "select x'1f'", 'select 1_000', 'select 5 limit 1', "select n'x'"]) expect(parameterize(sql)).toBeUndefined();
  });
  it('tells kinds of numbers and drops the final semicolon', () => {
    expect(parameterize('update t set a = a + -5, b = 3000000000, c = 1.50 where a1 = 7 ; ')).toEqual({ key: 'update t set a = a + -$1, b = $2, c = $3 where a1 = $4 ', kinds: 'ibni', values: ['5', '3000000000', '1.50', '7'] });
  });
  it('gives a key that parses wherever the text does', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 999999 }), fc.stringMatching(/^[a-z' ]{0,8}$/), (n, s) => {
      const p = parameterize(`update t set a = ${n} where b = '${s.replaceAll("'", "''")}'`)!;
      expect(p.values).toEqual([String(n), s]);
      expect(parse(p.key)).toHaveLength(1);
    }));
  });
});
