/** Result columns of utility statements that return rows, for Describe. */
import type { ResultColumn } from '@pglitedb/executor';
import type { Node as RawNode } from '@pglitedb/parser';
import type { Session } from './session.js';

const TEXT = 25;
const JSON_TYPE = 114;
const column = (name: string, typeOid = TEXT): ResultColumn => ({ name, typeOid, typmod: -1, tableOid: 0, attnum: 0 });

export function utilityResultColumns(session: Session, stmt: RawNode): readonly ResultColumn[] | undefined {
  const kind = Object.keys(stmt)[0]!;
  const node = (stmt as unknown as Record<string, Record<string, unknown>>)[kind]!;
  switch (kind) {
    case 'VariableShowStmt': return showColumns(String(node.name));
    case 'ExplainStmt': {
      const options = (node.options as { DefElem?: { defname?: string; arg?: { String?: { sval?: string } } } }[] | undefined) ?? [];
      const json = options.some((o) => o.DefElem?.defname === 'format' && o.DefElem.arg?.String?.sval?.toLowerCase() === 'json');
      return [column('QUERY PLAN', json ? JSON_TYPE : TEXT)];
    }
    case 'ExecuteStmt': return session.prepared.get(String(node.name))?.columns();
    case 'FetchStmt': return node.ismove === true ? undefined : session.portals.get(String(node.portalname))?.columns;
    default: return undefined;
  }
}

export function showColumns(name: string): ResultColumn[] {
  return name === 'all' ? [column('name'), column('setting'), column('description')] : [column(name)];
}
