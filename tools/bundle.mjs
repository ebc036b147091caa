/**
 * Writes packages/pglitedb/dist/bundle: the library's entry and the command line as few files, and beside them
 * (packages/pglitedb/data) the data they read. Loading some 850 modules one by one costs a program most of the time to
 * its first answer and a third of its memory; the bundle holds the same code with its names and source maps. Part of the
 * build, after compiling; `import 'pglitedb'` is this bundle, so it is made again whenever a package was compiled.
 */
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { top } from './workspace.mjs';

const packages = join(top, 'packages');
const meta = join(packages, 'pglitedb');
const out = join(meta, 'dist', 'bundle');
const data = { from: join(packages, 'catalog', 'data'), to: join(meta, 'data') };

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const inputs = () => [...readdirSync(packages).map((name) => join(packages, name, 'dist', '.tsbuildinfo')), join(data.from, 'cluster.img'), join(meta, 'package.json')];

/** The packages of others stay outside: they are dependencies of pglitedb under their own licenses. */
const external = () => Object.keys(JSON.parse(readFileSync(join(meta, 'package.json'), 'utf8')).dependencies).filter((name) => !name.startsWith('@pglitedb/'));

/**
 * The library, the command line, and each package below them: code that the same entries reach is one file, so this makes a
 * file per package, and the engine's memory for compiling is that of the largest file and not of all.
 */
const entries = () => ({
  index: join(meta, 'dist', 'index.js'), cli: join(meta, 'dist', 'cli.js'),
  ...Object.fromEntries(readdirSync(packages).filter((name) => name !== 'pglitedb').map((name) => [name, join(packages, name, 'dist', 'index.js')])),
});

/** Makes the bundle where it is missing or older than what it is made of. */
export async function bundle() {
  const made = modified(join(out, 'index.js'));
  if (made > 0 && inputs().every((path) => modified(path) <= made)) return;
  rmSync(out, { recursive: true, force: true });
  const result = await build({
    entryPoints: entries(), outdir: out,
    bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node20', external: external(),
    minifyWhitespace: true, legalComments: 'none', sourcemap: true, metafile: true, logLevel: 'warning',
  });
  rmSync(data.to, { recursive: true, force: true });
  cpSync(data.from, data.to, { recursive: true, filter: (path) => !path.endsWith('.gitignore') });
  const bytes = Object.entries(result.metafile.outputs).filter(([name]) => name.endsWith('.js')).reduce((sum, [, o]) => sum + o.bytes, 0);
  console.log(`bundle: ${bytes} bytes`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await bundle();
