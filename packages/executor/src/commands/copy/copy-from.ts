/**
 * COPY FROM: bytes to rows to the table. Chunks are parsed as they come; each row takes the path of an INSERT, without
 * its generators where no trigger, check that may wait, unique index or foreign key needs them.
 */
import { ACL, isSuperuser } from '@pglitedb/catalog';
import { checkColumnPrivilege } from '../../permissions.js';
import { analyzeCondition, rowSecurityEnabled, type PlannedStmt } from '@pglitedb/planner';
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { ExecContext, SLICE } from '../../context.js';
import { insertIndexEntries, checkRow } from '../../dml/constraints.js';
import { runAfterQueue } from '../../dml/after-queue.js';
import { blockRow, insertBlockRows, takesRows } from '../../dml/insert-rows.js';
import { queueForeignKeyChecks } from '../../dml/foreign-keys.js';
import { PartitionRouter } from '../../dml/partition-routing.js';
import { ResultRelation } from '../../dml/target.js';
import { afterStatement, beforeStatement } from '../../dml/triggers.js';
import { insertRow } from '../../dml/write-row.js';
import { evalSteps, Frame, type Compiled } from '../../expr/index.js';
import { rowCompiler } from '../../index-keys.js';
import { lockRelation, openRelation } from '../../relation.js';
import { relationOid, type Raw } from '../ddl/raw.js';
import type { UtilityContext } from '../registry.js';
import { BinaryReader } from './binary.js';
import { BlockParser } from './blocks.js';
import { columnDefault, rowExpressions, type RowExpression } from './defaults.js';
import { copyColumns, fieldReader, optionColumns, type FieldReader } from './columns.js';
import { ByteDecoder } from './decode.js';
import { LineReader, splitCsv, splitText, type CsvColumnRules } from './lines.js';
import type { CopyOptions } from './options.js';
import { clientSource, fileSource, type ByteSource } from './row-source.js';

const ROW_EXCLUSIVE = 3;
const SLICE_CHECK_ROWS = 1024;
const CONTEXT_CHARACTERS_MAX = 100;
const NO_PLAN = { nParamExec: 0 } as PlannedStmt;

const TARGET_KINDS: Record<string, [string, string?]> = {
  v: ['cannot copy to view', 'To enable copying to a view, provide an INSTEAD OF INSERT trigger.'], m: ['cannot copy to materialized view'], S: ['cannot copy to sequence'],
};

function shortened(text: string): string { return text.length > CONTEXT_CHARACTERS_MAX ? `${text.slice(0, CONTEXT_CHARACTERS_MAX)}...` : text; }

export class CopyFrom {
  private readonly target: ResultRelation;
  private readonly x: ExecContext;
  private readonly name: string;
  private readonly columns;
  private readonly readers: FieldReader[];
  private readonly defaults: RowExpression[];
  private readonly explicitDefaults = new Map<number, Compiled | undefined>();
  private readonly generated: RowExpression[];
  private readonly where: Compiled | undefined;
  private readonly rules: CsvColumnRules[] | undefined;
  private readonly frame = new Frame();
  private readonly plain: boolean;
  /** COPY to a partitioned table. */
  private readonly router: PartitionRouter | undefined;
  private readonly fields: (string | null | undefined)[] = [];
  private processed = 0;
  private skipped = 0;
  /** Parts of an error's context. */
  private line = 0;
  private lineText: string | undefined;
  private column: string | undefined;
  private value: string | null | undefined;

