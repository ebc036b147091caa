/**
 * find_expr_references: which catalog objects an analysed expression or query uses. The tree is walked by its shape:
 * nodes are records with a `kind`, and the table says which of their fields are oids of what. Vars are resolved through the
 * range tables of the queries around them.
 */
import type { Oid } from '@pglitedb/types';
import type { CatalogWriter } from '../api.js';
import { recordDependencies, type DependencyType } from './dependency.js';
import { address, CLASS, type ObjectAddress } from './object-address.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Node = Record<string, any>;

const PROC = CLASS.pg_proc;
const OPER = CLASS.pg_operator;
const TYPE = CLASS.pg_type;
const COLL = CLASS.pg_collation;
const DEFAULT_COLLATION: Oid = 100;

const FIELDS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  FuncExpr: [['funcid', PROC], ['funccollid', COLL], ['inputcollid', COLL]], OpExpr: [['opno', OPER], ['opcollid', COLL], ['inputcollid', COLL]],
  DistinctExpr: [['opno', OPER], ['inputcollid', COLL]], NullIfExpr: [['opno', OPER], ['inputcollid', COLL]], ScalarArrayOpExpr: [['opno', OPER], ['inputcollid', COLL]],
  Aggref: [['aggfnoid', PROC], ['inputcollid', COLL]], WindowFunc: [['winfnoid', PROC], ['inputcollid', COLL]],
  Const: [['consttype', TYPE], ['constcollid', COLL]], Param: [['paramtype', TYPE], ['paramcollid', COLL]],
  SubscriptingRef: [['refrestype', TYPE], ['refcollid', COLL]], FieldSelect: [['resulttype', TYPE], ['resultcollid', COLL]], FieldStore: [['resulttype', TYPE]],
  RelabelType: [['resulttype', TYPE], ['resultcollid', COLL]], CoerceViaIO: [['resulttype', TYPE], ['resultcollid', COLL]],
  ArrayCoerceExpr: [['resulttype', TYPE], ['resultcollid', COLL]], ConvertRowtypeExpr: [['resulttype', TYPE]], CollateExpr: [['collOid', COLL]],
  RowExpr: [['row_typeid', TYPE]], ArrayExpr: [['array_typeid', TYPE]], CoerceToDomain: [['resulttype', TYPE]], CoerceToDomainValue: [['typeId', TYPE]],
  NextValueExpr: [['seqid', CLASS.pg_class]], SortGroupClause: [['eqop', OPER], ['sortop', OPER]], SetOperationStmt: [], CoalesceExpr: [['coalescecollid', COLL]],
  MinMaxExpr: [['inputcollid', COLL]],
};
const LIST_FIELDS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  RowCompareExpr: [['opnos', OPER], ['opfamilies', CLASS.pg_opfamily], ['inputcollids', COLL]],
  SetOperationStmt: [['colTypes', TYPE], ['colCollations', COLL]],
};
/** Constants of these types name objects. */
const REG_CLASSES: Readonly<Record<number, number>> = {
  24: PROC, 2202: PROC, 2203: OPER, 2204: OPER, 2205: CLASS.pg_class, 2206: TYPE, 3734: CLASS.pg_ts_config, 3769: CLASS.pg_ts_dict, 4089: CLASS.pg_namespace, 4191: COLL,
};

class Collector {
  readonly found = new Map<string, ObjectAddress>();
  private readonly rtables: Node[][] = [];

  add(classId: Oid, objectId: Oid, subId = 0): void {
    if (objectId === 0 || (classId === COLL && objectId === DEFAULT_COLLATION)) return;
    this.found.set(`${classId}/${objectId}/${subId}`, address(classId, objectId, subId));
  }

  withTable(rtable: Node[], node: unknown): void {
    this.rtables.unshift(rtable);
    this.walk(node);
    this.rtables.shift();
  }

  walk(node: unknown): void {
    if (Array.isArray(node)) {
      for (const n of node) this.walk(n);
      return;
    }
    if (typeof node !== 'object' || node === null || node instanceof Set || node instanceof Uint8Array) return;
    const n = node as Node;
    switch (n.kind) {
      case 'Var': this.variable(n); return;
      case 'Query': this.query(n); return;
      case 'Const':
        this.fields(n);
        if (n.constvalue !== null && REG_CLASSES[n.consttype as number] !== undefined) this.add(REG_CLASSES[n.consttype as number]!, n.constvalue as Oid);
        return;
      case undefined: break;
      default: this.fields(n);
    }
    for (const key of Object.keys(n)) {
      const v: unknown = n[key];
      if (typeof v === 'object' && v !== null) this.walk(v);
    }
  }

  private fields(n: Node): void {
    for (const [field, classId] of FIELDS[n.kind as string] ?? []) this.add(classId, (n[field] as Oid | undefined) ?? 0);
    for (const [field, classId] of LIST_FIELDS[n.kind as string] ?? []) for (const oid of (n[field] as Oid[] | undefined) ?? []) this.add(classId, oid);
  }

