/** ALTER OPERATOR ... SET: estimators, and commutator, negator, MERGES and HASHES where they were not given yet. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Oid } from '@pglitedb/types';
import { defineCommands, type UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { definedNames } from './defined-names.js';
import { address, recordDependency } from './depend.js';
import { checkParts, linkPartner, operatorEstimator } from './operator.js';
import { findOperator, requireObject } from './object-lookup.js';
import { checkObjectOwner } from './ownership.js';
import { options, type Option, type Raw } from './raw.js';

const FIXED = new Set(['leftarg', 'rightarg', 'function', 'procedure']);
const KNOWN = new Set(['restrict', 'join', 'commutator', 'negator', 'merges', 'hashes']);
const isNone = (o: Option): boolean => o.raw === undefined;
const flag = (o: Option): boolean => o.raw === undefined || !/^(f|false|off|0)$/i.test(o.value ?? 'true');

function collect(node: Raw): Map<string, Option> {
  const given = new Map<string, Option>();
  for (const o of options(node.options)) {
    if (FIXED.has(o.name)) throw new SqlError('42601', `operator attribute "${o.name}" cannot be changed`);
    if (!KNOWN.has(o.name)) throw new SqlError('42601', `operator attribute "${o.name}" not recognized`);
    given.set(o.name, o);
  }
  return given;
}

function* alterOperator(node: Raw, u: UtilityContext): Steps<string> {
  const { session } = u;
  const w = session.catalogWriter();
  const o = requireObject(session, 'OBJECT_OPERATOR', node.opername);
  const given = collect(node);
  checkObjectOwner(session, o);
  const op = w.syscache('OPEROID', o.objectId)!;
  const estimator = (key: 'restrict' | 'join'): Oid | undefined => {
    const g = given.get(key);
    return g === undefined ? undefined : isNone(g) ? 0 : operatorEstimator(session, key, definedNames(g.raw));
  };
  const [rest, join] = [estimator('restrict'), estimator('join')];
  const has = (key: string): boolean => given.has(key) && !isNone(given.get(key)!);
  checkParts(op.oprleft, op.oprresult, { commutator: has('commutator'), negator: has('negator'), restrict: (rest ?? 0) !== 0, join: (join ?? 0) !== 0, merges: given.has('merges') && flag(given.get('merges')!), hashes: given.has('hashes') && flag(given.get('hashes')!) });
  const partner = (key: 'commutator' | 'negator', field: 'oprcom' | 'oprnegate'): void => {
    const g = given.get(key);
    if (g === undefined || isNone(g)) return;
    const [left, right] = key === 'commutator' ? [op.oprright, op.oprleft] : [op.oprleft, op.oprright];
    const parts = definedNames(g.raw);
    const known = findOperator(w, parts, left, right);
    if (op[field] !== 0 && op[field] !== known) throw new SqlError('42P13', `operator attribute "${key}" cannot be changed if it has already been set`);
    if (op[field] === 0) linkPartner(u, op.oid, field, parts, left, right, op.oprnamespace);
  };
  for (const [key, field] of [['merges', 'oprcanmerge'], ['hashes', 'oprcanhash']] as const) {
    const g = given.get(key);
    if (g === undefined) continue;
    if (op[field] && !flag(g)) throw new SqlError('42P13', `operator attribute "${key}" cannot be changed if it has already been set`);
    w.update('pg_operator', { oid: op.oid }, { [field]: flag(g) || op[field] });
  }
  partner('commutator', 'oprcom');
  partner('negator', 'oprnegate');
  w.update('pg_operator', { oid: op.oid }, { ...(rest === undefined ? {} : { oprrest: rest }), ...(join === undefined ? {} : { oprjoin: join }) });
  for (const fn of [rest, join]) if (fn !== undefined && fn !== 0) recordDependency(w, address(CLASS.operator, op.oid), address(CLASS.proc, fn), 'n');
  return 'ALTER OPERATOR';
}

defineCommands({ AlterOperatorStmt: alterOperator });
