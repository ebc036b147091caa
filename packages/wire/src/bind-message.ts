/** Parse, Bind, Describe, Execute and Close: from the body of the message to the session port's arguments. */
import { SqlError } from '@pglitedb/types';
import type { BodyReader } from './body-reader.js';

const none: readonly never[] = Object.freeze([]);

export interface BindMessage {
  portal: string; statement: string;
  formats: readonly number[]; values: readonly (Uint8Array | undefined)[]; resultFormats: readonly number[];
}

function readFormats(body: BodyReader): readonly number[] {
  const count = body.count();
  if (count === 0) return none;
  const formats: number[] = [];
  for (let i = 0; i < count; i++) {
    const format = body.int16();
    if (format !== 0 && format !== 1) throw new SqlError('22023', `unsupported format code: ${format}`);
    formats.push(format);
  }
  return formats;
}

function readValues(body: BodyReader): readonly (Uint8Array | undefined)[] {
  const count = body.count();
  if (count === 0) return none;
  const values: (Uint8Array | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const length = body.int32();
    values.push(length === -1 ? undefined : body.slice(length));
  }
  return values;
}

export function readBind(body: BodyReader): BindMessage {
  const portal = body.text();
  const statement = body.text();
  const formats = readFormats(body);
  const values = readValues(body);
  const resultFormats = readFormats(body);
  body.close();
  if (formats.length > 1 && formats.length !== values.length) {
    throw new SqlError('08P01', `bind message has ${formats.length} parameter formats but ${values.length} parameters`);
  }
  return { portal, statement, formats, values, resultFormats };
}

export function readParameterTypes(body: BodyReader): readonly number[] {
  const count = body.count();
  if (count === 0) return none;
  const oids: number[] = [];
  for (let i = 0; i < count; i++) oids.push(body.oid());
  return oids;
}

const statementKind = 0x53;
const portalKind = 0x50;

/** The target of Describe and Close. */
export function readTarget(body: BodyReader, message: string): { statement: boolean; name: string } {
  const kind = body.byte();
  const name = body.text();
  body.close();
  if (kind !== statementKind && kind !== portalKind) {
    throw new SqlError('08P01', `invalid ${message} message subtype ${kind}`);
  }
  return { statement: kind === statementKind, name };
}
