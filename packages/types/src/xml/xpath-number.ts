/** XPath numbers as text: fifteen digits, exponents beyond 1e9 and below 1e-5 as libxml2 writes them. */

const DIGITS = 15;
const LARGE = 1e9;
const SMALL = 1e-5;

export function numberText(v: number): string {
  if (Number.isNaN(v)) return 'NaN';
  if (v === Infinity) return 'Infinity';
  if (v === -Infinity) return '-Infinity';
  if (v === 0) return '0';
  if (Number.isInteger(v) && Math.abs(v) < 2147483647) return String(v);
  const size = Math.abs(v);
  if (size > LARGE || size < SMALL) {
    const [mantissa, exponent] = v.toExponential(DIGITS - 1).split('e') as [string, string];
    const digits = exponent.slice(1).padStart(2, '0');
    return `${trimmed(mantissa)}e${exponent[0]!}${digits}`;
  }
  const whole = Math.trunc(Math.log10(size));
  return trimmed(v.toFixed(whole > 0 ? DIGITS - whole - 1 : DIGITS - whole));
}

const trimmed = (s: string): string => (s.includes('.') ? s.replace(/\.?0+$/, '') : s);
