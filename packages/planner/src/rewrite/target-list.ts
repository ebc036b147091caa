/** rewriteTargetListIU and rewriteValuesRTE: one entry for each column assigned, defaults in their places, in attribute order. */
import { SqlError } from '@pglitedb/types';
import type { RelationInfo } from '@pglitedb/catalog';
import { makeTargetEntry, type Expr, type Query, type RangeTblEntry, type TargetEntry } from '../nodes/index.js';
import { columnDefault, nullColumn, type RewriteContext } from './defaults.js';

type Override = Query['override'];

/** The rewritten target list. INSERT's is complete; UPDATE's holds the assigned columns, then junk. */
export function rewriteTargetList(tlist: readonly TargetEntry[], command: 'insert' | 'update', override: Override, rel: RelationInfo, valuesRte: RangeTblEntry | undefined, valuesIndex: number, ctx: RewriteContext): { tlist: TargetEntry[]; unusedValues: number[] } {
  const byColumn: (TargetEntry | undefined)[] = [];
  const junk: TargetEntry[] = [];
  for (const t of tlist) {
    if (t.resjunk) junk.push(t);
    else byColumn[t.resno] = mergeAssignment(t, byColumn[t.resno]);
  }
  const out: TargetEntry[] = [];
  const unusedValues: number[] = [];
  for (const att of rel.attributes) {
    if (att.attisdropped) {
      if (command === 'insert' && rel.relkind !== 'v') out.push(makeTargetEntry(nullColumn(rel, att.attnum, ctx), att.attnum, att.attname, false));
      continue;
    }
    let tle = byColumn[att.attnum];
    let applyDefault = (!tle && command === 'insert') || tle?.expr.kind === 'SetToDefault';
    if (tle && !applyDefault) applyDefault = checkGenerated(tle, att.attname, att.attidentity, att.attgenerated, command, override, valuesRte, valuesIndex, unusedValues);
    if (att.attgenerated) {
      if (tle && !applyDefault) throw generatedError(att.attname, command);
      tle = undefined;
    } else if (applyDefault) {
      const value = rel.relkind === 'v' && rel.defaults.get(att.attnum) === undefined ? undefined : columnDefault(rel, att.attnum, ctx);
      if (value) tle = makeTargetEntry(value, att.attnum, att.attname, false);
      else if (command === 'insert' && rel.relkind === 'v') tle = undefined;
      else tle = makeTargetEntry(nullColumn(rel, att.attnum, ctx), att.attnum, att.attname, false);
    }
    if (!tle && command === 'insert' && rel.relkind !== 'v') tle = makeTargetEntry(nullColumn(rel, att.attnum, ctx), att.attnum, att.attname, false);
    if (tle) out.push(tle);
  }
  let next = rel.attributes.length + 1;
  for (const j of junk) out.push({ ...j, resno: next++ });
  return { tlist: out, unusedValues };
}
const generatedError = (name: string, command: string): SqlError => (command === 'insert'
  ? new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${name}"`, { detail: `Column "${name}" is a generated column.` })
  : new SqlError('428C9', `column "${name}" can only be updated to DEFAULT`, { detail: `Column "${name}" is a generated column.` }));

/** Identity ALWAYS and generated columns take no value of the user's; answers whether the default is to be used after all. */
function checkGenerated(tle: TargetEntry, name: string, identity: string, generated: string, command: string, override: Override, valuesRte: RangeTblEntry | undefined, valuesIndex: number, unused: number[]): boolean {
  const fromValues = valuesRte && tle.expr.kind === 'Var' && tle.expr.varno === valuesIndex ? tle.expr.varattno : 0;
  const allDefaults = fromValues > 0 && valuesRte!.values_lists.every((r) => r[fromValues - 1]!.kind === 'SetToDefault');
  if (command === 'insert') {
    if (identity === 'a' && override === 'not_set') {
      if (!allDefaults) {
        throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${name}"`, { detail: `Column "${name}" is an identity column defined as GENERATED ALWAYS.`, hint: 'Use OVERRIDING SYSTEM VALUE to override.' });
      }
      unused.push(fromValues);
      return true;
    }
    if (identity && override === 'user') {
      if (fromValues) unused.push(fromValues);
      return true;
    }
    if (generated && allDefaults) {
      unused.push(fromValues);
      return true;
    }
    return false;
  }
  if (identity === 'a') throw new SqlError('428C9', `column "${name}" can only be updated to DEFAULT`, { detail: `Column "${name}" is an identity column defined as GENERATED ALWAYS.` });
  return false;
}

/** process_matched_tle: several assignments to parts of one column nest into one expression. */
function mergeAssignment(tle: TargetEntry, prior: TargetEntry | undefined): TargetEntry {
  if (!prior) return tle;
  const [src, prev] = [unwrap(tle.expr), unwrap(prior.expr)];
  const input = assignmentInput(src), before = assignmentInput(prev);
  if (!input || !before) throw new SqlError('42601', `multiple assignments to same column "${tle.resname ?? ''}"`);
  let merged: Expr;
  if (src.kind === 'FieldStore') {
    merged = prev.kind === 'FieldStore' ? { ...prev, newvals: [...prev.newvals, ...src.newvals], fieldnums: [...prev.fieldnums, ...src.fieldnums] } : { ...src, arg: prior.expr };
  } else merged = { ...(src as Extract<Expr, { kind: 'SubscriptingRef' }>), refexpr: prior.expr };
  if (tle.expr.kind === 'CoerceToDomain') merged = { ...tle.expr, arg: merged };
  return { ...tle, expr: merged };
}
const unwrap = (e: Expr): Expr => (e.kind === 'CoerceToDomain' && assignmentInput(e.arg) ? e.arg : e);
const assignmentInput = (e: Expr): Expr | undefined => (e.kind === 'FieldStore' ? e.arg : e.kind === 'SubscriptingRef' && e.refassgnexpr ? e.refexpr : undefined);

/** rewriteValuesRTE: DEFAULT in VALUES lists; unused columns become NULL. */
export function rewriteValues(rte: RangeTblEntry, rtindex: number, tlist: readonly TargetEntry[], rel: RelationInfo, unused: readonly number[], ctx: RewriteContext, keepDefaults: boolean): void {
  if (!unused.length && !rte.values_lists.some((r) => r.some((e) => e.kind === 'SetToDefault'))) return;
  const attnoOf: number[] = [];
  for (const t of tlist) if (t.expr.kind === 'Var' && t.expr.varno === rtindex) attnoOf[t.expr.varattno - 1] = t.resno;
  rte.values_lists = rte.values_lists.map((row) => row.map((e, i) => {
    if (unused.includes(i + 1)) return { kind: 'Const', consttype: rte.coltypes[i]!, consttypmod: -1, constcollid: rte.colcollations[i]!, constvalue: null, location: -1 } as Expr;
    if (e.kind !== 'SetToDefault') return e;
    const attno = attnoOf[i];
    if (!attno) return { kind: 'Const', consttype: rte.coltypes[i]!, consttypmod: -1, constcollid: 0, constvalue: null, location: -1 } as Expr;
    const value = columnDefault(rel, attno, ctx);
    if (!value && keepDefaults) return e;
    return value ?? nullColumn(rel, attno, ctx);
  }));
}
