/** WINDOW definitions (transformWindowDefinitions) and frames. */
import { exprLocation, exprType, someChild, type Expr, type FrameBound, type SortGroupClause, type TargetEntry, type TreeNode, type WindowClause, type WindowFrame } from '../nodes/index.js';
import { coerceToSpecificType, coerceType, canCoerceOne } from './coerce.js';
import { formatType, T } from './coerce-paths.js';
import { errorAt, type ExprKind, type ParseState } from './context.js';
import { transformExpr } from './expr.js';
import { addGroupItem, findTargetSql99, transformSort, inSortList } from './sort-group.js';
import { list, locOf, rawLocation, type Raw } from './raw.js';
import { exprCollation } from '../nodes/index.js';

const F = { NONDEFAULT: 1, RANGE: 2, ROWS: 4, GROUPS: 8, BETWEEN: 16, START_UP: 32, END_UP: 64, START_UF: 128, END_UF: 256, START_CR: 512, END_CR: 1024, START_OP: 2048, END_OP: 4096, START_OF: 8192, END_OF: 16384, EX_CR: 32768, EX_GROUP: 65536, EX_TIES: 131072 } as const;
const bound = (o: number, up: number, uf: number, op: number, of: number): FrameBound =>
  o & up ? 'unbounded_preceding' : o & uf ? 'unbounded_following' : o & op ? 'offset_preceding' : o & of ? 'offset_following' : 'current_row';
export function frameOf(o: number): WindowFrame {
  return {
    nondefault: !!(o & F.NONDEFAULT), mode: o & F.ROWS ? 'rows' : o & F.GROUPS ? 'groups' : 'range', between: !!(o & F.BETWEEN),
    start: bound(o, F.START_UP, F.START_UF, F.START_OP, F.START_OF), end: bound(o, F.END_UP, F.END_UF, F.END_OP, F.END_OF),
    exclusion: o & F.EX_CR ? 'current_row' : o & F.EX_GROUP ? 'group' : o & F.EX_TIES ? 'ties' : 'none',
  };
}

export function transformWindows(ps: ParseState, defs: readonly Raw[], tlist: TargetEntry[]): WindowClause[] {
  const out: WindowClause[] = [];
  defs.forEach((def, i) => {
    const location = locOf(def);
    if (def.name && out.some((w) => w.name === def.name)) throw errorAt(ps, '42P20', `window "${def.name as string}" is already defined`, location);
    const ref = def.refname ? out.find((w) => w.name === def.refname) : undefined;
    if (def.refname && !ref) throw errorAt(ps, '42704', `window "${def.refname as string}" does not exist`, location);
    const order = transformSort(ps, list(def.orderClause), tlist, 'window_order', true, true);
    const partition = partitionClause(ps, list(def.partitionClause), tlist, order);
    const frame = frameOf((def.frameOptions as number | undefined) ?? 0);
    const wc: WindowClause = {
      name: def.name as string | undefined, refname: def.refname as string | undefined, partitionClause: partition, orderClause: order, frame, startOffset: undefined, endOffset: undefined,
      startInRangeFunc: 0, endInRangeFunc: 0, inRangeColl: 0, inRangeAsc: false, inRangeNullsFirst: false, winref: i + 1, copiedOrder: false,
    };
    if (ref) inherit(ps, def, ref, wc, location);
    checkFrame(ps, def, wc, tlist, location);
    out.push(wc);
  });
  return out;
}
function partitionClause(ps: ParseState, raw: readonly Raw[], tlist: TargetEntry[], order: readonly SortGroupClause[]): SortGroupClause[] {
  const out: SortGroupClause[] = [];
  for (const n of raw) {
    const tle = findTargetSql99(ps, n, tlist, 'window_partition');
    const sorted = tle.ressortgroupref ? order.find((s) => s.tleSortGroupRef === tle.ressortgroupref) : undefined;
    if (sorted && !inSortList(tle, 0, out)) out.push({ ...sorted });
    else addGroupItem(ps, tle, out, tlist, rawLocation(n));
  }
  return out;
}
function inherit(ps: ParseState, def: Raw, ref: WindowClause, wc: WindowClause, location: number): void {
  if (wc.partitionClause.length) throw errorAt(ps, '42P20', `cannot override PARTITION BY clause of window "${def.refname as string}"`, location);
  wc.partitionClause = ref.partitionClause.map((s) => ({ ...s }));
  if (wc.orderClause.length && ref.orderClause.length) throw errorAt(ps, '42P20', `cannot override ORDER BY clause of window "${def.refname as string}"`, location);
  if (!wc.orderClause.length) {
    wc.orderClause = ref.orderClause.map((s) => ({ ...s }));
    wc.copiedOrder = true;
  }
  if (ref.frame.nondefault) {
    const bare = !list(def.orderClause).length && !wc.frame.nondefault && !def.name;
    throw errorAt(ps, '42P20', `cannot copy window "${def.refname as string}" because it has a frame clause`, location, bare ? { hint: 'Omit the parentheses in this OVER clause.' } : {});
  }
}
function checkFrame(ps: ParseState, def: Raw, wc: WindowClause, tlist: readonly TargetEntry[], location: number): void {
  const { frame } = wc;
  const offsets = [frame.start, frame.end].some((b) => b.startsWith('offset'));
  let family = 0, sortType = 0;
  if (frame.mode === 'range' && offsets) {
    if (wc.orderClause.length !== 1) throw errorAt(ps, '42P20', 'RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column', location);
    const s = wc.orderClause[0]!;
    const key = tlist.find((t) => t.ressortgroupref === s.tleSortGroupRef)!.expr;
    const amop = (ps.catalog.syscacheList('AMOPOPID', s.sortop) as unknown as Record<string, number>[]).find((r) => r['amopmethod'] === 403);
    if (!amop) throw errorAt(ps, 'XX000', `operator ${s.sortop} is not a valid ordering operator`, location);
    family = amop['amopfamily']!;
    sortType = exprType(key);
    wc.inRangeAsc = amop['amopstrategy'] === 1;
    wc.inRangeNullsFirst = s.nulls_first;
    wc.inRangeColl = exprCollationOf(key);
  }
  if (frame.mode === 'groups' && !wc.orderClause.length) throw errorAt(ps, '42P20', 'GROUPS mode requires an ORDER BY clause', location);
  if (def.startOffset) [wc.startOffset, wc.startInRangeFunc] = offset(ps, wc, family, sortType, def.startOffset);
  if (def.endOffset) [wc.endOffset, wc.endInRangeFunc] = offset(ps, wc, family, sortType, def.endOffset);
}
const exprCollationOf = exprCollation;

