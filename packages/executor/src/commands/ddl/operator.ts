/** CREATE OPERATOR: DefineOperator, OperatorCreate and OperatorUpd, with shells for partners that are not there yet. */
import { isSuperuser, type CatalogReader } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import type { UtilityContext } from '../registry.js';
import { CLASS, FIRST_NORMAL_OID } from './catalog-ids.js';
import { definedNames } from './defined-names.js';
import { address, recordDependency } from './depend.js';
import { findOperator } from './object-lookup.js';
import { checkObjectOwner, isOwner } from './ownership.js';
import { creationNamespace, options, splitName, type Option, type Raw } from './raw.js';
import { requireExecute, requireTypeUsage } from './require-privilege.js';
import { findProcedure } from './routine-lookup.js';
import { requireType } from './type-lookup.js';

const OPTIONS = new Set(['leftarg', 'rightarg', 'procedure', 'function', 'commutator', 'negator', 'restrict', 'join', 'hashes', 'merges', 'sort1', 'sort2', 'ltcmp', 'gtcmp']);
const MERGE_MARKS = ['sort1', 'sort2', 'ltcmp', 'gtcmp'];
const [BOOL, FLOAT8] = [16, 701];
const bad = (message: string, more: { detail?: string } = {}): SqlError => new SqlError('42P13', message, more);

function operandType(c: CatalogReader, o: Option | undefined): Oid {
  if (o === undefined) return 0;
  const tn = o.raw.TypeName ?? { names: [o.raw] };
  if (tn.setof === true) throw bad('SETOF type not allowed for operator argument');
  return requireType(c, tn);
}

const signature = (c: CatalogReader, parts: readonly string[], args: readonly Oid[]): string => `function ${parts.join('.')}(${args.map((a) => c.types.formatType(a, -1)).join(', ')})`;

const RESTRICT_ARGS: Oid[] = [2281, 26, 2281, 23];
const JOIN_ARGS: Oid[] = [2281, 26, 2281, 21, 2281];

/** ValidateRestrictionEstimator, ValidateJoinEstimator. */
export function operatorEstimator(session: SessionServices, key: 'restrict' | 'join', parts: string[]): Oid {
  if (parts.length === 0) return 0;
  const c = session.catalog();
  let found = findProcedure(c, parts, key === 'join' ? JOIN_ARGS : RESTRICT_ARGS);
  if (key === 'join') {
    const short = findProcedure(c, parts, JOIN_ARGS.slice(0, 4));
    if (found !== 0 && short !== 0) throw new SqlError('42725', `join estimator function ${parts.join('.')} has multiple matches`);
    found ||= short;
  }
  if (found === 0) throw new SqlError('42883', `${signature(c, parts, key === 'join' ? JOIN_ARGS : RESTRICT_ARGS)} does not exist`);
  const word = key === 'join' ? 'join' : 'restriction';
  if (c.syscache('PROCOID', found)!.prorettype !== FLOAT8) throw new SqlError('42P17', `${word} estimator function ${parts.join('.')} must return type double precision`);
  if (found >= FIRST_NORMAL_OID && !isSuperuser(c, session.userOid())) throw new SqlError('42501', `must be superuser to specify a non-built-in ${word} estimator function`);
  requireExecute(session, found);
  return found;
}

