/** Orders drawn by a seed: nothing follows the same thing every time, and yet every run of the benchmark does the same. */

import type { RandomStream } from '../../src/base/random.ts';

/** 0 … count-1 in random order (Fisher and Yates). */
export function shuffledOrder(count: number, random: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.nextBelow(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
