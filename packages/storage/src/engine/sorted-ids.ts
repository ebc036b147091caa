/** The set of page ids in ascending order: sorted when first asked for after a change. */
import type { PageId } from '../page-id.js';

export class SortedIds {
  private readonly members = new Set<PageId>();
  private sorted: Float64Array | undefined;

  add(id: PageId): void {
    this.members.add(id);
    this.sorted = undefined;
  }

  delete(id: PageId): void {
    this.members.delete(id);
    this.sorted = undefined;
  }

  *range(from: PageId, to: PageId): Iterable<PageId> {
    const sorted = (this.sorted ??= Float64Array.from(this.members).sort());
    for (let i = lowerBound(sorted, from); i < sorted.length && sorted[i]! < to; i++) yield sorted[i]!;
  }
}

function lowerBound(sorted: Float64Array, id: PageId): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
