/**
 * Sockets that a worker opened by system calls, in memory that the control thread sees too. Node closes its own when a thread
 * dies; these the kernel would go on giving queries to, and nobody would read them.
 */

import { loadSystemCalls } from './system-calls.ts';

/** Closes what a thread that has ended left in its `rawSockets`: descriptors plus 1, 0 for none. */
export function closeRawSockets(rawSockets: Int32Array): void {
  if (rawSockets.every((word) => word === 0)) return;
  const calls = loadSystemCalls();
  if (typeof calls === 'string') return;
  for (const word of rawSockets) if (word > 0) calls.close(word - 1);
}
