/** Command tags, as the protocol's CommandComplete carries them. */
import type { Query } from '@pglitedb/planner';
import type { RawStmt } from '@pglitedb/parser';

export function commandTag(query: Query, rows: number): string {
  switch (query.commandType) {
    case 'insert': return `INSERT 0 ${rows}`;
    case 'update': return `UPDATE ${rows}`;
    case 'delete': return `DELETE ${rows}`;
    case 'merge': return `MERGE ${rows}`;
    default: return `SELECT ${rows}`;
  }
}

/** Tag of a utility statement whose command did not name one. */
export function utilityTag(stmt: RawStmt): string {
  const kind = Object.keys(stmt.stmt ?? {})[0] ?? '';
  return kind.replace(/Stmt$/, '').replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase();
}
