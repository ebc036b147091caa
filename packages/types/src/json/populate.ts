/** json_populate_record(set) and json_to_record(set): JSON objects as rows, each member by its column's type. */
import type { Datum } from '../datum.js';
import type { Oid } from '../brand.js';
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';
import type { TypeEnv } from '../type-impl.js';
import { PgArray } from '../array/value.js';
import { PgRecord, RECORD_OID } from '../record/value.js';
import { Jsonb } from '../jsonb/value.js';
import { formatJsonValue } from '../jsonb/text-io.js';
import { nodeModel, treeModel, type JsonModel } from './access.js';
import { nodeSource, type JsonNode } from './parse.js';

interface Column { name: string; typeOid: Oid; typmod: number }

/** A value is no array where the column, or an element found before it, says that one must be. */
function expectedArray(place: string, key: string): SqlError {
  const element = place === '' ? 'value' : `array element ${place}`;
  const hint = key === '' ? (place === '' ? undefined : `See the ${element}.`) : `See the ${element} of key "${key}".`;
  return new SqlError('22P02', 'expected JSON array', { hint });
}

class Populator<V> {
  constructor(private readonly model: JsonModel<V>, private readonly env: TypeEnv, private readonly jsonb: boolean) {}

  /** One value for a column; JSON null is NULL. `path` tells errors where they are. */
  value(v: V | undefined, typeOid: Oid, typmod: number, path: string, base: Datum | null = null): Datum | null {
    const info = this.env.types.typeInfo(typeOid);
    const kind = v === undefined ? 'null' : this.model.kind(v);
    if (info?.kind === 'd') {
      const inner = this.value(v, info.baseOid, info.baseTypmod, path, base);
      this.env.types.checkDomain(typeOid, inner, this.env);
      return inner;
    }
    if (v === undefined || kind === 'null') return null;
    if (typeOid === 114) return this.jsonb ? formatJsonValue(v) : nodeSource(v as unknown as JsonNode);
    if (typeOid === 3802) return this.jsonb ? new Jsonb(v) : this.env.types.typeImpl(3802).parse(nodeSource(v as unknown as JsonNode), -1, this.env);
    if (info?.kind === 'a' && kind !== 'string') return this.array(v, info.elementOid, typmod, path);
    if ((info?.kind === 'c' || typeOid === RECORD_OID) && kind !== 'string') {
      return this.record(v, typeOid, this.env.types.fields(typeOid), base instanceof PgRecord ? base : null);
    }
    return this.env.types.typeImpl(typeOid).parse(this.model.text(v)!, typmod, this.env);
  }

  array(v: V, elementOid: Oid, typmod: number, path: string): PgArray {
    if (this.model.kind(v) !== 'array') throw expectedArray('', path);
    const dims: number[] = [];
    const elements: (Datum | null)[] = [];
    let ndim = 0;
    const walk = (x: V, depth: number, place: string): void => {
      const items = this.model.items(x);
      if (dims[depth] === undefined) dims[depth] = items.length;
      else if (dims[depth] !== items.length) throw this.malformed();
      for (let i = 0; i < items.length; i++) {
        const item = items[i]!;
        const isArray = this.model.kind(item) === 'array';
        if (ndim === 0 && !isArray) ndim = depth + 1;
        if (depth + 1 === ndim) elements.push(this.value(item, elementOid, typmod, path));
        else if (isArray) walk(item, depth + 1, `${place}[${i}]`);
        else throw expectedArray(`${place}[${i}]`, path);
      }
    };
    walk(v, 0, '');
    return elements.length === 0 ? PgArray.empty(elementOid) : new PgArray(elementOid, dims, dims.map(() => 1), elements);
  }

  private malformed(): SqlError {
    return new SqlError('22P02', 'malformed JSON array', { detail: 'Multidimensional arrays must have sub-arrays with matching dimensions.' });
  }

  record(v: V, typeOid: Oid, columns: readonly Column[], base: PgRecord | null): PgRecord {
    const kind = this.model.kind(v);
    if (kind !== 'object') {
      const what = kind === 'array' ? 'an array' : 'a scalar';
      throw new SqlError('22023', `cannot call populate_composite on ${what}`);
    }
    const values = columns.map((c, i) => {
      const member = this.model.member(v, c.name);
      if (member === undefined && base !== null) return base.values[i] ?? null;
      return this.value(member, c.typeOid, c.typmod, c.name, base?.values[i] ?? null);
    });
    return new PgRecord(typeOid, values, columns.map((c) => c.typeOid), columns.map((c) => c.name));
  }
}

