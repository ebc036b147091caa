import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScramExchange, scramVerifier } from './scram.js';

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The client's final message, computed from the password alone. */
function clientFinal(password: string, first: string, serverFirst: string): string {
  const [, nonce, salt, iterations] = /^r=(.*),s=(.*),i=(\d+)$/.exec(serverFirst)!;
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const withoutProof = `c=biws,r=${nonce}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), `${first.slice(3)},${serverFirst},${withoutProof}`);
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i]!));
  return `${withoutProof},p=${proof.toString('base64')}`;
}

describe('SCRAM-SHA-256', () => {
  it('follows the exchange of RFC 7677', () => {
    const verifier = scramVerifier('pencil', 4096, Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
    const exchange = new ScramExchange('user', verifier, '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0');
    expect(exchange.first('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096');
    expect(exchange.final(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it('accepts the right password and no other', () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (password, other) => {
      const verifier = scramVerifier(password, 16);
      const first = 'n,,n=,r=abc';
      for (const attempt of [password, other]) {
        const exchange = new ScramExchange('u', verifier);
        const answer = clientFinal(attempt, first, exchange.first(first));
        if (attempt === password) expect(exchange.final(answer)).toMatch(/^v=/);
        else expect(() => exchange.final(answer)).toThrow('password authentication failed for user "u"');
      }
    }), { numRuns: 25 });
  });

  it('plays the exchange to its end for a role without a verifier', () => {
    const first = 'n,,n=,r=abc';
    const salts = [1, 2].map(() => new ScramExchange('nobody', undefined).first(first).split(',')[1]);
    expect(salts[0]).toBe(salts[1]);
    const exchange = new ScramExchange('nobody', undefined);
    const answer = clientFinal('x', first, exchange.first(first));
    expect(() => exchange.final(answer)).toThrow('password authentication failed');
  });

  it('refuses a foreign nonce and malformed messages', () => {
    const exchange = new ScramExchange('u', scramVerifier('x', 16));
    expect(() => exchange.first('nonsense')).toThrow('malformed SCRAM message');
    exchange.first('n,,n=,r=abc');
    expect(() => exchange.final('c=biws,r=abc,p=AAAA')).toThrow('invalid SCRAM response');
  });
});
