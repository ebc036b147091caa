/** Authentication by SCRAM-SHA-256: the messages around the exchange. */
import * as messages from './backend-messages.js';
import type { BodyReader } from './body-reader.js';
import type { Connection, Phase } from './connection.js';
import { passwordLimit, protocolViolation } from './frontend-messages.js';
import { mechanism, ScramExchange } from './scram.js';

const { Authentication } = messages;

export class SaslPhase implements Phase {
  readonly typed = true;
  readonly limitOf = passwordLimit;
  private readonly exchange: ScramExchange;
  private stage: 'first' | 'final' | 'done' = 'first';

  constructor(private readonly connection: Connection, user: string, verifier: string | undefined,
    private readonly onProven: () => Promise<void>, private readonly onGone: () => void) {
    this.exchange = new ScramExchange(user, verifier);
  }

  begin(): void {
    messages.writeAuthentication(this.connection.out, Authentication.Sasl, Buffer.from(`${mechanism}\0\0`));
  }

  handle(_code: number, body: BodyReader): Promise<void> | void {
    if (this.stage === 'first') return this.handleFirst(body);
    if (this.stage === 'final') return this.handleFinal(body);
    throw protocolViolation('unexpected password response');
  }

  dispose(): void {
    this.onGone();
  }

  private handleFirst(body: BodyReader): void {
    const chosen = body.text();
    if (chosen !== mechanism) throw protocolViolation('client selected an invalid SASL authentication mechanism');
    const length = body.int32();
    const { out } = this.connection;
    if (length === -1) {
      body.close();
      return messages.writeAuthentication(out, Authentication.SaslContinue, Buffer.alloc(0));
    }
    const message = body.slice(length).toString('utf8');
    body.close();
    messages.writeAuthentication(out, Authentication.SaslContinue, Buffer.from(this.exchange.first(message)));
    this.stage = 'final';
  }

  private handleFinal(body: BodyReader): Promise<void> {
    const message = body.slice(body.remaining).toString('utf8');
    const answer = this.exchange.final(message);
    this.stage = 'done';
    messages.writeAuthentication(this.connection.out, Authentication.SaslFinal, Buffer.from(answer));
    return this.onProven();
  }
}

