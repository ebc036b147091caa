/** Rows of builtin set-returning functions. */
import type { Datum } from '@pglitedb/types';

/** A row for a function whose result has several columns: SetSource spreads arrays. */
export const row = (values: Datum[]): Datum[] => values;
