/** pg_options_to_table: an options array (name=value) as rows. */
import { defineFunctions, PgRecord, type PgArray } from '@pglitedb/types';

function* optionRows(options: PgArray): Generator<PgRecord> {
  for (const option of options.elements as string[]) {
    const at = option.indexOf('=');
    yield new PgRecord(2249, at < 0 ? [option, null] : [option.slice(0, at), option.slice(at + 1)], [25, 25], ['option_name', 'option_value']);
  }
}

defineFunctions({ pg_options_to_table: { set: true, fn: optionRows } });
