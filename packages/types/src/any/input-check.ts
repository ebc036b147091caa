/** pg_input_is_valid and pg_input_error_info: does a text read as a type, and what is wrong with it. */
import { SqlError } from '../errors.js';
import { defineFunctions, type CallContext } from '../function-impl.js';

/** The error of reading the text, undefined for none; an unknown type is an error of the call itself. */
function inputError(text: string, typeName: string, c: CallContext): SqlError | undefined {
  const type = c.env.types.typeByName(typeName);
  if (type === undefined) throw new SqlError('42704', `type "${typeName}" does not exist`);
  const impl = c.env.types.typeImpl(type.oid);
  try {
    impl.parse(text, type.typmod, c.env);
    return undefined;
  } catch (e) {
    if (e instanceof SqlError && e.hard !== true) return e;
    throw e;
  }
}

defineFunctions({
  pg_input_is_valid: (text: string, typeName: string, c: CallContext) => inputError(text, typeName, c) === undefined,
  /** message, detail, hint, sql_error_code */
  pg_input_error_info: (text: string, typeName: string, c: CallContext) => {
    const e = inputError(text, typeName, c);
    return e === undefined ? [null, null, null, null] : [e.message, e.detail ?? null, e.hint ?? null, e.code];
  },
});
