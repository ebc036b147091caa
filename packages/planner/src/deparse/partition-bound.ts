/** FOR VALUES … of a partition (get_range_partbound_string and its kin). */
import type { PartitionBoundSpec, PartitionRangeDatum } from '../partition/bounds.js';
import { printConst } from './constant.js';
import { Deparser, type DeparseSettings } from './context.js';

export function deparseRangeDatums(list: readonly PartitionRangeDatum[], settings: DeparseSettings): string {
  const d = new Deparser(settings);
  d.put('(');
  list.forEach((v, k) => {
    if (k > 0) d.put(', ');
    if (v.value === undefined) d.put(v.bound < 0 ? 'MINVALUE' : 'MAXVALUE'); else printConst(d, v.value, -1);
  });
  d.put(')');
  return d.buf;
}

export function deparsePartitionBound(spec: PartitionBoundSpec, settings: DeparseSettings): string {
  if (spec.isDefault) return 'DEFAULT';
  if (spec.strategy === 'h') return `FOR VALUES WITH (modulus ${spec.modulus}, remainder ${spec.remainder})`;
  if (spec.strategy === 'r') return `FOR VALUES FROM ${deparseRangeDatums(spec.lowerdatums, settings)} TO ${deparseRangeDatums(spec.upperdatums, settings)}`;
  const d = new Deparser(settings);
  spec.listdatums.forEach((v, k) => { if (k > 0) d.put(', '); printConst(d, v, -1); });
  return `FOR VALUES IN (${d.buf})`;
}
