/** equal(): structural equality of trees as PostgreSQL has it: locations and coercion display forms do not count. */

const IGNORED = new Set([
  'location', 'funcformat', 'relabelformat', 'coerceformat', 'convertformat', 'row_format', 'coercionformat', 'varnosyn', 'varattnosyn',
  'opfuncid', 'stmt_location', 'stmt_len',
]);

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== typeof b || a === null || b === null || a === undefined || b === undefined) return false;
  if (typeof a === 'number') return Number.isNaN(a) && Number.isNaN(b);
  if (typeof a !== 'object') return false;
  if (Array.isArray(a)) return Array.isArray(b) && arraysEqual(a, b);
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && arraysEqual(a as Uint8Array, b as Uint8Array);
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((x) => b.has(x));
  return recordsEqual(a as Record<string, unknown>, b as Record<string, unknown>);
}
function arraysEqual(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
  return true;
}
function recordsEqual(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  if (a['kind'] !== b['kind']) return false;
  for (const key in a) {
    if (IGNORED.has(key)) continue;
    if (!equal(a[key], b[key])) return false;
  }
  for (const key in b) if (!(key in a) && !IGNORED.has(key) && b[key] !== undefined) return false;
  return true;
}