  constructor(private readonly u: UtilityContext, private readonly options: CopyOptions, node: Raw, relid: number) {
    const { session } = u;
    const rel = openRelation(session, relid);
    const { info } = rel;
    this.name = info.relname;
    this.target = new ResultRelation(rel, session);
    this.columns = copyColumns(info, node.attlist?.map((a: Raw) => a.String.sval as string));
    this.readers = this.columns.map((a) => fieldReader(a, rel.types[a.attnum - 1]!, session.env));
    const notNull = optionColumns('FORCE_NOT_NULL', options.forceNotNull, info, this.columns);
    const forceNull = optionColumns('FORCE_NULL', options.forceNull, info, this.columns);
    this.rules = notNull === undefined && forceNull === undefined ? undefined : this.columns.map((_, k) => ({ forceNotNull: notNull?.[k] ?? false, forceNull: forceNull?.[k] ?? false }));
    const given = new Set(this.columns.map((a) => a.attnum));
    const live = info.attributes.filter((a) => !a.attisdropped);
    this.defaults = rowExpressions(session, live.filter((a) => !given.has(a.attnum) && a.attgenerated === '').flatMap((a) => {
      const expr = columnDefault(session, info, a);
      return expr === undefined ? [] : [{ attnum: a.attnum, expr }];
    }));
    if (options.defaultText !== undefined) {
      for (const a of this.columns) {
        const expr = columnDefault(session, info, a);
        if (expr !== undefined) this.explicitDefaults.set(a.attnum, rowExpressions(session, [{ attnum: a.attnum, expr }])[0]!.expr);
      }
    }
    this.generated = rowExpressions(session, live.filter((a) => a.attgenerated === 's').map((a) => ({ attnum: a.attnum, expr: info.defaults.get(a.attnum) as never })));
    if (node.whereClause !== undefined) {
      const test = analyzeCondition(node.whereClause, 'copy_where', 'WHERE', info, { catalog: session.catalog(), env: session.env, sql: u.sql, paramTypes: [] });
      this.where = rowCompiler(session).compile(test);
    }
    this.plain = info.triggers.every((t) => t.tgisinternal) && !info.relispartition;
    this.router = info.relkind === 'p' ? new PartitionRouter(session, info) : undefined;
    this.x = new ExecContext(session, NO_PLAN, u.params, session.snapshot(), session.transaction());
    this.frame.x = this.x;
  }
  get columnCount(): number { return this.columns.length; }

  *run(source: ByteSource): Steps<number> {
    const { info } = this.target.rel;
    try {
      if (info.triggers.length > 0) yield* beforeStatement(this.target, ['insert'], this.x);
      if (this.options.format === 'binary') yield* this.runBinary(source);
      else yield* this.runText(source);
    } catch (error) {
      throw this.inContext(error);
    }
    if (this.skipped > 0 && this.options.verbosity !== 'silent') {
      this.u.session.notice('NOTICE', '00000', this.skipped === 1 ? '1 row was skipped due to data type incompatibility' : `${this.skipped} rows were skipped due to data type incompatibility`);
    }
    if (info.triggers.length > 0) yield* afterStatement(this.target, ['insert'], this.x);
    yield* runAfterQueue(this.x);
    return this.processed;
  }