  private variable(n: Node): void {
    const rte = this.rtables[n.varlevelsup as number]?.[(n.varno as number) - 1];
    if (rte === undefined || (n.varattno as number) < 0) return;
    if (n.varattno === 0) {
      if (rte.rtekind === 'relation') this.add(CLASS.pg_class, rte.relid as Oid);
      return;
    }
    if (rte.rtekind === 'relation') this.add(CLASS.pg_class, rte.relid as Oid, n.varattno as number);
    else if (rte.rtekind === 'join') {
      const at = this.rtables.splice(0, n.varlevelsup as number);
      this.walk((rte.joinaliasvars as unknown[] | undefined)?.[(n.varattno as number) - 1]);
      this.rtables.unshift(...at);
    } else if (rte.rtekind === 'function') this.functionColumn(rte, n.varattno as number);
  }

  /** A column of a function that returns a named composite type depends on that column. */
  private functionColumn(rte: Node, attnum: number): void {
    let first = 1;
    for (const f of (rte.functions as Node[] | undefined) ?? []) {
      const count = f.funccolcount as number;
      if (attnum < first + count) {
        const relid = f.funcrelid as Oid | undefined;
        if (relid !== undefined && relid !== 0) this.add(CLASS.pg_class, relid, attnum - first + 1);
        return;
      }
      first += count;
    }
  }

  private query(q: Node): void {
    const rtable = (q.rtable as Node[] | undefined) ?? [];
    this.rtables.unshift(rtable);
    for (const rte of rtable) {
      if (rte.rtekind === 'relation') this.add(CLASS.pg_class, rte.relid as Oid);
      for (const f of (rte.functions as Node[] | undefined) ?? []) {
        for (const t of (f.funccoltypes as Oid[] | undefined) ?? []) this.add(TYPE, t);
        for (const c of (f.funccolcollations as Oid[] | undefined) ?? []) this.add(COLL, c);
      }
      if (rte.rtekind === 'values' || rte.rtekind === 'cte' || rte.rtekind === 'tablefunc') for (const t of (rte.coltypes as Oid[] | undefined) ?? []) this.add(TYPE, t);
    }
    for (const oid of (q.constraintDeps as Oid[] | undefined) ?? []) this.add(CLASS.pg_constraint, oid);
    this.targetColumns(q, rtable);
    for (const key of Object.keys(q)) {
      if (key === 'rtable') for (const rte of rtable) this.rangeTableEntry(rte);
      else if (typeof q[key] === 'object') this.walk(q[key]);
    }
    this.rtables.shift();
  }

  /** joinaliasvars are looked at only where a Var uses them. */
  private rangeTableEntry(rte: Node): void {
    for (const key of Object.keys(rte)) if (key !== 'joinaliasvars' && typeof rte[key] === 'object') this.walk(rte[key]);
  }

  /** Columns that INSERT and UPDATE assign. */
  private targetColumns(q: Node, rtable: Node[]): void {
    if (q.commandType !== 'insert' && q.commandType !== 'update') return;
    const rte = rtable[(q.resultRelation as number) - 1];
    if (rte?.rtekind !== 'relation') return;
    for (const t of (q.targetList as Node[] | undefined) ?? []) if (t.resjunk !== true) this.add(CLASS.pg_class, rte.relid as Oid, t.resno as number);
  }
}

/** rtable: the range table that Vars of level 0 refer to. A whole relation and its columns: the columns alone stay, as in PostgreSQL. */
export function expressionReferences(node: unknown, rtable: readonly object[] = []): ObjectAddress[] {
  const c = new Collector();
  c.withTable(rtable as Node[], node);
  return eliminateWholes([...c.found.values()]);
}

/** eliminate_duplicate_dependencies: a reference to a whole object is implied by one to its column. */
function eliminateWholes(refs: ObjectAddress[]): ObjectAddress[] {
  const withColumns = new Set(refs.filter((r) => r.subId !== 0).map((r) => `${r.classId}/${r.objectId}`));
  return refs.filter((r) => r.subId !== 0 || !withColumns.has(`${r.classId}/${r.objectId}`));
}

export function recordDependencyOnExpr(writer: CatalogWriter, depender: ObjectAddress, node: unknown, rtable: readonly object[], type: DependencyType): void {
  recordDependencies(writer, depender, expressionReferences(node, rtable), type);
}

/**
 * recordDependencyOnSingleRelExpr: an expression over one relation (varno 1). References to that relation's own columns get
 * selfType, the rest `type`. ignoreSelf leaves the own ones out.
 */
export function recordDependencyOnSingleRelExpr(writer: CatalogWriter, depender: ObjectAddress, node: unknown, relation: Oid, type: DependencyType, selfType: DependencyType, ignoreSelf = false): void {
  const refs = expressionReferences(node, [{ kind: 'RangeTblEntry', rtekind: 'relation', relid: relation }]);
  const isSelf = (r: ObjectAddress): boolean => r.classId === CLASS.pg_class && r.objectId === relation;
  recordDependencies(writer, depender, refs.filter((r) => !isSelf(r)), type);
  if (!ignoreSelf) recordDependencies(writer, depender, refs.filter(isSelf), selfType);
}
