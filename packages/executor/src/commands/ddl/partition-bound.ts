/** FOR VALUES: a bound analysed for its parent (transformPartitionBound), and its place among the others (check_new_partition_bound). */
import type { RelationInfo } from '@pglitedb/catalog';
import {
  analyzeExpr, coerceToTarget, deparseForRelation, deparseRangeDatums, compareLimits, compareValues, exprType, exprTypmod, findListValue, partitionDesc, partitionKey, rangeLimit,
  type CallFunction, type Const, type Expr, type PartitionBoundSpec, type PartitionColumn, type PartitionDesc, type PartitionKey, type PartitionRangeDatum, type RangeLimit,
} from '@pglitedb/planner';
import { SqlError, type Oid } from '@pglitedb/types';
import { evaluateNow, supportCaller } from '../../functions/support-call.js';
import type { UtilityContext } from '../registry.js';
import { names, type Raw } from './raw.js';


const WORDS = { l: 'list', r: 'range', h: 'hash' } as const;
export const callerOf = (u: UtilityContext): CallFunction => supportCaller(u.session);
const at = (u: UtilityContext, location: number | undefined): { position?: number } => (location === undefined || location < 0 ? {} : { position: u.sql.slice(0, location).length + 1 });

export function partitionBound(u: UtilityContext, parent: RelationInfo, raw: Raw): PartitionBoundSpec {
  const key = partitionKey(u.session.catalog(), parent)!;
  const bound: PartitionBoundSpec = { kind: 'PartitionBoundSpec', strategy: key.strategy, isDefault: raw.is_default === true, modulus: 0, remainder: 0, listdatums: [], lowerdatums: [], upperdatums: [] };
  if (bound.isDefault) {
    if (key.strategy === 'h') throw new SqlError('42P16', 'a hash-partitioned table may not have a default partition');
    return bound;
  }
  if (raw.strategy !== key.strategy) throw new SqlError('42P16', `invalid bound specification for a ${WORDS[key.strategy]} partition`, at(u, raw.location));
  if (key.strategy === 'h') {
    bound.modulus = (raw.modulus as number | undefined) ?? 0;
    bound.remainder = (raw.remainder as number | undefined) ?? 0;
    if (bound.modulus <= 0) throw new SqlError('42P16', 'modulus for hash partition must be an integer value greater than zero');
    if (bound.remainder < 0) throw new SqlError('42P16', 'remainder for hash partition must be an integer value greater than or equal to zero');
    if (bound.remainder >= bound.modulus) throw new SqlError('42P16', 'remainder for hash partition must be less than modulus');
  } else if (key.strategy === 'l') {
    const call = callerOf(u);
    for (const item of raw.listdatums as Raw[]) {
      const value = boundValue(u, parent, key.columns[0]!, item);
      const same = bound.listdatums.some((d) => (d.constvalue === null || value.constvalue === null ? d.constvalue === value.constvalue : compareValues(key, 0, d.constvalue, value.constvalue, call) === 0));
      if (!same) bound.listdatums.push(value);
    }
  } else {
    if (raw.lowerdatums.length !== key.columns.length) throw new SqlError('42P16', 'FROM must specify exactly one value per partitioning column');
    if (raw.upperdatums.length !== key.columns.length) throw new SqlError('42P16', 'TO must specify exactly one value per partitioning column');
    bound.lowerdatums = rangeDatums(u, parent, key, raw.lowerdatums);
    bound.upperdatums = rangeDatums(u, parent, key, raw.upperdatums);
  }
  return bound;
}

