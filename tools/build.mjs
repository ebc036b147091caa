/** npm run build: installs where needed and compiles all packages. */
import { build, install } from './workspace.mjs';

process.exitCode = install() || build();
