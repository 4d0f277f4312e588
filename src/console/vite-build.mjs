/**
 * `node vite-build.mjs FOLDER INPUTS OCCASION`: the build itself, under a Node that vite runs on. Started by `build.mjs`; INPUTS is the digest
 * of the sources that it leaves in `build.json`; before a start (OCCASION `before-start`) a failure is told and is none.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build as runVite } from 'vite';

const SOURCES = dirname(fileURLToPath(import.meta.url));
const [target = '', inputs = '', occasion = 'asked'] = process.argv.slice(2);

try {
  await build();
} catch (error) {
  console.error(`console: the operator's page could not be built: ${error instanceof Error ? error.message : error}`);
  process.exitCode = occasion === 'before-start' ? 0 : 1;
}

/** Built aside and moved into place: a node that serves the old page meanwhile never sees half of the new one. */
async function build() {
  mkdirSync(dirname(target), { recursive: true });
  const aside = mkdtempSync(join(dirname(target), '.console-'));
  try {
    await runVite({
      configFile: false,
      root: SOURCES,
      base: './',
      logLevel: 'warn',
      publicDir: false,
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      build: {
        outDir: aside,
        emptyOutDir: false,
        target: 'es2022',
        // Everything stays a file of its own: the page's policy lets nothing in that is not from this server.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
      },
    });
    for (const path of listFiles(aside)) compress(path);
    writeFileSync(join(aside, 'build.json'), `${JSON.stringify({ inputs })}\n`);
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function compress(path) {
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
