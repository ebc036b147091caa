/** Parameterized paths' common facts: which clauses they enforce and how many rows they give. */
import { clauseListSelectivity } from './clausesel.js';
import { clampRows } from './cost-scan.js';
import { joinEqualities } from './equivclass.js';
import { joinSize } from './joinsize.js';
import type { ParamPathInfo, Path, PlannerInfo, RelOptInfo, RestrictInfo, SpecialJoinInfo } from './pathnodes.js';
import { ppiOf } from './relnode.js';
import { movableInto } from './restrictinfo.js';

export function baseParamInfo(root: PlannerInfo, rel: RelOptInfo, outer: bigint): ParamPathInfo | undefined {
  if (!outer) return undefined;
  const known = ppiOf(rel, outer);
  if (known) return known;
  const both = rel.relids | outer;
  const clauses: RestrictInfo[] = rel.joininfo.filter((r) => movableInto(r, rel.relids, both));
  clauses.push(...joinEqualities(root, both, outer, rel).filter((r) => movableInto(r, rel.relids, both)));
  const all = [...rel.baserestrictinfo, ...clauses];
  const rows = clampRows(rel.tuples * clauseListSelectivity(root, all, rel.relid, 'inner', undefined));
  const info: ParamPathInfo = { ppi_req_outer: outer, ppi_rows: Math.min(rows, rel.rows), ppi_clauses: clauses };
  rel.ppilist.push(info);
  return info;
}
export function joinParamInfo(root: PlannerInfo, rel: RelOptInfo, o: Path, i: Path, sj: SpecialJoinInfo, outer: bigint, restrict: RestrictInfo[]): ParamPathInfo {
  const known = ppiOf(rel, outer);
  if (known) return known;
  const rows = Math.min(joinSize(root, rel, o.parent, i.parent, o.rows, i.rows, sj, restrict), rel.rows);
  const info: ParamPathInfo = { ppi_req_outer: outer, ppi_rows: rows, ppi_clauses: [] };
  rel.ppilist.push(info);
  return info;
}
