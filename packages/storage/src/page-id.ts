/** Page ids: one safe integer for (relation file, page number). relfile < 2^29, page number < 2^24. */
export const PAGES_PER_RELFILE = 2 ** 24;

export type PageId = number;
/** Position in the log, in bytes since the database was created. */
export type Lsn = number;

export function pageId(relfile: number, pageNo: number): PageId {
  return relfile * PAGES_PER_RELFILE + pageNo;
}

export function relfileOf(id: PageId): number {
  return Math.floor(id / PAGES_PER_RELFILE);
}

export function pageNoOf(id: PageId): number {
  return id % PAGES_PER_RELFILE;
}
