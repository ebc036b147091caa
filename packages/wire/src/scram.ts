/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), server side, without channel binding. The secret at rest is a verifier
 *   SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>      (base64)
 * A role that does not exist, or has no usable verifier, goes through the same exchange with a salt derived from its
 * name and fails at the end, so that a client cannot tell the two apart.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { SqlError } from '@pglitedb/types';

const keyLength = 32;
const saltLength = 16;
const nonceLength = 18;
const iterationsDefault = 4096;
export const mechanism = 'SCRAM-SHA-256';

/** Salts of roles that do not exist; stable while the process lives. */
const mockSecret = randomBytes(keyLength);

const hmac = (key: Uint8Array, text: string | Uint8Array): Buffer => createHmac('sha256', key).update(text).digest();
const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Builds pg_authid's verifier of a password. */
export function scramVerifier(password: string, iterations = iterationsDefault, salt: Uint8Array = randomBytes(saltLength)): string {
  const salted = pbkdf2Sync(saslPrep(password), salt, iterations, keyLength, 'sha256');
  const stored = hash(hmac(salted, 'Client Key')).toString('base64');
  const server = hmac(salted, 'Server Key').toString('base64');
  return `${mechanism}$${iterations}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`;
}

/** RFC 4013 as far as it changes text: odd spaces, characters that map to nothing, NFKC. */
function saslPrep(password: string): string {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  return password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g, '')
    .normalize('NFKC');
}

interface Verifier { iterations: number; salt: Buffer; storedKey: Buffer; serverKey: Buffer; usable: boolean }

const verifierPattern = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

function parseVerifier(text: string | undefined, user: string): Verifier {
  const match = text === undefined ? null : verifierPattern.exec(text);
  if (match !== null) {
    const storedKey = Buffer.from(match[3]!, 'base64');
    const serverKey = Buffer.from(match[4]!, 'base64');
    if (storedKey.length === keyLength && serverKey.length === keyLength) {
      return { iterations: Number(match[1]), salt: Buffer.from(match[2]!, 'base64'), storedKey, serverKey, usable: true };
    }
  }
  const key = Buffer.alloc(keyLength);
  const salt = hmac(mockSecret, user).subarray(0, saltLength);
  return { iterations: iterationsDefault, salt, storedKey: key, serverKey: key, usable: false };
}

const malformed = (detail: string): SqlError =>
  new SqlError('08P01', 'malformed SCRAM message', { severity: 'FATAL', detail });

const failed = (user: string): SqlError =>
  new SqlError('28P01', `password authentication failed for user "${user}"`, { severity: 'FATAL' });

const clientFirst = /^(?:(n)|(y)|p=([^,]*)),(?:a=([^,]*))?,((m=[^,]*,)?n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/s;
const clientFinal = /^(c=([^,]*),r=([^,]*)(?:,[^p][^,]*)*),p=([A-Za-z0-9+/=]+)$/s;

/** One exchange: `first` answers the client's first message, `final` checks its proof. Raises FATAL SqlErrors. */
export class ScramExchange {
  private readonly verifier: Verifier;
  private gs2Header = '';
  private clientFirstBare = '';
  private serverFirst = '';
  private nonce = '';

  constructor(private readonly user: string, verifier: string | undefined,
    private readonly serverNonce = randomBytes(nonceLength).toString('base64')) {
    this.verifier = parseVerifier(verifier, user);
  }

  first(message: string): string {
    const match = clientFirst.exec(message);
    if (match === null) throw malformed('The message does not have the form of a client-first-message.');
    if (match[3] !== undefined) throw malformed('Client requires channel binding, which the server does not offer.');
    if (match[4] !== undefined) {
      throw new SqlError('0A000', 'client uses authorization identity, but it is not supported', { severity: 'FATAL' });
    }
    if (match[6] !== undefined) {
      throw new SqlError('0A000', 'client requires an unsupported SCRAM extension', { severity: 'FATAL' });
    }
    this.clientFirstBare = match[5]!;
    this.gs2Header = message.slice(0, message.length - this.clientFirstBare.length);
    this.nonce = match[8]! + this.serverNonce;
    const { salt, iterations } = this.verifier;
    this.serverFirst = `r=${this.nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.serverFirst;
  }

  /** The server-final-message. */
  final(message: string): string {
    const match = clientFinal.exec(message);
    if (match === null) throw malformed('The message does not have the form of a client-final-message.');
    const [, withoutProof, binding, nonce, proof] = match;
    if (Buffer.from(binding!, 'base64').toString() !== this.gs2Header) {
      throw malformed('Unexpected SCRAM channel-binding attribute in client-final-message.');
    }
    if (nonce !== this.nonce) {
      throw new SqlError('08P01', 'invalid SCRAM response', { severity: 'FATAL', detail: 'Nonce does not match.' });
    }
    const authMessage = `${this.clientFirstBare},${this.serverFirst},${withoutProof}`;
    if (!this.proofHolds(Buffer.from(proof!, 'base64'), authMessage)) throw failed(this.user);
    return `v=${hmac(this.verifier.serverKey, authMessage).toString('base64')}`;
  }

  private proofHolds(proof: Buffer, authMessage: string): boolean {
    if (proof.length !== keyLength) throw malformed('Malformed proof in client-final-message.');
    const key = hmac(this.verifier.storedKey, authMessage);
    for (let i = 0; i < keyLength; i++) key[i]! ^= proof[i]!;
    return timingSafeEqual(hash(key), this.verifier.storedKey) && this.verifier.usable;
  }
}
