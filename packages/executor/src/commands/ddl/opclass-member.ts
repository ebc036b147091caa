/**
 * Members of operator classes and families: what an access method allows, the checks of operators and support functions
 * (assignOperTypes, assignProcTypes), and their rows in pg_amop and pg_amproc.
 */
import type { CatalogReader, CatalogRow } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { SessionServices } from '../../context.js';
import { AM, CLASS } from './catalog-ids.js';
import { address, recordDependency } from './depend.js';

/** strategies: 0 = any number; ordering: operators FOR ORDER BY; storage: may keep another type in the index. */
export interface AccessMethodTraits { strategies: number; support: number; optionsProc: number; ordering: boolean; storage: boolean }
const TRAITS: Readonly<Record<number, AccessMethodTraits>> = {
  [AM.btree]: { strategies: 5, support: 6, optionsProc: 5, ordering: false, storage: false },
  [AM.hash]: { strategies: 1, support: 3, optionsProc: 3, ordering: false, storage: false },
  [AM.gist]: { strategies: 0, support: 12, optionsProc: 10, ordering: true, storage: true },
  [AM.gin]: { strategies: 0, support: 7, optionsProc: 7, ordering: false, storage: true },
  [AM.spgist]: { strategies: 0, support: 7, optionsProc: 6, ordering: true, storage: true },
  [AM.brin]: { strategies: 0, support: 15, optionsProc: 5, ordering: false, storage: true },
};
const STRATEGY_MAX = 32767;

/** 42704 where there is no such index access method; the traits of methods made by CREATE ACCESS METHOD are their handler's. */
export function accessMethod(c: CatalogReader, name: string): { oid: Oid; name: string; traits: AccessMethodTraits } {
  const am = c.syscache('AMNAME', name);
  if (am === undefined) throw new SqlError('42704', `access method "${name}" does not exist`);
  if (am.amtype !== 'i') throw new SqlError('55000', `access method "${name}" is not of type INDEX`);
  const traits = TRAITS[am.oid] ?? TRAITS[c.rows('pg_am').find((b) => b.oid !== am.oid && b.amhandler === am.amhandler && TRAITS[b.oid] !== undefined)?.oid ?? AM.btree]!;
  return { oid: am.oid, name, traits };
}
export const strategyMax = (t: AccessMethodTraits): number => (t.strategies > 0 ? t.strategies : STRATEGY_MAX);

export interface Member { isFunction: boolean; object: Oid; number: number; left: Oid; right: Oid; sortFamily: Oid }
const bad = (message: string): SqlError => new SqlError('42P17', message);

export function checkOperator(c: CatalogReader, amName: string, traits: AccessMethodTraits, m: Member): void {
  const op = c.syscache('OPEROID', m.object)!;
  if (op.oprkind !== 'b') throw bad('index operators must be binary');
  if (m.sortFamily !== 0) {
    if (!traits.ordering) throw bad(`access method "${amName}" does not support ordering operators`);
  } else if (op.oprresult !== BOOL) throw bad('index search operators must return boolean');
  if (m.left === 0) m.left = op.oprleft;
  if (m.right === 0) m.right = op.oprright;
}
const [BOOL, INT4, INT8, VOID, INTERNAL] = [16, 23, 20, 2278, 2281];

type Proc = CatalogRow<'pg_proc'>;
interface Shape { args: number; result: Oid; text: string; resultText: string }
/** Number of arguments and result of support functions that are checked: btree by number, hash by number. */
const BTREE: Readonly<Record<number, Shape>> = {
  1: { args: 2, result: INT4, text: 'btree comparison functions must have two arguments', resultText: 'btree comparison functions must return integer' },
  3: { args: 5, result: BOOL, text: 'btree in_range functions must have five arguments', resultText: 'btree in_range functions must return boolean' },
  4: { args: 1, result: BOOL, text: 'btree equal image functions must have one argument', resultText: 'btree equal image functions must return boolean' },
};
const HASH: Readonly<Record<number, Shape>> = {
  1: { args: 1, result: INT4, text: 'hash function 1 must have one argument', resultText: 'hash function 1 must return integer' },
  2: { args: 2, result: INT8, text: 'hash function 2 must have two arguments', resultText: 'hash function 2 must return bigint' },
};

/** The types that a support function serves, where the statement leaves them to it; 42P17 for functions that cannot serve. */
export function checkFunction(c: CatalogReader, am: Oid, traits: AccessMethodTraits, m: Member, defaultType: Oid): void {
  const p = c.syscache('PROCOID', m.object)!;
  if (m.number === traits.optionsProc) return checkOptionsFunction(p, m, defaultType);
  const handler = c.syscache('AMOID', am)!.amhandler;
  const is = (method: Oid): boolean => c.syscache('AMOID', method)!.amhandler === handler;
  if (is(AM.btree)) checkBtree(c, p, m);
  else if (is(AM.hash)) {
    checkShape(p, HASH[m.number]);
    if (m.left === 0) m.left = p.proargtypes[0]!;
    if (m.right === 0) m.right = m.left;
  }
  if (m.left === 0) m.left = defaultType;
  if (m.right === 0) m.right = defaultType;
  if (m.left === 0) throw bad('associated data types must be specified for index support function');
}

