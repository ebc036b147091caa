/** cash_words: an amount in English. */
import type { Int8 } from '../int/value.js';

const SMALL = [
  'zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen',
  'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty', 'thirty', 'forty', 'fifty', 'sixty',
  'seventy', 'eighty', 'ninety',
];
const tensWord = (n: number): string => SMALL[18 + Math.floor(n / 10)]!;

/** A number below one thousand, with an "and" before the part below one hundred. */
function words(value: number): string {
  const rest = value % 100;
  if (value <= 20) return ` ${SMALL[value]!}`;
  if (rest === 0) return ` ${SMALL[value / 100]!} hundred`;
  const below = (n: number): string => (n % 10 === 0 && n > 10 ? tensWord(n) : n < 20 ? SMALL[n]! : `${tensWord(n)} ${SMALL[n % 10]!}`);
  if (value > 99) {
    const head = SMALL[Math.floor(value / 100)]!;
    return ` ${head} hundred${rest < 20 ? ' and' : ''} ${below(rest)}`;
  }
  return ` ${below(value)}`;
}

const GROUPS: readonly [bigint, string][] = [
  [100000000000000000n, ' quadrillion'], [100000000000000n, ' trillion'], [100000000000n, ' billion'], [100000000n, ' million'],
  [100000n, ' thousand'],
];

export function cashWords(v: Int8): string {
  let value = BigInt(v);
  let out = '';
  if (value < 0n) {
    value = -value;
    out = 'minus ';
  }
  const dollars = value / 100n;
  const cents = Number(value % 100n);
  for (const [unit, name] of GROUPS) {
    const n = Number((value / unit) % 1000n);
    if (n > 0) out += words(n) + name;
  }
  const last = Number(dollars % 1000n);
  if (last > 0) out += words(last);
  if (dollars === 0n) out += 'zero';
  out += dollars === 1n ? ' dollar and' : ' dollars and';
  out += words(cents) + (cents === 1 ? ' cent' : ' cents');
  const trimmed = out.replace(/^ /, '').replace(/^minus  /, 'minus ');
  return trimmed[0]!.toUpperCase() + trimmed.slice(1);
}
