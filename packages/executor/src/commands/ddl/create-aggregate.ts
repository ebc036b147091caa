/** CREATE AGGREGATE: rows of pg_proc and pg_aggregate. */
import type { CatalogReader, CatalogRow, CatalogWriter } from '@pglitedb/catalog';
import { SqlError, type Oid } from '@pglitedb/types';
import type { UtilityContext } from '../registry.js';
import { CLASS } from './catalog-ids.js';
import { functionParameters } from './create-function.js';
import { definedType } from './define.js';
import { newObjectAcl } from './default-acl.js';
import { definedNames } from './defined-names.js';
import { address, recordDependency } from './depend.js';
import { elementSeenBy, resolvedResult, unresolvableResult } from '../../functions/polymorphic-signature.js';
import { creationNamespace, options, splitName, type Option, type Raw } from './raw.js';
import { proceduresNamed } from './routine-lookup.js';
import { findOperator } from './object-lookup.js';

const MODIFY: Readonly<Record<string, string>> = { read_only: 'r', shareable: 's', read_write: 'w' };

export function createAggregate(node: Raw, u: UtilityContext): void {
  const { session } = u;
  const w = session.catalogWriter();
  const { schema, name } = splitName(node.defnames);
  const namespace = creationNamespace(session, schema);
  const given = new Map<string, Option>(options(node.definition).map((o) => [o.name === 'sfunc1' ? 'sfunc' : o.name === 'stype1' ? 'stype' : o.name === 'initcond1' ? 'initcond' : o.name, o]));
  const list: Raw[] | undefined = node.args?.[0]?.List?.items;
  const direct = (node.args?.[1]?.Integer?.ival as number | undefined) ?? 0;
  const p = node.oldstyle === true ? oldStyle(w, given) : functionParameters(u, list, false);
  const kind = direct >= 0 && node.args !== undefined && node.oldstyle !== true ? (given.has('hypothetical') ? 'h' : 'o') : 'n';
  if (!given.has('stype')) throw new SqlError('42P13', 'aggregate stype must be specified');
  if (!given.has('sfunc')) throw new SqlError('42P13', 'aggregate sfunc must be specified');
  if (kind !== 'n') throw new SqlError('0A000', 'ordered-set aggregates cannot be created yet');
  const state = definedType(w, given.get('stype')!.raw);
  const unresolved = (type: Oid, what: string): void => {
    const detail = unresolvableResult(w, type, p.inTypes);
    if (detail !== undefined) throw new SqlError('42P13', type === 2281 ? 'unsafe use of pseudo-type "internal"' : `cannot determine ${what} data type`, { detail });
  };
  if (state !== 2281) unresolved(state, 'transition');
  const trans = findFunction(w, definedNames(given.get('sfunc')!.raw), [state, ...p.inTypes], state, 'transition');
  const optional = (key: string, args: Oid[], result: Oid | undefined): CatalogRow<'pg_proc'> | undefined => (given.has(key) ? findFunction(w, definedNames(given.get(key)!.raw), args, result, key) : undefined);
  const extra = (key: string): boolean => given.has(key) && given.get(key)!.value !== 'false';
  const final = optional('finalfunc', extra('finalfunc_extra') ? [state, ...p.inTypes] : [state], undefined);
  const combine = optional('combinefunc', [state, state], state);
  const serial = optional('serialfunc', [state], 17);
  const deserial = optional('deserialfunc', [17, 2281], state);
  const moving = given.has('mstype') ? definedType(w, given.get('mstype')!.raw) : 0;
  const mtrans = moving === 0 ? undefined : optional('msfunc', [moving, ...p.inTypes], moving);
  const minv = moving === 0 ? undefined : optional('minvfunc', [moving, ...p.inTypes], moving);
  const mfinal = moving === 0 ? undefined : optional('mfinalfunc', extra('mfinalfunc_extra') ? [moving, ...p.inTypes] : [moving], undefined);
  if (trans.proisstrict && !given.has('initcond') && p.inTypes[0] !== state) throw new SqlError('42P13', 'must not omit initial value when transition function is strict and transition type is not compatible with input type');
  const result = final === undefined ? state : resolvedResult(w, final, [state, ...p.inTypes]);
  unresolved(result, 'result');
  const old = w.syscache('PROCNAMEARGSNSP', name, p.inTypes as never, namespace);
  if (old !== undefined && node.replace !== true) throw new SqlError('42723', `function "${name}" already exists with same argument types`);
  if (old !== undefined && old.prokind !== 'a') throw new SqlError('42809', 'cannot change routine kind', { detail: `"${name}" is a function.` });
  if (old !== undefined && old.prorettype !== result) throw new SqlError('42P13', 'cannot change return type of existing function', { hint: `Use DROP AGGREGATE ${name}(${p.inTypes.map((t) => w.types.formatType(t, -1)).join(',')}) first.` });
  const oid = old?.oid ?? w.newOid();
  const special = p.modes.some((m) => m !== 'i');
  const proc = {
    proname: name, pronamespace: namespace, proowner: session.userOid(), prolang: 12, procost: 1, prorows: 0, provariadic: p.variadic, prosupport: 0, prokind: 'a', prosecdef: false, proleakproof: false, proisstrict: false,
    proretset: false, provolatile: 'i', proparallel: { safe: 's', restricted: 'r' }[given.get('parallel')?.value?.toLowerCase() ?? ''] ?? 'u', pronargs: p.inTypes.length, pronargdefaults: 0, prorettype: result, proargtypes: p.inTypes,
    proallargtypes: special ? p.allTypes : null, proargmodes: special ? p.modes : null, proargnames: p.names.some((n) => n !== '') ? p.names : null, proargdefaults: null, protrftypes: null, prosrc: 'aggregate_dummy',
    probin: null, prosqlbody: null, proconfig: null, proacl: old !== undefined ? old.proacl : newObjectAcl(w, 'f', session.userOid(), namespace),
  };
  const modify = (key: string): string => MODIFY[given.get(key)?.value?.toLowerCase() ?? 'read_only'] ?? 'r';
  const sortParts = definedNames(given.get('sortop')?.raw);
  const aggregate = {
    aggfnoid: oid, aggkind: kind, aggnumdirectargs: 0, aggtransfn: trans.oid, aggfinalfn: final?.oid ?? 0, aggcombinefn: combine?.oid ?? 0, aggserialfn: serial?.oid ?? 0, aggdeserialfn: deserial?.oid ?? 0,
    aggmtransfn: mtrans?.oid ?? 0, aggminvtransfn: minv?.oid ?? 0, aggmfinalfn: mfinal?.oid ?? 0, aggfinalextra: extra('finalfunc_extra'), aggmfinalextra: extra('mfinalfunc_extra'), aggfinalmodify: modify('finalfunc_modify'),
    aggmfinalmodify: modify('mfinalfunc_modify'), aggsortop: sortParts.length === 0 ? 0 : findOperator(w, sortParts, p.inTypes[0]!, p.inTypes[0]!), aggtranstype: state, aggtransspace: Number(given.get('sspace')?.value ?? 0),
    aggmtranstype: moving, aggmtransspace: Number(given.get('msspace')?.value ?? 0), agginitval: given.get('initcond')?.value ?? null, aggminitval: given.get('minitcond')?.value ?? null,
  };
  store(w, { oid, namespace, replaces: old !== undefined, proc, aggregate, types: [result, state, ...p.inTypes], functions: [trans, final, combine, serial, deserial, mtrans, minv, mfinal].flatMap((f) => (f === undefined ? [] : [f.oid])) });
}