  // --- text and CSV -----------------------------------------------------------------------------------------------
  private *runText(source: ByteSource): Steps<void> {
    const lines = new LineReader(this.options);
    const encoding = this.options.encoding ?? (this.u.session.setting('client_encoding') ?? 'UTF8');
    const decoder = new ByteDecoder(encoding, (newlines) => `COPY ${this.name}, line ${lines.lineNumber + newlines + 1}`);
    let sinceCheck = 0;
    const blocks = this.blockParser(encoding);
    for (let piece = yield* source.next(); !lines.finished; piece = yield* source.next()) {
      const chunk = blocks === undefined || piece === undefined || !lines.idle || !decoder.idle ? this.withCarry(piece) : yield* this.storeBlocks(blocks, this.withCarry(piece)!, lines);
      if (piece === undefined) {
        lines.push(decoder.decode(chunk ?? new Uint8Array(0), true));
        lines.end();
      } else lines.push(decoder.decode(chunk!, false));
      for (let line = this.nextLine(lines); line !== undefined; line = this.nextLine(lines)) {
        this.line = lines.lineNumber;
        this.lineText = line;
        if (this.line === 1 && this.options.header !== 'no') { this.checkHeader(line); continue; }
        const row = yield* this.parseLine(line);
        if (row !== undefined) yield* this.store(row);
        if (++sinceCheck >= SLICE_CHECK_ROWS) {
          sinceCheck = 0;
          if (this.u.session.sliceOver()) { yield SLICE; this.u.session.checkInterrupts(); }
        }
      }
      if (piece === undefined) break;
    }
    while (lines.finished && (yield* source.next()) !== undefined) { /* what follows the end marker is ignored */ }
    this.lineText = undefined;
  }
  /** Bytes of an incomplete line, kept back for the block parser. */
  private carry: Uint8Array | undefined;
  private withCarry(piece: Uint8Array | undefined): Uint8Array | undefined {
    const { carry } = this;
    this.carry = undefined;
    return carry === undefined ? piece : piece === undefined ? carry : Buffer.concat([carry, piece]);
  }
  /** The short way, where nothing but plain values goes into a plain table. */
  private blockParser(encoding: string): BlockParser | undefined {
    const { target, options: o, columns } = this;
    const { info } = target.rel;
    const plainTable = this.plain && info.relkind === 'r' && target.checks.length === 0 && takesRows(target) && info.foreignKeys.length === 0;
    const plainInput = encoding === 'UTF8' && o.defaultText === undefined && this.rules === undefined && o.onError === 'stop' && o.header === 'no' && this.where === undefined
      && this.generated.length === 0 && this.defaults.length === 0 && columns.length > 0;
    const missing = info.attributes.some((a) => a.attnotnull && !columns.includes(a));
    if (!plainTable || !plainInput || missing) return undefined;
    try {
      return new BlockParser(columns, this.readers, o, info.attributes.length);
    } catch (error) {
      // Code from strings may be forbidden.
      if (error instanceof EvalError) return undefined;
      throw error;
    }
  }
  /** Stores the plain lines that a piece begins with; answers the complete lines that are left. */
  private *storeBlocks(blocks: BlockParser, piece: Uint8Array, lines: LineReader): Steps<Uint8Array> {
    const bytes = Buffer.from(piece.buffer as ArrayBuffer, piece.byteOffset, piece.byteLength);
    const end = bytes.lastIndexOf(10) + 1;
    if (end < bytes.length) this.carry = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    if (!blocks.begin(whole)) return whole;
    for (let at = 0; ;) {
      at = blocks.parse(at);
      const { rows } = blocks;
      if (rows === 0) return whole.subarray(at);
      const block = blocks.block();
      if (insertBlockRows(this.target, this.x.tx, block, rows)) this.processed += rows;
      else {
        for (let i = 0; i < rows; i++) {
          this.line = lines.lineNumber + i + 1;
          yield* this.store(blockRow(block, i));
        }
      }
      lines.skipped(rows);
      blocks.rows = 0;
      if (this.u.session.sliceOver()) { yield SLICE; this.u.session.checkInterrupts(); }
    }
  }
  private nextLine(lines: LineReader): string | undefined {
    try {
      return lines.next();
    } catch (error) {
      this.line = lines.lineNumber;
      this.lineText = (error as { copyLine?: string }).copyLine;
      throw error;
    }
  }
  private split(line: string): number {
    return this.options.format === 'csv' ? splitCsv(line, this.options, this.rules, this.fields) : splitText(line, this.options, this.fields);
  }
  private checkHeader(line: string): void {
    if (this.options.header !== 'match') return;
    const n = this.split(line);
    if (n !== this.columns.length) throw new SqlError('22P04', `wrong number of fields in header line: got ${n}, expected ${this.columns.length}`);
    this.columns.forEach((a, k) => {
      const got = this.fields[k];
      if (got === null || got === undefined) throw new SqlError('22P04', `column name mismatch in header line field ${k + 1}: got null value ("${this.options.nullText}"), expected "${a.attname}"`);
      if (got !== a.attname) throw new SqlError('22P04', `column name mismatch in header line field ${k + 1}: got "${got}", expected "${a.attname}"`);
    });
  }

