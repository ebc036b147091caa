/**
 * Names for range table entries and their columns (set_deparse_for_query): unique among all levels in sight, and such
 * that JOIN USING and aliases without complete column lists mean the same when the text is read again, whatever columns
 * were added, dropped or renamed meanwhile.
 */
import type { CatalogReader } from '@pglitedb/catalog';
import type { JoinExpr, JoinTreeNode, Query, RangeTblEntry } from '../nodes/query.js';
import type { ColumnNames, Namespace } from './context.js';

const emptyColumns = (): ColumnNames => ({
  colnames: [], newColnames: [], isNewCol: [], printAliases: false, parentUsing: [], usingNames: [], leftRti: 0, rightRti: 0, leftAttnos: [], rightAttnos: [],
});

export function makeNamespace(catalog: CatalogReader, query: Query, parents: readonly Namespace[]): Namespace {
  const ns: Namespace = {
    rtable: query.rtable, names: [], columns: query.rtable.map(emptyColumns), query, uniqueUsing: false, usingNames: [],
    oldAlias: query.returningOldAlias, newAlias: query.returningNewAlias,
  };
  ns.names = rtableNames(catalog, query.rtable, parents);
  ns.uniqueUsing = hasDangerousUsing(ns, query.jointree);
  setUsingNames(ns, query.jointree, []);
  setColumns(catalog, ns);
  return ns;
}
/** Names for a plain range table without a query: one relation, or OLD and NEW. */
export function namespaceOfTable(catalog: CatalogReader, rtable: readonly RangeTblEntry[]): Namespace {
  const ns: Namespace = { rtable, names: [], columns: rtable.map(emptyColumns), query: undefined, uniqueUsing: false, usingNames: [], oldAlias: undefined, newAlias: undefined };
  ns.names = rtableNames(catalog, rtable, []);
  setColumns(catalog, ns);
  return ns;
}
function setColumns(catalog: CatalogReader, ns: Namespace): void {
  ns.rtable.forEach((rte, i) => {
    if (rte.rtekind === 'join') setJoinColumns(ns, rte, ns.columns[i]!);
    else setRelationColumns(catalog, ns, rte, ns.columns[i]!);
  });
}

