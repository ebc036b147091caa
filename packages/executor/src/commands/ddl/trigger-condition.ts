/** WHEN conditions of triggers: over OLD (varno 1) and NEW (varno 2). */
import type { RelationInfo } from '@pglitedb/catalog';
import { analyzeCondition, makeVar, type Expr } from '@pglitedb/planner';
import { SqlError } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import type { Raw } from './raw.js';

const ROW = 1, BEFORE = 2, INSERT = 4, DELETE = 8;

export function triggerCondition(u: UtilityContext, rel: RelationInfo, raw: Raw, type: number): Expr {
  const { session } = u;
  const preColumnRef = (parts: readonly string[], _location: number, star: boolean): Expr | undefined => {
    const varno = parts[0] === 'old' ? 1 : parts[0] === 'new' ? 2 : 0;
    if (varno === 0 || star) return undefined;
    if ((type & ROW) === 0) throw new SqlError('42P17', "statement trigger's WHEN condition cannot reference column values");
    if (varno === 1 && (type & INSERT) !== 0) throw new SqlError('42P17', "INSERT trigger's WHEN condition cannot reference OLD values");
    if (varno === 2 && (type & DELETE) !== 0) throw new SqlError('42P17', "DELETE trigger's WHEN condition cannot reference NEW values");
    if (parts.length === 1) return makeVar(varno, 0, rel.reltype, -1, 0, 0);
    const a = rel.attributes.find((x) => x.attname === parts[1] && !x.attisdropped);
    if (a === undefined) throw new SqlError('42703', `column ${parts[0]}.${parts[1]} does not exist`);
    if (a.attgenerated !== '' && varno === 2 && (type & BEFORE) !== 0) {
      throw new SqlError('42P17', "BEFORE trigger's WHEN condition cannot reference NEW generated columns", { detail: `Column "${a.attname}" is a generated column.` });
    }
    return makeVar(varno, a.attnum, a.atttypid, a.atttypmod, a.attcollation, 0);
  };
  return analyzeCondition(raw, 'trigger_when', 'WHEN', undefined, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [], preColumnRef });
}
