/** Numbers as people read them: three significant digits, the unit's own habits. */

export function number(value) {
  if (value === undefined || Number.isNaN(value)) return '-';
  const size = Math.abs(value);
  if (size >= 1000) return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size === 0 ? '0' : value.toPrecision(2);
}

/** '2.4 x', and the lowest and highest of the rounds. */
export function ratio(r) {
  if (r === undefined) return '-';
  return `${number(r.median)} x [${number(r.low)}-${number(r.high)}]`;
}
