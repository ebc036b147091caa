/** pg_input_is_valid and pg_input_error_info: does a text read as a type, and what is wrong with it. */
import { defineFunctions, type CallContext } from '../function-impl.js';
import { SqlError } from '../errors.js';
import { PgRecord, RECORD_OID } from '../record/value.js';

/** The error of reading the text, undefined for none; an unknown type is an error of the call itself. */
function inputError(text: string, typeName: string, ctx: CallContext): SqlError | undefined {
  const type = ctx.env.types.typeByName(typeName);
  if (type === undefined) throw new SqlError('42704', `type "${typeName}" does not exist`);
  const impl = ctx.env.types.typeImpl(type.oid);
  try {
    const value: unknown = impl.parse(text, type.typmod, ctx.env);
    if (type.typmod >= 0 && impl.coerce !== undefined) impl.coerce(value, type.typmod, false);
    return undefined;
  } catch (e) {
    if (e instanceof SqlError) return e;
    throw e;
  }
}

const TEXT = 25;

defineFunctions({
  pg_input_is_valid: (text: string, typeName: string, ctx: CallContext) => inputError(text, typeName, ctx) === undefined,
  pg_input_error_info: (text: string, typeName: string, ctx: CallContext) => {
    const e = inputError(text, typeName, ctx);
    const values = e === undefined ? [null, null, null, null] : [e.message, e.detail ?? null, e.hint ?? null, e.code];
    return new PgRecord(RECORD_OID, values, [TEXT, TEXT, TEXT, TEXT], ['message', 'detail', 'hint', 'sql_error_code']);
  },
});
