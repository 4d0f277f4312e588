/**
 * Garbage given back when it is known to be there. A thread that has just made a large table and then waits for hours has no reason of
 * its own to collect what it was made from.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Has V8 collect all garbage of the calling thread now, and waits for it: 20 ms after a compilation of the city data. */
export function collectGarbage(): void {
  // A context has the function while the flag stands; nobody else is to find it.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
