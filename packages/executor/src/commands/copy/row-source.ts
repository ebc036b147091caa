/** Where COPY FROM's bytes come from: the client, or a file of the server. Chunks are pulled one at a time. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Steps } from '@pglitedb/txn';
import { SqlError } from '@pglitedb/types';
import { waitFor } from '../../context.js';
import type { UtilityContext } from '../registry.js';

const FILE_CHUNK_BYTES = 256 * 1024;

export interface ByteSource {
  /** undefined at the end. */
  next(): Steps<Uint8Array | undefined>;
  close(): void;
}

export function clientSource(u: UtilityContext, binary: boolean, columns: number): ByteSource {
  const iterator = u.sink.copyIn(binary, columns)[Symbol.asyncIterator]();
  let ended = false;
  return {
    *next() {
      let result: IteratorResult<Uint8Array> | undefined;
      yield waitFor(iterator.next().then((r) => { result = r; }));
      if (result!.done === true) { ended = true; return undefined; }
      return result!.value;
    },
    close() { if (!ended) void iterator.return?.(); },
  };
}

const ERRNO: Record<string, [string, string]> = {
  ENOENT: ['58P01', 'No such file or directory'], EACCES: ['42501', 'Permission denied'], EPERM: ['42501', 'Operation not permitted'], EISDIR: ['42809', 'Is a directory'], ENOTDIR: ['58P01', 'Not a directory'],
  ENOSPC: ['53100', 'No space left on device'], EMFILE: ['53000', 'Too many open files'], EROFS: ['42501', 'Read-only file system'],
};
/** An error of the file system as errcode_for_file_access gives it. */
export function fileError(error: unknown, message: string, hint?: string): SqlError {
  const code = (error as { code?: string }).code ?? '';
  const [state, text] = ERRNO[code] ?? ['58030', code];
  return new SqlError(state, `${message}: ${text}`, hint === undefined ? {} : { hint });
}

export function fileSource(path: string): ByteSource {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw fileError(error, `could not open file "${path}" for reading`, 'COPY FROM instructs the PostgreSQL server process to read a file. You may want a client-side facility such as psql\'s \\copy.');
  }
  if (fstatSync(fd).isDirectory()) {
    closeSync(fd);
    throw new SqlError('42809', `"${path}" is a directory`);
  }
  return {
    // eslint-disable-next-line require-yield
    *next() {
      const chunk = Buffer.allocUnsafe(FILE_CHUNK_BYTES);
      const n = readSync(fd, chunk, 0, FILE_CHUNK_BYTES, null);
      return n === 0 ? undefined : chunk.subarray(0, n);
    },
    close() { closeSync(fd); },
  };
}
