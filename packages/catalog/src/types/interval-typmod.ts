/** interval's typmod: range of fields in the high 16 bits, precision in the low ones (65535 = none). */
const MONTH = 1 << 1;
const YEAR = 1 << 2;
const DAY = 1 << 3;
const HOUR = 1 << 10;
const MINUTE = 1 << 11;
const SECOND = 1 << 12;
const FULL_RANGE = 0x7fff;
const FULL_PRECISION = 0xffff;

export const INTERVAL_FIELDS: Readonly<Record<string, number>> = {
  'year': YEAR, 'month': MONTH, 'day': DAY, 'hour': HOUR, 'minute': MINUTE, 'second': SECOND,
  'year to month': YEAR | MONTH, 'day to hour': DAY | HOUR, 'day to minute': DAY | HOUR | MINUTE, 'day to second': DAY | HOUR | MINUTE | SECOND,
  'hour to minute': HOUR | MINUTE, 'hour to second': HOUR | MINUTE | SECOND, 'minute to second': MINUTE | SECOND,
};

export function intervalTypmod(fields: string | undefined, precision: number | undefined): number {
  if (fields === undefined && precision === undefined) return -1;
  const range = fields === undefined ? FULL_RANGE : INTERVAL_FIELDS[fields]!;
  return ((range << 16) | (precision ?? FULL_PRECISION)) | 0;
}

export function intervalTypmodText(typmod: number): string {
  if (typmod < 0) return '';
  const range = (typmod >> 16) & FULL_RANGE;
  const precision = typmod & FULL_PRECISION;
  const fields = range === FULL_RANGE ? '' : ` ${Object.entries(INTERVAL_FIELDS).find(([, bits]) => bits === range)?.[0] ?? ''}`;
  return fields + (precision === FULL_PRECISION ? '' : `(${precision})`);
}
