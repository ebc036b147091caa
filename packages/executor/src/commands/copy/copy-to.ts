/** COPY TO: rows of a table or a query as text, CSV or binary, to the client or a file of the server. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { ACL, isSuperuser } from '@pglitedb/catalog';
import { rowSecurityEnabled } from '@pglitedb/planner';
import { checkColumnPrivilege } from '../../permissions.js';
import type { RowBatch, Steps } from '@pglitedb/txn';
import { SqlError, type Datum, type TypeEnv, type TypeImpl } from '@pglitedb/types';
import { SLICE, waitFor, type Batch } from '../../context.js';
import { lockRelation, openRelation } from '../../relation.js';
import { Executable } from '../../run.js';
import { relationOid, type Raw } from '../ddl/raw.js';
import type { UtilityContext } from '../registry.js';
import { analyzeRaw, planLocked } from '../run-query.js';
import { BINARY_TRAILER, binaryHeader, binaryTuple } from './binary.js';
import { copyColumns, optionColumns } from './columns.js';
import type { CopyOptions } from './options.js';
import { fileError } from './row-source.js';

const ACCESS_SHARE = 1;
const BATCH_ROWS = 1024;
const FILE_BUFFER_BYTES = 256 * 1024;
const UTF8_BYTES_PER_UNIT_MAX = 3;
type Formatter = (v: Datum) => string;

const SOURCE_KINDS: Record<string, [string, string?]> = {
  v: ['cannot copy from view', 'Try the COPY (SELECT ...) TO variant.'], f: ['cannot copy from foreign table', 'Try the COPY (SELECT ...) TO variant.'],
  p: ['cannot copy from partitioned table', 'Try the COPY (SELECT ...) TO variant.'], S: ['cannot copy from sequence'],
};

/** Where the bytes go. What is written is copied at once. */
interface ByteSink { write(bytes: Uint8Array): void; drained(): Promise<void> | undefined; done(): void; close(): void }

function fileSink(path: string): ByteSink {
  if (!isAbsolute(path)) throw new SqlError('42602', 'relative path not allowed for COPY to file');
  let fd: number;
  try {
    fd = openSync(path, 'w');
  } catch (error) {
    throw fileError(error, `could not open file "${path}" for writing`, 'COPY TO instructs the PostgreSQL server process to write a file. You may want a client-side facility such as psql\'s \\copy.');
  }
  const buffer = Buffer.allocUnsafe(FILE_BUFFER_BYTES);
  let used = 0;
  const flush = (): void => {
    if (used > 0) writeSync(fd, buffer, 0, used);
    used = 0;
  };
  return {
    write(bytes) {
      if (used + bytes.length > buffer.length) flush();
      if (bytes.length > buffer.length) { writeSync(fd, bytes); return; }
      buffer.set(bytes, used);
      used += bytes.length;
    },
    drained: () => undefined, done: flush, close: () => closeSync(fd),
  };
}

const TEXT_SPECIAL: Record<string, string> = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\' };

