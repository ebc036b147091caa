/** RETURN, RETURN NEXT and RETURN QUERY. */
import type { ResultColumn } from '@pglitedb/executor';
import type { Steps } from '@pglitedb/txn';
import { PgRecord, RECORD_OID, SqlError, type Datum, type Oid } from '@pglitedb/types';
import { castValue } from '../cast.js';
import type { Frame } from '../frame.js';
import { namedShape, notAssigned, recordShape, shapeOf } from '../records.js';
import type { Return, ReturnNext, ReturnQuery } from '../tree.js';
import { baseType } from '../type-lookup.js';
import { dynamicRows } from './sql.js';
import { RETURN, type Outcome } from './statements.js';
import { evaluate, runQuery } from './values.js';

const VOID = 2278;

export function* returnValue(frame: Frame, s: Return): Steps<Outcome> {
  frame.returned = true;
  if (frame.fn.returnsSet) return RETURN;
  if (s.variable >= 0) setFromVariable(frame, s.variable);
  else if (s.expr !== undefined) {
    const v = yield* evaluate(frame, s.expr);
    frame.retval = v.value;
    frame.rettype = v.type;
    frame.rettypmod = v.typmod;
    if (frame.trigger === undefined && v.value !== null && isComposite(frame, frame.fn.returnType) && !(v.value instanceof PgRecord)) throw notComposite();
  } else {
    frame.retval = frame.fn.returnType === VOID ? '' : null;
    frame.rettype = VOID;
  }
  return RETURN;
}
function notComposite(): SqlError { return new SqlError('42804', 'cannot return non-composite value from function returning composite type'); }
function isComposite(frame: Frame, oid: Oid): boolean {
  const { types } = frame.session.catalog();
  return oid === RECORD_OID || types.typeInfo(baseType(types, oid))?.kind === 'c';
}

function setFromVariable(frame: Frame, dno: number): void {
  const d = frame.fn.datums[dno]!;
  if (d.dtype === 'var' || d.dtype === 'rec') {
    if (d.dtype === 'var' && frame.trigger === undefined && frame.values[dno] !== null && isComposite(frame, frame.fn.returnType)) throw notComposite();
    frame.retval = frame.values[dno];
    frame.rettype = frame.variableType(dno).oid;
    frame.rettypmod = d.type.typmod;
  } else if (d.dtype === 'row') {
    frame.retval = rowRecord(frame, d);
    frame.rettype = RECORD_OID;
  }
}
function rowRecord(frame: Frame, d: { fields: readonly { name: string; dno: number }[] }): PgRecord {
  return new PgRecord(RECORD_OID, d.fields.map((f) => frame.values[f.dno]), d.fields.map((f) => frame.variableType(f.dno).oid), d.fields.map((f) => f.name));
}

/** Types of the columns that a set-returning function gives. */
function expectedColumns(frame: Frame): { types: readonly Oid[]; names: readonly string[]; typmods: readonly number[]; typeOid: Oid } | undefined {
  const { fn } = frame;
  const out = fn.outParam >= 0 ? fn.datums[fn.outParam]! : undefined;
  if (out?.dtype === 'row') return { types: out.fields.map((f) => frame.variableType(f.dno).oid), names: out.fields.map((f) => f.name), typmods: out.fields.map(() => -1), typeOid: RECORD_OID };
  if (isComposite(frame, fn.returnType) && fn.returnType !== RECORD_OID) {
    const s = namedShape(frame, baseType(frame.session.catalog().types, fn.returnType));
    return { types: s.types, names: s.names, typmods: s.typmods ?? s.types.map(() => -1), typeOid: s.typeOid };
  }
  if (fn.returnType === RECORD_OID) return frame.resultFields === undefined ? undefined : { ...frame.resultFields, typeOid: RECORD_OID };
  return { types: [fn.returnType], names: [fn.name], typmods: [-1], typeOid: 0 };
}

