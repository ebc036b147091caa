/**
 * Base types that users make with CREATE TYPE over internal-language functions: a value is held as the builtin type
 * holds it whose input function is the same, and written as the one whose output function it has.
 */
import { baseType, type Oid, type TypeImpl } from '@pglitedb/types';
import type { CatalogTypeResolver } from '../env.js';
import type { Reader } from '../reader.js';

const LANGUAGE_INTERNAL = 12;
const FIRST_NORMAL_OBJECT_ID = 16384;

interface Builtins { readonly byInput: Map<string, Oid>; readonly byOutput: Map<string, Oid> }
let known: Builtins | undefined;

/** Builtin types by the names of their functions: PostgreSQL's own, the same in every database. */
function builtins(reader: Reader): Builtins {
  if (known !== undefined) return known;
  const b: Builtins = { byInput: new Map(), byOutput: new Map() };
  for (const t of reader.rows('pg_type')) {
    if (t.oid >= FIRST_NORMAL_OBJECT_ID || baseType(t.oid) === undefined) continue;
    const [input, output] = [source(reader, t.typinput), source(reader, t.typoutput)];
    if (input !== undefined && !b.byInput.has(input)) b.byInput.set(input, t.oid);
    if (output !== undefined && !b.byOutput.has(output)) b.byOutput.set(output, t.oid);
  }
  return (known = b);
}
function source(reader: Reader, fn: Oid): string | undefined {
  const p = reader.syscache('PROCOID', fn);
  return p !== undefined && p.prolang === LANGUAGE_INTERNAL ? p.prosrc : undefined;
}

/** undefined: its functions are of another language, or take each other's values wrongly. */
export function userBaseType(reader: Reader, types: CatalogTypeResolver, oid: Oid): TypeImpl | undefined {
  const row = reader.syscache('TYPEOID', oid)!;
  const [input, output] = [source(reader, row.typinput), source(reader, row.typoutput)];
  if (input === undefined || output === undefined) return undefined;
  const b = builtins(reader);
  const [held, shown] = [b.byInput.get(input), b.byOutput.get(output)];
  if (held === undefined || shown === undefined) return undefined;
  const [impl, writer] = [types.typeImpl(held), types.typeImpl(shown)];
  if (impl.physical !== writer.physical) return undefined;
  return { ...impl, oid, name: row.typname, like: held, len: row.typlen, format: writer.format };
}
