/** FuncnameGetCandidates and func_get_detail: which pg_proc row a call means. */
import type { Datum, Oid } from '@pglitedb/types';
import type { CatalogReader } from '@pglitedb/catalog';
import { matchCandidates, selectCandidate } from './candidates.js';
import { namespaceOid } from './names.js';
import { T } from './coerce-paths.js';

type Row = Record<string, Datum>;
export interface FuncCandidate {
  readonly oid: Oid; readonly row: Row; /** types by call position, VARIADIC expanded, defaults included */ args: readonly Oid[];
  /** expanded element count, 0 = not a variadic expansion */ readonly nvargs: number; /** how many trailing arguments come from defaults */ readonly ndargs: number;
  /** named notation: the declared position of each call position */ readonly argnumbers: readonly number[] | undefined; readonly pathpos: number;
}
export interface FuncDetail { candidate: FuncCandidate; result: Oid; retset: boolean; kind: string }

/** All functions that a call with that many arguments may mean. */
export function functionCandidates(c: CatalogReader, names: readonly string[], nargs: number, argnames: readonly string[], expandVariadic: boolean, expandDefaults: boolean): FuncCandidate[] {
  const name = names[names.length - 1]!;
  const rows = c.syscacheList('PROCNAMEARGSNSP', name) as unknown as readonly Row[];
  const namespace = names.length > 1 ? namespaceOid(c, names[names.length - 2]!) : 0;
  if (rows.length === 0) return [];
  const path = c.searchPath();
  const temp = c.session.tempNamespace();
  const out: FuncCandidate[] = [];
  for (const row of rows) {
    const ns = row['pronamespace'] as Oid;
    if (names.length > 1 ? ns !== namespace : ns === temp || !path.includes(ns)) continue;
    const candidate = fit(c, row, nargs, argnames, expandVariadic, expandDefaults, names.length > 1 ? 0 : path.indexOf(ns));
    if (candidate) addCandidate(out, candidate);
  }
  return out;
}

function fit(c: CatalogReader, row: Row, nargs: number, argnames: readonly string[], expandVariadic: boolean, expandDefaults: boolean, pathpos: number): FuncCandidate | undefined {
  const declared = row['proargtypes'] as readonly Oid[];
  const pronargs = row['pronargs'] as number;
  const defaults = row['pronargdefaults'] as number;
  const variadicElement = expandVariadic ? (row['provariadic'] as Oid) : 0;
  const base = { oid: row['oid'] as Oid, row, pathpos };
  if (argnames.length) {
    if (variadicElement) return undefined;
    if (nargs > pronargs || (nargs < pronargs && !(expandDefaults && nargs + defaults >= pronargs))) return undefined;
    const argnumbers = matchNamedCall(row, nargs, argnames, pronargs);
    if (!argnumbers) return undefined;
    return { ...base, args: argnumbers.map((n) => declared[n]!), nvargs: 0, ndargs: pronargs - nargs, argnumbers };
  }
  if (variadicElement && pronargs <= nargs) {
    const args = [...declared.slice(0, pronargs - 1)];
    while (args.length < nargs) args.push(variadicElement);
    return { ...base, args, nvargs: nargs - pronargs + 1, ndargs: 0, argnumbers: undefined };
  }
  if (pronargs === nargs) return { ...base, args: declared, nvargs: 0, ndargs: 0, argnumbers: undefined };
  if (nargs < pronargs && expandDefaults && nargs + defaults >= pronargs) return { ...base, args: declared, nvargs: 0, ndargs: pronargs - nargs, argnumbers: undefined };
  return undefined;
}

/** MatchNamedCall: declared positions of the call's arguments, then of the defaulted ones; undefined where it does not fit. */
function matchNamedCall(row: Row, nargs: number, argnames: readonly string[], pronargs: number): number[] | undefined {
  const names = row['proargnames'] as readonly string[] | null;
  if (!names) return undefined;
  const modes = row['proargmodes'] as readonly string[] | null;
  const inputs: string[] = [];
  names.forEach((n, i) => {
    if (!modes || 'ibv'.includes(modes[i]!)) inputs.push(n);
  });
  const positional = nargs - argnames.length;
  const used = new Array<boolean>(pronargs).fill(false);
  const out: number[] = [];
  for (let i = 0; i < positional; i++) {
    out.push(i);
    used[i] = true;
  }
  for (const name of argnames) {
    const at = inputs.indexOf(name);
    if (at < 0 || used[at]) return undefined;
    used[at] = true;
    out.push(at);
  }
  const firstDefault = pronargs - (row['pronargdefaults'] as number);
  for (let i = positional; i < pronargs; i++) {
    if (used[i]) continue;
    if (i < firstDefault) return undefined;
    out.push(i);
  }
  return out;
}

/** Of two candidates with equal argument types the nearer schema wins, then the one that is not variadic, then fewer defaults. */
function addCandidate(out: FuncCandidate[], x: FuncCandidate): void {
  const n = x.args.length - (x.argnumbers ? x.ndargs : 0);
  for (let i = 0; i < out.length; i++) {
    const o = out[i]!;
    const effective = Math.min(o.args.length - o.ndargs, x.args.length - x.ndargs);
    if (o.args.length - o.ndargs !== x.args.length - x.ndargs || n < 0) continue;
    if (!sameTypes(o.args, x.args, effective)) continue;
    if (o.pathpos !== x.pathpos) {
      if (x.pathpos < o.pathpos) out[i] = x;
      return;
    }
    if (o.nvargs && !x.nvargs && !x.ndargs) {
      out[i] = x;
      return;
    }
    if (!o.nvargs && x.nvargs && !o.ndargs) return;
    if (o.nvargs && x.nvargs) {
      if (x.nvargs < o.nvargs) out[i] = x;
      return;
    }
    if (o.ndargs !== x.ndargs && (o.ndargs === 0 || x.ndargs === 0)) {
      if (x.ndargs < o.ndargs) out[i] = x;
      return;
    }
  }
  out.push(x);
}
const sameTypes = (a: readonly Oid[], b: readonly Oid[], n: number): boolean => {
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return false;
  return true;
};

export type Lookup = { found: FuncDetail } | { multiple: true } | { none: true } | { coercion: Oid };

/** func_get_detail; `single` is the one argument's type where the call may be a cast written as a function. */
export function lookupFunction(c: CatalogReader, names: readonly string[], argtypes: readonly Oid[], argnames: readonly string[], expandVariadic: boolean, expandDefaults: boolean, coercionTo: (() => Oid) | undefined): Lookup {
  const candidates = functionCandidates(c, names, argtypes.length, argnames, expandVariadic, expandDefaults);
  const exact = candidates.filter((x) => sameTypes(x.args, argtypes, argtypes.length));
  if (exact.length === 1) return detail(exact[0]!);
  if (exact.length === 0 && coercionTo) {
    const target = coercionTo();
    if (target) return { coercion: target };
  }
  if (exact.length > 1) return { multiple: true };
  const fitting = matchCandidates(c, candidates, argtypes);
  if (fitting.length === 1) return detail(fitting[0]!);
  if (fitting.length > 1) {
    const chosen = selectCandidate(c, fitting, argtypes);
    return chosen ? detail(chosen) : { multiple: true };
  }
  return { none: true };
}
function detail(candidate: FuncCandidate): Lookup {
  const row = candidate.row;
  return { found: { candidate, result: row['prorettype'] as Oid, retset: row['proretset'] as boolean, kind: row['prokind'] as string } };
}
export const ANY_TYPE = T.ANY;
