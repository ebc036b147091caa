/** The 8 KiB heap pages that PostgreSQL would need for the rows of a table, from the average widths in two chunks. */
import { K_TEXT } from './chunk-kinds.js';
import type { TableImpl } from './table.js';

const PAGE_ROOM = 8192 - 24;
const TUPLE_HEADER = 24;
const LINE_POINTER = 4;
const ALIGN = 8;

const PAGE_SIZE = 8192;

export function estimatePages(table: TableImpl): number {
  return table.rows <= 0 ? 0 : Math.ceil(table.rows / rowsPerPage(table, 100));
}

/** Average rows that a heap page holds when it is filled up to `fillfactor` percent; one always fits. */
export function rowsPerPage(table: TableImpl, fillfactor: number): number {
  const last = table.file.pageCount - 1;
  const size = last < 0 ? 0 : averageRow(table, last > 0 ? 0 : last);
  const room = PAGE_ROOM - Math.floor((PAGE_SIZE * (100 - fillfactor)) / 100);
  return Math.max(1, Math.floor(room / (size + LINE_POINTER)));
}

function averageRow(table: TableImpl, chunkNo: number): number {
  const chunk = table.chunk(chunkNo);
  let bytes = TUPLE_HEADER;
  for (let attnum = 1; attnum < table.codecs.length; attnum++) {
    const len = table.spec.columns[attnum - 1]?.type.len ?? -1;
    if (len > 0) bytes = alignTo(bytes, len >= 8 ? 8 : len >= 4 ? 4 : len) + len;
    else if (chunk !== undefined && chunk.columns[attnum]!.kind >= K_TEXT) {
      const column = chunk.columns[attnum]!;
      const average = (column.heapUsed - column.garbage) / Math.max(1, chunk.count);
      bytes += average + (average < 127 ? 1 : 4);
    } else bytes += ALIGN;
  }
  return alignTo(bytes, ALIGN);
}

function alignTo(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}