/** transformPartitionRangeBounds with validateInfiniteBounds. */
function rangeDatums(u: UtilityContext, parent: RelationInfo, key: PartitionKey, list: Raw[]): PartitionRangeDatum[] {
  const out = list.map((item, k): PartitionRangeDatum => {
    const fields = item.ColumnRef === undefined ? [] : names(item.ColumnRef.fields);
    if (fields.length === 1 && (fields[0] === 'minvalue' || fields[0] === 'maxvalue')) return { kind: 'PartitionRangeDatum', bound: fields[0] === 'minvalue' ? -1 : 1, value: undefined };
    const value = boundValue(u, parent, key.columns[k]!, item);
    if (value.constvalue === null) throw new SqlError('42P16', 'cannot specify NULL in range bound');
    return { kind: 'PartitionRangeDatum', bound: 0, value };
  });
  let kind = 0;
  out.forEach((d, k) => {
    if (kind !== 0 && d.bound !== kind) {
      const word = kind < 0 ? 'MINVALUE' : 'MAXVALUE';
      throw new SqlError('42804', `every bound following ${word} must also be ${word}`, at(u, locationOf(list[k])));
    }
    kind = d.bound;
  });
  return out;
}
function locationOf(raw: Raw): number | undefined { return (Object.values(raw)[0] as { location?: number } | undefined)?.location ?? 0; }

/** transformPartitionBoundValue */
function boundValue(u: UtilityContext, parent: RelationInfo, column: PartitionColumn, raw: Raw): Const {
  const { session } = u;
  const ctx = { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] };
  const expr = analyzeExpr(raw, 'partition_bound', undefined, ctx);
  const { types } = session.catalog();
  const value = coerceToTarget(expr, column.type, column.typmod, 'assignment', ctx);
  if (value === undefined) {
    throw new SqlError('42804', `specified value cannot be cast to type ${types.formatType(column.type, -1)} for column "${columnName(u, parent, column)}"`, at(u, locationOf(raw)));
  }
  const folded = value.kind === 'Const' ? value : evaluate(u, value);
  return { ...folded, consttype: exprType(value), consttypmod: exprTypmod(value), constcollid: column.collation, location: -1 };
}

function evaluate(u: UtilityContext, expr: Expr): Const {
  const found = evaluateNow(u.session, expr);
  if (found.kind !== 'Const') throw new SqlError('0A000', 'partition bounds that run queries are not supported yet');
  return found;
}
function columnName(u: UtilityContext, parent: RelationInfo, column: PartitionColumn): string {
  return column.attnum > 0 ? parent.attributes[column.attnum - 1]!.attname : deparseForRelation(column.expr!, parent.oid, { catalog: u.session.catalog(), env: u.session.env, pretty: { paren: false, indent: false, schema: false } });
}

const overlap = (u: UtilityContext, name: string, other: Oid, raw: Raw): SqlError =>
  new SqlError('42P17', `partition "${name}" would overlap partition "${u.session.catalog().syscache('RELOID', other)?.relname}"`, at(u, raw?.location));

/** check_new_partition_bound: 42P17 where it overlaps another, is empty, or is a second default. */
export function checkNewBound(u: UtilityContext, name: string, parent: RelationInfo, spec: PartitionBoundSpec, raw: Raw): void {
  const call = callerOf(u);
  const desc = partitionDesc(u.session.catalog(), parent, call)!;
  if (spec.isDefault) {
    if (desc.defaultIndex < 0) return;
    throw new SqlError('42P17', `partition "${name}" conflicts with existing default partition "${u.session.catalog().syscache('RELOID', desc.oids[desc.defaultIndex]!)?.relname}"`, at(u, raw.location));
  }
  if (spec.strategy === 'l') checkList(u, name, desc, spec, raw, call);
  else if (spec.strategy === 'r') checkRange(u, name, desc, spec, raw, call);
  else checkHash(u, name, desc, spec, raw);
}

function checkList(u: UtilityContext, name: string, desc: PartitionDesc, spec: PartitionBoundSpec, raw: Raw, call: CallFunction): void {
  spec.listdatums.forEach((d, k) => {
    const found = d.constvalue === null ? desc.nullIndex : (() => { const i = findListValue(desc, d.constvalue, call); return i < 0 ? -1 : desc.indexes[i]!; })();
    if (found >= 0) throw overlap(u, name, desc.oids[found]!, { location: locationOf(raw.listdatums[k]) });
  });
}

