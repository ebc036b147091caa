/**
 * One value in a log record: a tag byte, then what the tag says. Self-describing, so that replay needs no types; a
 * 'bytes' cell is what TypeImpl.encode makes.
 *
 *   0 NULL   1 false   2 true   3 integer >= 0 (LEB128)   4 integer < 0 (LEB128 of -1 - n)   5 float64   6 int64 (bigint)
 *   7 text   8 bytes
 */
import type { Datum, Physical } from '@pglitedb/types';
import type { RedoBuffer, RedoReader } from './redo-buffer.js';

export const CELL = { null: 0, false: 1, true: 2, positive: 3, negative: 4, float: 5, bigint: 6, text: 7, bytes: 8 } as const;

export interface CellType {
  readonly physical: Physical;
  encode?(value: Datum): Uint8Array;
  decode?(bytes: Uint8Array): Datum;
}

export function writeCell(out: RedoBuffer, type: CellType, value: Datum): void {
  if (value === null || value === undefined) {
    out.u8(CELL.null);
    return;
  }
  switch (typeof value) {
    case 'number':
      if (type.physical !== 'bytes' || type.encode === undefined) {
        writeNumber(out, value);
        return;
      }
      break;
    case 'boolean':
      if (type.physical === 'bool') {
        out.u8(value ? CELL.true : CELL.false);
        return;
      }
      break;
    case 'bigint':
      if (type.physical !== 'bytes') {
        out.u8(CELL.bigint);
        out.int64(value);
        return;
      }
      break;
    case 'string':
      if (type.physical === 'text') {
        out.u8(CELL.text);
        out.text(value);
        return;
      }
      break;
    default:
  }
  out.u8(CELL.bytes);
  out.blob(type.encode === undefined ? value as Uint8Array : type.encode(value));
}

function writeNumber(out: RedoBuffer, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    out.u8(value < 0 ? CELL.negative : CELL.positive);
    out.varint(value < 0 ? -1 - value : value);
  } else {
    out.u8(CELL.float);
    out.float64(value);
  }
}

/** type undefined or without decode: a bytes cell comes back as its bytes (a copy). */
export function readCell(input: RedoReader, type: CellType | undefined): Datum {
  const tag = input.u8();
  switch (tag) {
    case CELL.null: return null;
    case CELL.false: return false;
    case CELL.true: return true;
    case CELL.positive: return input.varint();
    case CELL.negative: return -1 - input.varint();
    case CELL.float: return input.float64();
    case CELL.bigint: return input.int64();
    case CELL.text: return input.text();
    default: {
      const bytes = input.blob();
      return type?.decode === undefined ? Uint8Array.from(bytes) : type.decode(bytes);
    }
  }
}

export function skipCell(input: RedoReader): void {
  switch (input.u8()) {
    case CELL.null: case CELL.false: case CELL.true: return;
    case CELL.positive: case CELL.negative: input.varint(); return;
    case CELL.float: case CELL.bigint: input.at += 8; return;
    default: input.blob();
  }
}
