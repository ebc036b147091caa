/** Finds the subcommand; errors are one line with a hint, and a non-zero exit code. */
import { SqlError } from '@pglitedb/types';
import { inspect } from './inspect.js';
import { serve } from './serve.js';

const HELP = `pglitedb: PostgreSQL 18 as a TypeScript library

Usage:
  pglitedb serve [options]              serve the PostgreSQL protocol
  pglitedb inspect page DIR [RELATION [PAGE]] [--rows N]     stored pages
  pglitedb inspect wal DIR [--from LSN] [--limit N]          log records
  pglitedb inspect catalog DIR [RELATION]                    databases, relations, columns
  pglitedb inspect plan DIR STATEMENT                        its plan
  pglitedb inspect check DIR                                 checksums, indexes against tables
  pglitedb --help | --version

Options of serve:
  --host ADDR         address to listen on (default 127.0.0.1)
  --port N            port (default 5432, environment PGPORT)
  --data DIR          data directory (default ./data, environment PGDATA)
  --memory            keep everything in memory
  --auth METHOD       trust (default) or scram-sha-256
  --tls-cert FILE --tls-key FILE   offer TLS
  -c NAME=VALUE       a setting for all sessions`;

export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case 'serve': return await serve(rest);
      case 'inspect': return await inspect(rest);
      case '--version': case '-V': console.log('pglitedb 0.1.0 (PostgreSQL 18.6)'); return 0;
      case undefined: case '--help': case '-h': case 'help': console.log(HELP); return command === undefined ? 2 : 0;
      default: return fail(`unknown command "${command}"`, 'Try "pglitedb --help".');
    }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), error instanceof SqlError ? error.hint : undefined);
  }
}

function fail(message: string, hint: string | undefined): number {
  console.error(`pglitedb: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  return 1;
}
