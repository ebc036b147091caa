/** Enum types: the datum is the oid of the label's pg_enum row, ordered by enumsortorder. */
import type { Oid } from '../brand.js';
import type { TypeEnv, TypeImpl, TypeInfo, TypeResolver } from '../type-impl.js';
import { SqlError } from '../errors.js';
import { ByteReader, ByteWriter } from '../any/bytes.js';

type Labels = ReturnType<TypeResolver['enumLabels']>;

interface EnumIndex {
  labels: Labels;
  byLabel: Map<string, Oid>;
  byOid: Map<Oid, { label: string; rank: number }>;
}

const indexes = new WeakMap<Labels, EnumIndex>();

/** Lookup tables over one list of labels, made once per list that the resolver hands out. */
export function enumIndex(labels: Labels): EnumIndex {
  let index = indexes.get(labels);
  if (index === undefined) {
    index = { labels, byLabel: new Map(), byOid: new Map() };
    labels.forEach((l, rank) => {
      index!.byLabel.set(l.label, l.oid);
      index!.byOid.set(l.oid, { label: l.label, rank });
    });
    indexes.set(labels, index);
  }
  return index;
}

/** NAMEDATALEN: a longer label cannot exist. */
const LABEL_BYTES_MAX = 63;

/** check_safe_enum_use */
export function checkUsable(label: Oid, text: string, type: Oid, env: TypeEnv): void {
  if (env.uncommittedEnums === undefined || !env.uncommittedEnums.labels.has(label)) return;
  throw new SqlError('55P04', `unsafe use of new value "${text}" of enum type ${env.types.formatType(type, -1)}`, { hint: 'New enum values must be committed before they can be used.' });
}

export function makeEnumType(info: TypeInfo, resolver: TypeResolver): TypeImpl {
  // Text is read and shown by what the session sees, its own changes included; order does not change by those.
  const index = (types: TypeResolver = resolver): EnumIndex => enumIndex(types.enumLabels(info.oid));
  const entry = (v: Oid, types?: TypeResolver): { label: string; rank: number } => {
    const e = index(types).byOid.get(v);
    if (e === undefined) throw new SqlError('22P03', `invalid internal value for enum: ${v}`);
    return e;
  };
  const parse = (text: string, env: TypeEnv): Oid => {
    const oid = text.length > LABEL_BYTES_MAX ? undefined : index(env.types).byLabel.get(text);
    if (oid === undefined) {
      throw new SqlError('22P02', `invalid input value for enum ${env.types.formatType(info.oid, -1)}: "${text}"`);
    }
    checkUsable(oid, text, info.oid, env);
    return oid;
  };
  const compare = (a: Oid, b: Oid): number => (a === b ? 0 : entry(a).rank < entry(b).rank ? -1 : 1);
  return {
    oid: info.oid, name: info.name, physical: 'uint32', len: 4,
    parse: (text, _typmod, env) => parse(text, env),
    format: (v: Oid, env) => entry(v, env.types).label,
    send: (v: Oid, env) => { const w = new ByteWriter(); w.text(entry(v, env.types).label); return w.done(); },
    receive: (bytes, _typmod, env) => { const r = new ByteReader(bytes); return parse(r.text(r.remaining), env); },
    compare,
    hashKey: (v: Oid) => v,
    sortKey: (v: Oid) => {
      const w = new ByteWriter(8);
      const order = resolver.enumLabels(info.oid)[entry(v).rank]!.sortOrder;
      w.f32(order);
      const key = w.done();
      if (order < 0) for (let i = 0; i < 4; i++) key[i]! ^= 0xff;
      else key[0]! ^= 0x80;
      return key;
    },
  };
}
