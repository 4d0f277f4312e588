/**
 * `node under-pinned-node.mjs SCRIPT [ARGUMENT]...`: runs a script of this folder under the Node that `npm ci` brought, whatever
 * Node the machine has and wherever npm linked it.
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runUnderPinnedNode } from '../../src/cli/pinned-node.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const [script = '', ...args] = process.argv.slice(2);

runUnderPinnedNode(join(folder, script), args, join(folder, '..', '..'), (message) => {
  console.error(`tests: ${message}`);
  process.exitCode = 1;
});
