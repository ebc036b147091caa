/** What the JavaScript engine raises where a statement asks for more than it can give, as PostgreSQL's errors. */
import { SqlError } from '@pglitedb/types';

const STACK = /call stack/;
const MEMORY = /Invalid (string|array buffer|typed array|array|BigInt|data view) ?(length|size)|Array buffer allocation failed|Maximum BigInt size|Map maximum size|Set maximum size/i;

export function asSqlError(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  if (STACK.test(error.message)) {
    return new SqlError('54001', 'stack depth limit exceeded', {
      hint: 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.',
    });
  }
  return MEMORY.test(error.message) ? new SqlError('53200', 'out of memory', { detail: error.message }) : error;
}
