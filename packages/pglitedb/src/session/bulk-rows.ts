/**
 * INSERT of many rows of literals without a parse tree: once such a statement has run the general way, texts with the
 * same head take the point plan of its one-row form with each row's literals as parameters. Literals whose meaning is
 * more than their column type's input gives (other types' numbers, words for the time of day) go the general way, and
 * whatever the rows cannot pass (constraints, taken keys, input errors) is found before anything is written.
 */
import { LRUCache } from 'lru-cache';
import { PointInsert, type PointPlan } from '@pglitedb/executor';
import { parse, valueLists, type ValueLists } from '@pglitedb/parser';
import type { Datum, Oid } from '@pglitedb/types';
import { CachedQuery } from './plan-cache.js';
import type { Session } from './session.js';

const ENTRIES_MAX = 100;
const UNKNOWN: Oid = 0;

type Literal = string | boolean | null;
/** The datum of a literal; undefined: not this way. Throws where the input function does. */
type LiteralReader = (text: Literal, number: boolean) => Datum | undefined;

const INTEGER_MAX: Readonly<Record<number, number>> = { 21: 32_767, 23: 2_147_483_647, 20: Number.MAX_SAFE_INTEGER };
/** Types that numbers are converted to with the same result as from their text. */
const NUMERIC: ReadonlySet<Oid> = new Set([700, 701, 1700]);
const TEXTS: ReadonlySet<Oid> = new Set([25, 1043]);
/** Types whose input depends on nothing but the text and the settings. */
const PLAIN: ReadonlySet<Oid> = new Set([16, 17, 20, 21, 23, 114, 700, 701, 1042, 1700, 2950, 3802]);
/** Likewise where the text begins with a digit: it is none of now, today, tomorrow. */
const TIMES: ReadonlySet<Oid> = new Set([1082, 1083, 1114, 1184]);

export class BulkRows {
  /** By head and width; null: never. */
  private entries: LRUCache<string, { readonly cached: CachedQuery | null }> | undefined;
  constructor(private readonly session: Session) {}

  /** A plan whose run inserts the text's rows, where it is of this form and its like has run before. */
  find(sql: string): PointPlan | undefined {
    const { entries } = this;
    const lists = entries && valueLists(sql);
    const cached = lists && entries!.get(`${lists.width} ${lists.head}`)?.cached;
    if (cached === undefined || cached === null) return undefined;
    const plan = this.session.point.planOf(cached);
    if (!(plan instanceof PointInsert)) return undefined;
    const rows = this.rows(cached, lists!);
    return rows && plan.ofRows(rows);
  }

  private rows(cached: CachedQuery, { width, values, numbers }: ValueLists): Datum[][] | undefined {
    const readers = cached.paramTypes.map((oid) => this.reader(oid));
    const rows: Datum[][] = [];
    try {
      for (let at = 0; at < values.length; at += width) {
        const row = new Array<Datum>(width);
        for (let k = 0; k < width; k++) {
          const value = readers[k]!(values[at + k]!, numbers[at + k] === 1);
          if (value === undefined) return undefined;
          row[k] = value;
        }
        rows.push(row);
      }
    } catch {
      return undefined;
    }
    return rows;
  }

  private reader(oid: Oid): LiteralReader {
    const { env } = this.session;
    const impl = env.types.typeImpl(oid);
    const max = INTEGER_MAX[oid];
    if (max !== undefined) {
      return (text, number) => {
        if (text === null) return null;
        const v = number ? Number(text) : NaN;
        return Number.isInteger(v) && Math.abs(v) <= max && !(text as string).includes('.') ? v + 0 : typeof text === 'string' && !number ? impl.parse(text, -1, env) : undefined;
      };
    }
    if (TEXTS.has(oid)) return (text, number) => (text === null ? null : number || typeof text !== 'string' || text.includes('\0') ? undefined : text);
    if (oid === 16) return (value) => (typeof value === 'string' ? impl.parse(value, -1, env) : value);
    if (oid === 701) return (text, number) => (text === null ? null : typeof text !== 'string' ? undefined : number && text.length <= 17 ? Number(text) + 0 : number ? undefined : impl.parse(text, -1, env));
    const times = TIMES.has(oid);
    if (!times && !PLAIN.has(oid)) return () => undefined;
    return (text, number) => {
      if (text === null) return null;
      if (typeof text !== 'string' || (number && !NUMERIC.has(oid)) || (times && !startsWithDigit(text))) return undefined;
      return impl.parse(text, -1, env);
    };
  }

  /** A text has run the general way as the only statement of its query; the transaction is still open. */
  ran(sql: string): void {
    const { session } = this;
    if (session.setting('standard_conforming_strings') === 'off') return;
    const lists = valueLists(sql);
    if (lists === undefined) return;
    const key = `${lists.width} ${lists.head}`;
    this.entries ??= new LRUCache({ max: ENTRIES_MAX });
    let entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, (entry = { cached: this.statement(lists) }));
    entry.cached?.lookForPoint(1);
  }

  private statement({ head, width }: ValueLists): CachedQuery | null {
    const sql = `${head}(${Array.from({ length: width }, (_, k) => `$${k + 1}`).join(', ')})`;
    try {
      const list = parse(sql);
      if (list.length !== 1) return null;
      const cached = new CachedQuery(this.session, list[0]!, sql, new Array<Oid>(width).fill(UNKNOWN), true);
      cached.analyzed();
      return cached;
    } catch {
      return null;
    }
  }
}

function startsWithDigit(text: string): boolean {
  const c = text.charCodeAt(0);
  return c >= 48 && c <= 57;
}
