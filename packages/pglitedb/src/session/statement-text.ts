/** A statement's own text out of a string of several. Locations are byte offsets. */
export function statementText(sql: string, location: number, length: number): string {
  if (location === 0 && length === 0) return sql;
  const bytes = Buffer.from(sql, 'utf8');
  return bytes.subarray(location, length === 0 ? undefined : location + length).toString('utf8').trim();
}
