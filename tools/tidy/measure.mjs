/**
 * The house's measures, taken from the sources: file length, function length, interface width, repeated lines, what READMEs
 * list.
 */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

const ts = createRequire(import.meta.url)('typescript');
const fileLinesMax = 500;
const functionLinesMax = 50;
const interfaceMethodsMax = 15;
const duplicateRun = 8;

function* sources(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !['data', 'node_modules', 'dist'].includes(entry.name)) yield* sources(path);
    else if (entry.isFile() && entry.name.endsWith('.ts')) yield path;
  }
}

const isTest = (path) => /\.test\.ts$/.test(path);

function measureFile(path, counts) {
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false);
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line;
  counts.files++;
  if (text.split('\n').length - 1 > fileLinesMax) counts.longFiles++;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body !== undefined && !isTest(path)) {
      counts.functions++;
      if (lineOf(node.end) - lineOf(node.getStart(file)) + 1 > functionLinesMax) counts.longFunctions++;
    }
    if (ts.isInterfaceDeclaration(node)) {
      const methods = node.members.filter((member) => ts.isMethodSignature(member)).length;
      if (methods > interfaceMethodsMax) counts.wideInterfaces++;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** Source files that the README of their package does not name; a folder named with a trailing slash stands for all of it. */
function unlisted(top, name) {
  const root = join(top, 'packages', name);
  const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : '';
  const listed = (path) => {
    const parts = path.split('/');
    const folders = parts.slice(0, -1).map((_, i) => `${parts.slice(0, i + 1).join('/')}/`);
    return [path, ...folders].some((candidate) => readme.includes(`\`${candidate}\``));
  };
  return [...sources(join(root, 'src'))].filter((path) => !isTest(path))
    .map((path) => relative(join(root, 'src'), path)).filter((path) => !listed(path)).map((path) => `${name}: ${path}`);
}

/**
 * Lines that stand more than once: every run of `duplicateRun` lines with some substance that occurs at two places.
 * Imports and lines of brackets alone do not count.
 */
function duplicatedLines(paths) {
  const seen = new Map();
  const marked = new Set();
  let total = 0;
  for (const path of paths) {
    const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.trim())
      .filter((line) => /\w/.test(line) && !/^(import|export .* from|\*|\/[*/])/.test(line));
    total += lines.length;
    for (let i = 0; i + duplicateRun <= lines.length; i++) {
      const run = lines.slice(i, i + duplicateRun).join('\n');
      const first = seen.get(run);
      if (first === undefined) seen.set(run, [path, i]);
      else for (let k = 0; k < duplicateRun; k++) marked.add(`${path}:${i + k}`).add(`${first[0]}:${first[1] + k}`);
    }
  }
  return { marked: marked.size, total };
}

export function measure(top) {
  const counts = { files: 0, longFiles: 0, functions: 0, longFunctions: 0, wideInterfaces: 0 };
  const names = readdirSync(join(top, 'packages')).filter((name) => existsSync(join(top, 'packages', name, 'src')));
  const paths = names.flatMap((name) => [...sources(join(top, 'packages', name, 'src'))]);
  for (const path of paths) measureFile(path, counts);
  const duplicates = duplicatedLines(paths.filter((path) => !isTest(path)));
  const missing = names.flatMap((name) => unlisted(top, name));
  const percent = (part, whole) => Math.round((10_000 * part) / Math.max(whole, 1)) / 100;
  return {
    missing,
    ratchet: {
      longFilesPercent: percent(counts.longFiles, counts.files),
      longFunctionsPercent: percent(counts.longFunctions, counts.functions),
      duplicatedLinesPercent: percent(duplicates.marked, duplicates.total),
      wideInterfaces: counts.wideInterfaces,
      filesMissingInReadmes: missing.length,
    },
  };
}
