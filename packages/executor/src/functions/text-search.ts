/** Text search functions that run a query of the user's: ts_stat and ts_rewrite; and the trigger tsvector_update_trigger. */
import type { Steps } from '@pglitedb/txn';
import { rewriteByPairs, SqlError, textToVector, TsQuery, TsVector, type Datum, type Oid } from '@pglitedb/types';
import { splitQualifiedName } from '@pglitedb/catalog';
import type { ExecContext } from '../context.js';
import type { TriggerCall } from '../dml/triggers.js';
import { defineTriggerFunctions } from './internal-triggers.js';
import { defineSessionFunctions, defineSyncSessionFunctions } from './fmgr.js';
import { row } from './set-rows.js';

const TSVECTOR = 3614;
const TSQUERY = 3615;

function* stat(x: ExecContext, sql: string, weights: string): Steps<Datum> {
  const prepared = x.session.prepare(sql, []);
  const { columns } = prepared;
  if (columns === undefined || columns.length !== 1 || columns[0]!.typeOid !== TSVECTOR) throw new SqlError('22023', 'ts_stat query must return one tsvector column');
  let mask = 0;
  for (const c of weights) {
    const w = 'DCBA'.indexOf(c.toUpperCase());
    if (w >= 0) mask |= 1 << w;
  }
  const { rows } = yield* prepared.run([], { readOnly: true });
  const words = new Map<string, { documents: number; entries: number }>();
  for (const [v] of rows as [TsVector | null][]) {
    for (const l of v?.lexemes ?? []) {
      // A lexeme without positions counts once, unless only some weights are asked for.
      const n = mask === 0 ? l.positions.length || 1 : l.positions.filter((p) => mask & (1 << (p >> 14))).length;
      if (n === 0) continue;
      const known = words.get(l.word);
      if (known === undefined) words.set(l.word, { documents: 1, entries: n });
      else {
        known.documents++;
        known.entries += n;
      }
    }
  }
  return [...words].map(([word, s]) => row([word, s.documents, s.entries]));
}

/** A text without a statement has no cursor. */
function checkOneStatement(sql: string): void {
  if (sql.trim() === '') throw new SqlError('42P11', 'cannot open multi-query plan as cursor');
}

function* rewrite(x: ExecContext, q: TsQuery, sql: string): Steps<Datum> {
  if (q.root === undefined) return q;
  checkOneStatement(sql);
  const prepared = x.session.prepare(sql, []);
  const { columns } = prepared;
  if (columns === undefined || columns.length !== 2 || columns.some((c) => c.typeOid !== TSQUERY)) throw new SqlError('22023', 'ts_rewrite query must return two tsquery columns');
  const { rows } = yield* prepared.run([], { readOnly: true });
  return rewriteByPairs(q, (rows as [TsQuery | null, TsQuery | null][]).filter((r) => r[0] !== null && r[1] !== null) as [TsQuery, TsQuery][]);
}

defineSessionFunctions({
  ts_stat1: (x, [sql]) => stat(x, sql, ''),
  ts_stat2: (x, [sql, weights]) => stat(x, sql, weights),
  tsquery_rewrite_query: (x, [q, sql]) => rewrite(x, q, sql),
});

// --- tsvector_update_trigger(vector column, configuration, text columns …) ------------------------------------------

const TEXT_TYPES = new Set<Oid>([25, 1043, 1042]);
const CONFIG_TYPE = 3734;

function bad(message: string, code = '42703'): SqlError { return new SqlError(code, message); }

function updateTrigger(call: TriggerCall, x: ExecContext, byColumn: boolean): Datum[] | null {
  if (call.level !== 'row') throw bad('tsvector_update_trigger: must be fired for row', 'XX000');
  if (call.timing !== 'before') throw bad('tsvector_update_trigger: must be fired BEFORE event', 'XX000');
  if (call.event !== 'insert' && call.event !== 'update') throw bad('tsvector_update_trigger: must be fired for INSERT or UPDATE', 'XX000');
  const values = [...call.newRow!];
  if (call.args.length < 3) throw bad('tsvector_update_trigger: arguments must be tsvector_field, ts_config, text_field1, ...)', 'XX000');
  const { attributes } = call.target.rel.info;
  const column = (name: string, noun: string): number => {
    const i = attributes.findIndex((a) => a.attname === name && !a.attisdropped);
    if (i < 0) throw bad(`${noun}column "${name}" does not exist`);
    return i;
  };
  const [target, config, ...sources] = call.args as [string, string, ...string[]];
  const at = column(target, 'tsvector ');
  if (attributes[at]!.atttypid !== TSVECTOR) throw bad(`column "${target}" is not of tsvector type`, '42804');
  let configOid: Oid;
  if (byColumn) {
    const i = column(config, 'configuration ');
    if (attributes[i]!.atttypid !== CONFIG_TYPE) throw bad(`column "${config}" is not of regconfig type`, '42804');
    if (values[i] === null) throw bad(`configuration column "${config}" must not be null`, '22004');
    configOid = values[i] as Oid;
  } else {
    if (splitQualifiedName(config).length < 2) throw bad(`text search configuration name "${config}" must be schema-qualified`, '42602');
    configOid = x.session.env.types.typeImpl(CONFIG_TYPE).parse(config, -1, x.session.env) as Oid;
  }
  const texts: string[] = [];
  for (const name of sources) {
    const i = column(name, '');
    if (!TEXT_TYPES.has(attributes[i]!.atttypid)) throw bad(`column "${name}" is not of a character type`, '42804');
    if (values[i] !== null) texts.push(values[i] as string);
  }
  values[at] = textToVector(x.session.env, configOid, texts);
  return values;
}

defineTriggerFunctions({
  tsvector_update_trigger_byid: (call, x) => updateTrigger(call, x, false),
  tsvector_update_trigger_bycolumn: (call, x) => updateTrigger(call, x, true),
});

const notFired = (): never => { throw new SqlError('XX000', 'tsvector_update_trigger: not fired by trigger manager'); };
defineSyncSessionFunctions({ tsvector_update_trigger_byid: notFired, tsvector_update_trigger_bycolumn: notFired });