interface AggregateRows { oid: Oid; namespace: Oid; replaces: boolean; proc: Omit<CatalogRow<'pg_proc'>, 'oid'>; aggregate: CatalogRow<'pg_aggregate'>; types: readonly Oid[]; functions: readonly Oid[] }

function store(w: CatalogWriter, r: AggregateRows): void {
  const { oid } = r;
  if (r.replaces) {
    w.update('pg_proc', { oid }, r.proc);
    w.remove('pg_aggregate', { aggfnoid: oid });
    w.remove('pg_depend', { classid: CLASS.proc, objid: oid });
  } else w.insert('pg_proc', { oid, ...r.proc });
  w.insert('pg_aggregate', r.aggregate);
  const self = address(CLASS.proc, oid);
  recordDependency(w, self, address(CLASS.namespace, r.namespace), 'n');
  for (const f of r.functions) recordDependency(w, self, address(CLASS.proc, f), 'n');
  for (const t of new Set(r.types)) recordDependency(w, self, address(CLASS.type, t), 'n');
}

function oldStyle(c: CatalogReader, given: Map<string, Option>): { inTypes: Oid[]; allTypes: Oid[]; modes: string[]; names: string[]; variadic: Oid } {
  const base = given.get('basetype');
  if (base === undefined) throw new SqlError('42P13', 'aggregate input type must be specified');
  const any = base.value?.toLowerCase() === 'any' || base.value === '*';
  const inTypes = any ? [] : [definedType(c, base.raw)];
  return { inTypes, allTypes: inTypes, modes: inTypes.map(() => 'i'), names: inTypes.map(() => ''), variadic: 0 };
}

const POLYMORPHIC = new Set<Oid>([2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, 4538, 2276]);

/** Do all polymorphic arguments stand for the same element type? */
function consistent(c: CatalogReader, declared: readonly Oid[], actual: readonly Oid[]): boolean {
  const seen = declared.map((t, k) => elementSeenBy(c, t, actual[k] ?? 0)).filter((t) => t !== undefined);
  return !seen.includes('mismatch') && new Set(seen).size <= 1;
}

/** The support function for these argument types, polymorphic ones included. */
function findFunction(c: CatalogReader, parts: string[], args: readonly Oid[], result: Oid | undefined, role: string): CatalogRow<'pg_proc'> {
  const all = proceduresNamed(c, parts).filter((p) => p.proargtypes.length === args.length || p.provariadic !== 0);
  const found = all.find((p) => p.proargtypes.every((t, k) => t === args[k])) ?? all.find((p) => p.proargtypes.every((t, k) => t === args[k] || POLYMORPHIC.has(t) || (t === 25 && args[k] === 1043)) && consistent(c, p.proargtypes, args));
  if (found === undefined) throw new SqlError('42883', `function ${parts.join('.')}(${args.map((a) => c.types.formatType(a, -1)).join(', ')}) does not exist`);
  if (result !== undefined && found.prorettype !== result && !POLYMORPHIC.has(found.prorettype)) throw new SqlError('42804', `return type of ${role} function ${parts.join('.')} is not ${c.types.formatType(result, -1)}`);
  return found;
}