  private *parseLine(line: string): Steps<Datum[] | undefined> {
    const { columns, readers, fields } = this;
    const n = line === '' && columns.length === 0 ? 0 : this.split(line);
    if (n > columns.length) throw new SqlError('22P04', 'extra data after last expected column');
    const row = new Array<Datum>(this.target.rel.info.attributes.length).fill(null);
    for (let k = 0; k < columns.length; k++) {
      const a = columns[k]!;
      if (k >= n) this.column = this.value = undefined;
      if (k >= n) throw new SqlError('22P04', `missing data for column "${a.attname}"`);
      const field = fields[k];
      if (field === null) continue;
      if (field === undefined) { row[a.attnum - 1] = yield* this.defaultOf(a); continue; }
      this.column = a.attname;
      this.value = field;
      if (this.options.onError === 'ignore') {
        try {
          row[a.attnum - 1] = readers[k]!(field);
        } catch (error) {
          this.skip(error);
          return undefined;
        }
      } else row[a.attnum - 1] = readers[k]!(field);
    }
    this.column = undefined;
    this.value = undefined;
    for (const d of this.defaults) row[d.attnum - 1] = d.expr.fn !== undefined ? d.expr.fn(this.frame) : yield* evalSteps(d.expr, this.frame);
    return row;
  }
  private *defaultOf(a: { attname: string; attnum: number }): Steps<Datum> {
    if (!this.hasDefault(a.attnum)) throw new SqlError('22P02', 'unexpected default marker in COPY data', { detail: `Column "${a.attname}" has no default value.` });
    return yield* evalSteps(this.explicitDefaults.get(a.attnum)!, this.frame);
  }
  private hasDefault(attnum: number): boolean { return this.explicitDefaults.get(attnum) !== undefined; }

  /** ON_ERROR ignore: input errors leave the row out. */
  private skip(error: unknown): void {
    if (!(error instanceof SqlError) || !(error.code.startsWith('22') || error.code === '23502' || error.code === '23514')) throw error;
    this.skipped++;
    if (this.options.verbosity === 'verbose') {
      this.u.session.notice('NOTICE', '00000', `skipping row due to data type incompatibility at line ${this.line} for column "${this.column}": "${shortened(this.value ?? '')}"`);
    }
    const limit = this.options.rejectLimit;
    if (limit !== undefined && this.skipped > limit) throw new SqlError('22P02', `skipped more than REJECT_LIMIT (${limit}) rows due to data type incompatibility`);
    this.column = undefined;
    this.value = undefined;
  }

  // --- binary -----------------------------------------------------------------------------------------------------
  private *runBinary(source: ByteSource): Steps<void> {
    const reader = new BinaryReader();
    const { types } = this.target.rel;
    const impls = this.columns.map((a) => types[a.attnum - 1]!);
    for (;;) {
      const chunk = yield* source.next();
      if (chunk === undefined) reader.end();
      else reader.push(chunk);
      for (let tuple = reader.next(this.columns.length, (n) => { this.line = n; }); tuple !== undefined; tuple = reader.next(this.columns.length, (n) => { this.line = n; })) {
        const row = new Array<Datum>(this.target.rel.info.attributes.length).fill(null);
        for (let k = 0; k < impls.length; k++) {
          const bytes = tuple[k];
          if (bytes === null || bytes === undefined) continue;
          this.column = this.columns[k]!.attname;
          row[this.columns[k]!.attnum - 1] = impls[k]!.receive(bytes, this.columns[k]!.atttypmod, this.u.session.env);
        }
        this.column = undefined;
        for (const d of this.defaults) row[d.attnum - 1] = yield* evalSteps(d.expr, this.frame);
        yield* this.store(row);
      }
      if (this.u.session.sliceOver()) { yield SLICE; this.u.session.checkInterrupts(); }
      if (chunk === undefined) break;
    }
    this.line = 0;
  }

