/** Cursor variables: names of the session's portals. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import type { Frame } from '../frame.js';
import type { PlExpr } from '../expression.js';
import type { Close, Fetch, Open, ScrollOption, VarDatum } from '../tree.js';
import { dynamicError, dynamicText, usingValues } from './sql.js';
import { assign, assignResult, evaluateAs, queryParams } from './values.js';

const INT4 = 23;
const TEXT = 25;

/** Opens a bound cursor with its arguments; answers the portal's name. */
export function* openBound(frame: Frame, d: VarDatum, args: PlExpr | undefined): Steps<string> {
  const bound = d.cursor!;
  if (args !== undefined) {
    const p = args.ready(frame);
    const row = frame.fn.datums[bound.argRow]!;
    if (row.dtype === 'row') yield* cursorArguments(frame, args, p, row);
  }
  return yield* openQuery(frame, d, bound.query, scrolls(bound.scroll));
}
function* cursorArguments(frame: Frame, e: PlExpr, p: ReturnType<PlExpr['ready']>, row: Extract<import('../tree.js').PlDatum, { dtype: 'row' }>): Steps<void> {
  if (p.kind === 'simple') {
    const value = p.compiled.fn !== undefined ? p.compiled.fn(frame.expressionFrame()) : yield* p.compiled.gen!(frame.expressionFrame());
    yield* assign(frame, row.fields[0]!.dno, value, p.type, p.typmod);
    return;
  }
  try {
    const { rows, columns } = yield* p.query.run(queryParams(frame, p.usesParams), { maxRows: 1, readOnly: frame.readOnly });
    yield* assignResult(frame, row.dno, rows[0], columns);
  } catch (error) {
    throw e.located(error);
  }
}

/** undefined: as the plan allows. */
function scrolls(option: ScrollOption): boolean | undefined { return option === 'default' ? undefined : option === 'scroll'; }

function* openQuery(frame: Frame, d: VarDatum, query: PlExpr, scroll: boolean | undefined): Steps<string> {
  const p = query.ready(frame);
  if (p.kind !== 'query') throw new SqlError('XX000', 'a cursor needs a query');
  if (p.query.columns === undefined) throw new SqlError('42P11', `cannot open ${p.query.commandTag.replace(/Stmt$/, '').toUpperCase()} query as cursor`);
  const name = frame.values[d.dno] as string | null;
  try {
    const opened = yield* frame.session.procedural.openCursor(name ?? undefined, p.query, queryParams(frame, p.usesParams), { sql: query.text, scroll });
    if (name === null) yield* nameCursor(frame, d, opened);
    return opened;
  } catch (error) {
    throw query.located(error);
  }
}

export function* openCursor(frame: Frame, s: Open): Steps<void> {
  const d = frame.fn.datums[s.cursor] as VarDatum;
  const name = frame.values[d.dno] as string | null;
  const { procedural } = frame.session;
  if (name !== null && procedural.hasCursor(name)) throw new SqlError('42P03', `cursor "${name}" already in use`);
  if (s.query !== undefined) { yield* openQuery(frame, d, s.query, scrolls(s.scroll)); return; }
  if (s.dynamic === undefined) { yield* openBound(frame, d, s.args); return; }
  const sql = yield* dynamicText(frame, s.dynamic);
  const { values, types } = yield* usingValues(frame, s.params);
  try {
    const query = frame.session.prepare(sql, types, frame.dynamicHooks());
    if (query.columns === undefined) throw new SqlError('42P11', `cannot open ${query.commandTag.replace(/Stmt$/, '').toUpperCase()} query as cursor`);
    const opened = yield* procedural.openCursor(name ?? undefined, query, values, { sql, scroll: scrolls(s.scroll) });
    if (name === null) yield* nameCursor(frame, d, opened);
  } catch (error) {
    throw dynamicError(error, sql);
  }
}

function* nameCursor(frame: Frame, d: VarDatum, opened: string): Steps<void> {
  if (d.isConst) throw new SqlError('22005', `variable "${d.name}" is declared CONSTANT`);
  yield* assign(frame, d.dno, opened, TEXT, -1);
}

function cursorName(frame: Frame, dno: number): string {
  const d = frame.fn.datums[dno] as VarDatum;
  const name = frame.values[dno] as string | null;
  if (name === null) throw new SqlError('22004', `cursor variable "${d.name}" is null`);
  if (!frame.session.procedural.hasCursor(name)) throw new SqlError('34000', `cursor "${name}" does not exist`);
  return name;
}

export function* fetchCursor(frame: Frame, s: Fetch): Steps<void> {
  const name = cursorName(frame, s.cursor);
  let { count } = s;
  if (s.countExpr !== undefined) {
    const given = (yield* evaluateAs(frame, s.countExpr, INT4)) as Datum;
    if (given === null) throw new SqlError('22004', 'relative or absolute cursor position is null');
    count = given as number;
  }
  const { rows, columns } = yield* frame.session.procedural.fetchCursor(name, s.direction, count);
  if (!s.isMove) yield* assignResult(frame, s.target, rows[0], columns);
  frame.processed = rows.length;
  frame.values[frame.fn.foundDno] = rows.length > 0;
}

export function closeCursor(frame: Frame, s: Close): void {
  frame.session.procedural.closeCursor(cursorName(frame, s.cursor));
}
