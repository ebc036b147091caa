/** Names that the system chooses (makeObjectName). */

const NAME_BYTES_MAX = 63;
const encoder = new TextEncoder();
const bytesOf = (s: string): number => encoder.encode(s).length;

/** Cuts to at most `max` bytes at a character boundary. */
function clip(s: string, max: number): string {
  if (bytesOf(s) <= max) return s;
  const bytes = encoder.encode(s);
  let end = max;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

/** name1_name2_label, shortening the longer of the names until it fits into 63 bytes. */
export function makeObjectName(name1: string, name2: string | undefined, label: string | undefined): string {
  let overhead = 0;
  if (name2 !== undefined) overhead++;
  if (label !== undefined) overhead += bytesOf(label) + 1;
  const available = NAME_BYTES_MAX - overhead;
  let n1 = bytesOf(name1);
  let n2 = name2 === undefined ? 0 : bytesOf(name2);
  while (n1 + n2 > available) {
    if (n1 > n2) n1--;
    else n2--;
  }
  return [clip(name1, n1), ...(name2 === undefined ? [] : [clip(name2, n2)]), ...(label === undefined ? [] : [label])].join('_');
}
