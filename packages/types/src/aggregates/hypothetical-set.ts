/**
 * rank, dense_rank, percent_rank and cume_dist WITHIN GROUP: the place that a row of the direct arguments would take among
 * the group's rows. The executor feeds the rows in their order, and gives that order to the final functions.
 */
import { defineFunctions, type CallContext } from '../function-impl.js';
import type { Datum } from '../datum.js';

interface HypotheticalState { readonly rows: Datum[][] }
type S = HypotheticalState | null;

function transition(state: S, ...rest: [...Datum[], CallContext]): HypotheticalState {
  const s = state ?? { rows: [] };
  s.rows.push(rest.slice(0, -1) as Datum[]);
  return s;
}

interface Place { /** rows before the hypothetical one, its equals not counted */ before: number; /** different rows among these */ distinct: number; equal: number; all: number }

/** The arguments of a final function: the state, the hypothetical row, a NULL for each of its columns, the context. */
function place(state: S, rest: readonly unknown[]): Place {
  const { compareRows } = rest[rest.length - 1] as CallContext;
  const row = rest.slice(0, (rest.length - 1) >> 1) as Datum[];
  const rows = state?.rows ?? [];
  const at: Place = { before: 0, distinct: 0, equal: 0, all: rows.length };
  for (let k = 0; k < rows.length; k++) {
    const order = compareRows!(rows[k]!, row);
    if (order > 0) break;
    if (order === 0) { at.equal++; continue; }
    at.before++;
    if (k === 0 || compareRows!(rows[k - 1]!, rows[k]!) !== 0) at.distinct++;
  }
  return at;
}

defineFunctions({
  ordered_set_transition_multi: transition,
  hypothetical_rank_final: (s: S, ...rest: unknown[]) => place(s, rest).before + 1,
  hypothetical_dense_rank_final: (s: S, ...rest: unknown[]) => place(s, rest).distinct + 1,
  hypothetical_percent_rank_final(s: S, ...rest: unknown[]) {
    const { before, all } = place(s, rest);
    return all === 0 ? 0 : before / all;
  },
  hypothetical_cume_dist_final(s: S, ...rest: unknown[]) {
    const { before, equal, all } = place(s, rest);
    return (before + equal + 1) / (all + 1);
  },
});
