/**
 * The messages that a client may send, with the length that each may have. A length beyond its limit is taken for a
 * loss of synchronisation, as PostgreSQL does: short messages are bounded tightly so that garbage cannot make the
 * server wait for a gigabyte.
 */
import { SqlError } from '@pglitedb/types';

/** Codes are the ASCII letters of the protocol. */
export const Frontend = {
  Bind: 0x42, Close: 0x43, CopyData: 0x64, CopyDone: 0x63, CopyFail: 0x66, Describe: 0x44, Execute: 0x45,
  Flush: 0x48, FunctionCall: 0x46, Parse: 0x50, Password: 0x70, Query: 0x51, Sync: 0x53, Terminate: 0x58,
} as const;

const shortBytesMax = 10_000;
export const startupPacketBytesMax = 10_000;
export const saslBytesMax = 1024;
/** PostgreSQL's largest allocation less one byte. */
export const messageBytesMax = 0x3fff_fffe;

const long = new Set<number>([
  Frontend.Bind, Frontend.CopyData, Frontend.FunctionCall, Frontend.Parse, Frontend.Query,
]);

/** limits[code] is the length limit; 0 marks a code that is no message. */
const limits = new Float64Array(256);
for (const code of Object.values(Frontend)) limits[code] = long.has(code) ? messageBytesMax : shortBytesMax;
limits[Frontend.Password] = 0;

/** The connection cannot go on: input that is no protocol. */
export function protocolViolation(message: string): SqlError {
  return new SqlError('08P01', message, { severity: 'FATAL' });
}

/** Length limit of a message once the session runs. Raises 08P01 for an unknown code. */
export function messageLimit(code: number): number {
  const limit = limits[code]!;
  if (limit === 0) throw protocolViolation(`invalid frontend message type ${code}`);
  return limit;
}

/** During authentication only password messages are expected. */
export function passwordLimit(code: number): number {
  if (code !== Frontend.Password) throw protocolViolation(`expected password response, got message type ${code}`);
  return saslBytesMax;
}
