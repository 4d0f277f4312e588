#!/usr/bin/env node
/**
 * The `meridian` command: finds the entry to run and hands over to a Node that can run it (see pinned-node.mjs). The entry is
 * `src/cli/main.ts` in a checkout and `dist/cli/main.js` where the package is installed, since Node strips no types inside
 * node_modules.
 */

import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runUnderPinnedNode } from './pinned-node.mjs';

// npm links commands: the real path says where the package is.
const folder = dirname(realpathSync(fileURLToPath(import.meta.url)));
const packageFolder = join(folder, '..', '..');
const isInstalled = packageFolder.split(sep).includes('node_modules');
const entry = isInstalled ? join(packageFolder, 'dist', 'cli', 'main.js') : join(folder, 'main.ts');

if (existsSync(entry)) runUnderPinnedNode(entry, process.argv.slice(2), packageFolder, fail);
else fail(`${entry} is missing: install the package again, or run "npm run build" before packing it`);

function fail(message) {
  console.error(`meridian: ${message}`);
  process.exitCode = 2;
}
