/** Options of CREATE and ALTER FUNCTION. */
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { changedConfig } from './settings-list.js';
import { findProcedure } from './routine-lookup.js';
import { names, type Raw } from './raw.js';

export interface FunctionOptions {
  language: string; source: string; library: string | null; window: boolean; volatility: string; strict: boolean; securityDefiner: boolean; leakproof: boolean;
  cost: number | undefined; rows: number | undefined; support: Oid; parallel: string; config: string[] | null;
}

const numeric = (arg: Raw): number => (arg.Integer ? (arg.Integer.ival ?? 0) : Number(arg.Float?.fval ?? 0));
const truth = (arg: Raw): boolean => arg?.Boolean?.boolval === true;
const PARALLEL: Readonly<Record<string, string>> = { safe: 's', unsafe: 'u', restricted: 'r' };
const NOT_FOR_PROCEDURES = new Set(['window', 'volatility', 'strict', 'leakproof', 'cost', 'rows', 'support', 'parallel']);

/** The options given, by name, each once. SET clauses are kept apart. */
export function collectOptions(list: Raw[] | undefined, procedure: boolean): { given: Map<string, Raw>; sets: Raw[] } {
  const given = new Map<string, Raw>();
  const sets: Raw[] = [];
  for (const o of list ?? []) {
    const { defname, arg } = o.DefElem;
    if (defname === 'set') { sets.push(arg.VariableSetStmt); continue; }
    if (given.has(defname)) throw new SqlError('42601', 'conflicting or redundant options');
    if (procedure && NOT_FOR_PROCEDURES.has(defname)) throw new SqlError('42P13', 'invalid attribute in procedure definition');
    given.set(defname, arg);
  }
  return { given, sets };
}

/** Changes of a pg_proc row that the given options make; what was not given is left out. */
export function commonOptions(u: UtilityContext, given: Map<string, Raw>): { procost?: number; prorows?: number; provolatile?: string; proisstrict?: boolean; prosecdef?: boolean; proleakproof?: boolean; proparallel?: string; prosupport?: Oid } {
  const cost = given.has('cost') ? numeric(given.get('cost')) : undefined;
  const rows = given.has('rows') ? numeric(given.get('rows')) : undefined;
  if (cost !== undefined && cost <= 0) throw new SqlError('22023', 'COST must be positive');
  if (rows !== undefined && rows <= 0) throw new SqlError('22023', 'ROWS must be positive');
  const parallel = given.get('parallel')?.String.sval as string | undefined;
  if (parallel !== undefined && PARALLEL[parallel] === undefined) throw new SqlError('42601', 'parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE');
  return {
    ...(cost === undefined ? {} : { procost: cost }), ...(rows === undefined ? {} : { prorows: rows }),
    ...(given.has('volatility') ? { provolatile: (given.get('volatility').String.sval as string)[0]! } : {}),
    ...(given.has('strict') ? { proisstrict: truth(given.get('strict')) } : {}), ...(given.has('security') ? { prosecdef: truth(given.get('security')) } : {}),
    ...(given.has('leakproof') ? { proleakproof: truth(given.get('leakproof')) } : {}), ...(parallel === undefined ? {} : { proparallel: PARALLEL[parallel]! }),
    ...(given.has('support') ? { prosupport: supportFunction(u, given.get('support')) } : {}),
  };
}

function supportFunction(u: UtilityContext, arg: Raw): Oid {
  const parts = names(arg.List?.items ?? arg.TypeName?.names);
  const oid = findProcedure(u.session.catalog(), parts, [2281]);
  if (oid === 0) throw new SqlError('42883', `function ${parts.join('.')}(internal) does not exist`);
  return oid;
}

export function functionOptions(u: UtilityContext, node: Raw, procedure: boolean): FunctionOptions {
  const { given, sets } = collectOptions(node.options, procedure);
  const language = given.get('language')?.String?.sval as string | undefined;
  if (language === undefined && node.sql_body === undefined) throw new SqlError('42P13', 'no language specified');
  const as = given.get('as');
  if (as === undefined && node.sql_body === undefined) throw new SqlError('42P13', 'no function body specified');
  if (as !== undefined && node.sql_body !== undefined) throw new SqlError('42P13', 'duplicate function body specified');
  const lang = language ?? 'sql';
  if (node.sql_body !== undefined && lang !== 'sql') throw new SqlError('42P13', 'inline SQL function body only valid for language SQL');
  const parts = names(as?.List?.items);
  if (lang !== 'c' && parts.length > 1) throw new SqlError('42P13', `only one AS item needed for language "${lang}"`);
  const common = commonOptions(u, given);
  return {
    language: lang, source: lang === 'c' ? (parts[1] ?? names(node.funcname).at(-1)!) : (parts[0] ?? ''), library: lang === 'c' ? parts[0]! : null, window: truth(given.get('window')),
    volatility: common.provolatile ?? 'v', strict: common.proisstrict ?? false, securityDefiner: common.prosecdef ?? false, leakproof: common.proleakproof ?? false, cost: common.procost,
    rows: common.prorows, support: common.prosupport ?? 0, parallel: common.proparallel ?? 'u', config: changedConfig(u, null, sets),
  };
}
