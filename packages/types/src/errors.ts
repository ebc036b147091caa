/**
 * SqlError is the one failure that users see: SQLSTATE, message, detail, hint and position exactly as PostgreSQL
 * gives them. Bugs of ours are `assert`; corruption and failed fsyncs have their own class in storage.
 */
export interface ErrorFields {
  severity?: 'ERROR' | 'FATAL' | 'PANIC' | 'WARNING' | 'NOTICE' | 'INFO' | 'LOG' | 'DEBUG';
  detail?: string;
  hint?: string;
  /** 1-based character offset into the statement's text (PostgreSQL's field P). */
  position?: number;
  internalPosition?: number;
  internalQuery?: string;
  where?: string;
  schema?: string;
  table?: string;
  column?: string;
  dataType?: string;
  constraint?: string;
  /** Raised even where errors of input are caught (pg_input_is_valid). */
  hard?: boolean;
}

/** An SQL-level error or notice. `code` is the five-character SQLSTATE. */
export class SqlError extends Error {
  readonly code: string;
  severity: NonNullable<ErrorFields['severity']>;
  detail?: string;
  hint?: string;
  position?: number;
  internalPosition?: number;
  internalQuery?: string;
  where?: string;
  schema?: string;
  table?: string;
  column?: string;
  dataType?: string;
  constraint?: string;
  hard?: boolean;

  constructor(code: string, message: string, fields: ErrorFields = {}) {
    super(message);
    this.name = 'SqlError';
    this.code = code;
    this.severity = fields.severity ?? 'ERROR';
    Object.assign(this, fields);
  }
}

/** The error for anything PostgreSQL has and this build has not: SQLSTATE 0A000. */
export function notImplemented(what: string): SqlError {
  return new SqlError('0A000', `${what} is not supported yet`);
}

/** Raised by a failed internal check: a bug of ours, never the user's fault. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(`assertion failed: ${message}`);
    this.name = 'AssertionError';
  }
}

/** Checks an invariant, in production too. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
