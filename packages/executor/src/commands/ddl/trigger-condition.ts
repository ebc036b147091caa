/** WHEN conditions of triggers: over OLD (varno 1) and NEW (varno 2). */
import type { RelationInfo } from '@pglitedb/catalog';
import { analyzeCondition, makeVar, type Expr } from '@pglitedb/planner';
import { characterPosition } from '@pglitedb/parser';
import { SqlError } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import type { Raw } from './raw.js';

const SYSTEM_COLUMNS: Readonly<Record<string, { attnum: number; type: number }>> = {
  ctid: { attnum: -1, type: 27 }, xmin: { attnum: -2, type: 28 }, cmin: { attnum: -3, type: 29 }, xmax: { attnum: -4, type: 28 }, cmax: { attnum: -5, type: 29 }, tableoid: { attnum: -6, type: 26 },
};
const ROW = 1, BEFORE = 2, INSERT = 4, DELETE = 8;

export function triggerCondition(u: UtilityContext, rel: RelationInfo, raw: Raw, type: number): Expr {
  const { session } = u;
  const fail = (code: string, message: string, location: number, detail?: string): SqlError => {
    const position = characterPosition(u.sql, location);
    return new SqlError(code, message, { ...(detail === undefined ? {} : { detail }), ...(position === undefined ? {} : { position }) });
  };
  const preColumnRef = (parts: readonly string[], location: number): Expr | undefined => {
    const varno = parts[0] === 'old' ? 1 : parts[0] === 'new' ? 2 : 0;
    if (varno === 0) return undefined;
    if ((type & ROW) === 0) throw fail('42P17', "statement trigger's WHEN condition cannot reference column values", location);
    if (varno === 1 && (type & INSERT) !== 0) throw fail('42P17', "INSERT trigger's WHEN condition cannot reference OLD values", location);
    if (varno === 2 && (type & DELETE) !== 0) throw fail('42P17', "DELETE trigger's WHEN condition cannot reference NEW values", location);
    const before = varno === 2 && (type & BEFORE) !== 0;
    const generated = (which: (a: RelationInfo['attributes'][number]) => boolean): void => {
      const a = rel.attributes.find((x) => x.attgenerated !== '' && !x.attisdropped && which(x));
      if (before && a !== undefined) throw fail('42P17', "BEFORE trigger's WHEN condition cannot reference NEW generated columns", location, parts.length === 1 ? 'A whole-row reference is used and the table contains generated columns.' : `Column "${a.attname}" is a generated column.`);
    };
    if (parts.length === 1) {
      generated(() => true);
      return makeVar(varno, 0, rel.reltype, -1, 0, 0);
    }
    const system = SYSTEM_COLUMNS[parts[1]!];
    if (system !== undefined) {
      if (before) throw fail('42P17', "BEFORE trigger's WHEN condition cannot reference NEW system columns", location);
      return makeVar(varno, system.attnum, system.type, -1, 0, 0);
    }
    const a = rel.attributes.find((x) => x.attname === parts[1] && !x.attisdropped);
    if (a === undefined) throw fail('42703', `column ${parts[0]}.${parts[1]} does not exist`, location);
    generated((x) => x.attnum === a.attnum);
    return makeVar(varno, a.attnum, a.atttypid, a.atttypmod, a.attcollation, 0);
  };
  return analyzeCondition(raw, 'trigger_when', 'WHEN', undefined, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [], preColumnRef });
}