/** set_rtable_names */
export function rtableNames(catalog: CatalogReader, rtable: readonly RangeTblEntry[], parents: readonly Namespace[], used?: ReadonlySet<number>): (string | undefined)[] {
  const taken = new Set<string>();
  for (const p of parents) for (const n of p.names) if (n !== undefined) taken.add(n);
  return rtable.map((rte, i) => {
    const name = used && !used.has(i + 1) ? undefined : plainName(catalog, rte);
    if (name === undefined) return undefined;
    let unique = name;
    for (let n = 1; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}
function plainName(catalog: CatalogReader, rte: RangeTblEntry): string | undefined {
  if (rte.alias !== undefined) return rte.alias.aliasname;
  if (rte.rtekind === 'relation') return catalog.syscache('RELOID', rte.relid)?.relname ?? rte.eref.aliasname;
  return rte.rtekind === 'join' ? undefined : rte.eref.aliasname;
}

/** Unnamed JOIN USING whose merged columns are no plain Vars: its names must be unique in the query. */
function hasDangerousUsing(ns: Namespace, node: JoinTreeNode): boolean {
  if (node.kind === 'RangeTblRef') return false;
  if (node.kind === 'FromExpr') return node.fromlist.some((n) => hasDangerousUsing(ns, n));
  const rte = ns.rtable[node.rtindex - 1]!;
  if (node.alias === undefined && node.usingClause.length > 0 && rte.joinaliasvars.slice(0, rte.joinmergedcols).some((v) => v.kind !== 'Var')) return true;
  return hasDangerousUsing(ns, node.larg) || hasDangerousUsing(ns, node.rarg);
}

const indexOf = (n: JoinTreeNode): number => (n.kind === 'FromExpr' ? 0 : n.kind === 'JoinExpr' ? n.rtindex : n.rtindex);

/** identify_join_columns */
function identifyJoinColumns(j: JoinExpr, rte: RangeTblEntry, c: ColumnNames): void {
  c.leftRti = indexOf(j.larg);
  c.rightRti = indexOf(j.rarg);
  const count = rte.joinaliasvars.length;
  c.leftAttnos = new Array<number>(count).fill(0);
  c.rightAttnos = new Array<number>(count).fill(0);
  let at = 0;
  for (const left of rte.joinleftcols) c.leftAttnos[at++] = left;
  rte.joinrightcols.forEach((right, i) => {
    if (i < rte.joinmergedcols) c.rightAttnos[i] = right;
    else c.rightAttnos[at++] = right;
  });
}

/** set_using_names: chooses the names of merged columns from the top down, so that children can be made to agree. */
function setUsingNames(ns: Namespace, node: JoinTreeNode, parentUsing: readonly string[]): void {
  if (node.kind === 'RangeTblRef') return;
  if (node.kind === 'FromExpr') {
    for (const n of node.fromlist) setUsingNames(ns, n, parentUsing);
    return;
  }
  const c = ns.columns[node.rtindex - 1]!;
  const rte = ns.rtable[node.rtindex - 1]!;
  identifyJoinColumns(node, rte, c);
  const left = ns.columns[c.leftRti - 1]!;
  const right = ns.columns[c.rightRti - 1]!;
  const push = (i: number, name: string): void => {
    if (c.leftAttnos[i]! > 0) left.colnames[c.leftAttnos[i]! - 1] = name;
    if (c.rightAttnos[i]! > 0) right.colnames[c.rightAttnos[i]! - 1] = name;
  };
  if (rte.alias === undefined) c.colnames.forEach((name, i) => { if (name !== undefined) push(i, name); });
  let using = parentUsing;
  if (node.usingClause.length > 0) {
    const names = [...parentUsing];
    node.usingClause.forEach((written, i) => {
      let name = c.colnames[i];
      if (name === undefined) {
        name = uniqueColumn(rte.alias?.colnames[i] ?? written, ns, c);
        if (ns.uniqueUsing) ns.usingNames.push(name);
        c.colnames[i] = name;
      }
      c.usingNames.push(name);
      names.push(name);
      push(i, name);
    });
    using = names;
  }
  left.parentUsing = [...using];
  right.parentUsing = [...using];
  setUsingNames(ns, node.larg, using);
  setUsingNames(ns, node.rarg, using);
}

function uniqueColumn(name: string, ns: Namespace, c: ColumnNames): string {
  const taken = (n: string): boolean => c.colnames.includes(n) || c.newColnames.includes(n) || ns.usingNames.includes(n) || c.parentUsing.includes(n);
  let unique = name;
  for (let n = 1; taken(unique); n++) unique = `${name}_${n}`;
  return unique;
}

/** Present names of the columns, undefined for dropped ones. */
function realColumns(catalog: CatalogReader, rte: RangeTblEntry): (string | undefined)[] {
  if (rte.rtekind === 'relation') {
    const rel = catalog.relation(rte.relid);
    if (rel) return rel.attributes.map((a) => (a.attisdropped ? undefined : a.attname));
  }
  return rte.eref.colnames.map((n) => (n === '' ? undefined : n));
}
/** set_relation_column_names */
function setRelationColumns(catalog: CatalogReader, ns: Namespace, rte: RangeTblEntry, c: ColumnNames): void {
  const real = realColumns(catalog, rte);
  const old = rte.eref.colnames.length;
  let changed = false;
  real.forEach((name, i) => {
    if (name === undefined) {
      c.colnames[i] = undefined;
      return;
    }
    const shown = c.colnames[i] ?? (c.colnames[i] = uniqueColumn(rte.alias?.colnames[i] || name, ns, c));
    c.newColnames.push(shown);
    c.isNewCol.push(i >= old);
    if (shown !== name) changed = true;
  });
  if (rte.rtekind === 'relation') c.printAliases = changed;
  else if (rte.rtekind === 'function') c.printAliases = true;
  else if (rte.rtekind === 'tablefunc') c.printAliases = false;
  else c.printAliases = (rte.alias !== undefined && rte.alias.colnames.length > 0) || changed;
}

/** set_join_column_names */
function setJoinColumns(ns: Namespace, rte: RangeTblEntry, c: ColumnNames): void {
  const left = ns.columns[c.leftRti - 1];
  const right = ns.columns[c.rightRti - 1];
  // A join that the jointree does not hold (set operations' dummy) has no children to take names from.
  if (left === undefined || right === undefined) {
    c.colnames = rte.eref.colnames.slice();
    return;
  }
  let changed = false;
  for (let i = c.usingNames.length; i < rte.eref.colnames.length; i++) {
    const l = c.leftAttnos[i]!;
    const real = l > 0 ? left.colnames[l - 1] : right.colnames[c.rightAttnos[i]! - 1];
    if (real === undefined || rte.alias === undefined) {
      c.colnames[i] = real;
      continue;
    }
    const shown = c.colnames[i] ?? (c.colnames[i] = uniqueColumn(rte.alias.colnames[i] ?? real, ns, c));
    if (shown !== real) changed = true;
  }
  c.printAliases = newJoinColumns(ns, rte, c, left, right) || (rte.alias !== undefined && changed);
  if (rte.alias === undefined) c.printAliases = false;
}
/** The columns that the join has now: merged, left's, right's; answers whether new ones had to be renamed. */
function newJoinColumns(ns: Namespace, rte: RangeTblEntry, c: ColumnNames, left: ColumnNames, right: ColumnNames): boolean {
  const merged = [new Set<number>(), new Set<number>()];
  let changed = false;
  let i = 0;
  for (; i < rte.eref.colnames.length && c.leftAttnos[i] !== 0 && c.rightAttnos[i] !== 0; i++) {
    c.newColnames.push(c.colnames[i]!);
    c.isNewCol.push(false);
    merged[0]!.add(c.leftAttnos[i]!);
    merged[1]!.add(c.rightAttnos[i]!);
  }
  [left, right].forEach((child, side) => {
    let at = 0;
    child.newColnames.forEach((name, j) => {
      if (!child.isNewCol[j]) {
        while (at < child.colnames.length && child.colnames[at] === undefined) at++;
        at++;
        if (merged[side]!.has(at)) return;
        while (i < c.colnames.length && c.colnames[i] === undefined) i++;
        c.newColnames.push(c.colnames[i] ?? name);
        c.isNewCol.push(false);
        i++;
        return;
      }
      const shown = rte.alias === undefined ? name : uniqueColumn(name, ns, c);
      if (shown !== name) changed = true;
      c.newColnames.push(shown);
      c.isNewCol.push(true);
    });
  });
  return changed;
}
