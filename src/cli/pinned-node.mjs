/**
 * Runs a file under a Node that can run it: the one pinned in this package's optionalDependencies, before whatever started us.
 * `npm ci` unpacks it into node_modules, but only newer npm versions also put it into node_modules/.bin (npm 9 does not), and a
 * command started by its path never sees that folder at all.
 *
 * Plain JavaScript that Node 14 still reads: an old Node must get as far as the message that says what to do. Used by the
 * command (launch.mjs) and by the test scripts.
 */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];

/**
 * Runs `entry` with `args`: under the pinned Node of `packageFolder` as a process of its own that this one ends like, else in this
 * process, where `process.argv` looks as if `entry` had been started directly. `fail` gets the message when neither can be.
 */
export function runUnderPinnedNode(entry, args, packageFolder, fail) {
  const runHere = () => {
    if (canRun(entry)) return importEntry(entry, args);
    const needed = entry.endsWith('.js') ? '22.12' : '22.18';
    return fail(
      `Node ${process.versions.node} is too old: use Node ${needed} or later, ` +
        'or install with optional dependencies, which bring one along',
    );
  };
  const pinned = findPinnedNode(packageFolder);
  if (pinned === null || isThisNode(pinned)) runHere();
  else runWith(pinned, entry, args, runHere);
}

/** The binary of the pinned runtime, in the package's own node_modules or in one that it was hoisted to; or null. */
function findPinnedNode(packageFolder) {
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
    const manifest = readFileSync(join(dirname(binary), '..', 'package.json'), 'utf8');
    return JSON.parse(manifest).version === process.versions.node;
  } catch {
    return false;
  }
}

/** Compiled code runs on the oldest Node that the package allows; TypeScript needs one that strips types unasked. */
function canRun(file) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 23) return true;
  if (file.endsWith('.js')) return major === 23 || (major === 22 && minor >= 12);
  return (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

function importEntry(entry, args) {
  process.argv = [process.argv[0], entry, ...args];
  import(pathToFileURL(entry).href).catch((error) => {
    process.exitCode = 1;
    console.error(error);
  });
}

/** A binary for another C library cannot start at all (musl): then `otherwise`. */
function runWith(binary, entry, args, otherwise) {
  const child = spawn(binary, [...process.execArgv, entry, ...args], { stdio: 'inherit' });
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
    otherwise();
  });
  child.on('exit', (code, signal) => {
    release();
    if (signal === null) process.exit(code === null ? 1 : code);
    // Ending by the same signal tells a shell or a supervisor the truth; where that does not end us, its number does.
    process.exitCode = 128 + (constants.signals[signal] || 0);
    process.kill(process.pid, signal);
  });
}
