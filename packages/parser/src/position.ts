/** Parse trees hold UTF-8 byte offsets; PostgreSQL reports positions in characters, from 1. */
export function characterPosition(sql: string, byteOffset: number): number | undefined {
  if (byteOffset < 0) return undefined;
  let bytes = 0;
  let characters = 0;
  for (let i = 0; i < sql.length && bytes < byteOffset; i++, characters++) {
    const unit = sql.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return characters + 1;
}

/** The piece of text between two byte offsets. length 0 = to the end. */
export function sliceBytes(sql: string, byteOffset: number, byteLength: number): string {
  const start = utf16Index(sql, byteOffset);
  return byteLength === 0 ? sql.slice(start) : sql.slice(start, utf16Index(sql, byteOffset + byteLength));
}
function utf16Index(sql: string, byteOffset: number): number {
  let bytes = 0;
  let i = 0;
  while (i < sql.length && bytes < byteOffset) {
    const unit = sql.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4;
      i += 2;
      continue;
    }
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    i++;
  }
  return i;
}