/** Encodes rows; one instance per statement. */
class RowText {
  private readonly formatters: Formatter[];
  private readonly special: RegExp;
  private readonly allSpecial: RegExp;
  constructor(private readonly names: readonly string[], impls: readonly TypeImpl[], private readonly o: CopyOptions, private readonly forceQuote: readonly boolean[] | undefined, env: TypeEnv) {
    this.formatters = impls.map((t) => (t.oid === 25 || t.oid === 1043 ? (v: Datum): string => v as string : t.oid === 23 || t.oid === 21 || t.oid === 20 ? (v: Datum): string => String(v) : (v: Datum): string => t.format(v, env)));
    const quoteRegex = (s: string): string => s.replace(/[\\\]^-]/g, '\\$&');
    const specials = o.format === 'csv' ? `[${quoteRegex(o.delimiter)}${quoteRegex(o.quote)}\\r\\n]` : `[\\b\\f\\n\\r\\t\\v\\\\${quoteRegex(o.delimiter)}]`;
    this.special = new RegExp(specials);
    this.allSpecial = new RegExp(specials, 'g');
  }
  header(): string {
    const { o } = this;
    return `${this.names.map((n) => (o.format === 'csv' ? this.csvField(n, false) : this.textField(n))).join(o.delimiter)}\n`;
  }
  private textField(s: string): string {
    return this.special.test(s) ? s.replace(this.allSpecial, (c) => TEXT_SPECIAL[c] ?? `\\${c}`) : s;
  }
  private csvField(s: string, force: boolean): string {
    const { o } = this;
    if (!force && s !== o.nullText && !this.special.test(s) && !(this.names.length === 1 && s === '\\.')) return s;
    const { quote, escape } = o;
    let body = escape !== quote ? s.split(escape).join(escape + escape) : s;
    body = body.split(quote).join(escape + quote);
    return quote + body + quote;
  }
  row(columns: readonly Datum[][], r: number): string {
    const { o, formatters } = this;
    const csv = o.format === 'csv';
    let out = '';
    for (let c = 0; c < formatters.length; c++) {
      if (c > 0) out += o.delimiter;
      const v = columns[c]![r];
      if (v === null || v === undefined) { out += o.nullText; continue; }
      const text = formatters[c]!(v);
      out += csv ? this.csvField(text, this.forceQuote?.[c] ?? false) : typeof v === 'number' ? text : this.textField(text);
    }
    return `${out}\n`;
  }
}

class CopyTo {
  private rows = 0;
  private readonly text: RowText | undefined;
  private readonly encoding: BufferEncoding;
  constructor(private readonly u: UtilityContext, private readonly sink: ByteSink, o: CopyOptions, names: readonly string[], private readonly impls: readonly TypeImpl[], forceQuote: readonly boolean[] | undefined) {
    const encoding = o.encoding ?? (u.session.setting('client_encoding') ?? 'UTF8');
    if (!['UTF8', 'LATIN1', 'SQL_ASCII'].includes(encoding)) throw new SqlError('0A000', `conversion from UTF8 to ${encoding} is not supported yet`);
    this.encoding = encoding === 'LATIN1' ? 'latin1' : 'utf8';
    if (o.format === 'binary') sink.write(binaryHeader());
    else {
      this.text = new RowText(names, impls, o, forceQuote, u.session.env);
      if (o.header !== 'no') sink.write(Buffer.from(this.text.header(), this.encoding));
    }
  }
  *batch(columns: readonly Datum[][], count: number): Steps<void> {
    const { env } = this.u.session;
    for (let r = 0; r < count; r++) {
      if (this.text !== undefined) this.writeText(this.text.row(columns, r));
      else this.sink.write(binaryTuple(this.impls.map((t, c) => { const v = columns[c]![r]; return v === null || v === undefined ? null : t.send(v, env); })));
    }
    this.rows += count;
    const wait = this.sink.drained();
    if (wait !== undefined) yield waitFor(wait);
    if (this.u.session.sliceOver()) { yield SLICE; this.u.session.checkInterrupts(); }
  }
  /** The row's bytes go through one scratch buffer. */
  private writeText(row: string): void {
    const need = row.length * UTF8_BYTES_PER_UNIT_MAX;
    if (need > this.scratch.length) this.scratch = Buffer.allocUnsafe(need * 2);
    const n = this.scratch.write(row, 0, this.encoding);
    this.sink.write(this.scratch.subarray(0, n));
  }
  private scratch = Buffer.allocUnsafe(8192);
  finish(): number {
    if (this.text === undefined) this.sink.write(BINARY_TRAILER);
    this.sink.done();
    return this.rows;
  }
}

function openSink(node: Raw, o: CopyOptions, u: UtilityContext, columns: number): ByteSink {
  if (node.filename !== undefined) return fileSink(node.filename);
  return { ...u.sink.copyOut(o.format === 'binary', columns), close: () => undefined };
}

