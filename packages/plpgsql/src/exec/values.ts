/** Values into variables and out of expressions: exec_eval_expr, exec_assign_value, exec_move_row. */
import type { QueryResult, ResultColumn } from '@pglitedb/executor';
import { evalSteps } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, RECORD_OID, SqlError, type Datum, type Oid } from '@pglitedb/types';
import { castValue } from '../cast.js';
import type { PlExpr } from '../expression.js';
import { extraCheck } from '../function.js';
import { newStamp, type Frame } from '../frame.js';
import { namedShape, noField, notAssigned, recordShape, shapeOf, type Shape } from '../records.js';
import type { PlDatum, RecDatum, VarDatum } from '../tree.js';
import { baseType } from '../type-lookup.js';

const BOOL = 16;
const UNKNOWN = 705;
export interface Value { value: Datum; type: Oid; typmod: number }

/** Runs the parameters of a query: the frame's values, where it reads any. */
export function queryParams(frame: Frame, usesParams: boolean): readonly Datum[] {
  return usesParams ? frame.values.map((v) => (v === undefined ? null : v)) : [];
}

/** A query's rows; what fails inside says which statement it was. */
export function* runQuery(frame: Frame, e: PlExpr, maxRows: number): Steps<QueryResult> {
  const p = e.ready(frame);
  if (p.kind === 'simple') throw new SqlError('XX000', 'a query was expected');
  frame.stamp = newStamp();
  const outer = frame.activeSql;
  frame.activeSql = e.contextLine;
  try {
    return yield* p.query.run(queryParams(frame, p.usesParams), { maxRows, readOnly: frame.readOnly });
  } catch (error) {
    throw e.located(error);
  } finally {
    frame.activeSql = outer;
  }
}

/** The value of an expression, with its type. */
export function* evaluate(frame: Frame, e: PlExpr): Steps<Value> {
  const p = e.ready(frame);
  if (p.kind === 'simple') {
    const { compiled } = p;
    if (compiled.fn !== undefined) return { value: compiled.fn(frame.expressionFrame()), type: p.type, typmod: p.typmod };
    frame.stamp = newStamp();
    const value = yield* frame.session.procedural.underSnapshot(frame.readOnly, () => evalSteps(compiled, frame.expressionFrame()));
    return { value, type: p.type, typmod: p.typmod };
  }
  const { columns } = p.query;
  if (columns === undefined) throw contexted(new SqlError('42601', 'query did not return data'), e);
  if (columns.length !== 1) throw contexted(new SqlError('42601', `query returned ${columns.length} columns`), e);
  const { rows } = yield* runQuery(frame, e, 2);
  if (rows.length > 1) throw contexted(new SqlError('21000', 'query returned more than one row'), e);
  return { value: rows.length === 0 ? null : rows[0]![0], type: columns[0]!.typeOid, typmod: columns[0]!.typmod };
}
function contexted(error: SqlError, e: PlExpr): SqlError {
  error.where = `query: ${e.text}`;
  return error;
}

export function* evaluateAs(frame: Frame, e: PlExpr, type: Oid, typmod = -1): Steps<Datum> {
  const v = yield* evaluate(frame, e);
  return yield* castValue(frame, v.value, v.type, v.typmod, type, typmod);
}
export function* evaluateBoolean(frame: Frame, e: PlExpr): Steps<boolean> {
  const p = e.ready(frame);
  if (p.kind === 'simple' && p.type === BOOL && p.compiled.fn !== undefined) return p.compiled.fn(frame.expressionFrame()) === true;
  return (yield* evaluateAs(frame, e, BOOL)) === true;
}
export function* evaluateText(frame: Frame, e: PlExpr): Steps<string | null> {
  const v = yield* evaluate(frame, e);
  return textOf(frame, v);
}
export function textOf(frame: Frame, v: Value): string | null {
  return v.value === null ? null : frame.session.env.types.typeImpl(v.type).format(v.value, frame.session.env);
}

// --- assignment ------------------------------------------------------------------------------------------------------

export function* assign(frame: Frame, dno: number, value: Datum, type: Oid, typmod: number): Steps<void> {
  const d = frame.fn.datums[dno]!;
  switch (d.dtype) {
    case 'var': yield* assignVariable(frame, d, value, type, typmod); return;
    case 'rec': yield* assignRecord(frame, d, value, type); return;
    case 'recfield': yield* assignField(frame, d.recno, d.field, value, type, typmod); return;
    default: yield* assignRow(frame, d, value, type);
  }
}
export function* assignVariable(frame: Frame, d: VarDatum, value: Datum, type: Oid, typmod: number): Steps<void> {
  const cast = type === d.type.oid && d.type.typmod < 0 ? value : yield* castValue(frame, value, type, typmod, d.type.oid, d.type.typmod);
  if (cast === null && d.notNull) throw nullAssigned(d.name);
  frame.values[d.dno] = cast;
}
export function nullAssigned(name: string): SqlError { return new SqlError('22004', `null value cannot be assigned to variable "${name}" declared NOT NULL`); }

function* assignRow(frame: Frame, d: Extract<PlDatum, { dtype: 'row' }>, value: Datum, type: Oid): Steps<void> {
  if (value === null) {
    for (const f of d.fields) yield* assign(frame, f.dno, null, UNKNOWN, -1);
    return;
  }
  if (!(value instanceof PgRecord)) throw new SqlError('42804', 'cannot assign non-composite value to a row variable');
  void type;
  const shape = shapeOf(frame, value);
  for (let k = 0; k < d.fields.length; k++) yield* assign(frame, d.fields[k]!.dno, value.values[k] ?? null, shape.types[k] ?? UNKNOWN, -1);
}