export function* returnNext(frame: Frame, s: ReturnNext): Steps<void> {
  const expected = expectedColumns(frame);
  if (s.expr !== undefined) {
    const v = yield* evaluate(frame, s.expr);
    if (expected?.typeOid === 0) frame.rows.push(yield* castValue(frame, v.value, v.type, v.typmod, frame.fn.returnType, -1));
    else {
      if (v.value !== null && !(v.value instanceof PgRecord)) throw new SqlError('42804', 'cannot return non-composite value from function returning composite type');
      frame.rows.push(v.value === null ? nullRow(expected) : yield* conform(frame, v.value, expected, 'returned record type does not match expected record type'));
    }
    return;
  }
  const d = frame.fn.datums[s.variable]!;
  if (d.dtype === 'var') {
    if (expected?.typeOid !== 0) throw new SqlError('42804', 'wrong result type supplied in RETURN NEXT');
    frame.rows.push(yield* castValue(frame, frame.values[d.dno], d.type.oid, d.type.typmod, frame.fn.returnType, -1));
  } else if (d.dtype === 'rec') {
    const value = frame.values[d.dno] as PgRecord | null;
    if (value === null && recordShape(frame, d.dno) === undefined) throw notAssigned(d.name);
    if (value === null) frame.rows.push(nullRow(expected));
    else frame.rows.push(yield* conform(frame, value, expected, 'wrong record type supplied in RETURN NEXT'));
  } else if (d.dtype === 'row') frame.rows.push(rowRecord(frame, d));
}
function nullRow(expected: ReturnType<typeof expectedColumns>): Datum {
  return expected === undefined ? null : new PgRecord(expected.typeOid, expected.types.map(() => null), expected.types, expected.names);
}

/** A record with the expected columns, by position; fields are cast where they differ. */
export function* conform(frame: Frame, r: PgRecord, expected: { types: readonly Oid[]; names: readonly string[]; typmods: readonly number[]; typeOid: Oid } | undefined, message: string): Steps<PgRecord> {
  if (expected === undefined) return r;
  const shape = shapeOf(frame, r);
  if (shape.types.length !== expected.types.length) {
    throw new SqlError('42804', message, { detail: `Number of returned columns (${shape.types.length}) does not match expected column count (${expected.types.length}).` });
  }
  const { types } = frame.session.catalog();
  const values: Datum[] = [];
  for (let k = 0; k < shape.types.length; k++) {
    if (shape.types[k] !== expected.types[k]) {
      throw new SqlError('42804', message, { detail: `Returned type ${types.formatType(shape.types[k]!, -1)} does not match expected type ${types.formatType(expected.types[k]!, expected.typmods[k]!)} in column "${expected.names[k]}" (position ${k + 1}).` });
    }
    values.push(yield* castValue(frame, r.values[k] ?? null, shape.types[k]!, -1, expected.types[k]!, expected.typmods[k]!));
  }
  return new PgRecord(expected.typeOid, values, expected.types, expected.names);
}

export function* returnQuery(frame: Frame, s: ReturnQuery): Steps<void> {
  let result;
  if (s.query !== undefined) {
    const p = s.query.ready(frame);
    if (p.kind === 'query' && p.query.columns === undefined) throw new SqlError('42601', `cannot open ${p.query.commandTag.replace(/Stmt$/, '').toUpperCase()} query as cursor`);
    result = yield* runQuery(frame, s.query, Infinity);
  } else result = yield* dynamicRows(frame, s.dynamic!, s.params);
  const expected = expectedColumns(frame);
  if (expected === undefined) throw new SqlError('0A000', 'set-returning function called without a known row type');
  checkColumns(frame, result.columns, expected);
  for (const row of result.rows) {
    if (expected.typeOid === 0) frame.rows.push(row[0]);
    else frame.rows.push(new PgRecord(expected.typeOid, row, expected.types, expected.names));
  }
  frame.processed = result.rows.length;
  frame.values[frame.fn.foundDno] = result.rows.length > 0;
}
function checkColumns(frame: Frame, columns: readonly ResultColumn[], expected: { types: readonly Oid[]; names: readonly string[]; typmods: readonly number[] }): void {
  const message = 'structure of query does not match function result type';
  const { types } = frame.session.catalog();
  if (columns.length !== expected.types.length) throw new SqlError('42804', message, { detail: `Number of returned columns (${columns.length}) does not match expected column count (${expected.types.length}).` });
  columns.forEach((c, k) => {
    if (c.typeOid === expected.types[k]) return;
    throw new SqlError('42804', message, { detail: `Returned type ${types.formatType(c.typeOid, c.typmod)} does not match expected type ${types.formatType(expected.types[k]!, expected.typmods[k]!)} in column "${expected.names[k]}" (position ${k + 1}).` });
  });
}