function* copyTable(node: Raw, o: CopyOptions, u: UtilityContext): Steps<number> {
  const { session } = u;
  const relid = relationOid(session, node.relation);
  yield* lockRelation(session, relid, ACCESS_SHARE);
  const info = session.catalog().relation(relid)!;
  checkColumnPrivilege(session, info, ACL.SELECT, copyColumns(info, node.attlist?.map((a: Raw) => a.String.sval as string)).map((a) => a.attnum));
  const refused = SOURCE_KINDS[info.relkind];
  if (refused !== undefined) throw new SqlError('42809', `${refused[0]} "${info.relname}"`, refused[1] === undefined ? {} : { hint: refused[1] });
  if (info.relkind !== 'r' && info.relkind !== 'm') throw new SqlError('42809', `cannot copy from non-table relation "${info.relname}"`);
  if (rowSecurityEnabled(session.catalog(), info, session.userOid())) {
    const columns = node.attlist === undefined ? [{ ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } }] : (node.attlist as Raw[]).map((a) => ({ ResTarget: { val: { ColumnRef: { fields: [a] } } } }));
    return yield* copyQuery({ ...node, query: { SelectStmt: { targetList: columns, fromClause: [{ RangeVar: { ...node.relation, inh: false } }], limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' } } }, o, u);
  }
  const rel = openRelation(session, relid);
  const columns = copyColumns(info, node.attlist?.map((a: Raw) => a.String.sval as string));
  const force = optionColumns('FORCE_QUOTE', o.forceQuote, info, columns);
  const sink = openSink(node, o, u, columns.length);
  try {
    const to = new CopyTo(u, sink, o, columns.map((c) => c.attname), columns.map((c) => rel.types[c.attnum - 1]!), force);
    const scan = rel.table.scan(session.snapshot(), columns.map((c) => c.attnum));
    const batch: RowBatch = { count: 0, rowids: new Float64Array(BATCH_ROWS), values: columns.map(() => []) };
    for (;;) {
      for (let wait = scan.next(batch); wait !== undefined; wait = scan.next(batch)) yield waitFor(wait);
      if (batch.count === 0) break;
      yield* to.batch(batch.values, batch.count);
    }
    return to.finish();
  } finally {
    sink.close();
  }
}

function* copyQuery(node: Raw, o: CopyOptions, u: UtilityContext): Steps<number> {
  const { session } = u;
  if (node.query.SelectStmt?.intoClause !== undefined) throw new SqlError('0A000', 'COPY (SELECT INTO) is not supported');
  const queries = analyzeRaw(node.query, u);
  if (queries.length === 0) throw new SqlError('0A000', 'DO INSTEAD NOTHING rules are not supported for COPY');
  if (queries.length > 1) throw new SqlError('0A000', 'multi-statement DO INSTEAD rules are not supported for COPY');
  const query = queries[0]!;
  if (query.commandType === 'utility') throw new SqlError('0A000', 'COPY query must not be a utility command');
  if (query.commandType !== 'select' && query.returningList.length === 0) throw new SqlError('0A000', 'COPY query must have a RETURNING clause');
  let first = true;
  const planned = yield* planLocked(() => { const q = first ? query : analyzeRaw(node.query, u)[0]!; first = false; return q; }, u);
  const executable = new Executable(session, planned);
  const force = optionColumns('FORCE_QUOTE', o.forceQuote, undefined, executable.columns.map((c) => ({ attname: c.name })));
  const sink = openSink(node, o, u, executable.columns.length);
  const run = executable.start(u.params);
  try {
    const types = session.catalog().types;
    const to = new CopyTo(u, sink, o, executable.columns.map((c) => c.name), executable.columns.map((c) => types.typeImpl(c.typeOid)), force);
    for (let batch: Batch | null = yield* run.next(BATCH_ROWS); batch !== null; batch = yield* run.next(BATCH_ROWS)) yield* to.batch(batch.columns, batch.count);
    return to.finish();
  } finally {
    run.close();
    sink.close();
  }
}

export function* copyTo(node: Raw, o: CopyOptions, u: UtilityContext): Steps<string> {
  return `COPY ${node.relation === undefined ? yield* copyQuery(node, o, u) : yield* copyTable(node, o, u)}`;
}