function* assignRecord(frame: Frame, d: RecDatum, value: Datum, type: Oid): Steps<void> {
  if (value === null) {
    if (d.notNull) throw nullAssigned(d.name);
    if (d.type.oid !== RECORD_OID) yield* checkDomain(frame, d, null);
    frame.values[d.dno] = null;
    return;
  }
  if (!(value instanceof PgRecord)) throw new SqlError('42804', 'cannot assign non-composite value to a record variable');
  if (d.type.oid === RECORD_OID) {
    const { types } = frame.session.catalog();
    const named = value.typeOid !== RECORD_OID ? value.typeOid : type !== RECORD_OID && types.typeInfo(baseType(types, type))?.kind === 'c' ? baseType(types, type) : RECORD_OID;
    const shape = named === RECORD_OID ? shapeOf(frame, value) : namedShape(frame, named);
    frame.values[d.dno] = named === value.typeOid && value.fieldNames !== undefined ? value : new PgRecord(named, [...value.values], shape.types, shape.names);
    return;
  }
  const shape = shapeOf(frame, value);
  yield* moveRow(frame, d, value.values, shape.types);
}

function* checkDomain(frame: Frame, d: RecDatum, value: Datum): Steps<void> {
  const info = frame.session.catalog().types.typeInfo(d.type.oid);
  if (info?.kind === 'd') yield* castValue(frame, value, baseType(frame.session.catalog().types, d.type.oid), -1, d.type.oid, -1);
}

/** The record with one field changed. */
function* assignField(frame: Frame, recno: number, field: string, value: Datum, type: Oid, typmod: number): Steps<void> {
  const d = frame.fn.datums[recno] as RecDatum;
  const shape = recordShape(frame, recno);
  if (shape === undefined) throw notAssigned(d.name);
  const k = shape.names.indexOf(field);
  if (k < 0) throw noField(frame, recno, field);
  const cast = yield* castValue(frame, value, type, typmod, shape.types[k]!, shape.typmods?.[k] ?? -1);
  const old = frame.values[recno] as PgRecord | null;
  const values = old === null ? shape.names.map(() => null as Datum) : [...old.values];
  values[k] = cast;
  const next = new PgRecord(shape.typeOid, values, shape.types, shape.names);
  if (d.type.oid !== RECORD_OID) yield* checkDomain(frame, d, next);
  frame.values[recno] = next;
}

/** exec_move_row: a result row, or none, into a record or a list of scalars. */
export function* assignResult(frame: Frame, dno: number, row: readonly Datum[] | undefined, columns: readonly ResultColumn[]): Steps<void> {
  const d = frame.fn.datums[dno]!;
  if (d.dtype === 'row') {
    if (row !== undefined) checkCounts(frame, d.fields.length, columns.length);
    for (let k = 0; k < d.fields.length; k++) {
      const c = columns[k];
      yield* assign(frame, d.fields[k]!.dno, row === undefined || c === undefined ? null : row[k], c?.typeOid ?? UNKNOWN, c?.typmod ?? -1);
    }
    return;
  }
  if (d.dtype !== 'rec') throw new SqlError('42804', 'unsupported target');
  if (d.type.oid !== RECORD_OID) {
    if (row === undefined) { yield* assignRecord(frame, d, null, d.type.oid); return; }
    const only = columns.length === 1 && row[0] instanceof PgRecord && isTypeOf(frame, d, row[0]) ? row[0] : undefined;
    if (only !== undefined) yield* assignRecord(frame, d, only, only.typeOid);
    else yield* moveRow(frame, d, row, columns.map((c) => c.typeOid));
    return;
  }
  const shape: Shape = { typeOid: RECORD_OID, names: columns.map((c) => c.name), types: columns.map((c) => c.typeOid) };
  if (d.notNull && row === undefined) throw nullAssigned(d.name);
  frame.values[dno] = new PgRecord(RECORD_OID, row === undefined ? columns.map(() => null) : [...row], shape.types, shape.names);
}
function isTypeOf(frame: Frame, d: RecDatum, r: PgRecord): boolean {
  const { types } = frame.session.catalog();
  return r.typeOid === d.type.oid || r.typeOid === baseType(types, d.type.oid);
}

/** Fields by position, each cast to its type; missing ones are NULL. */
function* moveRow(frame: Frame, d: RecDatum, row: readonly Datum[], types: readonly Oid[]): Steps<void> {
  const base = baseType(frame.session.catalog().types, d.type.oid);
  const shape = namedShape(frame, base);
  checkCounts(frame, shape.names.length, row.length);
  const values: Datum[] = [];
  for (let k = 0; k < shape.names.length; k++) {
    values.push(k < row.length ? yield* castValue(frame, row[k], types[k]!, -1, shape.types[k]!, shape.typmods?.[k] ?? -1) : null);
  }
  const next = new PgRecord(base, values, shape.types, shape.names);
  yield* checkDomain(frame, d, next);
  frame.values[d.dno] = next;
}

/** plpgsql.extra_… = strict_multi_assignment */
function checkCounts(frame: Frame, targets: number, sources: number): void {
  if (targets === sources) return;
  const level = extraCheck(frame.session, 'strict_multi_assignment');
  if (level === undefined) return;
  const message = 'number of source and target fields in assignment does not match';
  const fields = { detail: `strict_multi_assignment check of extra_${level === 'ERROR' ? 'errors' : 'warnings'} is active.`, hint: 'Make sure the query returns the exact list of columns.' };
  if (level === 'ERROR') throw new SqlError('42804', message, fields);
  frame.session.notice('WARNING', '42804', message, fields);
}
