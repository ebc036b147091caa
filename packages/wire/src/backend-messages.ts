/** The messages that the server sends, written straight into the output buffer. */
import type { OutputBuffer } from './output-buffer.js';
import type { TransactionStatus, WireField, WireFormat } from './session-port.js';

export const Backend = {
  Authentication: 0x52, BackendKeyData: 0x4b, BindComplete: 0x32, CloseComplete: 0x33, CommandComplete: 0x43,
  CopyData: 0x64, CopyDone: 0x63, CopyInResponse: 0x47, CopyOutResponse: 0x48, DataRow: 0x44,
  EmptyQueryResponse: 0x49, ErrorResponse: 0x45, NegotiateProtocolVersion: 0x76, NoData: 0x6e,
  NoticeResponse: 0x4e, NotificationResponse: 0x41, ParameterDescription: 0x74, ParameterStatus: 0x53,
  ParseComplete: 0x31, PortalSuspended: 0x73, ReadyForQuery: 0x5a, RowDescription: 0x54,
} as const;

export const Authentication = { Ok: 0, Sasl: 10, SaslContinue: 11, SaslFinal: 12 } as const;

/** A message without a body. */
export function writeBare(out: OutputBuffer, code: number): void {
  out.begin(code);
  out.end();
}

export function writeReadyForQuery(out: OutputBuffer, status: TransactionStatus): void {
  out.begin(Backend.ReadyForQuery);
  out.byte(status.charCodeAt(0));
  out.end();
}

/** `formats` as in Bind: none means text, one stands for all. A field's own format goes first. */
export function writeRowDescription(out: OutputBuffer, fields: readonly WireField[], formats: readonly number[]): void {
  out.begin(Backend.RowDescription);
  out.int16(fields.length);
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    out.text(field.name);
    out.int32(field.tableOid);
    out.int16(field.attnum);
    out.int32(field.typeOid);
    out.int16(field.typeLen);
    out.int32(field.typmod);
    out.int16(field.format ?? (formats.length === 1 ? formats[0]! : formats[i] ?? 0));
  }
  out.end();
}

/** Whole messages by their fields: statements that run again and again keep theirs. */
const described = new WeakMap<readonly WireField[], Uint8Array>();
const noFormats: readonly number[] = [];

/** A RowDescription in text format; arrays that come back are not encoded anew. */
export function writeTextRowDescription(out: OutputBuffer, fields: readonly WireField[]): void {
  const known = described.get(fields);
  if (known !== undefined) {
    out.raw(known, 0, known.length);
    return;
  }
  const from = out.length;
  writeRowDescription(out, fields, noFormats);
  described.set(fields, out.copy(from));
}

export function writeParameterDescription(out: OutputBuffer, oids: readonly number[]): void {
  out.begin(Backend.ParameterDescription);
  out.int16(oids.length);
  for (const oid of oids) out.int32(oid);
  out.end();
}

export function writeCommandComplete(out: OutputBuffer, tag: string): void {
  out.begin(Backend.CommandComplete);
  out.ascii(tag);
  out.end();
}

export function writeCopyResponse(out: OutputBuffer, code: number, format: WireFormat, columns: readonly WireFormat[]): void {
  out.begin(code);
  out.byte(format);
  out.int16(columns.length);
  for (const column of columns) out.int16(column);
  out.end();
}

export function writeParameterStatus(out: OutputBuffer, name: string, value: string): void {
  out.begin(Backend.ParameterStatus);
  out.text(name);
  out.text(value);
  out.end();
}

export function writeNotification(out: OutputBuffer, pid: number, channel: string, payload: string): void {
  out.begin(Backend.NotificationResponse);
  out.int32(pid);
  out.text(channel);
  out.text(payload);
  out.end();
}

export function writeBackendKeyData(out: OutputBuffer, pid: number, secretKey: number): void {
  out.begin(Backend.BackendKeyData);
  out.int32(pid);
  out.int32(secretKey);
  out.end();
}

/** An authentication request, with a body for the SASL ones. */
export function writeAuthentication(out: OutputBuffer, kind: number, body?: Uint8Array): void {
  out.begin(Backend.Authentication);
  out.int32(kind);
  if (body !== undefined) out.raw(body, 0, body.length);
  out.end();
}

/** `version` is the newest that both sides know; `unknown` are the _pq_ options that the server ignores. */
export function writeNegotiateVersion(out: OutputBuffer, version: number, unknown: readonly string[]): void {
  out.begin(Backend.NegotiateProtocolVersion);
  out.int32(version);
  out.int32(unknown.length);
  for (const name of unknown) out.text(name);
  out.end();
}
