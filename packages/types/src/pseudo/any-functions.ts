/** Functions over values of any type: pg_num_nulls, pg_input_is_valid, pg_input_error_info; and the key word list. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { PgArray } from '../array/value.js';
import { PgRecord, RECORD_OID } from '../record/value.js';
import { keywordRows } from '../text/keywords.js';

/** Arguments of VARIADIC "any", given singly or as an array; null for VARIADIC NULL. */
function anyArguments(all: unknown[]): unknown[] | null {
  const ctx = all[all.length - 1] as CallContext;
  if (!ctx.variadic) return all.slice(0, -1);
  const array = all[0] as PgArray | null;
  return array === null ? null : array.elements;
}

const countNulls = (all: unknown[], nulls: boolean): number | null => {
  const values = anyArguments(all);
  return values === null ? null : values.filter((v) => (v === null) === nulls).length;
};

/** Reads a text as a value of a type; the error where the type refuses it. */
function inputError(text: string, typeName: string, ctx: CallContext): SqlError | null {
  const type = ctx.env.types.typeByName(typeName);
  if (type === undefined) throw new SqlError('42704', `type "${typeName}" does not exist`);
  try {
    ctx.env.types.typeImpl(type.oid).parse(text, type.typmod, ctx.env);
    return null;
  } catch (e) {
    if (e instanceof SqlError) return e;
    throw e;
  }
}

const TEXT = 25;

defineFunctions({
  pg_num_nulls: (...all: unknown[]) => countNulls(all, true),
  pg_num_nonnulls: (...all: unknown[]) => countNulls(all, false),
  pg_input_is_valid: (text: string, typeName: string, ctx: CallContext) => inputError(text, typeName, ctx) === null,
  pg_input_error_info: (text: string, typeName: string, ctx: CallContext) => {
    const e = inputError(text, typeName, ctx);
    const values = e === null ? [null, null, null, null] : [e.message, e.detail ?? null, e.hint ?? null, e.code];
    return new PgRecord(RECORD_OID, values, [TEXT, TEXT, TEXT, TEXT], ['message', 'detail', 'hint', 'sql_error_code']);
  },
  pg_get_keywords: { fn: keywordRows, set: true },
});
