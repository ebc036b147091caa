/** Log records as text, for `pglitedb inspect wal`. The bytes are specified in records.ts. */
import { CHUNK_ROWS } from '@pglitedb/storage';
import type { Datum } from '@pglitedb/types';
import { readPrepare } from '../two-phase/prepared.js';
import { readBlockColumn } from './block.js';
import { readCell } from './cells.js';
import { KINDS, OP, REC, UNLOGGED } from './records.js';
import { RedoReader } from './redo-buffer.js';

export interface LogDescription { kind: string; xid: number | undefined; /** one line per operation */ operations: string[] }

const TEXT_SHOWN_MAX = 60;
const KIND_NAMES = Object.fromEntries(Object.entries(REC).map(([name, code]) => [code, name]));

/** nameOf: what to call a relation file. A part may begin or end in the middle of a transaction, never of an operation. */
export function describeLogRecord(bytes: Uint8Array, nameOf: (relfile: number) => string = String): LogDescription {
  const input = new RedoReader(bytes);
  const code = input.u8();
  const kind = KIND_NAMES[code] ?? `unknown kind ${code}`;
  switch (code) {
    case REC.part: {
      const xid = input.varint();
      const at = input.varint();
      return { kind: `part at ${at}`, xid, operations: operationsOf(input, nameOf) };
    }
    case REC.commit: return { kind, xid: input.varint(), operations: operationsOf(input, nameOf) };
    case REC.abort: return { kind, xid: input.varint(), operations: [] };
    case REC.cut: {
      const xid = input.varint();
      return { kind: `cut at ${input.varint()}`, xid, operations: [] };
    }
    case REC.counters: return { kind, xid: undefined, operations: [`next xid ${input.varint()}, oid ${input.varint()}, relation file ${input.varint()}`] };
    case REC.prepare: {
      const xid = input.varint();
      const { gid } = readPrepare(xid, input);
      return { kind: `prepare ${JSON.stringify(gid)}`, xid, operations: operationsOf(input, nameOf) };
    }
    case REC.sequences: return { kind, xid: undefined, operations: operationsOf(input, nameOf) };
    default: return { kind, xid: undefined, operations: [] };
  }
}

function operationsOf(input: RedoReader, nameOf: (relfile: number) => string): string[] {
  const out: string[] = [];
  while (!input.done) out.push(operation(input, nameOf));
  return out;
}

function operation(input: RedoReader, nameOf: (relfile: number) => string): string {
  const op = input.u8();
  const name = nameOf(input.varint());
  switch (op) {
    case OP.insert: return `insert ${name} ${row(input)} (${cells(input)})`;
    case OP.insertBlock: {
      const first = row(input);
      const n = input.varint();
      for (let k = input.varint(); k > 0; k--) readBlockColumn(input, undefined, n);
      return `insert ${n} rows into ${name} from ${first} on`;
    }
    case OP.update: return `update ${name} ${row(input)} ${numberedCells(input)}`;
    case OP.delete: return `delete ${name} ${row(input)}`;
    case OP.entryAdd: case OP.entryAgain: return `${op === OP.entryAdd ? 'add entry' : 'entry again'} ${name} -> ${row(input)} (${cells(input)})`;
    case OP.entryRemove: return `remove entry ${name} -> ${row(input)} (${cells(input)})`;
    case OP.sequence: {
      const called = input.u8() === 1;
      return `sequence ${name} ${show(readCell(input, undefined))}${called ? '' : ', not called'}`;
    }
    case OP.createTable: {
      const unlogged = (input.u8() & UNLOGGED) !== 0;
      const kinds = Array.from({ length: input.varint() }, () => KINDS[input.u8()]);
      return `create ${unlogged ? 'unlogged ' : ''}table ${name} (${kinds.join(', ')})`;
    }
    case OP.createIndex: {
      const unlogged = (input.u8() & UNLOGGED) !== 0;
      const table = input.varint() - 1;
      return `create ${unlogged ? 'unlogged ' : ''}index ${name}${table < 0 ? '' : ` on ${nameOf(table)}`}`;
    }
    case OP.drop: return `drop ${name}`;
    case OP.extend: {
      const first = input.varint();
      const columns = Array.from({ length: input.varint() }, () => `${KINDS[input.u8()]} default ${show(readCell(input, undefined))}`);
      return `extend ${name} from column ${first}: ${columns.join(', ')}`;
    }
    case OP.truncate: return `truncate ${name}`;
    default: throw new Error(`the log has operation ${op} of a later version`);
  }
}

/** As ctid shows it. */
function row(input: RedoReader): string {
  const rowid = input.varint();
  return `(${Math.floor(rowid / CHUNK_ROWS)},${(rowid % CHUNK_ROWS) + 1})`;
}
function cells(input: RedoReader): string {
  return Array.from({ length: input.varint() }, () => show(readCell(input, undefined))).join(', ');
}
function numberedCells(input: RedoReader): string {
  return Array.from({ length: input.varint() }, () => `${input.varint()} = ${show(readCell(input, undefined))}`).join(', ');
}
function show(value: Datum): string {
  const text = value === null || value === undefined ? 'NULL' : value instanceof Uint8Array ? `\\x${Buffer.from(value.subarray(0, TEXT_SHOWN_MAX)).toString('hex')}` : typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}… (${text.length} characters)` : text;
}
