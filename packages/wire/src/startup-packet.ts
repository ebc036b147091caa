/**
 * The first packet of a connection: either one of the special requests (TLS, GSS encryption, cancel) or the start-up
 * message with the protocol version and name/value pairs, among them command-line style `options`.
 */
import { SqlError } from '@pglitedb/types';
import type { BodyReader } from './body-reader.js';
import { protocolViolation } from './frontend-messages.js';

const requestCode = (low: number): number => (1234 << 16) | low;
const cancelCode = requestCode(5678);
const tlsCode = requestCode(5679);
const gssCode = requestCode(5680);
const cancelKeyBytesMax = 256;

export const protocolNewest = (3 << 16) | 2;

export type StartupPacket =
  | { kind: 'tls' }
  | { kind: 'gss' }
  | { kind: 'cancel'; pid: number; secretKey: number }
  | {
      kind: 'startup'; version: number; user: string; database: string;
      options: ReadonlyMap<string, string>; unknownOptions: readonly string[];
    };

export function parseStartupPacket(body: BodyReader): StartupPacket {
  if (body.remaining < 4) throw protocolViolation('invalid length of startup packet');
  const code = body.int32();
  if (code === tlsCode) return { kind: 'tls' };
  if (code === gssCode) return { kind: 'gss' };
  if (code === cancelCode) return parseCancel(body);
  if (code >>> 16 !== 3) {
    const asked = `${code >>> 16}.${code & 0xffff}`;
    throw new SqlError('0A000', `unsupported frontend protocol ${asked}: server supports 3.0 to 3.2`,
      { severity: 'FATAL' });
  }
  return parseStartup(body, code);
}

function parseCancel(body: BodyReader): StartupPacket {
  if (body.remaining < 5 || body.remaining > 4 + cancelKeyBytesMax) {
    throw protocolViolation('invalid length of cancel request packet');
  }
  const pid = body.int32();
  // Keys are four bytes here, in every protocol version; another length can match no session.
  return { kind: 'cancel', pid: body.remaining === 4 ? pid : 0, secretKey: body.remaining === 4 ? body.int32() : 0 };
}

function parseStartup(body: BodyReader, version: number): StartupPacket {
  const settings = new Map<string, string>();
  const unknownOptions: string[] = [];
  let user = '';
  let database = '';
  let commandLine = '';
  for (;;) {
    if (body.remaining === 0) throw layoutError();
    const name = body.text();
    if (name === '') break;
    const value = body.text();
    if (name === 'user') user = value;
    else if (name === 'database') database = value;
    else if (name === 'options') commandLine = value;
    else if (name === 'replication') refuseReplication(value);
    else if (name.startsWith('_pq_.')) unknownOptions.push(name);
    else settings.set(name, value);
  }
  if (body.remaining !== 0) throw layoutError();
  if (user === '') {
    throw new SqlError('28000', 'no PostgreSQL user name specified in startup packet', { severity: 'FATAL' });
  }
  const options = parseCommandLine(commandLine);
  for (const [name, value] of settings) options.set(name, value);
  return { kind: 'startup', version, user, database: database === '' ? user : database, options, unknownOptions };
}

function layoutError(): SqlError {
  return protocolViolation('invalid startup packet layout: expected terminator as last byte');
}

function refuseReplication(value: string): void {
  if (/^(0|off|false|no)$/i.test(value)) return;
  throw new SqlError('0A000', 'replication connections are not supported yet', { severity: 'FATAL' });
}

/** Words of `options`: separated by white space, a backslash takes the next character as it is. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:\\[\s\S]|[^\s\\])+/g)].map((match) => match[0].replace(/\\([\s\S])/g, '$1'));
}

/** Settings from `-c name=value`, `-cname=value` and `--name=value`; the switches a session may give. */
export function parseCommandLine(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  const words = splitWords(text);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    let assignment: string;
    if (word === '-c') assignment = words[++i] ?? '';
    else if (word.startsWith('-c') || word.startsWith('--')) assignment = word.slice(2);
    else throw badSwitch('42601', `invalid command-line argument for server process: ${word}`);
    const equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw badSwitch('42601', word.startsWith('--') ? `--${assignment} requires a value` : `-c ${assignment} requires a value`);
    }
    settings.set(assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1));
  }
  return settings;
}

function badSwitch(code: string, message: string): SqlError {
  return new SqlError(code, message, { severity: 'FATAL' });
}