export function createOperator(node: Raw, u: UtilityContext): void {
  const { session } = u;
  const w = session.catalogWriter();
  const { schema, name } = splitName(node.defnames);
  const namespace = creationNamespace(session, schema);
  const given = new Map<string, Option>();
  for (const o of options(node.definition)) {
    if (!OPTIONS.has(o.name)) session.notice('WARNING', '42601', `operator attribute "${o.name}" not recognized`);
    else given.set(o.name === 'procedure' ? 'function' : o.name, o);
  }
  const left = operandType(w, given.get('leftarg'));
  const right = operandType(w, given.get('rightarg'));
  const fn = given.get('function');
  if (fn === undefined) throw bad('operator function must be specified');
  if (left === 0 && right === 0) throw bad('operator argument types must be specified');
  if (right === 0) throw bad('operator right argument type must be specified', { detail: 'Postfix operators are not supported.' });
  for (const t of left === 0 ? [right] : [left, right]) requireTypeUsage(session, t);
  const args = left === 0 ? [right] : [left, right];
  const parts = definedNames(fn.raw);
  const proc = findProcedure(w, parts, args);
  if (proc === 0) throw new SqlError('42883', `${signature(w, parts, args)} does not exist`);
  requireExecute(session, proc);
  const result = w.syscache('PROCOID', proc)!.prorettype;
  requireTypeUsage(session, result);
  const estimators = { oprrest: operatorEstimator(session, 'restrict', definedNames(given.get('restrict')?.raw)), oprjoin: operatorEstimator(session, 'join', definedNames(given.get('join')?.raw)) };
  const flag = (key: string): boolean => given.has(key) && given.get(key)!.value !== 'false';
  const merges = flag('merges') || MERGE_MARKS.some((k) => given.has(k));
  checkParts(left, result, { commutator: given.has('commutator'), negator: given.has('negator'), restrict: estimators.oprrest !== 0, join: estimators.oprjoin !== 0, merges, hashes: flag('hashes') });
  const known = w.syscache('OPERNAMENSP', name, left, right, namespace);
  if (known !== undefined && known.oprcode !== 0) throw new SqlError('42723', `operator ${name} already exists`);
  if (known !== undefined && !isOwner(session, known.oprowner)) throw new SqlError('42501', `must be owner of operator ${name}`);
  const oid = known?.oid ?? w.newOid();
  const row = {
    oprname: name, oprnamespace: namespace, oprowner: session.userOid(), oprkind: left === 0 ? 'l' : 'b', oprcanmerge: merges, oprcanhash: flag('hashes'), oprleft: left, oprright: right, oprresult: result,
    oprcom: known?.oprcom ?? 0, oprnegate: known?.oprnegate ?? 0, oprcode: proc, ...estimators,
  };
  if (known === undefined) w.insert('pg_operator', { oid, ...row }); else w.update('pg_operator', { oid }, row);
  linkPartner(u, oid, 'oprcom', definedNames(given.get('commutator')?.raw), right, left, namespace);
  linkPartner(u, oid, 'oprnegate', definedNames(given.get('negator')?.raw), left, right, namespace);
  const self = address(CLASS.operator, oid);
  w.remove('pg_depend', { classid: CLASS.operator, objid: oid });
  recordDependency(w, self, address(CLASS.namespace, namespace), 'n');
  for (const t of new Set([...args, result])) recordDependency(w, self, address(CLASS.type, t), 'n');
  for (const f of [proc, estimators.oprrest, estimators.oprjoin]) if (f !== 0) recordDependency(w, self, address(CLASS.proc, f), 'n');
}

export interface OperatorParts { commutator: boolean; negator: boolean; restrict: boolean; join: boolean; merges: boolean; hashes: boolean }

/** OperatorValidateParams */
export function checkParts(left: Oid, result: Oid, p: OperatorParts): void {
  if (left === 0) {
    if (p.commutator) throw bad('only binary operators can have commutators');
    if (p.join) throw bad('only binary operators can have join selectivity');
    if (p.merges) throw bad('only binary operators can merge join');
    if (p.hashes) throw bad('only binary operators can hash');
  }
  if (result === BOOL) return;
  if (p.negator) throw bad('only boolean operators can have negators');
  if (p.restrict) throw bad('only boolean operators can have restriction selectivity');
  if (p.join) throw bad('only boolean operators can have join selectivity');
  if (p.merges) throw bad('only boolean operators can merge join');
  if (p.hashes) throw bad('only boolean operators can hash');
}

/** get_other_operator and OperatorUpd: finds the commutator or negator, or makes a shell of it, and links both ways. */
export function linkPartner(u: UtilityContext, oid: Oid, field: 'oprcom' | 'oprnegate', parts: string[], left: Oid, right: Oid, namespace: Oid): void {
  if (parts.length === 0) return;
  const { session } = u;
  const w = session.catalogWriter();
  const other = findOperator(w, parts, left, right) || createShell(session, oid, parts, left, right, namespace);
  if (other === oid && field === 'oprnegate') throw bad('operator cannot be its own negator');
  if (other !== oid) checkObjectOwner(session, address(CLASS.operator, other));
  const row = w.syscache('OPEROID', other)!;
  if (row[field] !== 0 && row[field] !== oid) {
    const word = field === 'oprcom' ? 'commutator' : 'negator';
    const third = w.syscache('OPEROID', row[field]);
    throw bad(`${word} operator ${row.oprname} is already the ${word} of operator ${third === undefined ? row[field] : third.oprname}`);
  }
  w.update('pg_operator', { oid }, { [field]: other });
  if (row[field] === 0) w.update('pg_operator', { oid: other }, { [field]: oid });
}

function createShell(session: SessionServices, oid: Oid, parts: string[], left: Oid, right: Oid, namespace: Oid): Oid {
  const w = session.catalogWriter();
  const self = w.syscache('OPEROID', oid)!;
  const space = parts.length > 1 ? creationNamespace(session, parts.at(-2)) : namespace;
  if (space === self.oprnamespace && parts.at(-1) === self.oprname && left === self.oprleft && right === self.oprright) return oid;
  const other = w.newOid();
  w.insert('pg_operator', {
    oid: other, oprname: parts.at(-1)!, oprnamespace: space, oprowner: session.userOid(), oprkind: left === 0 ? 'l' : 'b', oprcanmerge: false, oprcanhash: false, oprleft: left, oprright: right, oprresult: 0,
    oprcom: 0, oprnegate: 0, oprcode: 0, oprrest: 0, oprjoin: 0,
  });
  const address0 = address(CLASS.operator, other);
  recordDependency(w, address0, address(CLASS.namespace, space), 'n');
  for (const t of new Set([left, right])) if (t !== 0) recordDependency(w, address0, address(CLASS.type, t), 'n');
  return other;
}
