/** A small protocol client for campaigns: simple queries, one at a time; a lost connection rejects with code undefined. */
import { connect } from 'node:net';

const int32 = (value) => { const b = Buffer.alloc(4); b.writeInt32BE(value); return b; };
const message = (code, body) => Buffer.concat([Buffer.from(code), int32(body.length + 4), body]);

export class Client {
  #socket;
  #received = Buffer.alloc(0);
  #rows = [];
  #error;
  #pending;

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#settle(new Error('connection lost')));
  }

  static async open(port, user = 'postgres', database = 'postgres') {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve, reject) => { socket.once('connect', resolve); socket.once('error', reject); });
    const client = new Client(socket);
    const body = Buffer.concat([int32(0x30000), Buffer.from(`user\0${user}\0database\0${database}\0\0`)]);
    await client.#request(Buffer.concat([int32(body.length + 4), body]));
    return client;
  }

  /** Rows as arrays of text; rejects with the SQLSTATE in code. */
  query(sql) { return this.#request(message('Q', Buffer.from(`${sql}\0`))); }
  close() { this.#socket.destroy(); }

  #request(bytes) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      if (this.#socket.destroyed) this.#settle(new Error('connection lost'));
      else this.#socket.write(bytes);
    });
  }
  #settle(error) {
    const pending = this.#pending;
    const rows = this.#rows;
    this.#pending = undefined;
    this.#rows = [];
    this.#error = undefined;
    if (error === undefined) pending?.resolve(rows);
    else pending?.reject(error);
  }
  #receive(chunk) {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 5) {
      const length = this.#received.readInt32BE(1) + 1;
      if (this.#received.length < length) return;
      this.#message(String.fromCharCode(this.#received[0]), this.#received.subarray(5, length));
      this.#received = this.#received.subarray(length);
    }
  }
  #message(code, body) {
    if (code === 'D') this.#rows.push(dataRow(body));
    else if (code === 'E') this.#error = errorOf(body);
    else if (code === 'Z') this.#settle(this.#error);
  }
}

function dataRow(body) {
  const values = [];
  let at = 2;
  for (let k = body.readInt16BE(0); k > 0; k--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}

function errorOf(body) {
  const fields = Object.fromEntries(body.toString().split('\0').filter((p) => p !== '').map((p) => [p[0], p.slice(1)]));
  return Object.assign(new Error(fields.M), { code: fields.C, detail: fields.D, hint: fields.H });
}
