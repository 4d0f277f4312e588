/**
 * Garbage given back when it is known to be there. A thread that has just made a large table and then waits for hours has no reason of
 * its own to collect what it was made from.
 */

import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this a thread holds so little that the processor time of a collection is worth more. */
const HELD_BYTES_MIN = 128 * 1024 * 1024;

/**
 * Collects if the calling thread holds so much that it may be worth it: some tenths of a second where much of it is in use.
 * V8 gives the pages back some ten seconds later.
 */
export function collectLargeGarbage(): void {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  if (heap + external > HELD_BYTES_MIN) collectGarbage();
}

/** Has V8 collect all garbage of the calling thread now, and waits for it: 20 ms after a compilation of the city data. */
export function collectGarbage(): void {
  // A context has the function while the flag stands; nobody else is to find it.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
