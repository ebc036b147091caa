/**
 * Writes packages/catalog/data/cluster.img, the pages every new cluster starts from. Part of the build, after compiling
 * (the image depends on the page format): node tools/catalog-gen/make-image.mjs. Without it a new cluster is bootstrapped
 * row by row, which takes some hundred milliseconds.
 */
import { writeFileSync } from 'node:fs';
import { makeClusterImage } from '../../packages/catalog/dist/index.js';

const image = await makeClusterImage();
writeFileSync(new URL('../../packages/catalog/data/cluster.img', import.meta.url), image);
console.log(`cluster image: ${image.length} bytes`);
