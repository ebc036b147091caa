/** Whether two subjects answered the same: rows as arrays, numbers within a relative tolerance, dates by their day. */

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return new Date(value.getTime() - value.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  if (typeof value === 'string') {
    if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
    return /^\d{4}-\d\d-\d\d[T ]00:00:00/.test(value) ? value.slice(0, 10) : value.trimEnd();
  }
  return value;
}

const near = (a, b) => a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-7 * Math.max(Math.abs(a), Math.abs(b)));

/** Sorted so that answers without ORDER BY can be compared; numbers rounded for the key alone. */
const keyOf = (row) => row.map((v) => (typeof v === 'number' ? v.toPrecision(5) : String(v))).join('|');

/** Undefined where equal, else what differs first. */
export function differenceOf(expected, got, unordered) {
  let [a, b] = [expected, got].map((rows) => rows.map((row) => row.map(plain)));
  if (a.length !== b.length) return `${b.length} rows instead of ${a.length}`;
  if (unordered) [a, b] = [a, b].map((rows) => rows.map((row) => [keyOf(row), row]).sort((x, y) => (x[0] < y[0] ? -1 : x[0] > y[0] ? 1 : 0)).map(([, row]) => row));
  for (let r = 0; r < a.length; r++) for (let c = 0; c < a[r].length; c++) {
    if (!near(a[r][c], b[r][c])) return `row ${r + 1}, column ${c + 1}: ${JSON.stringify(b[r][c])} instead of ${JSON.stringify(a[r][c])}`;
  }
  return undefined;
}

/** Checks all subjects' answers against the first of `references` that answered; [{ ok, text }]. */
export function checkAnswers(answers, references, unordered = []) {
  const reference = references.find((id) => answers[id] !== undefined);
  const others = Object.keys(answers).filter((id) => id !== reference);
  if (reference === undefined || others.length === 0) return [{ ok: true, text: 'answers not compared: no second subject answered' }];
  return others.map((id) => {
    const wrong = Object.keys(answers[reference]).map((query) => {
      if (answers[reference][query].error !== undefined) return undefined;
      if (answers[id][query]?.error !== undefined) return `${query}: ${answers[id][query].error}`;
      const difference = differenceOf(answers[reference][query], answers[id][query] ?? [], unordered.includes(query));
      return difference === undefined ? undefined : `${query}: ${difference}`;
    }).filter((text) => text !== undefined);
    return { ok: wrong.length === 0, subject: id, text: `${id} against ${reference}: ${wrong.length === 0 ? `all ${Object.keys(answers[reference]).length} answers equal` : wrong.join('; ')}` };
  });
}
