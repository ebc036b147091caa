/**
 * Point plans over the wire: parameters from Bind's bytes, the row straight into DataRow bytes, and BEGIN and COMMIT
 * without their command. Where an answer is not durable yet, it is written once it is.
 */
import { BLOCKED, UNSURE, type PointPlan } from '@pglitedb/executor';
import type { RawStmt } from '@pglitedb/parser';
import type { Datum, Oid } from '@pglitedb/types';
import type { ResultSink, WireField } from '@pglitedb/wire';
import type { CachedQuery } from '../session/plan-cache.js';
import type { Session } from '../session/session.js';
import { RowEncoder } from './row-encoder.js';

type Decoder = (bytes: Uint8Array, binary: boolean) => Datum;
type Control = 'begin' | 'commit';

/** The short way of one prepared statement. */
export class WirePoint {
  private plan: PointPlan | undefined;
  private decoders: readonly Decoder[] = [];
  private readonly encoder: RowEncoder;
  private formats: readonly number[] | undefined;
  private fields: readonly WireField[] | undefined;
  readonly control: Control | undefined;

  constructor(private readonly session: Session, readonly cached: CachedQuery, private readonly fieldOf: (columns: NonNullable<PointPlan['columns']>) => readonly WireField[]) {
    this.encoder = new RowEncoder(session.env);
    this.control = controlOf(cached.stmt);
  }

  /** The plan that is good now. */
  current(): PointPlan | undefined {
    const plan = this.session.point.planOf(this.cached);
    if (plan !== undefined && plan !== this.plan) {
      this.plan = plan;
      this.decoders = this.cached.paramTypes.map((oid) => decoder(oid, this.session));
      this.formats = undefined;
      this.fields = plan.columns && this.fieldOf(plan.columns);
    }
    return plan;
  }

  /** The parameters; undefined: something the general way has to see. */
  params(formats: readonly number[], values: readonly (Uint8Array | undefined)[]): Datum[] | undefined {
    const { decoders } = this;
    if (values.length !== decoders.length) return undefined;
    const params: Datum[] = new Array(values.length);
    try {
      for (let k = 0; k < values.length; k++) {
        const bytes = values[k];
        params[k] = bytes === undefined ? null : decoders[k]!(bytes, (formats.length === 0 ? 0 : formats.length === 1 ? formats[0] : formats[k]) === 1);
      }
    } catch {
      return undefined;
    }
    return params;
  }

  /** Fields of the result, the same array each time; the plan is current. */
  describe(): readonly WireField[] | undefined { return this.fields; }

  /**
   * Runs the statement. Answers false where it has to go the general way; otherwise the answer is in the sink, or will
   * be when the promise resolves. blocked: goes on where the row is held by another transaction.
   */
  execute(plan: PointPlan, params: readonly Datum[], formats: readonly number[], text: string, sink: ResultSink, describes: boolean, blocked: () => Promise<void> | true): boolean | Promise<void> {
    const { point } = this.session;
    const n = point.run(plan, params, text);
    if (n === UNSURE) return false;
    if (n === BLOCKED) return blocked();
    const { durable } = point;
    if (durable === undefined) {
      this.write(plan, n, formats, sink, describes);
      return true;
    }
    const out = plan.out.slice();
    return durable.then(() => {
      for (let k = 0; k < out.length; k++) plan.out[k] = out[k];
      this.write(plan, n, formats, sink, describes);
    });
  }

  write(plan: PointPlan, n: number, formats: readonly number[], sink: ResultSink, describes: boolean): void {
    if (plan.columns !== undefined) {
      if (describes) sink.rowDescription(this.fields!);
      if (n === 1) {
        const { encoder } = this;
        if (this.formats !== formats) {
          encoder.begin(plan.columns, formats);
          this.formats = formats;
        }
        const end = encoder.encodeRow(plan.out);
        sink.dataRow(encoder.encoded, 0, end);
      }
    }
    sink.commandComplete(plan.tags[n]!);
  }
}

/** BEGIN and COMMIT without options. */
function controlOf(stmt: RawStmt): Control | undefined {
  const t = (stmt.stmt as { TransactionStmt?: { kind?: string; options?: unknown[]; chain?: boolean } } | undefined)?.TransactionStmt;
  if (t === undefined || t.chain === true || (t.options?.length ?? 0) > 0) return undefined;
  return t.kind === 'TRANS_STMT_BEGIN' ? 'begin' : t.kind === 'TRANS_STMT_COMMIT' ? 'commit' : undefined;
}

/** Runs BEGIN or COMMIT at once where that is all there is to do; as WirePoint.execute. */
export function runControl(session: Session, control: Control, text: string, sink: ResultSink): boolean | Promise<void> {
  const { point } = session;
  if (control === 'begin') {
    if (!point.begin(text)) return false;
    sink.commandComplete('BEGIN');
    return true;
  }
  if (!point.commitBlock(text)) return false;
  const { durable } = point;
  if (durable === undefined) {
    sink.commandComplete('COMMIT');
    return true;
  }
  return durable.then(() => sink.commandComplete('COMMIT'));
}

const ZERO = 0x30;
const MINUS = 0x2d;

/** A decimal integer of at most 15 digits; NaN for anything else. */
function decimal(bytes: Uint8Array): number {
  const n = bytes.length;
  const first = bytes[0] === MINUS ? 1 : 0;
  if (n === first || n > 15 + first) return NaN;
  let value = 0;
  for (let k = first; k < n; k++) {
    const digit = bytes[k]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return first === 0 ? value : 0 - value;
}

function decoder(oid: Oid, session: Session): Decoder {
  const { env } = session;
  const impl = env.types.typeImpl(oid);
  const general: Decoder = (bytes, binary) => (binary ? impl.receive(bytes, -1, env) : impl.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), -1, env));
  if (oid === 23) {
    return (bytes, binary) => {
      const v = binary ? NaN : decimal(bytes);
      return (v | 0) === v ? v : general(bytes, binary);
    };
  }
  if (oid === 20) {
    return (bytes, binary) => {
      const v = binary ? NaN : decimal(bytes);
      return Number.isNaN(v) ? general(bytes, binary) : v;
    };
  }
  return general;
}
