/** Column kinds of a chunk from this one on are of variable width (storage's chunk/column.ts). */
export const K_TEXT = 9;