/** transformFrameOffset */
function offset(ps: ParseState, wc: WindowClause, family: number, sortType: number, raw: Raw): [Expr, number] {
  const mode = wc.frame.mode;
  const kind = `window_frame_${mode}` as ExprKind;
  let node = transformExpr(ps, raw, kind);
  let func = 0;
  if (mode !== 'range') node = coerceToSpecificType(ps, node, T.INT8, -1, mode.toUpperCase());
  else {
    const type = exprType(node);
    const candidates = (ps.catalog.rows('pg_amproc', { amprocfamily: family } as never) as unknown as Record<string, number>[]).filter((r) => r['amprocnum'] === 3 && r['amproclefttype'] === sortType);
    const wanted = type === T.UNKNOWN && candidates.length > 1 && candidates.some((r) => r['amprocrighttype'] === sortType) ? sortType : type;
    const fit = candidates.filter((r) => (wanted === T.UNKNOWN ? true : r['amprocrighttype'] === wanted)) ;
    const chosen = fit.length === 1 ? fit : candidates.filter((r) => canCoerceOne(ps.catalog, type, r['amprocrighttype']!, 'implicit'));
    const where = `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${formatType(ps.catalog, sortType)}`;
    if (!candidates.length) throw errorAt(ps, '0A000', where, exprLocation(node));
    if (!chosen.length) throw errorAt(ps, '0A000', `${where} and offset type ${formatType(ps.catalog, type)}`, exprLocation(node), { hint: 'Cast the offset value to an appropriate type.' });
    if (chosen.length > 1) throw errorAt(ps, '0A000', `RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type ${formatType(ps.catalog, sortType)} and offset type ${formatType(ps.catalog, type)}`, exprLocation(node), { hint: 'Cast the offset value to the exact intended type.' });
    func = chosen[0]!['amproc']!;
    node = coerceType(ps, node, type, chosen[0]!['amprocrighttype']!, -1, 'implicit', 'implicit', -1);
  }
  const v = firstVar(node);
  if (v >= -1 && v !== -2) throw errorAt(ps, '42P10', `argument of ${mode.toUpperCase()} must not contain variables`, v);
  return [node, func];
}
/** Location of the first Var of this level, -2 where there is none. */
export function firstVar(e: Expr): number {
  let location = -2;
  const find = (n: TreeNode): boolean => {
    if (n.kind === 'Var' && n.varlevelsup === 0) {
      location = n.location;
      return true;
    }
    return n.kind === 'Query' ? false : someChild(n, find);
  };
  find(e);
  return location;
}
