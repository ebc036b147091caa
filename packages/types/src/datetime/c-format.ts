/** Seconds as C's "%02g" writes them, for error messages. */
export function secondsText(s: number): string {
  if (!Number.isFinite(s)) return Number.isNaN(s) ? 'NaN' : s > 0 ? 'Infinity' : '-Infinity';
  const text = s.toPrecision(6);
  const [mantissa = '', exponent] = text.split('e');
  const trimmed = mantissa.includes('.') ? mantissa.replace(/0+$/, '').replace(/\.$/, '') : mantissa;
  if (exponent === undefined) return trimmed.padStart(2, '0');
  return `${trimmed}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