/** The row type wanted: the base argument's, or what the call's column definition list says. */
function target(base: PgRecord | null, c: CallContext, name: string): { typeOid: Oid; columns: readonly Column[]; check: (r: PgRecord) => void } {
  const argument = c.argTypes[0] ?? RECORD_OID;
  const info = c.env.types.typeInfo(argument);
  const check = (r: PgRecord): void => { if (info?.kind === 'd') c.env.types.checkDomain(argument, r, c.env); };
  const composite = info?.kind === 'd' ? info.baseOid : argument;
  if (name.includes('populate') && composite !== RECORD_OID && c.env.types.typeInfo(composite)?.kind !== 'c') {
    throw new SqlError('42804', `first argument of ${name} must be a row type`);
  }
  if (name.includes('populate') && composite !== RECORD_OID) return { typeOid: composite, columns: c.env.types.fields(composite), check };
  const asked = c.resultFields !== undefined && c.resultFields.length > 0 ? c.resultFields : undefined;
  if (asked !== undefined && (base === null || !name.includes('populate'))) return { typeOid: RECORD_OID, columns: asked, check };
  if (base !== null) {
    if (asked !== undefined) checkAsked(base, asked, c.env);
    return { typeOid: RECORD_OID, columns: base.fieldTypes.map((t, i) => ({ name: base.fieldNames?.[i] ?? `f${i + 1}`, typeOid: t, typmod: -1 })), check };
  }
  throw new SqlError('0A000', `could not determine row type for result of ${name}`,
    { hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.' });
}

/** The columns that the query names must be those of the record given. */
function checkAsked(base: PgRecord, asked: readonly Column[], env: TypeEnv): void {
  const n = base.fieldTypes.length;
  const differ = (detail: string): SqlError => new SqlError('42804', 'function return row and query-specified return row do not match', { detail });
  if (n !== asked.length) throw differ(`Returned row contains ${n} attribute${n === 1 ? '' : 's'}, but query expects ${asked.length}.`);
  asked.forEach((f, i) => {
    const type = base.fieldTypes[i]!;
    if (type !== f.typeOid) throw differ(`Returned type ${env.types.formatType(type, -1)} at ordinal position ${i + 1}, but query expects ${env.types.formatType(f.typeOid, -1)}.`);
  });
}

function rowFunctions<V>(prefix: 'json' | 'jsonb', model: JsonModel<V>) {
  const jsonb = prefix === 'jsonb';
  const row = (base: PgRecord | null, d: Datum | null, c: CallContext, name: string): PgRecord | null => {
    const t = target(base, c, name);
    if (d === null) return base;
    const r = new Populator(model, c.env, jsonb).record(model.open(d), t.typeOid, t.columns, base);
    t.check(r);
    return r;
  };
  function* rows(base: PgRecord | null, d: Datum | null, c: CallContext, name: string): Iterable<PgRecord> {
    const t = target(base, c, name);
    if (d === null) return;
    const v = model.open(d);
    const kind = model.kind(v);
    if (kind !== 'array') throw new SqlError('22023', `cannot call ${name} on ${kind === 'object' ? (jsonb ? 'a non-array' : 'an object') : jsonb ? 'a non-array' : 'a scalar'}`);
    const p = new Populator(model, c.env, jsonb);
    for (const item of model.items(v)) {
      if (model.kind(item) !== 'object') throw new SqlError('22023', `argument of ${name} must be an array of objects`);
      const r = p.record(item, t.typeOid, t.columns, base);
      t.check(r);
      yield r;
    }
  }
  const last = (args: unknown[]): CallContext => args[args.length - 1] as CallContext;
  return {
    [`${prefix}_populate_record`]: (b: PgRecord | null, d: Datum, ...rest: unknown[]) => row(b, d, last(rest), `${prefix}_populate_record`),
    [`${prefix}_populate_recordset`]: { fn: (b: PgRecord | null, d: Datum, ...rest: unknown[]) => rows(b, d, last(rest), `${prefix}_populate_recordset`), set: true },
    [`${prefix}_to_record`]: (d: Datum, c: CallContext) => row(null, d, c, `${prefix}_to_record`),
    [`${prefix}_to_recordset`]: { fn: (d: Datum, c: CallContext) => rows(null, d, c, `${prefix}_to_recordset`), set: true },
  };
}

defineFunctions(rowFunctions('json', nodeModel));
defineFunctions(rowFunctions('jsonb', treeModel));
defineFunctions({
  jsonb_populate_record_valid: (base: PgRecord | null, d: Jsonb | null, c: CallContext) => {
    if (d === null) return null;
    const t = target(base, c, 'jsonb_populate_record');
    try {
      new Populator(treeModel, c.env, true).record(d.root, t.typeOid, t.columns, base);
      return true;
    } catch (e) {
      if (e instanceof SqlError) return false;
      throw e;
    }
  },
});

/** json_populate_type: a jsonb value as a value of any type. unquote: its text without quotes is that type's input. */
export function populateType(v: Jsonb | null, typeOid: Oid, typmod: number, unquote: boolean, env: TypeEnv): Datum | null {
  const info = env.types.typeInfo(typeOid);
  if (info?.kind === 'd') {
    const inner = populateType(v, info.baseOid, info.baseTypmod, unquote, env);
    env.types.checkDomain(typeOid, inner, env);
    return inner;
  }
  if (v === null) return null;
  if (unquote) return env.types.typeImpl(typeOid).parse(treeModel.text(v.root) ?? 'null', typmod, env);
  if (typeOid === 3802) return v;
  const populator = new Populator(treeModel, env, true);
  if (info?.kind === 'a') return populator.array(v.root, info.elementOid, typmod, '');
  if (info?.kind === 'c' || typeOid === RECORD_OID) return populator.record(v.root, typeOid, env.types.fields(typeOid), null);
  return env.types.typeImpl(typeOid).parse(formatJsonValue(v.root), typmod, env);
}
