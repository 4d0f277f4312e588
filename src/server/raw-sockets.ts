/**
 * Sockets that a worker opened by system calls, in memory that the control thread sees too. Node closes its own when a thread
 * dies; these the kernel would go on giving queries to, and nobody would read them.
 */

import { loadSystemCalls } from './system-calls.ts';

/**
 * Closes what a thread that ends has left in its `rawSockets`: descriptors plus 1, 0 for none. Called by the thread as the last
 * thing it does, and by the pool in case it could not; each descriptor is closed once.
 */
export function closeRawSockets(rawSockets: Int32Array): void {
  if (rawSockets.every((word) => word === 0)) return;
  const calls = loadSystemCalls();
  if (typeof calls === 'string') return;
  for (let i = 0; i < rawSockets.length; i++) {
    const word = Atomics.exchange(rawSockets, i, 0);
    if (word > 0) calls.close(word - 1);
  }
}