  // --- rows -------------------------------------------------------------------------------------------------------
  private *store(row: Datum[]): Steps<void> {
    const { target, x } = this;
    if (this.where !== undefined || this.generated.length > 0) {
      const f = target.rowFrame;
      f.x = x;
      f.oi = 0;
      target.rowColumns(row);
      if (this.where !== undefined && (yield* evalSteps(this.where, f)) !== true) return;
      for (const g of this.generated) row[g.attnum - 1] = yield* evalSteps(g.expr, f);
    }
    this.processed++;
    if (this.router !== undefined) {
      const { target: leaf, row: mapped } = yield* this.router.route(row, x);
      leaf.routed = true;
      if ((yield* insertRow(leaf, mapped, x)) < 0) this.processed--;
      return;
    }
    if (!this.plain) {
      if ((yield* insertRow(target, row, x)) < 0) this.processed--;
      return;
    }
    if (target.checks.length > 0 || hasForbiddenNull(target.notNull, row)) yield* checkRow(target, row, x);
    const rowid = target.rel.table.insert(x.tx, row);
    if (target.indexes.length > 0) {
      const saved = this.lineText;
      this.lineText = undefined;
      yield* insertIndexEntries(target, row, rowid, x);
      this.lineText = saved;
    }
    if (target.rel.info.foreignKeys.length > 0) queueForeignKeyChecks(target, 'insert', undefined, row, x);
  }

  private inContext(error: unknown): unknown {
    if (!(error instanceof SqlError) || error.where?.startsWith(`COPY ${this.name}, line`)) return error;
    if (this.line === 0) return error;
    let where = `COPY ${this.name}, line ${this.line}`;
    if (this.column !== undefined) where += this.value === undefined || this.value === null ? `, column ${this.column}` : `, column ${this.column}: "${shortened(this.value)}"`;
    else if (this.lineText !== undefined) where += `: "${shortened(this.lineText)}"`;
    error.where = error.where === undefined ? where : `${error.where}\n${where}`;
    return error;
  }
}

function hasForbiddenNull(notNull: readonly number[], row: readonly Datum[]): boolean {
  for (let k = 0; k < notNull.length; k++) if (row[notNull[k]! - 1] === null) return true;
  return false;
}

export function* copyFrom(node: Raw, options: CopyOptions, u: UtilityContext): Steps<string> {
  const { session } = u;
  const relid = relationOid(session, node.relation);
  yield* lockRelation(session, relid, ROW_EXCLUSIVE);
  const info = session.catalog().relation(relid)!;
  checkColumnPrivilege(session, info, ACL.INSERT, copyColumns(info, node.attlist?.map((a: Raw) => a.String.sval as string)).map((a) => a.attnum));
  if (session.transaction().readOnly && info.relpersistence !== 't') throw new SqlError('25006', 'cannot execute COPY FROM in a read-only transaction');
  const refused = TARGET_KINDS[info.relkind];
  if (refused !== undefined) throw new SqlError('42809', `${refused[0]} "${info.relname}"`, refused[1] === undefined ? {} : { hint: refused[1] });
  if (info.relkind !== 'r' && info.relkind !== 'p') throw new SqlError('42809', `cannot copy to non-table relation "${info.relname}"`);
  if (rowSecurityEnabled(session.catalog(), info, session.userOid())) {
    throw new SqlError('0A000', 'COPY FROM not supported with row-level security', { hint: 'Use INSERT statements instead.' });
  }
  const run = new CopyFrom(u, options, node, relid);
  const source = node.filename === undefined ? clientSource(u, options.format === 'binary', run.columnCount) : fileSource(node.filename);
  try {
    return `COPY ${yield* run.run(source)}`;
  } finally {
    source.close();
  }
}
