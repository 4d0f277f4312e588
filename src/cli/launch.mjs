#!/usr/bin/env node
/**
 * The `meridian` command. Finds a Node that can run the program (the one pinned in this package's optionalDependencies, before
 * whatever runs this file) and the entry to run: `src/cli/main.ts` in a checkout, `dist/cli/main.js` where the package is
 * installed, since Node strips no types inside node_modules. Plain JavaScript that Node 14 still reads: an old Node must get
 * as far as the message that says what to do.
 */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];

const folder = dirname(realpathSync(fileURLToPath(import.meta.url)));
const packageFolder = join(folder, '..', '..');
const isInstalled = packageFolder.split(sep).includes('node_modules');
const entry = isInstalled ? join(packageFolder, 'dist', 'cli', 'main.js') : join(folder, 'main.ts');

const pinned = findPinnedNode();
if (!existsSync(entry))
  fail(`${entry} is missing: install the package again, or run "npm run build" before packing it`);
else if (pinned !== null && !isThisNode(pinned)) runWith(pinned);
else runHere();

/** The binary of the pinned runtime, in this package's own node_modules or in one that it was hoisted to; or null. */
function findPinnedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  for (let at = packageFolder; ; at = dirname(at)) {
    const binary = join(at, 'node_modules', name, 'bin', 'node');
    if (existsSync(binary)) return binary;
    if (dirname(at) === at) return null;
  }
}

/** True if `binary` is what runs this file, or the same version of it: then another process would gain nothing. */
function isThisNode(binary) {
  if (realpathSync(binary) === realpathSync(process.execPath)) return true;
  try {
    return (
      JSON.parse(readFileSync(join(dirname(binary), '..', 'package.json'), 'utf8')).version === process.versions.node
    );
  } catch {
    return false;
  }
}

/** Runs the entry in this process; `argv[1]` becomes the entry, as if it had been started directly. */
function runHere() {
  if (!canRun(entry)) {
    fail(
      `Node ${process.versions.node} is too old: use Node ${isInstalled ? '22.12' : '22.18'} or later, ` +
        'or install with optional dependencies, which bring one along',
    );
    return;
  }
  process.argv[1] = entry;
  import(pathToFileURL(entry).href).catch((error) => {
    process.exitCode = 1;
    console.error(error);
  });
}

/** Compiled code runs on the oldest Node that the package allows; TypeScript needs one that strips types unasked. */
function canRun(file) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 23) return true;
  if (file.endsWith('.js')) return major === 23 || (major === 22 && minor >= 12);
  return (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/**
 * Runs the entry under `binary` and ends as it ends. A binary for another C library cannot start at all (musl): then this Node
 * does it, if it can.
 */
function runWith(binary) {
  const child = spawn(binary, [...process.execArgv, entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C on a terminal reaches the child by itself; a second one would cut its draining short.
  const onTerminal = process.stdin.isTTY === true;
  const handlers = FORWARDED.map((signal) => [
    signal,
    () => (signal === 'SIGINT' && onTerminal ? undefined : child.kill(signal)),
  ]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const release = () => {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  };
  child.on('error', () => {
    release();
    runHere();
  });
  child.on('exit', (code, signal) => {
    release();
    // Ending by the same signal tells a shell or a supervisor the truth; where that does not end us, its number does.
    if (signal === null) process.exit(code === null ? 1 : code);
    process.exitCode = 128 + (constants.signals[signal] || 0);
    process.kill(process.pid, signal);
  });
}

function fail(message) {
  console.error(`meridian: ${message}`);
  process.exitCode = 2;
}
