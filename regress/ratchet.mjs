/** The ratchet: what has passed once must go on passing. Statement numbers are kept as ranges, "1-5,7". */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export function toRanges(numbers) {
  const ranges = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

export function fromRanges(text) {
  const numbers = [];
  for (const range of text.split(',').filter(Boolean)) {
    const [from, to = from] = range.split('-').map(Number);
    for (let number = from; number <= to; number++) numbers.push(number);
  }
  return numbers;
}

export function readRatchet(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { files: {} };
}

/** What the ratchet holds and this result has lost, in words; empty when it is kept. */
export function lostBy(ratchet, result) {
  const held = ratchet.files[result.name];
  if (held === undefined) return '';
  const now = new Set(result.equal);
  const statements = toRanges(fromRanges(held.statements).filter((number) => !now.has(number)));
  const exact = held.exact && !result.exact ? ['exactness'] : [];
  return [...exact, ...(statements === '' ? [] : [`statements ${statements}`])].join(' and ');
}

/** Adds what passes now; `force` also forgets what no longer does. */
export function raise(ratchet, results, force) {
  for (const result of results) {
    const held = ratchet.files[result.name];
    const before = force || held === undefined ? [] : fromRanges(held.statements);
    const equal = [...new Set([...before, ...result.equal])].sort((a, b) => a - b);
    const exact = result.exact || (!force && held?.exact === true);
    ratchet.files[result.name] = { exact, equal: equal.length, total: result.total, statements: toRanges(equal) };
  }
  ratchet.files = Object.fromEntries(Object.entries(ratchet.files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return ratchet;
}

export function writeRatchet(path, ratchet) {
  const rows = Object.entries(ratchet.files).map(([name, row]) => `    ${JSON.stringify(name)}: ${JSON.stringify(row)}`);
  writeFileSync(path, `{\n  "files": {\n${rows.join(',\n')}\n  }\n}\n`);
}
