/**
 * Point plans for simple queries: texts that differ only in literals share one, with the literals as parameters. A text
 * is tried only after its like has run the general way, so that everything else about it (syntax, names, types,
 * privileges) has been said there; only point plans are kept, whose results no plan choice can change.
 */
import { LRUCache } from 'lru-cache';
import { liftLiterals, parameterizable, parse, type Parameterized } from '@pglitedb/parser';
import type { Datum, Oid } from '@pglitedb/types';
import { CachedQuery } from './plan-cache.js';
import type { Session } from './session.js';

const ENTRIES_MAX = 500;
const KIND_TYPES: Readonly<Record<string, Oid>> = { i: 23, b: 20, n: 1700, u: 0 };
/** Types whose literals are read with the column's modifiers, or mean another value each time they are read. */
const LITERAL_ONLY: ReadonlySet<Oid> = new Set([1186, 1082, 1083, 1266, 1114, 1184]);

export interface SimplePoint { readonly cached: CachedQuery; readonly params: readonly Datum[] }

export class SimplePoints {
  /** By kinds and key; null: not to be tried. */
  private cache: LRUCache<string, { cached: CachedQuery | null; seen: number }> | undefined;
  constructor(private readonly session: Session) {}

  /** Made when the first statement runs: idle sessions are to be cheap. */
  private get entries(): LRUCache<string, { cached: CachedQuery | null; seen: number }> { return (this.cache ??= new LRUCache({ max: ENTRIES_MAX })); }

  /** The statement and its parameters, where its like has a point plan that is good now. */
  find(sql: string): SimplePoint | undefined {
    const lifted = this.cache && liftLiterals(sql);
    if (lifted === undefined) return undefined;
    const entry = this.entries.get(`${lifted.kinds} ${lifted.key}`);
    if (entry === undefined || entry.cached === null || this.session.point.planOf(entry.cached) === undefined) return undefined;
    const params = this.params(entry.cached, lifted);
    return params && { cached: entry.cached, params };
  }

  private params(cached: CachedQuery, { kinds, values }: Parameterized): Datum[] | undefined {
    const { env } = this.session;
    const params: Datum[] = new Array(values.length);
    try {
      for (let k = 0; k < values.length; k++) params[k] = kinds[k] === 'i' || kinds[k] === 'b' ? Number(values[k]) : env.types.typeImpl(cached.paramTypes[k]!).parse(values[k]!, -1, env);
    } catch {
      return undefined;
    }
    return params;
  }

  /** A text has run the general way as the only statement of its query; the transaction is still open. */
  ran(sql: string): void {
    const { session } = this;
    if (session.setting('standard_conforming_strings') === 'off') return;
    const lifted = liftLiterals(sql);
    if (lifted === undefined) return;
    const name = `${lifted.kinds} ${lifted.key}`;
    let entry = this.entries.get(name);
    if (entry === undefined) this.entries.set(name, (entry = { cached: null, seen: 0 }));
    if (++entry.seen === 2 && parameterizable(lifted.key)) entry.cached = this.statement(lifted);
    // Its like has run twice by now.
    entry.cached?.lookForPoint(1);
  }

  private statement({ key, kinds }: Parameterized): CachedQuery | null {
    try {
      const list = parse(key);
      if (list.length !== 1) return null;
      const cached = new CachedQuery(this.session, list[0]!, key, [...kinds].map((k) => KIND_TYPES[k]!), true);
      cached.analyzed();
      // An unknown parameter takes the type that its place asks for; as a literal it may have meant more.
      return cached.paramTypes.some((oid, k) => kinds[k] === 'u' && LITERAL_ONLY.has(oid)) ? null : cached;
    } catch {
      return null;
    }
  }
}
