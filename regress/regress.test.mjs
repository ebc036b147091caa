import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareBest, compareOutputs } from './align.mjs';
import { splitScript } from './lexer.mjs';
import { fromRanges, lostBy, raise, toRanges } from './ratchet.mjs';

const counts = (script) => splitScript(script).map((block) => block.statements);

describe('script splitter', () => {
  it.each([
    ['one statement a line', 'select 1;\nselect 2;\n', [1, 1]],
    ['two on a line', 'select 1; select 2;\n', [2]],
    ['a statement over lines', 'select\n\n1;\n', [1]],
    ['quotes and escapes', "select ';', e'\\';';\nselect \";\";\n", [1, 1]],
    ['dollar quotes', 'do $a$ ; $b$ ;\n$a$;\nselect 1;\n', [1, 1]],
    ['comments', '-- a; b\n/* ; /* ; */\n; */ select 1;\n', [1]],
    ['parentheses', 'create rule r as do (a;\nb);\n', [1]],
    ['atomic bodies', 'create function f() begin atomic\nselect case when true then 1 end;\nend;\nselect 1;\n', [1, 1]],
    ['backslash commands', '\\d x\nselect 1 \\gset\nselect 2;\n', [1, 1, 1]],
    ['COPY data', 'copy t from stdin;\n1;\n2\n\\.\nselect 1;\n', [1, 1]],
    ['a tail without end', 'select 1;\n-- end\n', [1, 0]],
  ])('splits %s', (_name, script, expected) => expect(counts(script)).toEqual(expected));
});

describe('comparison', () => {
  const script = 'select 1;\n\nselect 1;\nselect 2;\n';
  const output = (...answers) => `select 1;\n${answers[0]}\nselect 1;\n${answers[1]}\nselect 2;\n${answers[2]}\n`;

  it('names the statements whose answers are equal', () => {
    const result = compareOutputs(splitScript(script), output('a', 'b', 'c'), output('a', 'x\ny', 'c'));
    expect(result).toMatchObject({ exact: false, total: 3, equal: [1, 3] });
    expect(result.failures).toMatchObject([{ number: 2, expected: ['b'], actual: ['x', 'y'] }]);
  });

  it('ignores white space inside lines, as pg_regress does', () => {
    expect(compareOutputs(splitScript(script), output('a b', 'b', 'c'), output('a  b ', 'b', 'c')).exact).toBe(true);
  });

  it('counts what was never reached as different', () => {
    expect(compareOutputs(splitScript(script), output('a', 'b', 'c'), 'select 1;\na\n')).toMatchObject({ total: 3, equal: [1] });
  });

  it('takes the best of several expected files', () => {
    const best = compareBest(script, [output('a', 'b', 'x'), output('a', 'b', 'c')], output('a', 'b', 'c'), splitScript);
    expect(best.exact).toBe(true);
  });
});

describe('ratchet', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 200 })).map((list) => list.sort((a, b) => a - b));
  const result = (equal, exact = false) => ({ name: 'f', exact, total: 200, equal });

  it('keeps numbers as ranges', () => {
    expect(toRanges([1, 2, 3, 7])).toBe('1-3,7');
    fc.assert(fc.property(numbers, (list) => expect(fromRanges(toRanges(list))).toEqual(list)));
  });

  it('never goes down, and sees every loss', () => {
    fc.assert(fc.property(numbers, numbers, (first, second) => {
      const ratchet = raise({ files: {} }, [result(first)], false);
      expect(lostBy(ratchet, result(second)) === '').toBe(first.every((number) => second.includes(number)));
      raise(ratchet, [result(second)], false);
      expect(lostBy(ratchet, result(first)) === '').toBe(second.every((number) => first.includes(number)));
    }));
    const exact = raise({ files: {} }, [result([1], true)], false);
    expect(lostBy(exact, result([1]))).toBe('exactness');
  });
});
