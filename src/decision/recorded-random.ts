/** A stream of draws that remembers what came out, for explanations; the query's way has the plain one. */

import { RandomStream } from '../base/random.ts';

/** One draw: a whole number in [0, bound). */
export type ChanceDraw = { readonly bound: number; readonly value: number };

/** The same sequence as {@link RandomStream}, written down. */
export class RecordedRandom extends RandomStream {
  #draws: ChanceDraw[] = [];
  #isBelow = false;

  override nextBits(): number {
    const value = super.nextBits();
    if (!this.#isBelow) this.#draws.push({ bound: 2 ** 32, value });
    return value;
  }

  override nextBelow(bound: number): number {
    this.#isBelow = true;
    const value = super.nextBelow(bound);
    this.#isBelow = false;
    // One of one is no chance.
    if (bound > 1) this.#draws.push({ bound, value });
    return value;
  }

  /** The draws since the last call. */
  take(): ChanceDraw[] {
    const draws = this.#draws;
    this.#draws = [];
    return draws;
  }
}
