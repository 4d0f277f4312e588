/**
 * What the workers count, added up and never wrapping. Each worker has words of 32 bits of its own in shared memory; here the sum of each
 * word over all workers is looked at now and then, and what it has grown by, modulo 2^32, goes into a total that does not wrap: a
 * counter that falls is a restart to Prometheus, and a rate over it nonsense. Used by `worker-totals.ts` and `answer-shares.ts`.
 */

/** The words of one worker, as many as of every other; signed ones are taken as unsigned. */
export type WorkerWords = Uint32Array | Int32Array;

/** Owner of the totals. Whoever owns it reads more often than all workers together count 2^32. */
export class WideWords {
  readonly #lists: () => readonly WorkerWords[];
  #seen = new Uint32Array(0);
  #totals = new Float64Array(0);
  #length = 0;

  /** `lists`: every worker's words, those of dead workers included; none before there are workers. `length`: how many words are looked at. */
  constructor(lists: () => readonly WorkerWords[], length: number) {
    this.#lists = lists;
    this.growTo(length);
  }

  /** Looks at the first `length` words from now on; what new ones have counted by now does not count. */
  growTo(length: number): void {
    if (length > this.#totals.length) {
      const room = Math.max(length, 2 * this.#totals.length);
      const [seen, totals] = [new Uint32Array(room), new Float64Array(room)];
      seen.set(this.#seen);
      totals.set(this.#totals);
      this.#seen = seen;
      this.#totals = totals;
    }
    for (; this.#length < length; this.#length++) this.restart(this.#length);
  }

  /** Makes the total of word `at` begin at 0 now. */
  restart(at: number): void {
    let sum = 0;
    for (const words of this.#lists()) sum = (sum + words[at]!) >>> 0;
    this.#seen[at] = sum;
    this.#totals[at] = 0;
  }

  /** The totals as of now, at least as many as the words looked at; the same array until {@link growTo}. */
  read(): Float64Array {
    const [lists, seen, totals] = [this.#lists(), this.#seen, this.#totals];
    for (let at = 0; at < this.#length; at++) {
      let sum = 0;
      for (let i = 0; i < lists.length; i++) sum = (sum + lists[i]![at]!) >>> 0;
      totals[at]! += (sum - seen[at]!) >>> 0;
      seen[at] = sum;
    }
    return totals;
  }
}
