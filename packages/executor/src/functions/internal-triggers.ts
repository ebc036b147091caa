/** Trigger functions that PostgreSQL has built in. */
import type { Steps } from '@pglitedb/txn';
import { SqlError, type Datum } from '@pglitedb/types';
import { registerTriggerRunner, type TriggerCall } from '../dml/triggers.js';
import type { ExecContext } from '../context.js';

export type InternalTrigger = (call: TriggerCall, x: ExecContext) => Datum[] | null;

/** suppress_redundant_updates_trigger: an update that changes nothing is left out. */
function suppressRedundant(call: TriggerCall): Datum[] | null {
  const bad = (where: string): SqlError => new SqlError('39P01', `suppress_redundant_updates_trigger: must be called ${where}`);
  if (call.event !== 'update') throw bad('on update');
  if (call.timing !== 'before') throw bad('before update');
  if (call.level !== 'row') throw bad('for each row');
  const { oldRow, newRow, target } = call;
  const same = newRow!.every((v, k) => {
    const old = oldRow![k];
    if (v === null || old === null) return v === old;
    const type = target.rel.types[k];
    return v === old || (type?.encode === undefined ? Object.is(v, old) : equalBytes(type.encode(v), type.encode(old)));
  });
  return same ? null : newRow!;
}
function equalBytes(a: Uint8Array, b: Uint8Array): boolean { return a.length === b.length && a.every((x, k) => x === b[k]); }

/** Adds builtin trigger functions, by prosrc. */
export function defineTriggerFunctions(table: Readonly<Record<string, InternalTrigger>>): void {
  for (const [k, v] of Object.entries(table)) triggers.set(k, v);
}
const triggers = new Map<string, InternalTrigger>([['suppress_redundant_updates_trigger', suppressRedundant]]);

// eslint-disable-next-line require-yield
registerTriggerRunner('internal', function* (oid, call, x): Steps<Datum[] | null> {
  const name = x.session.catalog().syscache('PROCOID', oid)!.prosrc;
  const trigger = triggers.get(name);
  if (trigger === undefined) throw new SqlError('0A000', `the trigger function ${name} is not supported yet`);
  return trigger(call, x);
});
