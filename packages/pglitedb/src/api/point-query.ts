/**
 * query() over a point plan: parameters to datums, the row to a result object, both by functions made once for the
 * statement. Object literals are generated code, so that rows of one statement share a shape; where code may not be
 * generated, loops serve.
 */
import type { PointPlan, ResultColumn } from '@pglitedb/executor';
import type { Datum, Oid } from '@pglitedb/types';
import type { CachedQuery } from '../session/plan-cache.js';
import type { Session } from '../session/session.js';
import type { Results } from './results.js';
import { sameValue, toDatum, valueReader, type ValueReader } from './values.js';

type ParamReader = (v: unknown) => Datum;
/** A result with the row `out`, or without rows. */
type ResultMaker = (out: readonly Datum[] | undefined) => Results<never>;

const NO_SERIALIZERS = {};
const NO_PARSERS = {};
const NO_PARAMS: readonly unknown[] = [];

export class PointQuery {
  private plan: PointPlan | undefined;
  private readers: ParamReader[] = [];
  private values: Datum[] = [];
  private none!: ResultMaker;
  private one!: ResultMaker;

  constructor(private readonly session: Session, private readonly cached: CachedQuery, private readonly sql: string) {}

  /** The result; undefined: run it the general way, nothing has been done. Raises the statement's error. */
  run(params: readonly unknown[] = NO_PARAMS): Promise<Results<never>> | undefined {
    const { session, cached } = this;
    const plan = session.point.planOf(cached);
    if (plan === undefined) return undefined;
    if (plan !== this.plan) this.adopt(plan);
    const { readers, values } = this;
    if (params.length !== readers.length) return undefined;
    try {
      for (let k = 0; k < readers.length; k++) values[k] = readers[k]!(params[k]);
    } catch {
      return undefined;
    }
    const n = session.point.run(plan, values, this.sql);
    if (n < 0) return undefined;
    const result = n === 0 ? this.none(undefined) : this.one(plan.out);
    const { durable } = session.point;
    return durable === undefined ? Promise.resolve(result) : durable.then(() => result);
  }

  private adopt(plan: PointPlan): void {
    const { session, cached } = this;
    this.plan = plan;
    this.readers = cached.paramTypes.map((oid) => paramReader(oid, session));
    this.values = this.readers.map(() => null);
    const columns = plan.columns ?? [];
    const readers = columns.map((c) => valueReader(c.typeOid, session.env, NO_PARSERS));
    const command = plan.tags[0].split(' ')[0]!;
    this.none = resultMaker(columns, readers, 0, command, plan.writes);
    this.one = resultMaker(columns, readers, 1, command, plan.writes);
  }
}

/** Values that are datums already go by without text. */
function paramReader(oid: Oid, session: Session): ParamReader {
  const general: ParamReader = (v) => toDatum(v, oid, session.env, NO_SERIALIZERS);
  switch (oid) {
    case 23: return (v) => (typeof v === 'number' && (v | 0) === v ? v : general(v));
    case 20: return (v) => (typeof v === 'number' && Number.isSafeInteger(v) && !Object.is(v, -0) ? v : general(v));
    case 701: return (v) => (typeof v === 'number' ? v : general(v));
    case 25: case 1043: return (v) => (typeof v === 'string' && !v.includes('\0') ? v : general(v));
    default: return general;
  }
}

function resultMaker(columns: readonly ResultColumn[], readers: readonly ValueReader[], rows: 0 | 1, command: string, writes: boolean): ResultMaker {
  const affected = writes ? rows : 0;
  try {
    const fields = columns.map((c) => `{ name: ${JSON.stringify(c.name)}, dataTypeID: ${c.typeOid} }`);
    const values = columns.map((c, k) => `[${JSON.stringify(c.name)}]: ${readers[k] === sameValue ? `out[${k}]` : `readers[${k}](out[${k}])`}`);
    const row = rows === 1 && columns.length > 0 ? `[{ ${values.join(', ')} }]` : '[]';
    const body = `return (out) => ({ rows: ${row}, fields: [${fields.join(', ')}], affectedRows: ${affected}, command: ${JSON.stringify(command)} });`;
    return new Function('readers', body)(readers) as ResultMaker;
  } catch {
    return (out) => ({
      rows: (rows === 1 && columns.length > 0 ? [Object.fromEntries(columns.map((c, k) => [c.name, readers[k]!(out![k])]))] : []) as never[],
      fields: columns.map((c) => ({ name: c.name, dataTypeID: c.typeOid })), affectedRows: affected, command,
    });
  }
}
