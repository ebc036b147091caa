/**
 * Compares two outputs of `psql -a` statement by statement. psql echoes every line of the script, so the lines of a
 * block stand together in the output, and what follows up to the next block is the answer to the block's last line.
 * White space inside a line does not count, as in pg_regress (diff -w).
 */

const squeeze = (line) => line.replace(/\s+/g, '');

/** Cuts an output at the echoes of the blocks. answers[i] is undefined where block i was not echoed. */
export function cutOutput(blocks, text) {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const plain = lines.map(squeeze);
  const answers = new Array(blocks.length);
  let position = 0;
  let open = -1;
  let from = 0;
  for (let i = 0; i < blocks.length; i++) {
    const echo = blocks[i].lines.map(squeeze);
    const found = findTogether(plain, echo, position) ?? findScattered(plain, echo, position);
    if (found === undefined) continue;
    if (open >= 0) answers[open] = lines.slice(from, found.from);
    open = i;
    from = position = found.to;
    if (found.scattered) from = found.from + 1;
  }
  if (open >= 0) answers[open] = lines.slice(from);
  return answers;
}

function findTogether(lines, echo, position) {
  const last = lines.length - echo.length;
  for (let at = position; at <= last; at++) {
    let i = 0;
    while (i < echo.length && lines[at + i] === echo[i]) i++;
    if (i === echo.length) return { from: at, to: at + echo.length };
  }
  return undefined;
}

/** Output came between the lines of the block: after a failed COPY its data are run as statements. */
function findScattered(lines, echo, position) {
  let at = position;
  let first = -1;
  for (const line of echo) {
    while (at < lines.length && lines[at] !== line) at++;
    if (at === lines.length) return undefined;
    if (first < 0) first = at;
    at++;
  }
  return { from: first, to: at, scattered: true };
}

const same = (a, b) => a.length === b.length && a.every((line, i) => line === b[i] || squeeze(line) === squeeze(b[i]));

/**
 * Compares with one expected file. Statements are numbered from 1 through the script; those that the expected output
 * does not reach (the script quits where a feature is absent) do not count.
 */
export function compareOutputs(blocks, expectedText, actualText) {
  const exact = same(expectedText.split('\n'), actualText.split('\n'));
  const expected = cutOutput(blocks, expectedText);
  const actual = cutOutput(blocks, actualText);
  const equal = [];
  const failures = [];
  let number = 0;
  let total = 0;
  blocks.forEach((block, i) => {
    const numbers = Array.from({ length: block.statements }, () => ++number);
    if (block.statements === 0 || expected[i] === undefined) return;
    total += block.statements;
    if (actual[i] !== undefined && same(expected[i], actual[i])) equal.push(...numbers);
    else failures.push({ number: numbers[0], text: block.lines, expected: expected[i], actual: actual[i] });
  });
  return { exact, total, equal, failures };
}

/** The best of the expected files. */
export function compareBest(script, expectedTexts, actualText, split) {
  const blocks = split(script);
  const results = expectedTexts.map((text) => compareOutputs(blocks, text, actualText));
  return results.reduce((best, next) => (next.exact && !best.exact) || (next.exact === best.exact && next.equal.length > best.equal.length) ? next : best);
}
