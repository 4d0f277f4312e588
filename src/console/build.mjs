/**
 * `node build.mjs [--if-stale] [--out FOLDER]`: builds the operator's page with vite into `dist/console`, every file also
 * compressed (`vite-build.mjs`), beside a `build.json` that says of which sources it was made. With --if-stale only when they have changed, so that
 * `npm start` costs some milliseconds where they have not. The admin floor (`console-files.ts`) serves the folder.
 *
 * Plain JavaScript: `npm start` runs it before anything is compiled, under whatever Node the machine has. Where vite is not
 * installed (`npm ci --omit=dev`) it says so in a line and lets the node start without a page.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runUnderPinnedNode } from '../cli/pinned-node.mjs';

const SOURCES = dirname(fileURLToPath(import.meta.url));
const PACKAGE = join(SOURCES, '..', '..');
const STAMP = 'build.json';

const args = process.argv.slice(2);
const outAt = args.indexOf('--out');
const target = outAt < 0 ? join(PACKAGE, 'dist', 'console') : resolve(args[outAt + 1] ?? '');
const inputs = hashInputs();
/** A node without its page still answers DNS: then no failure of the build keeps it from starting. */
const isBeforeStart = args.includes('--if-stale');

if (isBeforeStart && readStamp() === inputs) process.exitCode = 0;
else if (!existsSync(join(PACKAGE, 'node_modules', 'vite'))) lackVite();
else
  runUnderPinnedNode(
    join(SOURCES, 'vite-build.mjs'),
    [target, inputs, isBeforeStart ? 'before-start' : 'asked'],
    PACKAGE,
    (message) => {
      console.error(`console: ${message}`);
      process.exitCode = isBeforeStart ? 0 : 1;
    },
  );

function lackVite() {
  const cure = 'run "npm ci" with development packages and then "npm run build"';
  console.error(`console: vite is not installed, so the operator's page is not built; ${cure}`);
  process.exitCode = isBeforeStart ? 0 : 1;
}

/** Digest of everything that decides what comes out: the sources here, and the packages by their lock. */
function hashInputs() {
  const hash = createHash('sha256');
  for (const path of [...listFiles(SOURCES), join(PACKAGE, 'package-lock.json')]) {
    if (!existsSync(path) || path.endsWith('.png')) continue;
    hash
      .update(`${relative(PACKAGE, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(join(target, STAMP), 'utf8')).inputs;
  } catch {
    return null;
  }
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}
