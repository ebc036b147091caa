/** func_match_argtypes and func_select_candidate: the rules that choose among overloaded functions and operators. */
import type { Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { baseTypeOf, canCoerce, categoryOf, isPreferred, T } from './coerce-paths.js';

export interface Candidate { readonly args: readonly Oid[] }

/** The candidates whose arguments the inputs can be coerced to. */
export function matchCandidates<C extends Candidate>(c: CatalogReader, candidates: readonly C[], inputs: readonly Oid[]): C[] {
  return candidates.filter((x) => canCoerce(c, inputs, x.args.slice(0, inputs.length), 'implicit'));
}

/** Keeps the candidates with the highest count; all of them where no count is positive and `keepAll`. */
function best<C>(candidates: C[], count: (x: C) => number): C[] {
  let most = 0;
  let kept: C[] = [];
  for (const x of candidates) {
    const n = count(x);
    if (n > most || kept.length === 0) {
      most = n;
      kept = [x];
    } else if (n === most) kept.push(x);
  }
  return kept;
}

/** func_select_candidate: undefined where it stays ambiguous. */
export function selectCandidate<C extends Candidate>(c: CatalogReader, all: readonly C[], inputTypes: readonly Oid[]): C | undefined {
  const inputs = inputTypes.map((t) => (t === T.UNKNOWN ? t : baseTypeOf(c, t)));
  const unknowns = inputs.filter((t) => t === T.UNKNOWN).length;
  const countWhere = (x: C, test: (arg: Oid, input: Oid, i: number) => boolean): number => {
    let n = 0;
    for (let i = 0; i < inputs.length; i++) if (inputs[i] !== T.UNKNOWN && test(x.args[i]!, inputs[i]!, i)) n++;
    return n;
  };
  let left = best([...all], (x) => countWhere(x, (a, t) => a === t));
  if (left.length === 1) return left[0];
  const categories = inputs.map((t) => categoryOf(c, t));
  left = best(left, (x) => countWhere(x, (a, t, i) => a === t || isPreferred(c, categories[i]!, a)));
  if (left.length === 1) return left[0];
  if (unknowns === 0) return undefined;
  left = byUnknownCategory(c, left, inputs);
  if (left.length === 1) return left[0];
  return byKnownType(c, left, inputs, unknowns);
}

/** Unknown arguments: prefer the string category, or the one all candidates agree on, and preferred types in it. */
function byUnknownCategory<C extends Candidate>(c: CatalogReader, candidates: C[], inputs: readonly Oid[]): C[] {
  const slots: { category: string; preferred: boolean }[] = [];
  for (let i = 0; i < inputs.length; i++) {
    slots.push({ category: '\0', preferred: false });
    if (inputs[i] !== T.UNKNOWN) continue;
    let category = '\0', preferred = false, conflict = false;
    for (const x of candidates) {
      const current = categoryOf(c, x.args[i]!);
      const isPref = isPreferred(c, '\0', x.args[i]!);
      if (category === '\0') {
        category = current;
        preferred = isPref;
      } else if (current === category) preferred ||= isPref;
      else if (current === 'S') {
        category = current;
        preferred = isPref;
        conflict = false;
      } else if (category !== 'S') conflict = true;
    }
    if (conflict && category !== 'S') return candidates;
    slots[i] = { category, preferred };
  }
  const kept = candidates.filter((x) => inputs.every((t, i) => {
    if (t !== T.UNKNOWN) return true;
    const slot = slots[i]!;
    if (categoryOf(c, x.args[i]!) !== slot.category) return false;
    return !slot.preferred || isPreferred(c, slot.category, x.args[i]!);
  }));
  return kept.length ? kept : candidates;
}

/** If all known arguments have one type, assume the unknown ones are of it. */
function byKnownType<C extends Candidate>(c: CatalogReader, candidates: C[], inputs: readonly Oid[], unknowns: number): C | undefined {
  if (unknowns >= inputs.length) return undefined;
  const known = inputs.find((t) => t !== T.UNKNOWN)!;
  if (!inputs.every((t) => t === T.UNKNOWN || t === known)) return undefined;
  const assumed = inputs.map(() => known);
  const fit = candidates.filter((x) => canCoerce(c, assumed, x.args.slice(0, inputs.length), 'implicit'));
  return fit.length === 1 ? fit[0] : undefined;
}
