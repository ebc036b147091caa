/** UTF-8 text from the client. Bytes that are no UTF-8 raise 22021, naming the first bad sequence. */
import { isUtf8 } from 'node:buffer';
import { SqlError } from '@pglitedb/types';

const replacement = '\ufffd';

export function decodeText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  if (text.includes(replacement)) {
    const view = bytes.subarray(from, to);
    if (!isUtf8(view)) throw invalidSequence(view);
  }
  return text;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if ((lead & 0xe0) === 0xc0) return 2;
  if ((lead & 0xf0) === 0xe0) return 3;
  return (lead & 0xf8) === 0xf0 ? 4 : 1;
}

function invalidSequence(bytes: Buffer): SqlError {
  let position = 0;
  let length = 1;
  for (; position < bytes.length; position += length) {
    length = sequenceLength(bytes[position]!);
    if (!isUtf8(bytes.subarray(position, position + length))) break;
  }
  const shown = [...bytes.subarray(position, position + length)].map((b) => `0x${b.toString(16).padStart(2, '0')}`);
  return new SqlError('22021', `invalid byte sequence for encoding "UTF8": ${shown.join(' ')}`);
}
