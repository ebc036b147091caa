/**
 * Writes packages/catalog/data/cluster.img, the pages every new cluster starts from. Part of the build, after compiling: the
 * image depends on the page format, so it is made again when a package that it depends on was. Without it each process
 * makes the image for itself, which takes some hundred milliseconds.
 */
import { statSync, writeFileSync } from 'node:fs';

const packages = new URL('../../packages/', import.meta.url);
const target = new URL('catalog/data/cluster.img', packages);
const modified = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = ['types', 'storage', 'txn', 'catalog'].map((p) => new URL(`${p}/dist/.tsbuildinfo`, packages));

if (sources.some((s) => modified(s) >= modified(target))) {
  const { makeClusterImage } = await import(new URL('catalog/dist/index.js', packages).href);
  const image = await makeClusterImage();
  writeFileSync(target, image);
  console.log(`cluster image: ${image.length} bytes`);
}
