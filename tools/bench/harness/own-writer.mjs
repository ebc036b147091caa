/**
 * Writes to a data directory without checkpoints until its log has grown by so many bytes, says how many rows were
 * acknowledged, and waits to be killed: `node own-writer.mjs DIRECTORY BYTES`.
 */
import { PGliteDB } from 'pglitedb';
import { bytesOf } from '../peers/files.mjs';
import { batchText, tableText } from '../workloads/recovery-rows.mjs';

const [directory, bytes] = [process.argv[2], Number(process.argv[3])];
const db = await PGliteDB.open(directory, { storage: { checkpointBytes: Number.MAX_SAFE_INTEGER } });
await db.exec(tableText);
await db.exec('checkpoint');
const before = bytesOf(directory);
let rows = 0;
do {
  const { text, count } = batchText(rows);
  await db.exec(text);
  rows += count;
} while (bytesOf(directory) - before < bytes);
console.log(JSON.stringify({ rows, log: bytesOf(directory) - before }));
setInterval(() => undefined, 1000);
