/** Type modifier input (typmodin): the modifiers' texts to the packed typmod, by base type. */
import { SqlError, type Oid } from '@pglitedb/types';

type TypmodIn = (mods: readonly string[]) => number;

function integers(mods: readonly string[]): number[] {
  return mods.map((m) => {
    if (!/^[+-]?\d+$/.test(m.trim())) throw new SqlError('22P02', `invalid input syntax for type integer: "${m}"`);
    return Number(m);
  });
}
const CHAR_LENGTH_MAX = 10485760;
const characters = (name: string): TypmodIn => (mods) => {
  const [n, ...rest] = integers(mods);
  if (rest.length) throw new SqlError('22023', 'invalid type modifier');
  if (n! < 1) throw new SqlError('22023', `length for type ${name} must be at least 1`);
  if (n! > CHAR_LENGTH_MAX) throw new SqlError('22023', `length for type ${name} cannot exceed ${CHAR_LENGTH_MAX}`);
  return n! + 4;
};
const bits = (name: string): TypmodIn => (mods) => {
  const [n, ...rest] = integers(mods);
  if (rest.length) throw new SqlError('22023', 'invalid type modifier');
  if (n! < 1) throw new SqlError('22023', `length for type ${name} must be at least 1`);
  if (n! > 83886080 * 8) throw new SqlError('22023', `length for type ${name} cannot exceed ${83886080 * 8}`);
  return n!;
};
const time = (name: string, zone: string, warn = 6): TypmodIn => (mods) => {
  const [p, ...rest] = integers(mods);
  if (rest.length) throw new SqlError('22023', 'invalid type modifier');
  if (p! < 0) throw new SqlError('22023', `${name}(${p})${zone} precision must not be negative`);
  return Math.min(p!, warn);
};
const numeric: TypmodIn = (mods) => {
  const [precision, scale = 0, ...rest] = integers(mods);
  if (rest.length) throw new SqlError('22023', 'invalid NUMERIC type modifier');
  if (precision! < 1 || precision! > 1000) throw new SqlError('22023', `NUMERIC precision ${precision} must be between 1 and 1000`);
  if (scale < -1000 || scale > 1000) throw new SqlError('22023', `NUMERIC scale ${scale} must be between -1000 and 1000`);
  return ((precision! << 16) | (scale & 0x7ff)) + 4;
};
const INTERVAL_FULL_RANGE = 0x7fff, INTERVAL_FULL_PRECISION = 0xffff;
const interval: TypmodIn = (mods) => {
  const [range, precision = -1, ...rest] = integers(mods);
  if (rest.length) throw new SqlError('22023', 'invalid INTERVAL type modifier');
  if (precision < 0) return range === INTERVAL_FULL_RANGE ? -1 : ((range! & 0x7fff) << 16) | INTERVAL_FULL_PRECISION;
  return ((range! & 0x7fff) << 16) | Math.min(precision, 6);
};

const TYPMOD_IN: ReadonlyMap<Oid, TypmodIn> = new Map<Oid, TypmodIn>([
  [1042, characters('char')], [1043, characters('varchar')], [1560, bits('bit')], [1562, bits('varbit')], [1700, numeric], [1186, interval],
  [1083, time('TIME', '')], [1266, time('TIME', ' WITH TIME ZONE')], [1114, time('TIMESTAMP', '')], [1184, time('TIMESTAMP', ' WITH TIME ZONE')],
]);

export const takesTypmod = (type: Oid): boolean => TYPMOD_IN.has(type);
/** The typmod of those modifiers; undefined where the type takes none. */
export function typmodIn(type: Oid, mods: readonly string[]): number | undefined {
  return TYPMOD_IN.get(type)?.(mods);
}