function checkShape(p: Proc, shape: Shape | undefined): void {
  if (shape === undefined) return;
  if (p.pronargs !== shape.args) throw bad(shape.text);
  if (p.prorettype !== shape.result) throw bad(shape.resultText);
}

function checkOptionsFunction(p: Proc, m: Member, defaultType: Oid): void {
  if (m.left === 0) m.left = defaultType;
  if (m.right === 0) m.right = defaultType;
  if (m.left !== m.right) throw bad('left and right associated data types for operator class options parsing functions must match');
  if (p.prorettype !== VOID || p.pronargs !== 1 || p.proargtypes[0] !== INTERNAL) {
    throw new SqlError('42P17', 'invalid operator class options parsing function', { hint: 'Valid signature of operator class options parsing function is (internal) RETURNS void.' });
  }
}

function checkBtree(c: CatalogReader, p: Proc, m: Member): void {
  const first = p.proargtypes[0] ?? 0;
  checkShape(p, BTREE[m.number]);
  if (m.number === 2 || m.number === 6) {
    const what = m.number === 2 ? 'sort' : 'skip';
    if (p.pronargs !== 1 || first !== INTERNAL) throw bad(`btree ${what} support functions must accept type "internal"`);
    if (p.prorettype !== VOID) throw bad(`btree ${what} support functions must return void`);
    if (m.number === 6 && m.left !== m.right) throw bad('btree skip support functions must not be cross-type');
  }
  if (m.number === 4 && m.left !== m.right) throw bad('btree equal image functions must not be cross-type');
  if (m.number !== 1 && m.number !== 3) return;
  if (m.left === 0) m.left = first;
  if (m.right === 0) m.right = p.proargtypes[m.number === 1 ? 1 : 2]!;
}

const typePair = (c: CatalogReader, m: Member): string => `${c.types.formatType(m.left, -1)},${c.types.formatType(m.right, -1)}`;

/** addFamilyMember */
export function addMember(c: CatalogReader, list: Member[], m: Member): void {
  if (!list.some((o) => o.number === m.number && o.left === m.left && o.right === m.right)) { list.push(m); return; }
  throw bad(`${m.isFunction ? 'function' : 'operator'} number ${m.number} for (${typePair(c, m)}) appears more than once`);
}

interface Home { am: Oid; family: Oid; familyName: string; /** 0 for ALTER OPERATOR FAMILY */ opclass: Oid; /** type of the opclass */ type: Oid }

/** storeOperators and storeProcedures. */
export function storeMembers(session: SessionServices, home: Home, members: readonly Member[]): void {
  const w = session.catalogWriter();
  for (const m of members) {
    const key = m.isFunction
      ? w.syscache('AMPROCNUM', home.family, m.left, m.right, m.number) : w.syscache('AMOPSTRATEGY', home.family, m.left, m.right, m.number);
    if (key !== undefined) throw new SqlError('42710', `${m.isFunction ? 'function' : 'operator'} ${m.number}(${typePair(w, m)}) already exists in operator family "${home.familyName}"`);
    const oid = w.newOid();
    if (m.isFunction) w.insert('pg_amproc', { oid, amprocfamily: home.family, amproclefttype: m.left, amprocrighttype: m.right, amprocnum: m.number, amproc: m.object });
    else {
      w.insert('pg_amop', {
        oid, amopfamily: home.family, amoplefttype: m.left, amoprighttype: m.right, amopstrategy: m.number, amoppurpose: m.sortFamily !== 0 ? 'o' : 's', amopopr: m.object, amopmethod: home.am, amopsortfamily: m.sortFamily,
      });
    }
    recordMember(session, home, m, address(m.isFunction ? 2603 : 2602, oid));
  }
}

/** Members of the class's own type belong to it; cross-type ones, and those of the family alone, hang loosely on the family. */
function recordMember(session: SessionServices, home: Home, m: Member, self: ReturnType<typeof address>): void {
  const w = session.catalogWriter();
  const object = address(m.isFunction ? CLASS.proc : CLASS.operator, m.object);
  const own = home.opclass !== 0 && m.left === home.type && m.right === home.type;
  recordDependency(w, self, object, own ? 'n' : 'a');
  if (own) recordDependency(w, self, address(CLASS.opclass, home.opclass), 'i');
  else recordDependency(w, self, address(CLASS.opfamily, home.family), 'a');
  const served = m.isFunction ? w.syscache('PROCOID', m.object)!.proargtypes : [w.syscache('OPEROID', m.object)!.oprleft, w.syscache('OPEROID', m.object)!.oprright];
  for (const t of new Set([m.left, m.right])) if (!served.includes(t)) recordDependency(w, self, address(CLASS.type, t), own ? 'n' : 'a');
  if (m.sortFamily !== 0) recordDependency(w, self, address(CLASS.opfamily, m.sortFamily), own ? 'n' : 'a');
}
