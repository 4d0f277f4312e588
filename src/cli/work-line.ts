/** A line on a terminal about work that takes seconds, gone when the work is done. In pipes and files there is none. */

import type { WriteStream } from 'node:tty';
import { type Progress, unwatched } from '../base/progress.ts';

/** Redrawn no more often than this. */
const DRAW_MS = 100;
const BAR_CELLS = 20;

/**
 * What `work` returns; meanwhile the terminal says `what`, and how far it is. The work holds the thread: the line moves when the work tells
 * its progress, since what a process writes to a terminal is written before the call returns.
 */
export function during<T>(
  what: string,
  work: (progress: Progress) => T,
  terminal: WriteStream = process.stderr,
  nowMs: () => number = () => performance.now(),
): T {
  if (!terminal.isTTY) return work(unwatched);
  let drawnMs = nowMs();
  terminal.write(`\r${what} …\x1b[K`);
  const progress = (done: number) => {
    if (nowMs() - drawnMs < DRAW_MS) return;
    drawnMs = nowMs();
    terminal.write(`\r${what} ${barText(done)}\x1b[K`);
  };
  try {
    return work(progress);
  } finally {
    terminal.write('\r\x1b[K');
  }
}

/** `[#####...............]  25 %`: signs that every terminal has. */
function barText(done: number): string {
  const part = Math.min(1, Math.max(0, done));
  const full = Math.round(part * BAR_CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}] ${String(Math.floor(part * 100)).padStart(3)} %`;
}
