/** Limits of sessions, in one place. */
/** Rows asked of the executor at a time. */
export const BATCH_ROWS_MAX = 1024;
