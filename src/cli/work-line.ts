/** A word on a terminal about work that takes seconds, gone when the work is done. In pipes and files there is none. */

import type { WriteStream } from 'node:tty';

/** What `work` returns; meanwhile the terminal says `what`. The work holds the thread, so the line stands still. */
export function during<T>(what: string, work: () => T, terminal: WriteStream = process.stderr): T {
  if (!terminal.isTTY) return work();
  terminal.write(`\r${what} …\x1b[K`);
  try {
    return work();
  } finally {
    terminal.write('\r\x1b[K');
  }
}
