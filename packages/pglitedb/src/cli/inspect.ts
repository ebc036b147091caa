/** pglitedb inspect: shows what is in a data directory, without changing it. */
import { SqlError } from '@pglitedb/types';

export async function inspect(args: readonly string[]): Promise<number> {
  const [what] = args;
  if (what === undefined || !['page', 'wal', 'catalog', 'plan'].includes(what)) {
    throw new SqlError('22023', 'inspect needs one of page, wal, catalog, plan', { hint: 'Try "pglitedb --help".' });
  }
  throw new SqlError('0A000', `inspect ${what} is not supported yet`);
}
