/** The columns that a COPY names, and how their values are read: input functions with fast paths for common types. */
import type { RelationAttribute, RelationInfo } from '@pglitedb/catalog';
import { SqlError, type Datum, type TypeEnv, type TypeImpl } from '@pglitedb/types';

/** CopyGetAttnums: the attnums of the given names, or every column that is not generated. */
export function copyColumns(info: RelationInfo, names: readonly string[] | undefined): RelationAttribute[] {
  if (names === undefined) return info.attributes.filter((a) => !a.attisdropped && a.attgenerated === '');
  const out: RelationAttribute[] = [];
  for (const name of names) {
    const found = info.attributes.find((a) => a.attname === name && !a.attisdropped);
    if (found === undefined) throw new SqlError('42703', `column "${name}" of relation "${info.relname}" does not exist`);
    if (found.attgenerated !== '') throw new SqlError('42P10', `column "${name}" is a generated column`, { detail: 'Generated columns cannot be used in COPY.' });
    if (out.includes(found)) throw new SqlError('42701', `column "${name}" specified more than once`);
    out.push(found);
  }
  return out;
}

/** Names of an option checked against the columns copied: positions in `columns`. */
export function optionColumns(option: string, names: string[] | '*' | undefined, info: RelationInfo | undefined, columns: readonly { attname: string }[]): boolean[] | undefined {
  if (names === undefined) return undefined;
  if (names === '*') return columns.map(() => true);
  const flags = columns.map(() => false);
  for (const name of names) {
    if (info !== undefined && !info.attributes.some((a) => a.attname === name && !a.attisdropped)) throw new SqlError('42703', `column "${name}" of relation "${info.relname}" does not exist`);
    const k = columns.findIndex((c) => c.attname === name);
    if (k < 0) throw info === undefined ? new SqlError('42703', `column "${name}" does not exist`) : new SqlError('42P10', `${option} column "${name}" not referenced by COPY`);
    flags[k] = true;
  }
  return flags;
}

export type FieldReader = (text: string) => Datum;

/** Decimal integers that fit without thought; everything else goes to the input function. */
function integerReader(impl: TypeImpl, digitsMax: number, env: TypeEnv): FieldReader {
  return (text) => {
    const n = text.length;
    let i = text.charCodeAt(0) === 45 ? 1 : 0;
    if (n === i || n - i > digitsMax) return impl.parse(text, -1, env);
    const negative = i === 1;
    let v = 0;
    for (; i < n; i++) {
      const d = text.charCodeAt(i) - 48;
      if (d < 0 || d > 9) return impl.parse(text, -1, env);
      v = v * 10 + d;
    }
    return negative ? (v === 0 ? 0 : -v) : v;
  };
}

const PLAIN_FLOAT = /^-?\d{1,15}(\.\d{1,15})?$/;

export function fieldReader(a: { atttypid: number; atttypmod: number }, impl: TypeImpl, env: TypeEnv): FieldReader {
  switch (a.atttypid) {
    case 21: return integerReader(impl, 4, env);
    case 23: return integerReader(impl, 9, env);
    case 20: return integerReader(impl, 15, env);
    case 701: return (text) => (PLAIN_FLOAT.test(text) ? Number(text) : impl.parse(text, -1, env));
    case 25: return (text) => text;
    case 1043: if (a.atttypmod < 0) return (text) => text;
  }
  const { atttypmod } = a;
  return (text) => impl.parse(text, atttypmod, env);
}
