/** Recording dependencies in pg_depend. Objects of PostgreSQL itself are pinned and need none. */
import type { CatalogWriter } from '@pglitedb/catalog';
import { CLASS, FIRST_NORMAL_OID } from './catalog-ids.js';

export interface ObjectAddress { classId: number; objectId: number; subId: number }
/** n normal, a auto, i internal, e extension, P/S partition. */
export type DependencyKind = 'n' | 'a' | 'i' | 'e' | 'P' | 'S';

export const address = (classId: number, objectId: number, subId = 0): ObjectAddress => ({ classId, objectId, subId });

export function recordDependency(w: CatalogWriter, depender: ObjectAddress, referenced: ObjectAddress, kind: DependencyKind): void {
  if (referenced.objectId < FIRST_NORMAL_OID) return;
  if (depender.classId === referenced.classId && depender.objectId === referenced.objectId && depender.subId === referenced.subId) return;
  w.insert('pg_depend', {
    classid: depender.classId, objid: depender.objectId, objsubid: depender.subId,
    refclassid: referenced.classId, refobjid: referenced.objectId, refobjsubid: referenced.subId, deptype: kind,
  });
}

/** Everything that a stored expression or query refers to; `self` is left out. rtable gives relations of Vars by varno. */
export function recordExpressionDependencies(w: CatalogWriter, depender: ObjectAddress, node: unknown, relid: number, kind: DependencyKind = 'n', ownKind: DependencyKind = 'a'): void {
  const seen = new Set<string>();
  const add = (classId: number, objectId: number, subId = 0): void => {
    const key = `${classId}/${objectId}/${subId}`;
    if (objectId < FIRST_NORMAL_OID || seen.has(key)) return;
    seen.add(key);
    const own = classId === CLASS.relation && objectId === relid;
    recordDependency(w, depender, address(classId, objectId, subId), own ? ownKind : kind);
  };
  walk(node, [], add, relid);
}

type Add = (classId: number, objectId: number, subId?: number) => void;
interface AnyNode { kind?: string; [key: string]: unknown }

function walk(n: unknown, rtables: AnyNode[][], add: Add, relid: number): void {
  if (n === null || typeof n !== 'object') return;
  if (Array.isArray(n)) { for (const m of n) walk(m, rtables, add, relid); return; }
  const node = n as AnyNode;
  if (node.kind === undefined && Object.getPrototypeOf(n) !== Object.prototype) return;
  let levels = rtables;
  if (node.kind === 'Query') levels = [node.rtable as AnyNode[], ...rtables];
  visitNode(node, levels, add, relid);
  for (const [key, value] of Object.entries(node)) if (typeof value === 'object' && key !== 'constvalue') walk(value, levels, add, relid);
}

const FUNCTION_FIELDS = ['funcid', 'opfuncid', 'aggfnoid', 'winfnoid'] as const;
const TYPE_FIELDS = ['consttype', 'resulttype', 'paramtype', 'row_typeid', 'array_typeid', 'casetype'] as const;

function visitNode(node: AnyNode, rtables: AnyNode[][], add: Add, relid: number): void {
  if (node.kind === 'Var' && (node.varattno as number) > 0) {
    const rte = rtables[node.varlevelsup as number]?.[(node.varno as number) - 1];
    if (rte !== undefined) { if (rte.rtekind === 'relation') add(CLASS.relation, rte.relid as number, node.varattno as number); } else if (relid !== 0) add(CLASS.relation, relid, node.varattno as number);
  }
  if (node.kind === 'RangeTblEntry' && node.rtekind === 'relation') add(CLASS.relation, node.relid as number);
  if (node.kind === 'NextValueExpr') add(CLASS.relation, node.seqid as number);
  if (node.kind === 'Const' && node.consttype === REGCLASS && typeof node.constvalue === 'number') add(CLASS.relation, node.constvalue);
  for (const f of FUNCTION_FIELDS) if (typeof node[f] === 'number') add(CLASS.proc, node[f]);
  if (typeof node.opno === 'number') add(CLASS.operator, node.opno);
  for (const f of TYPE_FIELDS) if (typeof node[f] === 'number') add(CLASS.type, node[f]);
}
const REGCLASS = 2205;
