/**
 * Ends what the demo has started when the demo itself is gone without having done so: killed, or crashed. Both hold the ends of a pipe, and the system
 * closes the demo's end whatever became of it.
 *
 * `node demo-watchdog.ts` is the one that waits.
 */

import { spawn } from 'node:child_process';
import { leftovers, markDescendants } from '../tools/leftovers.ts';

const MARK = 'DEMO_DESCENDANT_OF';

/** Marks whatever is started from now on, and starts the watchdog, which no signal to the terminal's group reaches. */
export function startWatchdog(): void {
  markDescendants(MARK);
  const child = spawn(process.execPath, [import.meta.filename], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  // The pipe stays open as long as this process lives, and does not keep it alive.
  child.stdin.on('error', () => {});
  (child.stdin as typeof child.stdin & { unref(): void }).unref();
}

if (import.meta.main) {
  process.stdin.resume();
  process.stdin.once('close', () => void leftovers(MARK, 0));
}
