/** The two databases: this one in the process, and PGlite (PostgreSQL 18) over its raw protocol. */
import { PGlite } from '@electric-sql/pglite';
import { Cluster } from '../../server/cluster.js';
import { TextSession } from '../text-session.js';
import type { Answer, Failure } from './answer.js';

export interface Side { run(sql: string): Promise<Answer>; close(): Promise<void> }

const USER_OID_MIN = 16384;
const column = (name: string, oid: number): string => `${name}:${oid >= USER_OID_MIN ? 'user' : oid}`;
const row = (cells: readonly (string | null)[]): string => JSON.stringify(cells);

export async function openOurs(): Promise<Side> {
  const cluster = await Cluster.open();
  const session = new TextSession(cluster);
  return {
    async run(sql) {
      try {
        const { results, error } = await session.run(sql);
        session.notices.length = 0;
        const last = results.at(-1);
        return {
          columns: (last?.columns ?? []).map((c) => column(c.name, c.typeOid)), rows: (last?.rows ?? []).map(row), tag: last?.tag ?? '',
          failure: error && { code: error.code, message: error.message, detail: error.detail, hint: error.hint, position: error.position },
        };
      } catch (bug) {
        return { columns: [], rows: [], tag: '', failure: { code: 'BUG', message: String((bug as Error).stack ?? bug), detail: undefined, hint: undefined, position: undefined } };
      }
    },
    close: () => cluster.close(),
  };
}

const QUERY = 'Q'.charCodeAt(0);
function queryMessage(sql: string): Uint8Array {
  const body = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + body.length);
  message[0] = QUERY;
  message.writeInt32BE(4 + body.length, 1);
  body.copy(message, 5);
  return message;
}

function fieldsOf(body: Buffer): Failure {
  const fields = new Map<string, string>();
  for (const field of body.toString('utf8').split('\0')) if (field !== '') fields.set(field[0]!, field.slice(1));
  const position = fields.get('P');
  return { code: fields.get('C')!, message: fields.get('M')!, detail: fields.get('D'), hint: fields.get('H'), position: position === undefined ? undefined : Number(position) };
}

function columnsOf(body: Buffer): string[] {
  const columns: string[] = [];
  let at = 2;
  for (let k = body.readInt16BE(0); k > 0; k--) {
    const end = body.indexOf(0, at);
    columns.push(column(body.toString('utf8', at, end), body.readUInt32BE(end + 7)));
    at = end + 19;
  }
  return columns;
}

function rowOf(body: Buffer): string {
  const cells: (string | null)[] = [];
  let at = 2;
  for (let k = body.readInt16BE(0); k > 0; k--) {
    const length = body.readInt32BE(at);
    at += 4;
    cells.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return row(cells);
}

/** The last statement's answer in a reply, or its error. */
function answerOf(reply: Buffer): Answer {
  let answer: Answer = { columns: [], rows: [], tag: '', failure: undefined };
  for (let at = 0; at < reply.length;) {
    const length = reply.readInt32BE(at + 1);
    const body = reply.subarray(at + 5, at + 1 + length);
    const kind = String.fromCharCode(reply[at]!);
    if (kind === 'T') answer = { columns: columnsOf(body), rows: [], tag: '', failure: undefined };
    else if (kind === 'D') answer.rows.push(rowOf(body));
    else if (kind === 'C') answer = { ...(answer.tag === '' ? answer : { columns: [], rows: [], failure: undefined }), tag: body.toString('utf8', 0, body.length - 1) };
    else if (kind === 'E') answer = { columns: [], rows: [], tag: '', failure: fieldsOf(body) };
    at += 1 + length;
  }
  return answer;
}

export async function openOracle(): Promise<Side> {
  const db = await PGlite.create();
  return { run: async (sql) => answerOf(Buffer.from(await db.execProtocolRaw(queryMessage(sql)))), close: () => db.close() };
}