function checkHash(u: UtilityContext, name: string, desc: PartitionDesc, spec: PartitionBoundSpec, raw: Raw): void {
  const bad = (detail: string): SqlError => new SqlError('42P16', 'every hash partition modulus must be a factor of the next larger modulus', { detail });
  const nameOf = (k: number): string => u.session.catalog().syscache('RELOID', desc.oids[k]!)?.relname ?? '';
  const { specs } = desc;
  let below = -1;
  specs.forEach((s, k) => { if (s.modulus < spec.modulus || (s.modulus === spec.modulus && s.remainder <= spec.remainder)) below = k; });
  if (below < 0 && specs.length > 0) {
    const next = specs[0]!.modulus;
    if (next % spec.modulus !== 0) throw bad(`The new modulus ${spec.modulus} is not a factor of ${next}, the modulus of existing partition "${nameOf(0)}".`);
  } else if (below >= 0) {
    const previous = specs[below]!.modulus;
    if (spec.modulus % previous !== 0) throw bad(`The new modulus ${spec.modulus} is not divisible by ${previous}, the modulus of existing partition "${nameOf(below)}".`);
    const next = specs[below + 1];
    if (next !== undefined && next.modulus % spec.modulus !== 0) throw bad(`The new modulus ${spec.modulus} is not a factor of ${next.modulus}, the modulus of existing partition "${nameOf(below + 1)}".`);
  }
  const greatest = Math.max(spec.modulus, desc.indexes.length);
  for (let r = spec.remainder; r < greatest; r += spec.modulus) {
    const found = desc.indexes.length === 0 ? -1 : desc.indexes[r % desc.indexes.length]!;
    if (found >= 0) throw overlap(u, name, desc.oids[found]!, raw);
  }
}

function boundText(u: UtilityContext, list: readonly PartitionRangeDatum[]): string {
  return deparseRangeDatums(list, { catalog: u.session.catalog(), env: u.session.env, pretty: { paren: false, indent: false, schema: false } });
}

function checkRange(u: UtilityContext, name: string, desc: PartitionDesc, spec: PartitionBoundSpec, raw: Raw, call: CallFunction): void {
  const { key } = desc;
  const lower = rangeLimit(spec.lowerdatums);
  const upper = rangeLimit(spec.upperdatums);
  if (compareLimits(key, lower, upper, call) >= 0) {
    let k = 0;
    while (k < key.columns.length - 1 && sameColumn(key, lower, upper, k, call)) k++;
    throw new SqlError('42P17', `empty range bound specified for partition "${name}"`, {
      detail: `Specified lower bound ${boundText(u, spec.lowerdatums)} is greater than or equal to upper bound ${boundText(u, spec.upperdatums)}.`, ...at(u, locationOf(raw.lowerdatums?.[k])),
    });
  }
  for (let k = 0; k < desc.specs.length; k++) {
    const s = desc.specs[k]!;
    if (s.isDefault) continue;
    const [low, up] = [rangeLimit(s.lowerdatums), rangeLimit(s.upperdatums)];
    if (compareLimits(key, lower, up, call) >= 0 || compareLimits(key, low, upper, call) >= 0) continue;
    const inside = compareLimits(key, low, lower, call) <= 0;
    const datums = inside ? raw.lowerdatums : raw.upperdatums;
    const against = inside ? [lower, low] : [upper, low];
    let c = 0;
    while (c < key.columns.length - 1 && sameColumn(key, against[0]!, against[1]!, c, call)) c++;
    throw overlap(u, name, desc.oids[k]!, { location: locationOf(datums?.[c] ?? {}) });
  }

}
function sameColumn(key: PartitionKey, a: RangeLimit, b: RangeLimit, k: number, call: CallFunction): boolean {
  if (a.kinds[k] !== b.kinds[k]) return false;
  return a.kinds[k] !== 0 || compareValues(key, k, a.values[k], b.values[k], call) === 0;
}
