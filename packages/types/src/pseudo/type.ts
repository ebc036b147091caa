/** Pseudo-types: void, and those that values can never be read into or shown as. */
import { defineFunctions, type BuiltinFn } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { defineBaseType } from '../any/text-io.js';
import { collationOf } from '../text/collation.js';

export const voidType = defineBaseType({
  oid: 2278, name: 'void', physical: 'text', len: 4,
  parse: () => '',
  format: () => '',
  send: () => new Uint8Array(0),
  receive: () => '',
}, ['void_in', 'void_out', 'void_recv', 'void_send']);

/** Types with an input and an output function that only refuse. */
const REFUSING = [
  'any', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray', 'trigger', 'event_trigger',
  'language_handler', 'fdw_handler', 'index_am_handler', 'table_am_handler', 'tsm_handler', 'internal', 'pg_ddl_command',
] as const;

function refusal(name: string, verb: 'accept' | 'display'): BuiltinFn {
  return () => {
    throw new SqlError('0A000', `cannot ${verb} a value of type ${name}`);
  };
}

const functions: Record<string, BuiltinFn> = {};
for (const name of REFUSING) {
  functions[`${name}_in`] = refusal(name, 'accept');
  functions[`${name}_out`] = refusal(name, 'display');
}
defineFunctions(functions);

defineFunctions({
  shell_in: () => {
    throw new SqlError('0A000', 'cannot accept a value of a shell type');
  },
  shell_out: () => {
    throw new SqlError('0A000', 'cannot display a value of a shell type');
  },
  pg_ddl_command_recv: refusal('pg_ddl_command', 'accept'),
  pg_ddl_command_send: refusal('pg_ddl_command', 'display'),
  any_value_transfn: (state: unknown) => state,
  btequalimage: () => true,
  btvarstrequalimage: (_opcintype: number, ctx: { collation: number }) => {
    if (ctx.collation !== 0) return collationOf(ctx.collation).deterministic;
    throw new SqlError('42P22', 'could not determine which collation to use for string comparison', { hint: 'Use the COLLATE clause to set the collation explicitly.' });
  },
  getdatabaseencoding: () => 'UTF8',
});
