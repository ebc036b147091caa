/** What a directory takes on disk. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below `path`, as allocated blocks where the system tells them. */
export function bytesOf(path) {
  if (!existsSync(path)) return 0;
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.blocks === undefined ? stat.size : Math.min(stat.size, stat.blocks * 512);
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
