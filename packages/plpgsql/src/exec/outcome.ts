/** How statements end: on to the next one, out of a loop or block, out of the function, or on with the loop. */
export const OK = 0, EXIT = 1, RETURN = 2, CONTINUE = 3;
export type Outcome = typeof OK | typeof EXIT | typeof RETURN | typeof CONTINUE;
